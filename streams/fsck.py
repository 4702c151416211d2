"""Owns checking an installation's record: derives everything anew from the events and compares. Repairs nothing.

`python -m streams.fsck [--json]`. Numbered checks: 1 events are readable and their streams whole · 2 heads · 3 facts ·
4 use counters · 5 log: places without gaps, leaves · 6 published tiles against entries and log · 7 projections. Checks 1
to 5 read one snapshot. Exit code 0 only when nothing differs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import psycopg

from schemas.codec import encode
from schemas.envelope import Envelope
from schemas.errors import SchemaError
from schemas.ids import PARTITIONS, partition_of
from streams.adapters.postgres import envelope_from
from streams.agents.projecting import Unsealer
from streams.core.derive import Counter, Derived, HeadRow, differences
from streams.core.errors import TreeError
from streams.core.note import VerifierKey, origin_of, public_of
from streams.core.tree import Frontier, leaf_hash
from streams.replay import replay
from streams.verify_log import Verified, verify_log

EVENTS = """
SELECT tenant, stream, revision, e.position, event_id, type, version, actor, acting_as, app, correlation, causation,
    time_us, data, sealed, l.leaf_hash, o.position IS NOT NULL
FROM ledger.events e LEFT JOIN ledger.log l USING (position) LEFT JOIN ledger.outbox o USING (position) ORDER BY e.position
"""
HEADS = "SELECT stream, revision, consent_revision, head_time_us FROM ledger.streams"
FACTS = "SELECT stream, key, value, revision FROM ledger.facts"
USES = "SELECT cameo, grant_id, generation, state, duration_ms FROM ledger.uses"
COUNTERS = "SELECT cameo, grant_id, use_limit, used, limit_ms, used_ms FROM ledger.grant_counters"
LOG = """
SELECT l.index, l.partition, l.partition_seq, l.leaf_hash, e.stream FROM ledger.log l JOIN ledger.events e USING (position)
ORDER BY l.index
"""
RELAY = "SELECT log_size, sequences FROM ledger.relay"


class Report(msgspec.Struct):
    """What was checked (counts) and what differs, by check."""

    checked: dict[str, int] = {}
    problems: dict[str, list[str]] = {}

    @property
    def sound(self) -> bool:
        """Whether nothing differs."""
        return not any(self.problems.values())

    def add(self, check: str, checked: int, problems: list[str]) -> None:
        """Write a check down."""
        self.checked[check] = checked
        self.problems[check] = problems


def check_ledger(connection: psycopg.Connection[Any], report: Report) -> list[bytes]:
    """Run checks 1 to 5 in one snapshot; returns the log's leaf hashes in order of index."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    derived, problems, count = Derived(), [], 0
    for envelope, leaf, waiting in _events(connection):  # 1
        count += 1
        problems += _event_problems(envelope, leaf, waiting=waiting)
        try:
            derived.follow(envelope)
        except SchemaError as error:
            problems.append(f"position {envelope.position}: {error}")
    report.add("events", count, problems + derived.problems)
    heads = {row[0]: HeadRow(*row[1:]) for row in connection.execute(HEADS)}
    report.add("heads", len(heads), differences("head", derived.heads, heads))  # 2
    facts = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(FACTS)}
    report.add("facts", len(facts), differences("fact", derived.facts, facts))  # 3
    uses = {row[:3]: (row[3], row[4]) for row in connection.execute(USES)}
    counters = {row[:2]: Counter(*row[2:]) for row in connection.execute(COUNTERS)}
    found = differences("use", derived.uses, uses) + differences("counter", derived.counters, counters)
    report.add("uses", len(uses) + len(counters), found)  # 4
    leaves, found = _log(connection)
    report.add("log", len(leaves), found)  # 5
    return leaves


def _events(connection: psycopg.Connection[Any]) -> Iterator[tuple[Envelope, bytes | None, bool]]:
    with connection.cursor(name="fsck_events") as cursor:
        for row in cursor.execute(EVENTS):
            yield envelope_from(row), row[15], row[16]


