"""Owns what known faces and recordings follow in the ledger. Opens nothing, and keeps no cursor.

One reading is one snapshot of the log and of what the relay did not number yet, which together are all that is committed: numbering
takes an event out of the outbox in the transaction that puts it into the log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from streams.adapters.postgres_pool import READ_OPTIONS, lent, pool
from streams.agents.following import Page, Placed
from streams.agents.recalling import Marked
from streams.core.knowing import TYPES, Noted

NUMBERED: Final = "SELECT coalesce(max(index), -1) FROM ledger.log"
FACES: Final = (
    """
SELECT l.index, e.position, e.stream, e.type, e.data, e.sealed ? 'template'
FROM ledger.log l JOIN ledger.events e USING (position)
WHERE l.index > %(after)s AND e.type = ANY (%(types)s) ORDER BY l.index LIMIT %(limit)s
""",
    """
SELECT NULL, e.position, e.stream, e.type, e.data, e.sealed ? 'template'
FROM ledger.outbox o JOIN ledger.events e USING (position) WHERE e.type = ANY (%(types)s) ORDER BY e.position
""",
)
MARKS: Final = (
    """
SELECT l.index, e.position, e.stream, e.type = 'subject_key.destroyed'
FROM ledger.log l JOIN ledger.events e USING (position)
WHERE l.index > %(after)s AND e.type = ANY (%(types)s)
    AND (e.sealed ? 'fingerprints' OR e.type = 'subject_key.destroyed') ORDER BY l.index LIMIT %(limit)s
""",
    """
SELECT NULL, e.position, e.stream, e.type = 'subject_key.destroyed'
FROM ledger.outbox o JOIN ledger.events e USING (position)
WHERE e.type = ANY (%(types)s) AND (e.sealed ? 'fingerprints' OR e.type = 'subject_key.destroyed') ORDER BY e.position
""",
)
"""Each: what is numbered, and what is not."""
MARKED: Final = ("enrolment.assessed", "verification.answered", "subject_key.destroyed")
PATIENCE_S: Final = 3.0
E = TypeVar("E", bound=Placed)


class KnownLog:
    """Reads over kept connections (streams.agents.knowing.FaceLog, .recalling.MarkLog). Safe for threads. Raises LedgerUnavailableError."""

    def __init__(self, conninfo: str) -> None:
        self._readers = pool(conninfo, READ_OPTIONS, autocommit=False, size=4, patience_s=PATIENCE_S)

    def close(self) -> None:
        """Close every connection."""
        self._readers.close()

    def faces_noted(self, after: int, limit: int) -> Page[Noted]:
        """Read what known faces follow from."""
        return self._page(FACES, after, limit, TYPES, Noted)

    def marks_noted(self, after: int, limit: int) -> Page[Marked]:
        """Read what known recordings follow from."""
        return self._page(MARKS, after, limit, MARKED, Marked)

    def _page(self, queries: tuple[str, str], after: int, limit: int, types: tuple[str, ...], make: Callable[..., E]) -> Page[E]:
        values: dict[str, Any] = {"after": after, "limit": limit, "types": list(types)}
        with lent(self._readers, PATIENCE_S) as connection:
            ((last,),) = connection.execute(NUMBERED).fetchall()
            rows = connection.execute(queries[0].encode(), values).fetchall() if last > after else []
            if len(rows) == limit:
                return Page([make(*row) for row in rows], rows[-1][0], is_last=False)
            rows += connection.execute(queries[1].encode(), values).fetchall()
        return Page([make(*row) for row in rows], max(last, after), is_last=True)
