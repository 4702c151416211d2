"""Owns the schedule on which recordings are destroyed. Does not hold keys: the keyholder destroys and records it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final, Protocol

from identity.keys.errors import KeyholderRefusedError

log = logging.getLogger(__name__)

DAY_US: Final = 24 * 3600 * 1_000_000
KEEP_ACCEPTED_US: Final = 30 * DAY_US
"""A recording that made a cameo active: kept for objections for 30 days after the decision (design, "Who someone is")."""
KEEP_REFUSED_US: Final = 7 * DAY_US
"""A recording that was refused: 7 days, for an appeal (issue 5, "Keeping it")."""
REASON: Final = "schedule"


class DueEvidence(Protocol):
    """Finds recordings whose time is over."""

    def due_evidence(self, accepted_us: int, refused_us: int) -> Sequence[str]:
        """Find those decided at least so long ago. Raises StateUnavailableError."""
        ...


class EvidenceKeys(Protocol):
    """Destroys a recording's key, and with it the recording."""

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy and record it; may be called again. Raises KeyholderRefusedError, KeyholderUnavailableError."""
        ...


def destroy_due(
    queries: DueEvidence, keys: EvidenceKeys, *, accepted_us: int = KEEP_ACCEPTED_US, refused_us: int = KEEP_REFUSED_US
) -> list[str]:
    """Destroy every recording whose time is over and tell which. One that is refused is left for the next round, and logged.

    Recordings that wait for a reviewer are undecided, and kept. Raises StateUnavailableError, KeyholderUnavailableError.
    """
    destroyed: list[str] = []
    for evidence in queries.due_evidence(accepted_us, refused_us):
        try:
            keys.destroy_evidence(evidence, REASON)
        except KeyholderRefusedError as error:
            log.warning("evidence %s is not destroyed: %s", evidence, error)
            continue
        destroyed.append(evidence)
    return destroyed