def _event_problems(envelope: Envelope, leaf: bytes | None, *, waiting: bool) -> list[str]:
    at = f"position {envelope.position}"
    try:
        entry = encode(envelope)
    except SchemaError as error:
        return [f"{at}: {error}"]
    if leaf is None:
        return [] if waiting else [f"{at}: neither numbered nor waiting to be"]
    problems = [f"{at}: numbered and still waiting"] if waiting else []
    return problems if leaf == leaf_hash(entry) else [*problems, f"{at}: the log's leaf is not the event's"]


def _log(connection: psycopg.Connection[Any]) -> tuple[list[bytes], list[str]]:
    leaves: list[bytes] = []
    problems: list[str] = []
    sequences = [0] * PARTITIONS
    with connection.cursor(name="fsck_log") as cursor:
        for index, partition, sequence, leaf, stream in cursor.execute(LOG):
            if index != len(leaves):
                problems.append(f"log index {index} stands at place {len(leaves)}")
            if partition != partition_of(stream) or sequence != sequences[partition] + 1:
                problems.append(f"log index {index}: partition {partition}, sequence {sequence} after {sequences[partition]}")
            sequences[partition] = sequence
            leaves.append(leaf)
    relay = connection.execute(RELAY).fetchone()
    if relay is None or (relay[0], list(relay[1])) != (len(leaves), sequences):
        problems.append(f"the relay's row says {relay}, the log has {len(leaves)} entries")
    return leaves, problems[:20]


def check_tiles(folder: Path, published: Verified, leaves: list[bytes], report: Report) -> None:
    """Run the second half of check 6: what is published is the beginning of the ledger's log."""
    problems: list[str] = []
    if published.size > len(leaves):
        problems.append(f"{folder}: {published.size} entries are published, the ledger has {len(leaves)}")
    elif Frontier().extend(leaves[: published.size]).root().hex() != published.root:
        problems.append(f"{folder}: the published root of {published.size} entries is not the ledger's")
    report.add("tiles", published.size, problems)


def check_projections(conninfo: str, keyholder: Unsealer, report: Report) -> None:
    """Run check 7: the projections follow from the events."""
    replayed = replay(conninfo, keyholder)
    problems = [f"{name}: {one.live.rows} rows live, {one.rebuilt.rows} rebuilt" for name, one in replayed.tables.items() if not one.equal]
    report.add("projections", sum(one.live.rows for one in replayed.tables.values()), problems)


def fsck(conninfo: str, tiles: Path, key: VerifierKey, keyholder: Unsealer) -> Report:
    """Run every check. `conninfo`: of role owner; `key`: the log's own, kept apart from it. Raises psycopg.Error and more."""
    report = Report()
    try:  # before the snapshot: what is published later is no finding
        published = verify_log(tiles, key)
    except (TreeError, OSError) as error:
        published = error
    with psycopg.connect(conninfo) as connection:
        leaves = check_ledger(connection, report)
    if isinstance(published, Verified):
        check_tiles(tiles, published, leaves, report)
    else:
        report.add("tiles", 0, [str(published)])
    check_projections(conninfo, keyholder, report)
    return report


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
def main(*, as_json: bool) -> None:
    """Derive everything anew from the ledger's events and compare; exit code 0 only when nothing differs."""
    from identity.keys.client import KeyholderClient  # noqa: PLC0415 -- wiring
    from infra.installation import load_settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone

    settings = load_settings()
    keyholder = KeyholderClient(settings.keyholder_socket, settings.secret("token-worker").decode())
    key = VerifierKey(origin_of(settings.tenant), public_of(settings.secret("log.key")))
    report = fsck(settings.dsn("owner"), settings.tiles, key, keyholder)
    if as_json:
        click.echo(json.dumps({"sound": report.sound, "checked": report.checked, "problems": report.problems}))
    else:
        for check, count in report.checked.items():
            click.echo(f"{'differs' if report.problems[check] else 'ok     '} {check}: {count} checked")
            for problem in report.problems[check]:
                click.echo(f"        {problem}")
    sys.exit(0 if report.sound else 1)


if __name__ == "__main__":
    main()
