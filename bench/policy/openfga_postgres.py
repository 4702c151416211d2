"""OpenFGA on a real PostgreSQL of its own, filled in bulk. Its schema is its own (`openfga migrate`).

The cluster runs as ours does (fsync on); only its cache is made larger than ours, so that the peer's whole graph lies in it.
Rows are copied without indexes, which are then made as `migrate` defined them: what results is what its API would have written.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from google.protobuf.json_format import Parse
from google.protobuf.struct_pb2 import Struct
from psycopg import sql

from bench.policy.model import Tuple
from bench.policy.openfga import OpenFga, Store, running
from bench.policy.program import served
from infra.parts.postgres import Cluster, is_ready
from tests.parts import tools

COLUMNS = (
    "store", "object_type", "object_id", "relation", "_user", "user_type", "ulid", "inserted_at", "condition_name",
    "condition_context",
)  # fmt: skip
TYPES = (*["text"] * 7, "timestamptz", "text", "bytea")
CACHE = "4GB"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SUPERUSER, DATABASE = "postgres", "postgres"
_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Loaded:
    """OpenFGA over a database."""

    server: OpenFga
    conninfo: str

    def load(self, store: Store, tuples: Iterable[Tuple]) -> int:
        """Copy tuples into the store; returns how many."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            kept = [
                row[0]
                for row in connection.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'tuple' AND indexname <> 'tuple_pkey'")
            ]
            names = [row[0] for row in connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'tuple'")]
            connection.execute("ALTER TABLE tuple DROP CONSTRAINT tuple_pkey")
            for name in names:
                connection.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name)))
            count = _copy(connection, store.store, tuples)
            connection.execute("SET maintenance_work_mem = '1GB'")
            connection.execute("ALTER TABLE tuple ADD PRIMARY KEY (store, object_type, object_id, relation, _user)")
            for definition in kept:
                connection.execute(definition)
            connection.execute("VACUUM ANALYZE tuple")
        return count

    @property
    def size_mb(self) -> float:
        """The table with its indexes."""
        with psycopg.connect(self.conninfo) as connection:
            row = connection.execute("SELECT pg_total_relation_size('tuple')").fetchone()
        return 0.0 if row is None else row[0] / 1e6


@contextmanager
def running_on_postgres(binary: Path, folder: Path) -> Iterator[Loaded]:
    """Start a cluster, migrate it, run OpenFGA on it for a block."""
    folder.mkdir(parents=True)
    cluster = Cluster(tools().postgres_bin, folder / "pgdata", folder / "pg")
    password = secrets.token_hex(16)
    cluster.initialise(password)
    setpriv = shutil.which("setpriv")
    command = cluster.command([setpriv, "--pdeathsig=KILL", "--"] if setpriv else [])
    command += ["-c", f"shared_buffers={CACHE}", "-c", "max_wal_size=8GB"]
    with served(command, lambda: is_ready(cluster.conninfo, password), folder / "postgres.log"):
        uri = f"postgres://{SUPERUSER}:{password}@localhost/{DATABASE}?host={cluster.sockets}"
        datastore = ("--datastore-engine", "postgres", "--datastore-uri", uri)
        subprocess.run([str(binary), "migrate", *datastore], check=True, capture_output=True)
        conninfo = psycopg.conninfo.make_conninfo(cluster.conninfo, user=SUPERUSER, password=password, dbname=DATABASE)
        with running(binary, folder / "openfga", datastore) as server:
            yield Loaded(server, conninfo)


def _copy(connection: psycopg.Connection[Any], store: str, tuples: Iterable[Tuple]) -> int:
    count = 0
    names = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    now = connection.execute("SELECT now()").fetchone()
    with connection.cursor().copy(sql.SQL("COPY tuple ({}) FROM STDIN (FORMAT BINARY)").format(names)) as copy:
        copy.set_types(TYPES)
        for count, one in enumerate(tuples, 1):
            kind, _, name = one.object.partition(":")
            user_type = "userset" if one.user.endswith(":*") else "user"
            context = None if one.context is None else _context(_json.encode(one.context))
            copy.write_row(
                (store, kind, name, one.relation, one.user, user_type, _ulid(count), (now or (None,))[0], one.condition, context)
            )
    return count


@lru_cache(4096)
def _context(said: bytes) -> bytes:
    """Encode a condition's context as OpenFGA does: a protobuf Struct."""
    return Parse(said, Struct()).SerializeToString()


def _ulid(number: int) -> str:
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(CROCKFORD[digit])
    return "".join(reversed(digits))
