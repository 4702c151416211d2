"""Measures the whole installation with the portrait engine: speed beside another render, stops, refusals that should not be.

`python -m bench.whole [--stops N] [--films N] [--seconds N]` writes bench/results/whole.json. Every part runs as
`cameo up` starts it; the likeness is the demo's fictional actor. Stopped means: the rendering process was reaped.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
import threading
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.results import Row, percentile, write
from identity.adapters.models import Models
from identity.core.challenge import issue
from identity.handlers import extract_assets
from identity.keys.client import KeyholderClient
from infra.places import Places
from policy.adapters.opa import OpaEngine
from policy.adapters.view import ViewReader
from policy.errors import PolicyUnavailableError, StaleViewError
from serving.demo.consent_steps import ask, look, outcome
from serving.demo.people import ACTOR, answer_of
from serving.demo.stage import Stage, open_stage, wait_for
from serving.engines.port import MARK_VISIBLE
from serving.replica.asker import ask as ask_policy
from tests.world import World

PROMPT = 'on a beach, saying "hello, I am glad that you asked me first"'
EVERY_S = 0.02
"""A decision asked this often while a render runs: a busy replica's pace."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=30)
    parser.add_argument("--films", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cm-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        assets = likeness(Path(folder))
        with open_stage(Path(folder) / "stage") as stage:
            world = enrolled(stage, assets)
            rows = [*films(stage, given.films), *stops(stage, given.stops), *refusals(stage, given.seconds)]
            world.close()
    write("whole", rows)


def likeness(folder: Path) -> dict[str, bytes]:
    """Cut the actor's assets out of a recording, as an enrolment does."""
    challenge = issue("account-" + "b" * 32, time.time_ns() // 1000, os.urandom(32))
    take = folder / "take.webm"
    take.write_bytes(answer_of(ACTOR, challenge.phrase, [movement.value for movement in challenge.movements]).recording)
    with closing(Models.load(Places.from_env(os.environ).models)) as models:
        return extract_assets(take, models)


def enrolled(stage: Stage, assets: dict[str, bytes]) -> World:
    """Put the actor's cameo in place, open to theo."""
    settings = stage.settings
    clients = {role: KeyholderClient(settings.keyholder_socket, settings.secret(f"token-{role}").decode()) for role in ("api", "worker")}
    world = World(settings.dsn, clients.__getitem__, settings.tenant)
    owner = stage.register("mina")["account"]
    stage.register("theo")
    cameo = world.activate_cameo(owner, ())
    for facet, asset in assets.items():
        clients["worker"].put_asset(cameo, owner, facet, asset)  # type: ignore[arg-type]
    world.audience(cameo, "everyone")
    return world


def films(stage: Stage, count: int) -> list[Row]:
    """Render alone, then beside another render: frames a second from start to release."""
    alone = [seconds_of(stage, ask(stage, "theo", PROMPT)) for _ in range(count)]
    pairs = [[ask(stage, "theo", PROMPT) for _ in range(2)] for _ in range(count)]
    beside = [seconds_of(stage, one) for pair in pairs for one in pair]
    frames = 24 * 5
    return [
        Row("portrait film, start to release: frames a second, alone", "1/s", frames * len(alone) / sum(alone), 24.0, len(alone)),
        Row("portrait film, start to release: frames a second, two at once", "1/s", frames * len(beside) / sum(beside), 24.0, len(beside)),
    ]


def seconds_of(stage: Stage, generation: str) -> float:
    state = outcome(stage, "theo", generation)
    assert state["state"] == "released", state
    row = audit_row(stage, generation)
    return _time(row["ended_at"]) - _time(row["started_at"])


def stops(stage: Stage, count: int) -> list[Row]:
    """Revoke with `stop` while a portrait render runs."""
    found: list[float] = []
    tried = 0
    while len(found) < count:
        stage.client("mina").call("PUT", "/v1/cameos/me/audience", {"audience": "everyone"})
        generation = ask(stage, "theo", PROMPT)
        wait_for("a running render", lambda generation=generation: look(stage, "theo", generation)["state"] in {"rendering", "lost"})
        time.sleep(0.3 + secrets.randbelow(1500) / 1000)
        stage.client("mina").call("POST", "/v1/cameos/me/revocations", {"strength": "stop"})
        acknowledged_s = time.time()
        tried += 1
        if outcome(stage, "theo", generation)["state"] == "stopped":
            found.append((_time(audit_row(stage, generation)["process_gone_at"]) - acknowledged_s) * 1000)
    what = "portrait: revocation acknowledged to running render gone"
    return [Row(f"{what} ({name})", "ms", percentile(found, share), None, len(found)) for name, share in (("p50", 0.5), ("worst", 1.0))] + [
        Row("portrait: renders that ended otherwise before the stop reached them", "%", 100 * (tried - len(found)) / tried, None, tried)
    ]


def refusals(stage: Stage, seconds: float) -> list[Row]:
    """Ask a replica's question over and over while one CPU-bound render runs (cores less one); count stale refusals."""
    stage.client("mina").call("PUT", "/v1/cameos/me/audience", {"audience": "everyone"})
    stop = threading.Event()

    def rendering() -> None:
        while not stop.is_set():
            outcome(stage, "theo", ask(stage, "theo", PROMPT))

    busy = [threading.Thread(target=rendering) for _ in range((os.cpu_count() or 2) - 1)]
    for thread in busy:
        thread.start()
    generation = ask(stage, "theo", PROMPT)
    wait_for("the question", lambda: look(stage, "theo", generation)["state"] != "requested")
    reader, engine = ViewReader(stage.settings.view), OpaEngine(stage.settings.opa_socket)
    asked, stale, silent, times = 0, 0, 0, list[float]()
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        begun_s = time.perf_counter()
        asked += 1
        try:
            reader.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
            ask_policy(reader, engine, generation, "start", (MARK_VISIBLE,), 1)
        except StaleViewError:
            stale += 1
        except PolicyUnavailableError:
            silent += 1
        times.append((time.perf_counter() - begun_s) * 1000)
        time.sleep(EVERY_S)
    stop.set()
    for thread in busy:
        thread.join()
    reader.close()
    return [
        Row("decisions refused as stale while cores less one renders run", "%", 100 * stale / asked, 0.1, asked),
        Row("decisions without an answer of OPA, the same", "%", 100 * silent / asked, 0.1, asked),
        Row("a decision (view, OPA) while they run, p50", "ms", percentile(times, 0.5), None, asked),
        Row("a decision (view, OPA) while they run, p99", "ms", percentile(times, 0.99), None, asked),
    ]


def audit_row(stage: Stage, generation: str) -> dict[str, Any]:
    def settled() -> dict[str, Any] | None:
        items = stage.client("auditor").call("GET", "/v1/audit", query={"generation": generation})["items"]
        return items[0] if items and items[0]["ended_at"] else None

    return wait_for("the audit row", settled, within_s=30)


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    main()
