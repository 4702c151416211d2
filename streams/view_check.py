"""Compares this host's consent view with the ledger, fact by fact. Changes neither."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from policy.adapters.view import ViewReader
from policy.core.digest import FactRow, facts_digest, head_row
from schemas.ids import PARTITIONS, partition_of

PATIENCE_S = 5.0
"""The view follows the ledger by milliseconds; a busy installation is looked at again until both stand still at once."""
HEADS = "SELECT stream, revision, consent_revision FROM ledger.streams"
FACTS = "SELECT stream, key, value, revision FROM ledger.facts"
LAST = "SELECT coalesce(max(index), -1), (SELECT count(*) FROM ledger.outbox) FROM ledger.log"


def compare_view(conninfo: str, folder: Path) -> dict[str, Any]:
    """Compare digests of what the view holds at the same log index; when they differ, name up to 20 streams that do.

    `conninfo`: a role that may read the ledger. Raises psycopg.Error, ViewError.
    """
    until_s = time.monotonic() + PATIENCE_S
    reader = ViewReader(folder)
    try:
        with psycopg.connect(conninfo) as connection:
            while True:
                found = _compare(connection, reader)
                if found["equal"] or time.monotonic() > until_s:
                    return found
                connection.rollback()
                time.sleep(0.2)
    finally:
        reader.close()


def _compare(connection: psycopg.Connection[Any], reader: ViewReader) -> dict[str, Any]:
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with reader.reading() as facts:
        state, view = facts.state(), list(facts.rows())
    held = range(PARTITIONS) if state is None else state.held
    ledger = [row for row in _ledger_rows(connection) if partition_of(row[0]) in held]
    last, unnumbered = connection.execute(LAST).fetchone() or (-1, 0)
    ours, theirs = facts_digest(ledger), facts_digest(view)
    different = {row[0] for row in _only(ledger, view)} | {row[0] for row in _only(view, ledger)}
    return {
        "equal": ours == theirs,
        "ledger_sha256": ours,
        "view_sha256": theirs,
        "ledger_rows": len(ledger),
        "view_rows": len(view),
        "ledger_log_index": last,
        "ledger_not_numbered_yet": unnumbered,
        "view_log_index": -1 if state is None else state.log_index,
        "streams_that_differ": sorted(different)[:20],
    }


def _ledger_rows(connection: psycopg.Connection[Any]) -> Iterator[FactRow]:
    for stream, revision, consent_revision in connection.execute(HEADS):
        yield head_row(stream, revision, consent_revision)
    for stream, key, value, revision in connection.execute(FACTS):
        yield stream, key, value, revision


def _only(here: list[FactRow], there: list[FactRow]) -> list[FactRow]:
    known = {(row[0], row[1], row[3]) for row in there}
    return [row for row in here if (row[0], row[1], row[3]) not in known]
