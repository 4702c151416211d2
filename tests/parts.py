"""Owns real parts for tests: one PostgreSQL, one Kafka and OPA servers a test session, on free ports, ended with it.

Does not own what is tested with them. A part that cannot start fails the test that asked for it; nothing here skips, but the
corpus, which may be absent. Each part dies with the test process, also when that is killed.
"""

from __future__ import annotations

import importlib.util
import os
import secrets as random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from infra import secrets
from infra.parts import postgres
from infra.parts.kafka import Broker
from infra.parts.opa import Opa
from infra.parts.ports import LOOPBACK, free_ports
from infra.places import ROOT, Places
from infra.settings import Settings
from infra.supervise import leftovers
from infra.supervise.prepare import process_environ
from infra.tools import Tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0


class PartError(Exception):
    """A real part did not start, or a command of ours failed; its last lines are in the message."""


def places() -> Places:
    """Return the folders of this checkout."""
    return Places.from_env(os.environ)


def tools() -> Tools:
    """Return the programs of this checkout; raises SetUpError when `make setup` did not run."""
    return Tools.load(places())


def short_folder() -> Path:
    """Make an empty folder with a path short enough for sockets, which every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="cm-", dir="/tmp"))
    folder.chmod(0o711)
    return folder


@dataclass(slots=True)
class Running:
    """One started process, its log, and the signal that stops it cleanly."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def pid(self) -> int:
        """The process id, also after the start helper replaced itself by the part."""
        return self.process.pid

    def stop(self) -> None:
        """Stop cleanly, after 15 s hard; may be called again."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """Kill -9 and reap."""
        self._end(signal.SIGKILL)

    def tail(self, lines: int = 25) -> str:
        """Return the last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _end(self, how: signal.Signals) -> None:
        if self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT_S)


