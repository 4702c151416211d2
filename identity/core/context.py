"""Owns what is known of a recording besides the recording: what was asked, how it came in, whom it resembles. Judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from identity.core.challenge import Challenge
from identity.core.enrolment import Submission
from identity.core.faces import FaceMatch
from identity.core.fingerprint import Fingerprint
from identity.core.live import LiveTrace


@dataclass(frozen=True)
class Asked:
    """What a recording answers, and what is already known.

    `live` is None for a single upload. `matches` is None where nobody searched (offline): check 10 is then left out.
    `own_template` is the face that a renewal, a recovery or a re-verification must show again (128 float32 of unit length).
    """

    challenge: Challenge
    submission: Submission
    earlier: Sequence[Fingerprint] = ()
    live: LiveTrace | None = None
    matches: tuple[FaceMatch, ...] | None = None
    own_template: bytes | None = None
    guardian_template: bytes | None = None
    """The face of the guardian who is to be beside a minor; empty: it was not kept; None: nobody is asked for."""
