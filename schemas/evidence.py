"""Events of what a decision rested on: added, compared, opened, destroyed. The recording itself arrives in schemas/cameo.py."""

from __future__ import annotations

from typing import Literal

from schemas.registry import Event, event


@event("evidence.added", 1, stream="cameo")
class EvidenceAdded(Event, frozen=True):
    """Something besides the recording was sealed as evidence: the portrait of an identity document."""

    enrolment: str
    evidence: str
    kind: Literal["document"]
    key_id: str
    sha256: str
    bytes: int


@event("evidence.compared", 1, stream="cameo")
class EvidenceCompared(Event, frozen=True):
    """The portrait of a document was held against the recording's face: a score for reviewers, in millionths; None: not compared."""

    enrolment: str
    evidence: str
    code: str
    similarity_micro: int | None
    threshold_micro: int


@event("evidence.opened", 1, stream="cameo")
class EvidenceOpened(Event, frozen=True):
    """Evidence was decrypted, for a named purpose. Written before its bytes were given out."""

    evidence: str
    key_id: str
    purpose: str
    role: str
    """The process that asked."""
    by: str | None = None
    """The account of the person for whom it asked; None: a machine."""


@event("biometric.opened", 1, stream="cameo")
class BiometricOpened(Event, frozen=True):
    """What a person is known again by, sealed in an event of this cameo, was decrypted for a named purpose, after this was written.

    What is opened many at a time, or must be seen by nobody who watches the person, is told in schemas/opening.py.
    """

    event: str
    """The id of the event that it lies sealed in."""
    fields: tuple[str, ...]
    key_id: str
    purpose: str
    role: str
    """The process that asked."""


@event("evidence.destroyed", 1, stream="cameo")
class EvidenceDestroyed(Event, frozen=True):
    """The key of a recording was destroyed, and with it the recording."""

    evidence: str
    key_id: str
    reason: str
