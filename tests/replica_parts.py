"""A host that can run attempts, on real parts: keyholder, Kafka, relay, feeder, view, OPA; and attempts run on it without Ray.

Use: `from tests.keyholder_parts import keyholding` and `from tests.replica_parts import host` in a conftest, then take the
fixture `host` (one a module) in a module that also asks for `kafka`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from psycopg.conninfo import make_conninfo

from identity.keys.signing import load_public_key
from policy.adapters.view import ViewReader
from policy.errors import StaleViewError
from schemas import generation as events
from serving.core.attempt import AttemptRequest, Report, SignedReport
from serving.replica.signing import checked_report
from serving.replica.site import Site, replica_name
from tests import parts
from tests.keyholder_parts import Keyholding, start_keyholding

if TYPE_CHECKING:
    from tests.parts import Installation, KafkaPart, OpaPart, Running
    from tests.world import World

PATIENCE_S = 60.0
LEASE_US = 60_000_000


@dataclass
class Asking:
    """People and a cameo that somebody may use."""

    owner: str
    requester: str
    cameo: str
    grant: str


@dataclass
class Run:
    """One watcher that runs an attempt, as a replica would run it."""

    host: Host
    request: AttemptRequest
    process: subprocess.Popen[bytes]
    lines: list[dict[str, object]] = field(default_factory=list)
    report: Report | None = None

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ended(self, timeout_s: float = PATIENCE_S) -> Report:
        """Wait for the signed report."""
        self._reader.join(timeout_s)
        assert self.report is not None, f"no report; lines {self.lines[-3:]}, exit {self.process.poll()}"
        return self.report

    def rendering(self, timeout_s: float = PATIENCE_S, *, or_ended: bool = False) -> None:
        """Wait until the child has begun to render; or, where that will do, until the attempt ended."""

        def seen() -> bool:
            return any(line.get("permille") for line in self.lines) or (or_ended and self.report is not None)

        until(seen, timeout_s, "the child renders")

    def child(self) -> int:
        """Tell the child's process id."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = msgspec.json.decode(line, type=dict[str, object])
            if "report" in message:
                signed = msgspec.convert(message, SignedReport)
                self.report = checked_report(self.host.replica_key, signed, self.request)
            self.lines.append(message)
        self.process.wait()


@dataclass
class Host:
    """One host of replicas."""

    installation: Installation
    keyholding: Keyholding
    opa: OpaPart
    relay: Running
    feeder: Running
    runs: list[Run] = field(default_factory=list)
    broker: KafkaPart | None = None

    def __post_init__(self) -> None:
        settings = self.installation.settings
        self.replica_key = load_public_key(settings.secret("replica.pub"))
        self.view = ViewReader(settings.view, settings.max_staleness_ms * 1000)

    @property
    def world(self) -> World:
        """What people do."""
        return self.keyholding.world

    def restart_kafka(self) -> None:
        """Stop the broker cleanly and start it again on the same data; of a standing host alone."""
        assert self.broker is not None
        self.broker.restart()

    def fresh(self) -> None:
        """Wait until the view is fresh."""

        def is_fresh() -> bool:
            try:
                self.view.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
            except StaleViewError:
                return False
            return True

        until(is_fresh, PATIENCE_S, "the view is fresh")

    def asking(self, **grant: object) -> Asking:
        """Make an owner with an active cameo and somebody who was given a grant."""
        owner, requester = self.world.register("owner"), self.world.register("friend")
        cameo = self.world.activate_cameo(owner)
        return Asking(owner, requester, cameo, self.world.grant(cameo, requester, **grant))  # type: ignore[arg-type]

    def asked(self, asking: Asking, *, duration_ms: int = 400) -> str:
        """Ask for a film and have it judged; gives the generation."""
        one = self.world.request(asking.requester, asking.cameo, duration_ms=duration_ms)
        self.world.judge(one)
        return one

    def run(self, generation: str, attempt: int = 1, lease_us: int = LEASE_US, *, wait: bool = True) -> Run:
        """Lease an attempt and run it in a watcher; `wait` until the view is fresh, else begin whatever it is."""
        if wait:
            self.fresh()
        until_us = time.time_ns() // 1000 + lease_us
        leased = events.AttemptLeased(attempt=attempt, replica=replica_name("trivial"), lease_until_us=until_us)
        envelope = self.world.append("dispatcher", generation, leased)[0]
        request = AttemptRequest(generation=generation, attempt=attempt, lease_until_us=until_us, leased_at_us=envelope.time_us)
        process = self.watcher()
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(request) + b"\n")
        process.stdin.flush()
        self.runs.append(Run(self, request, process))
        return self.runs[-1]

    def watcher(self) -> subprocess.Popen[bytes]:
        """Start a watcher that waits for its attempt."""
        settings = self.installation.settings
        site = Site(
            engine="trivial", replica=replica_name("trivial"), view=str(settings.view), media=str(settings.media),
            opa_socket=str(settings.opa_socket), keyholder_socket=str(settings.keyholder_socket),
            replica_key=str(settings.secrets / "replica.key"), max_staleness_ms=settings.max_staleness_ms,
        )  # fmt: skip
        command = [sys.executable, "-m", "serving.replica.watcher", msgspec.json.encode(site).decode(), str(os.getpid())]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stop_runs(self) -> None:
        """End every watcher that still runs."""
        for run in self.runs:
            run.process.kill()
            run.process.wait()
        self.runs.clear()

    def spool(self) -> list[str]:
        """List the sealed films that wait for the keyholder."""
        return [path.name for path in (self.installation.settings.media / "spool").iterdir()]