def start(
    name: str,
    command: list[str],
    ready: Callable[[], bool],
    folder: Path,
    *,
    environ: dict[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Running:
    """Start a process that dies with this one and wait until it is ready; raises PartError with its log otherwise."""
    log = folder / f"{name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*_die_with_me(), *command], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=environ, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
    running = Running(name, process, log, stop_signal)
    end_s = time.monotonic() + START_TIMEOUT_S
    while not ready():
        code = process.poll()
        if code is not None or time.monotonic() > end_s:
            running.kill()
            why = f"ended with {code}" if code is not None else f"was not ready after {START_TIMEOUT_S:.0f} s"
            message = f"{name} {why}:\n{running.tail()}"
            raise PartError(message)
        time.sleep(0.02)
    return running


def _die_with_me() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=KILL", "--"] if setpriv else []


@dataclass(slots=True)
class PostgresPart:
    """The session's PostgreSQL: `conninfo` without user and database, the passwords of its roles."""

    cluster: postgres.Cluster
    running: Running
    password: str
    passwords: dict[str, str]

    @property
    def conninfo(self) -> str:
        """Host and port."""
        return self.cluster.conninfo

    def superuser(self, database: str = "postgres") -> str:
        """Return the superuser's conninfo, for a test that must do what no role may."""
        return postgres._superuser(self.conninfo, self.password, database)

    def create(self) -> str:
        """Create an empty database owned by `owner`; return its name."""
        name = f"test_{random.token_hex(6)}"
        postgres.ensure_database(self.conninfo, self.password, name)
        return name

    def drop(self, name: str) -> None:
        """Drop a database and whoever is connected to it."""
        postgres.drop_database(self.conninfo, self.password, name)

    def restart(self) -> None:
        """Start it again on the same data, after a test stopped or killed it."""
        self.running.stop()
        self.running = _run_postgres(self.cluster, self.password)


def start_postgres(folder: Path, found: Tools) -> PostgresPart:
    """Start a new cluster in a folder, with every role."""
    cluster = postgres.Cluster(found.postgres_bin, folder / "pgdata", folder / "pg")
    password = random.token_hex(16)
    passwords = {role: random.token_hex(16) for role in postgres.ROLES}
    cluster.initialise(password)
    running = _run_postgres(cluster, password)
    postgres.ensure_roles(cluster.conninfo, password, passwords)
    return PostgresPart(cluster, running, password, passwords)


def _run_postgres(cluster: postgres.Cluster, password: str) -> Running:
    return start(
        "postgres", cluster.command(_die_with_me()), lambda: postgres.is_ready(cluster.conninfo, password),
        cluster.data.parent, stop_signal=signal.SIGINT,
    )  # fmt: skip


@dataclass(slots=True)
class KafkaPart:
    """The session's broker."""

    broker: Broker
    running: Running

    @property
    def address(self) -> str:
        """Its bootstrap address, host:port."""
        return self.broker.address

    def restart(self) -> None:
        """Start it again on the same data, after a test stopped or killed it."""
        self.running.stop()
        self.running = _run_kafka(self.broker)

    def clear(self) -> None:
        """Delete every topic and consumer group that a test made."""
        from kafka.admin import KafkaAdminClient

        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            topics = [name for name in admin.list_topics() if not name.startswith("__")]
            if topics:
                admin.delete_topics(topics)
            while any(name in admin.list_topics() for name in topics):
                time.sleep(0.05)
        finally:
            admin.close()


def start_kafka(folder: Path, found: Tools) -> KafkaPart:
    """Start a new broker in a folder; 2 to 3 s and 350 MB."""
    port, controller_port = free_ports(2)
    broker = Broker(found.java, found.kafka_libs, folder / "kafka", port, controller_port)
    broker.initialise()
    return KafkaPart(broker, _run_kafka(broker))


def _run_kafka(broker: Broker) -> Running:
    return start("kafka", broker.command(), broker.is_ready, broker.folder)


@dataclass(slots=True)
class OpaPart:
    """One OPA server on a unix socket."""

    opa: Opa
    running: Running
    folder: Path

    @property
    def socket(self) -> Path:
        """Its unix socket."""
        return self.opa.socket

    def stop(self) -> None:
        """Stop it and remove its socket; asking it then fails at once."""
        self.running.stop()
        self.opa.socket.unlink(missing_ok=True)

    def start(self) -> None:
        """Start it again on the same socket."""
        self.running = _run_opa(self.opa, self.folder)


def start_opa(folder: Path, found: Tools, bundle: Path, verification_key: Path, socket: Path | None = None) -> OpaPart:
    """Start an OPA on a signed bundle; raises PartError when OPA refuses the bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    opa = Opa(found.opa, socket or folder / f"opa-{random.token_hex(3)}.sock", bundle, verification_key)
    return OpaPart(opa, _run_opa(opa, folder), folder)


def _run_opa(opa: Opa, folder: Path) -> Running:
    return start("opa", opa.command(), opa.is_ready, folder)


@dataclass(slots=True)
class Installation:
    """The settings of a small installation made for one test module, and its processes.

    `run(module)` runs one of our commands to its end, `start(name, module)` starts one of our processes and waits for its
    ready file; both get `environ`.
    """

    settings: Settings
    folder: Path
    processes: list[Running] = field(default_factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its processes."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("CAMEO_")}
        folders = replace(places(), var=self.settings.var, run=self.settings.run)
        return process_environ(mine, folders, self.settings.environ())

    def run(self, module: str, *arguments: str) -> str:
        """Run `python -m module` to its end and return its output; raises PartError when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments], env=self.environ, cwd=ROOT, text=True, capture_output=True, check=False
        )
        if done.returncode != 0:
            message = f"python -m {module} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}"
            raise PartError(message)
        return done.stdout

    def start(self, name: str, module: str, *arguments: str) -> Running:
        """Start `python -m module` and wait for run/<name>.ready; ended with the fixture."""
        ready = self.settings.run / f"{name}.ready"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", module, *arguments]
        running = start(name, command, ready.exists, self.settings.logs, environ=self.environ)
        self.processes.append(running)
        return running

    def stop(self) -> None:
        """Stop its processes, last started first."""
        while self.processes:
            self.processes.pop().stop()
        leftovers.end(self.settings.run, grace_s=1.0)


def new_installation(folder: Path, found: Tools, conninfo: str, kafka: str, passwords: dict[str, str]) -> Installation:
    """Make folders and secrets for a module; nothing is started."""
    var, run = folder / "var", folder / "run"
    api, serve = free_ports(2)
    settings = Settings(
        tenant="main", var=var, run=run, secrets=var / "secrets", models=found.models, corpus=corpus_path(),
        postgres=conninfo, kafka=kafka, opa_socket=run / "opa.sock", keyholder_opa_socket=run / "kopa.sock",
        keyholder_socket=run / "keyholder.sock", api=f"{LOOPBACK}:{api}", serve=f"{LOOPBACK}:{serve}",
    )  # fmt: skip
    for one in (var, run, settings.media, settings.view, settings.tiles, settings.bundles, settings.logs):
        one.mkdir(parents=True, exist_ok=True)
    secrets.ensure(settings.secrets, database=False)
    for role, password in passwords.items():
        path = settings.secrets / f"pg-{role}"
        path.write_text(password)
        path.chmod(0o600)
    return Installation(settings, folder)


def module_exists(name: str) -> bool:
    """Say whether one of our modules is part of this checkout."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def corpus_path() -> Path | None:
    """Return the folder of recordings (CAMEO_CORPUS, default ../shared/corpus), or None."""
    folder = Path(os.environ.get("CAMEO_CORPUS") or ROOT.parent / "shared" / "corpus").resolve()
    return folder if folder.is_dir() else None


def removed_at_end(folder: Path) -> Iterator[Path]:
    """Yield a folder and remove it; used as the body of fixtures."""
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
