"""Owns finding the face that a cameo was last made active with. Does not compare it.

An enrolment in the sandbox does not count unless it is asked for, and hides no earlier one that does: anybody may put any picture there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from identity.keys.errors import KeyholderRefusedError
from schemas.envelope import Envelope
from streams.core.assured import SANDBOX, known_by

COMPARE_PURPOSE = "compare"
UNKNOWN = b""
"""There is an active cameo, and its face was not kept."""


class TemplateKeys(Protocol):
    """Opens sealed fields."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open what a purpose may read. Raises KeyholderRefusedError."""
        ...


def own_face(history: Sequence[Envelope], keys: TemplateKeys, *, sandbox: bool = False) -> bytes | None:
    """Give the template of the enrolment that made this cameo active; None without one, UNKNOWN where it has none.

    `sandbox`: one that was enrolled in the sandbox alone has a face too.

    Raises KeyholderRefusedError where the keyholder refuses for another reason than a destroyed key.
    """
    active = known_by(history)
    if active is None or any(past.type == "subject_key.destroyed" for past in history):
        return None
    if active.data["assurance"] == SANDBOX and not sandbox:
        return None
    enrolment = active.data["enrolment"]
    assessed = next((past for past in history if past.type == "enrolment.assessed" and past.data["enrolment"] == enrolment), None)
    if assessed is None or "template" not in assessed.sealed:
        return UNKNOWN
    try:
        return keys.unseal(assessed.stream, assessed.event_id, COMPARE_PURPOSE).get("template", UNKNOWN)
    except KeyholderRefusedError as error:
        if "key.destroyed" not in error.codes:
            raise
        return UNKNOWN