def until(true: Callable[[], object], timeout_s: float, what: str) -> None:
    """Wait until something is so; fails the test with what it was otherwise."""
    end_s = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end_s, f"not so after {timeout_s:.0f} s: {what}"
        time.sleep(0.005)


def gone(pid: int) -> bool:
    """Tell whether a process is no more, or only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def start_host(keyholding: Keyholding, opa_server: Callable[..., OpaPart]) -> Host:
    """Start relay, feeder and the replicas' OPA beside a keyholder."""
    installation = keyholding.installation
    settings = installation.settings
    (settings.media / "spool").mkdir(parents=True, exist_ok=True)
    installation.run("streams.topics")
    relay = installation.start("relay", "streams.relay")
    feeder = installation.start("feeder", "streams.feeder")
    opa = opa_server(settings.bundles / "policy.tar.gz", settings.secrets / "bundle.pub", settings.opa_socket)
    return Host(installation, keyholding, opa, relay, feeder)


@pytest.fixture(scope="module")
def host(kafka: str, keyholding: Keyholding, opa_server: Callable[..., OpaPart]) -> Iterator[Host]:
    """A host of replicas on this module's ledger."""
    del kafka
    made = start_host(keyholding, opa_server)
    yield made
    made.stop_runs()


@contextmanager
def standing_host() -> Iterator[Host]:
    """Start everything that a host needs, outside pytest: for benches. Ended with the block."""
    folder, found = parts.short_folder(), parts.tools()
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = parts.start_postgres(folder, found)
        ending.callback(postgres.running.stop)
        kafka = parts.start_kafka(folder, found)
        ending.callback(lambda: kafka.running.stop())  # noqa: PLW0108 -- whichever runs then: it may have been restarted
        conninfo = make_conninfo(postgres.conninfo, dbname=postgres.create())
        installation = parts.new_installation(folder, found, conninfo, kafka.address, postgres.passwords)
        ending.callback(installation.stop)
        installation.run("streams.migrate")

        def opa_server(bundle: Path, key: Path, socket: Path | None = None) -> OpaPart:
            opa = parts.start_opa(folder / "opa", found, bundle, key, socket)
            ending.callback(opa.stop)
            return opa

        keyholding = start_keyholding(installation, opa_server, found)
        ending.callback(keyholding.world.close)
        host = start_host(keyholding, opa_server)
        host.broker = kafka
        ending.callback(host.stop_runs)
        yield host
