"""One OPA of our own for a while, on a policy that nobody activated: to try it on many questions. Does not decide for anybody."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from policy.adapters.opa import OpaEngine, UnixConnection
from policy.bundle import digest_of, stage
from policy.core.codes import code_table, rego_table
from policy.errors import PolicyError
from policy.program import REGO, metadata, requirement_folders

START_S = 20.0
ANSWER_S = 5.0
TABLE = Path("table") / "data.json"


class Tried(NamedTuple):
    """A policy that is served for a while."""

    engine: OpaEngine
    bundle_sha256: str


@contextmanager
def serving(policy: Path, opa: Path) -> Generator[Tried]:
    """Serve a bundle (a file, its signature unread) or a folder of rules from a fresh OPA. Raises PolicyError."""
    with tempfile.TemporaryDirectory(prefix="cm-", dir="/tmp") as name:
        folder = Path(name)
        served, sha256 = (policy, digest_of(policy)) if policy.is_file() else _staged(policy, folder, opa)
        socket, log = folder / "opa.sock", folder / "opa.log"
        command = [
            str(opa), "run", "--server", "--addr", f"unix://{socket}", "--unix-socket-perm", "600", "--skip-verify",
            "--bundle", str(served.resolve()), "--skip-version-check", "--log-level", "error",
        ]  # fmt: skip
        with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=folder) as process:
            try:
                _wait(process, socket, log)
                engine = OpaEngine(socket, ANSWER_S)
                yield Tried(engine, sha256)
                engine.close()
            finally:
                process.terminate()


@contextmanager
def whole_policy(folder: Path, opa: Path) -> Generator[Path]:
    """Give a whole policy: the folder, or, where it only has requirements, those laid over the built-in ones.

    The decision's own table is made from METADATA, so nothing needs to be generated before a requirement is tried.
    """
    with tempfile.TemporaryDirectory(prefix="policy-") as name:
        laid = Path(name) / "rego"
        if not (folder / "decision.rego").exists():
            shutil.copytree(REGO, laid)
        shutil.copytree(folder, laid, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.yaml", "*.yml"))
        (laid / TABLE.parent).mkdir(exist_ok=True)
        table = rego_table(code_table(metadata(opa, laid), requirement_folders(laid)))
        (laid / TABLE).write_text(json.dumps(table, sort_keys=True))
        yield laid


def _staged(policy: Path, folder: Path, opa: Path) -> tuple[Path, str]:
    with whole_policy(policy, opa) as laid:
        staged = folder / "bundle"
        return staged, stage(laid, staged)


def _wait(process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    end = time.monotonic() + START_S
    while not _ready(socket):
        if process.poll() is not None or time.monotonic() > end:
            message = f"opa does not serve this policy: {log.read_text(errors='replace').strip()[-2000:]}"
            raise PolicyError(message)
        time.sleep(0.02)


def _ready(socket: Path) -> bool:
    connection = UnixConnection(socket, 0.5)
    try:
        connection.request("GET", "/health?bundles=true")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
