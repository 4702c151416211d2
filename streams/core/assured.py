"""Owns by which enrolment the person of a cameo is known, and how one of the sandbox may answer for itself. Reads nothing.

In the sandbox anybody may put any picture. So a cameo of the sandbox answers for itself only where the operators opened the
sandbox to others (switch `sandbox_use`), is judged as it was enrolled, and says so in whatever it answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from identity.core.checks.words import UNMEASURED
from identity.core.profiles import Profile
from policy.ports import FactReader
from schemas.envelope import Envelope
from schemas.ids import SWITCH_STREAM

SANDBOX = Profile.SANDBOX.value
NEEDS_A_REVIEWER: Final = frozenset({"turn", "speech"})
"""What cannot be left out where no reviewer looks, but in the sandbox."""


def is_worth_more(status: Mapping[str, str] | None) -> bool:
    """Tell whether a cameo of this status is active by a real face: not by the sandbox's."""
    return status is not None and status["status"] == "active" and status["assurance"] != SANDBOX


def known_by(history: Sequence[Envelope]) -> Envelope | None:
    """Find the activation that counts: the last one outside the sandbox, else the last one. None: there is none."""
    active = [past for past in history if past.type == "enrolment.activated"]
    worth = [past for past in active if past.data["assurance"] != SANDBOX]
    return (worth or active or [None])[-1]


def assurance_of(history: Sequence[Envelope]) -> str | None:
    """Tell what that activation is worth."""
    active = known_by(history)
    return None if active is None else active.data["assurance"]


def answers_alone(history: Sequence[Envelope]) -> bool:
    """Tell whether the person was enrolled in ways in which they can be known again without a reviewer."""
    active = known_by(history)
    begun = [past for past in history if active and past.type == "enrolment.started" and past.data["enrolment"] == active.data["enrolment"]]
    return not any(one.data.get("language") in UNMEASURED or NEEDS_A_REVIEWER.intersection(one.data.get("without", ())) for one in begun)


def answers_as(history: Sequence[Envelope], facts: FactReader) -> Profile | None:
    """Tell how an answer of this cameo's person is judged; None: of a sandbox that is closed, which answers for nobody."""
    if assurance_of(history) != SANDBOX:
        return Profile.BASIC
    switch = facts.get(SWITCH_STREAM, "switch/sandbox_use")
    return Profile.SANDBOX if switch is not None and switch.value["on"] else None
