"""Rewrites PostgreSQL's own files after an erasure: tables with their indexes, statistics, the write-ahead log. Erases nobody.

A deleted row stays in its page until the space is used again, and in the log until that is. So, for erasures that are due:
1 every table that an erasure deletes from is written anew (VACUUM FULL), until no row that was dead before is carried over; the
old files are truncated. 2 The log goes on in a new segment, and a checkpoint makes the earlier ones needless. 3 Those that it keeps
for use again are written over. 4 A look whether the earlier ones are gone, and whether a crash ever left a copy of a table behind.
What archives, replicas and backups hold is out of its reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql

from serving.scrub_ports import Scrubbed
from streams.adapters.postgres_errors import refused

TABLES = (
    "access.handles", "access.tokens", "access.recoveries", "access.requests", "access.uploads", "access.devices", "access.proofs",
    "access.verifications", "access.things", "access.step_up", "access.recovery_codes", "projection.accounts", "pg_catalog.pg_statistic",
)  # fmt: skip
"""What an erasure deletes from, and where ANALYZE may have copied values of it before it was told not to."""
OPTIONS = "-c lock_timeout=1s -c statement_timeout=15min -c transaction_timeout=0 -c client_min_messages=error"
"""Who waits for a table's lock holds up everybody behind it: 1 s, then it is tried again."""
PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Before each try of a table. Together longer than the API's longest transaction (10 s), which may hold dead rows back."""
LOCK = 0x5C20B
_DUE = """
SELECT e.account, p.handle IS NULL AND (p.account IS NOT NULL OR e.erased_at < now() - interval '1 minute')
FROM access.erasures e LEFT JOIN projection.accounts p USING (account) WHERE e.erased_at <= %s
"""
"""Who is due, and whether the projection forgot them; the minute is for one that is just being projected for the first time."""
_RIGHTS = """
SELECT pg_has_role('pg_checkpoint', 'USAGE') AND has_function_privilege('pg_switch_wal()', 'EXECUTE')
   AND has_function_privilege('pg_ls_waldir()', 'EXECUTE')
   AND coalesce(has_function_privilege(to_regprocedure('public.stray_files()'), 'EXECUTE'), false)
   AND (SELECT bool_and(has_table_privilege(one, 'MAINTAIN')) FROM unnest(%s::text[]) one)
"""
_CARRIED = "SELECT age(relfrozenxid) > age(%s::xid) FROM pg_class WHERE oid = %s::regclass"
"""VACUUM FULL freezes what every open snapshot sees: a table frozen up to now carried no dead row over."""
_CURRENT = "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 9)"


class PostgresScrubber:
    """A Scrubber on connections of its own, of role `api`. `told` hears what is being done."""

    def __init__(self, dsn: str, told: Callable[[str], None] = lambda _: None) -> None:
        self._dsn = dsn
        self._told = told

    def scrub(self) -> Scrubbed:
        """Rewrite what erased people left; nothing where nobody was erased since. Each table is locked while it is rewritten."""
        began_s = time.monotonic()
        with _connected(self._dsn) as connection:
            if not _one(connection, "SELECT pg_try_advisory_lock(%s)", LOCK):
                return Scrubbed(left=("scrub.busy",))
            now = _one(connection, "SELECT clock_timestamp()")
            due: dict[str, bool] = dict(connection.execute(_DUE, (now,)).fetchall())
            ready = [account for account, is_projected in due.items() if is_projected]
            waiting = len(due) - len(ready)
            if not ready:
                return Scrubbed(waiting=waiting)
            left = self._everything(connection)
            if not left:
                connection.execute("DELETE FROM access.erasures WHERE account = ANY(%s) AND erased_at <= %s", (ready, now))
            return Scrubbed(0 if left else len(ready), waiting, left, time.monotonic() - began_s)

    def _everything(self, connection: psycopg.Connection[Any]) -> tuple[str, ...]:
        if not _one(connection, _RIGHTS, list(TABLES)):
            return ("scrub.right_missing",)
        mark = _one(connection, "SELECT pg_current_xact_id()::xid::text")
        held = {table: why for table in TABLES if (why := self._rewritten(connection, table, mark)) is not None}
        for table, why in held.items():
            self._told(f"{table}: {why}")
        kept = self._log_turned(connection)
        return tuple(sorted({*held.values(), *kept, *self._stray(connection)}))

    def _rewritten(self, connection: psycopg.Connection[Any], table: str, mark: str) -> str | None:
        """Rewrite a table without any row that was dead at `mark`; tell why not where that cannot be."""
        why = None
        for pause_s in PAUSES_S:
            time.sleep(pause_s)
            self._told(f"rewriting {table}")
            try:
                connection.execute(sql.SQL("VACUUM (FULL) {}").format(sql.Identifier(*table.split("."))))
            except (errors.LockNotAvailable, errors.DeadlockDetected):
                why = "scrub.locked"
                continue
            if not _one(connection, _CARRIED, mark, table):
                return None
            why = "scrub.snapshot_old"
        return why

    def _log_turned(self, connection: psycopg.Connection[Any]) -> tuple[str, ...]:
        """Have nothing left that was written to the log until now, but what the server is told to keep.

        A checkpoint deletes the segments that are not needed, or renames them for use again with what they hold; so those that lie
        ready are then gone through: what is left of a segment when the log is switched is written with zeros. So many are as
        max_wal_size allows at most, and five or so where little is written.
        """
        now = str(_one(connection, _CURRENT))
        self._go_past(connection, now)
        connection.execute("CHECKPOINT")
        segments = _segments(connection)
        self._go_past(connection, max(segments))
        return ("scrub.wal_kept",) if min(segments) <= now else ()

    def _go_past(self, connection: psycopg.Connection[Any], segment: str) -> None:
        while _one(connection, _CURRENT) <= segment:
            self._told("turning the write-ahead log")
            _one(connection, "SELECT pg_current_xact_id()")  # a switch does nothing where nothing was written since the last
            _one(connection, "SELECT pg_switch_wal()")

    def _stray(self, connection: psycopg.Connection[Any]) -> tuple[str, ...]:
        """Look for files that no table owns; after a checkpoint, for what was dropped until then has no length any more."""
        found = connection.execute("SELECT public.stray_files()").fetchall()
        for (path,) in found:
            self._told(f"no table owns {path}")
        return ("scrub.stray_file",) if found else ()


@contextmanager
def _connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5, options=OPTIONS) as connection:
            yield connection
    except psycopg.Error as error:
        raise refused(error) from error


def _segments(connection: psycopg.Connection[Any]) -> list[str]:
    """Name every segment, without its timeline: a later one has a greater name."""
    rows = connection.execute("SELECT substr(name, 9) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'").fetchall()
    return [name for (name,) in rows]


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> Any:
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]
