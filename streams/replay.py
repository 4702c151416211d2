"""Owns rebuilding the projections from the ledger and holding them against the live ones. Changes neither ledger nor live rows.

`python -m streams.replay [--into CONNINFO] [--json]`: into a fresh schema of the same database, dropped afterwards, or into
another database that role `owner` may write, migrated and left as it is. Exit code 0 only when every table is equal.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
import psycopg
from psycopg import sql

from schemas.codec import event_of
from streams.adapters.postgres import envelope_from
from streams.adapters.projections import SCHEMA, TABLES, TableDigest, digests, write_changes
from streams.agents.projecting import NotifyAgent, ProjectAgent, Unsealer, clear_fields
from streams.core.changes import seen
from streams.core.notify import notify
from streams.core.project import project
from streams.migrate import migrate

EVENTS = """
SELECT tenant, e.stream, e.revision, position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed, e.revision <= coalesce(p.revision, 0), e.revision <= coalesce(n.revision, 0)
FROM ledger.events e
LEFT JOIN agents.applied p ON p.stream = e.stream AND p.agent = %(project)s
LEFT JOIN agents.applied n ON n.stream = e.stream AND n.agent = %(notify)s
ORDER BY position
"""
HEADS = """
SELECT count(*) FROM ledger.streams s WHERE split_part(s.stream, '-', 1) = ANY (%(kinds)s) AND (
    SELECT count(*) FROM agents.applied a WHERE a.stream = s.stream AND a.revision = s.revision AND a.agent = ANY (%(agents)s)
) < cardinality(%(agents)s::text[])
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """One table: what is live, what was rebuilt."""

    live: TableDigest
    rebuilt: TableDigest

    @property
    def equal(self) -> bool:
        """Whether both have the same rows."""
        return self.live == self.rebuilt


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome: every table compared; events followed; streams whose newest events the agents had not applied yet.

    Live rows are compared as of what the agents had applied, so a replay beside traffic is as good as one in the quiet.
    """

    tables: dict[str, Compared]
    events: int
    streams_behind: int

    @property
    def equal(self) -> bool:
        """Whether every table is equal."""
        return all(one.equal for one in self.tables.values())

    def report(self) -> dict[str, Any]:
        """Write it as JSON data."""
        tables = {
            name: {"equal": one.equal, "live": one.live._asdict(), "rebuilt": one.rebuilt._asdict()} for name, one in self.tables.items()
        }
        return {"equal": self.equal, "events": self.events, "streams_behind": self.streams_behind, "tables": tables}


def replay(live: str, keyholder: Unsealer, into: str | None = None, tenant: str = "main") -> Replayed:
    """Rebuild the projections and compare. `live`, `into`: conninfo of role owner. Raises KeyholderUnavailableError, psycopg.Error."""
    with psycopg.connect(live) as reading, _fresh(live, into, tenant) as (writing, schema):
        reading.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        events = rebuild(reading, writing, schema, keyholder)
        kinds = sorted(ProjectAgent.kinds | NotifyAgent.kinds)
        behind = reading.execute(HEADS, {"kinds": kinds, "agents": [ProjectAgent.name, NotifyAgent.name]}).fetchone()
        assert behind is not None
        before, after = digests(reading), digests(writing, schema)
    return Replayed({table: Compared(before[table], after[table]) for table in TABLES}, events, behind[0])


def rebuild(reading: psycopg.Connection[Any], writing: psycopg.Connection[Any], schema: str, keyholder: Unsealer) -> int:
    """Write the rows of every event that the agents had applied; returns how many events were followed."""
    count = 0
    with reading.cursor(name="replay") as events, writing.cursor() as rows:
        for row in events.execute(EVENTS, {"project": ProjectAgent.name, "notify": NotifyAgent.name}):
            envelope = envelope_from(row)
            event, count = event_of(envelope), count + 1
            if row[15]:
                write_changes(rows, project(event, seen(envelope, clear_fields(keyholder, envelope))), schema)
            if row[16]:
                write_changes(rows, notify(event, seen(envelope, {})), schema)
    return count


@contextmanager
def _fresh(live: str, into: str | None, tenant: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    if into is not None:
        migrate(into, tenant)
        with psycopg.connect(into) as connection:
            for table in TABLES:
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(SCHEMA, table)))
            yield connection, SCHEMA
        return
    schema = f"replay_{secrets.token_hex(6)}"
    with psycopg.connect(live) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for table in TABLES:
            statement = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
            connection.execute(statement.format(sql.Identifier(schema, table), sql.Identifier(SCHEMA, table)))
        yield connection, schema
        connection.rollback()


def write_report(replayed: Replayed) -> str:
    """Write the outcome for people."""
    lines = [
        f"{'equal    ' if one.equal else 'DIFFERENT'} {name}: {one.live.rows} rows live, {one.rebuilt.rows} rebuilt"
        for name, one in replayed.tables.items()
    ]
    return "\n".join([*lines, f"{replayed.events} events followed, {replayed.streams_behind} streams not projected to their end yet"])


@click.command()
@click.option("--into", help="Conninfo of an empty database that role owner may write; default: a fresh schema, dropped after.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
def main(into: str | None, *, as_json: bool) -> None:
    """Rebuild the projections from the ledger and compare them with the live ones."""
    from identity.keys.client import KeyholderClient  # noqa: PLC0415 -- wiring
    from infra.installation import load_settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone

    settings = load_settings()
    keyholder = KeyholderClient(settings.keyholder_socket, settings.secret("token-worker").decode())
    replayed = replay(settings.dsn("owner"), keyholder, into, settings.tenant)
    click.echo(json.dumps(replayed.report()) if as_json else write_report(replayed))
    sys.exit(0 if replayed.equal else 1)


if __name__ == "__main__":
    main()
