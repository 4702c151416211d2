"""Folds again what was folded by an older version of the code, for migrations. Does not append, nor move a head."""

from __future__ import annotations

from typing import Any

import msgspec

from policy.core.facts import fold
from schemas.codec import read_event

TYPES = ("consent.audience_set", "consent.grant_given", "generation.requested", "app.registered")
"""Events whose facts have another shape since migration 0002."""


def refold(cursor: Any) -> int:
    """Write the facts of these events as today's fold says, where they still stand; tells how many events were read.

    `cursor`: of the migration's own transaction. A fact that a later event replaced is left alone.
    """
    cursor.execute(
        "SELECT stream, revision, type, version, data FROM ledger.events WHERE type = ANY (%s) ORDER BY position", (list(TYPES),)
    )
    rows = cursor.fetchall()
    for stream, revision, name, version, data in rows:
        if name == "consent.audience_set":
            cursor.execute("DELETE FROM ledger.facts WHERE stream = %s AND key = 'audience'", (stream,))
        for write in fold(read_event(name, version, data)):
            if write.value is not None:
                value = msgspec.json.encode(write.value).decode()
                cursor.execute(
                    "INSERT INTO ledger.facts VALUES (%s, %s, %s, %s) ON CONFLICT (stream, key) DO UPDATE"
                    " SET value = excluded.value, revision = excluded.revision WHERE ledger.facts.revision <= excluded.revision",
                    (stream, write.key, value, revision),
                )
    return len(rows)
