"""Owns what an operator does with parked streams: list them, have one tried again at once. Does not park: see runner."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A stream that an agent could not go on with: its failed event; what follows waits behind it. Times are UTC µs."""

    id: int
    agent: str
    stream: str
    revision: int
    position: int
    event_id: str
    error: str
    attempts: int
    parked_at_us: int
    retry_at_us: int
    waiting: int
    """Events of the stream that the agent has not applied, the failed one included."""


LIST = """
SELECT p.id, p.agent, p.stream, p.revision, p.position, p.event_id, p.error, p.attempts, p.parked_at_us, p.retry_at_us,
    coalesce(s.revision - p.revision + 1, 1)::bigint AS waiting
FROM agents.parked p LEFT JOIN ledger.streams s USING (stream) ORDER BY p.id
"""
RETRY = "UPDATE agents.parked SET retry_at_us = 0 WHERE id = %s"


def list_parked(connection: psycopg.Connection[Any]) -> list[Parked]:
    """List what is parked, oldest first. Any role that may read schema `agents` (api, auditor, worker, owner)."""
    with connection.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(LIST).fetchall()


def retry(connection: psycopg.Connection[Any], parked_id: int) -> bool:
    """Have a parked stream tried again at the worker's next look (within a second); False where there is none of that id.

    The outcome shows in `list_parked`: gone, or one attempt more. May be called again. Roles api, worker, owner.
    """
    with connection.transaction():
        return connection.execute(RETRY, (parked_id,)).rowcount == 1
