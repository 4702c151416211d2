"""What is told of rewriting the files of the database after an erasure. Rewrites nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

REMEDIES = {
    "scrub.busy": "somebody else rewrites them now: give the command again",
    "scrub.locked": "a table was in use each time it was asked for: give the command again when less is going on",
    "scrub.right_missing": "have a superuser grant what docs/identity.md lists in the part on PostgreSQL's files",
    "scrub.snapshot_old": "an older transaction is open: end it (pg_stat_activity, pg_prepared_xacts, pg_replication_slots)",
    "scrub.stray_file": "a crash left a file that no table owns, named above: stop PostgreSQL, delete it below its data folder, start it",
    "scrub.wal_kept": "archiving, a replication slot or wal_keep_size holds older segments of the write-ahead log back",
}
"""Why something of an erased person may still lie in the database's files → what to do."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What one rewriting did."""

    people: int = 0
    """Erased people of whom the database's files hold nothing any more."""
    waiting: int = 0
    """Erased people for whom it was too early: the projections still tell their handle."""
    left: tuple[str, ...] = ()
    """Codes of REMEDIES. Where there are any, it is still due."""
    took_s: float = 0.0

    @property
    def clean(self) -> bool:
        """Tell that nothing is due any more."""
        return not self.left and not self.waiting


class Scrubber(Protocol):
    """Rewrites the database's files."""

    def scrub(self) -> Scrubbed:
        """Rewrite what erased people left, if any did. May be called again, also at once. Raises LedgerUnavailableError."""
        ...
