"""Owns the fixtures that give tests real parts; does not own the parts (tests.parts).

session: tools, postgres_part, kafka_part, opa_binary, models · module: short_tmp, database, kafka, installation, opa_server
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from infra.supervise.table import BY_NAME
from tests import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infra.tools import Tools

# before any test imports a model runtime: nothing is looked up in a hub, nothing is reported to anybody
for _name in ("HF_HUB_OFFLINE", "ORT_DISABLE_TELEMETRY"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")


@pytest.fixture(scope="session")
def tools() -> Tools:
    """Programs of this checkout; fails, never skips, before `make setup`."""
    return parts.tools()


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    """A short folder of the whole session."""
    yield from parts.removed_at_end(parts.short_folder())


@pytest.fixture(scope="module")
def short_tmp() -> Iterator[Path]:
    """An empty folder of this module, with a path short enough for sockets."""
    yield from parts.removed_at_end(parts.short_folder())


@pytest.fixture(scope="session")
def postgres_part(tools: Tools, session_folder: Path) -> Iterator[parts.PostgresPart]:
    """One real PostgreSQL with every role; take `database` unless the server itself is tested."""
    part = parts.start_postgres(session_folder, tools)
    yield part
    part.running.stop()


@pytest.fixture(scope="session")
def kafka_part(tools: Tools, session_folder: Path) -> Iterator[parts.KafkaPart]:
    """One real broker; take `kafka` unless the broker itself is tested."""
    part = parts.start_kafka(session_folder, tools)
    yield part
    part.running.stop()


@pytest.fixture(scope="module")
def kafka(kafka_part: parts.KafkaPart) -> Iterator[str]:
    """The broker's address, with no topic left from another module."""
    kafka_part.clear()
    yield kafka_part.address
    kafka_part.clear()


@pytest.fixture(scope="module")
def empty_database(postgres_part: parts.PostgresPart) -> Iterator[str]:
    """Conninfo (no user) of a new database without tables."""
    name = postgres_part.create()
    yield make_conninfo(postgres_part.conninfo, dbname=name)
    postgres_part.drop(name)


class Database:
    """A new database of one module: `conninfo` without user, `dsn(role)`, `connect(role)`, `superuser`."""

    def __init__(self, part: parts.PostgresPart, conninfo: str) -> None:
        """Keep the server's passwords."""
        self.conninfo = conninfo
        self.name = str(psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"])
        self._part = part

    @property
    def superuser(self) -> str:
        """The superuser's conninfo in this database."""
        return self._part.superuser(self.name)

    def dsn(self, role: str) -> str:
        """Return the conninfo of a role with its password."""
        return make_conninfo(self.conninfo, user=role, password=self._part.passwords[role])

    def connect(self, role: str) -> psycopg.Connection:
        """Connect as a role, autocommit."""
        return psycopg.connect(self.dsn(role), autocommit=True)


@pytest.fixture(scope="module")
def installation(
    request: pytest.FixtureRequest, tools: Tools, postgres_part: parts.PostgresPart, empty_database: str, short_tmp: Path
) -> Iterator[parts.Installation]:
    """Settings, secrets and folders of a small installation on this module's database, migrated.

    Its `settings.kafka` is the real broker when the module also asks for `kafka`, else an address where nobody listens.
    """
    here = [item for item in request.session.items if item.getparent(pytest.Module) is request.node]
    wants_kafka = any("kafka" in getattr(item, "fixturenames", ()) for item in here)
    address = request.getfixturevalue("kafka") if wants_kafka else f"{parts.LOOPBACK}:{parts.free_ports(1)[0]}"
    made = parts.new_installation(short_tmp, tools, empty_database, address, postgres_part.passwords)
    for step in BY_NAME["postgres"].after:
        if parts.module_exists(step):
            made.run(step)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def database(postgres_part: parts.PostgresPart, empty_database: str, installation: parts.Installation) -> Database:
    """This module's database with every role and, when streams.migrate exists, every migration."""
    assert installation.settings.postgres == empty_database
    return Database(postgres_part, empty_database)


@pytest.fixture(scope="session")
def opa_binary(tools: Tools) -> Path:
    """The OPA program."""
    return tools.opa


@pytest.fixture(scope="module")
def opa_server(tools: Tools, short_tmp: Path) -> Iterator[Callable[..., parts.OpaPart]]:
    """A factory: opa_server(bundle, verification_key, socket=None) starts a real OPA, ended with the module."""
    started: list[parts.OpaPart] = []

    def make(bundle: Path, verification_key: Path, socket: Path | None = None) -> parts.OpaPart:
        started.append(parts.start_opa(short_tmp / "opa", tools, bundle, verification_key, socket))
        return started[-1]

    yield make
    for part in started:
        part.stop()


@pytest.fixture(scope="session")
def models(tools: Tools) -> Path:
    """The folder of every file in infra/models.toml."""
    assert tools.models.is_dir(), f"no models in {tools.models}: run `make setup`"
    return tools.models


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recordings; skips where it is absent, for nobody can fetch it."""
    folder = parts.corpus_path()
    if folder is None:
        pytest.skip("no recordings: CAMEO_CORPUS names no folder and ../shared/corpus is absent")
    return folder
