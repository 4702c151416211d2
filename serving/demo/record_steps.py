"""Steps 10 to 12: the audit, a decision replayed offline, projections rebuilt, the log verified by a stranger's tool."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from infra.parts.postgres import SUPERUSER, ensure_database
from infra.tools import Tools
from policy.replay import evaluate, replay
from serving.demo.stage import Stage, require, wait_for


def the_audit_lists_all_of_it(stage: Stage) -> dict[str, Any]:
    """10: who generated what; one decision is replayed without network, and differs when a fact is altered."""
    items = wait_for("the audit", lambda: _complete(stage), within_s=30)
    stage.memory["audit"] = items
    (stage.folder / "audit.json").write_text(json.dumps(items, ensure_ascii=False, indent=2), encoding="utf-8")
    recorded = stage.client("auditor").call("GET", f"/v1/decisions/{stage.memory['decision']}")
    (stage.folder / "decision.json").write_text(json.dumps(recorded, ensure_ascii=False, indent=2), encoding="utf-8")
    bundle = stage.settings.bundles / f"{recorded['bundle_sha256']}.tar.gz"
    opa = Tools.load(stage.places).opa
    again = replay(recorded, bundle, opa)
    require(again.same, f"the replay differs: {again.differences}")
    altered = copy.deepcopy(recorded["input"])
    altered["cameos"][0]["owner_blocks"] = True
    other = evaluate(altered, bundle, opa)
    require(other.permit != recorded["permit"], "an altered fact gave the same answer")
    return {
        "generations": len(items),
        "states": sorted({one["state"] for one in items}),
        "decision": recorded["decision"],
        "replayed": "the same answer",
        "with one fact altered": list(other.unmet),
    }


def _complete(stage: Stage) -> list[dict[str, Any]] | None:
    items = stage.client("auditor").call("GET", "/v1/audit", query={"limit": 200})["items"]
    settled = all(one["state"] in {"released", "refused", "stopped", "lost"} for one in items)
    return items if items and settled else None


def the_projections_rebuild_to_the_same(stage: Stage) -> dict[str, Any]:
    """11: everything people read is derived anew from the ledger, in a fresh place, and compared."""
    name = "rebuilt"
    password = stage.settings.secret(f"pg-{SUPERUSER}").decode().strip()
    ensure_database(stage.settings.postgres, password, name)
    report = _tool(stage, "streams.replay", "--json", "--into", make_conninfo(stage.settings.dsn("owner"), dbname=name))
    require(report["equal"], f"rebuilt projections differ: {report}")
    rows = {name: [table["live"]["rows"], table["rebuilt"]["rows"]] for name, table in report["tables"].items()}
    return {"events": report["events"], "rows live and rebuilt": rows}


def the_log_verifies(stage: Stage) -> dict[str, Any]:
    """12: a stranger's tool verifies the log; one altered byte is found."""
    wait_for("the log", (stage.settings.tiles / "checkpoint").exists, within_s=30)
    whole = stage.folder / "log"
    shutil.copytree(stage.settings.tiles, whole)
    key = stage.settings.secrets / "log.pub"
    good = _verify(whole, key)
    require(good.returncode == 0, f"the log does not verify: {good.stdout}{good.stderr}")
    broken = stage.folder / "log-altered"
    shutil.copytree(whole, broken)
    victim = max((broken / "tile" / "entries").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    bad = _verify(broken, key)
    require(bad.returncode != 0, "an altered byte was not found")
    return {"verified": good.stdout.strip(), f"one byte of {victim.relative_to(broken)} altered": (bad.stdout + bad.stderr).strip()}


def _verify(folder: Path, key: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "streams.verify_log", str(folder), "--key", str(key)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def _tool(stage: Stage, module: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **stage.settings.environ()}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    require(done.returncode == 0, f"{module} ended with {done.returncode}: {done.stderr[-800:]}")
    return json.loads(done.stdout)
