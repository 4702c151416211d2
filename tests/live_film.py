"""What came of a live session over the route: the recording that was sealed, and how it was asked for."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from identity.core.challenge import TURNS, Challenge, issue
from identity.core.context import Asked
from identity.core.features import Features
from identity.core.profiles import Profile
from schemas.codec import event_of
from schemas.ids import cameo_of
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.core.verification import challenge_of, live_of, submission_of
from tests.unit.api.conftest import Place

WORDS = "balloon basket blanket butterfly candle coffee crocodile dinosaur dragon engine festival garden hamburger helmet hurricane kitchen ocean"
SPOKEN_ALONE = frozenset(f"three five six seven eight {WORDS}".split())
"""Words that the recogniser wrote down when this actor's voice said each by itself; "nine" and "two" became "ninth" and "zoo"."""
TURNS_NAMED = frozenset(str(one) for one in TURNS)
S = Profile.SANDBOX


def suits(challenge: Challenge) -> bool:
    return set(challenge.movements) == set(TURNS) and set(challenge.phrase) <= SPOKEN_ALONE


def entropy_that_suits() -> bytes:
    """The first challenge of turns and words that this actor can do."""
    numbers = (number.to_bytes(32, "big") for number in range(1_000_000))
    return next(one for one in numbers if suits(issue("anna", 0, one, profile=S, way="stepwise")))


def started(place: Place, headers: dict[str, str], *, light: bool = False) -> dict[str, Any]:
    """Take a challenge that suits the actor, step by step."""
    drawn = [entropy_that_suits(), (9).to_bytes(32, "big")]
    desk = place.client.app.state.parts.desk  # type: ignore[attr-defined]
    object.__setattr__(desk, "entropy", lambda n: drawn.pop(0) if n == 32 and drawn else secrets.token_bytes(n))
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256, "way": "stepwise", "light": light}
    return place.client.post("/v1/enrolments", json=body, headers=headers).json()


def words_of(place: Place, enrolment: str) -> list[str]:
    """Everything that may have to be said in a challenge that waits: an actor's voice is made beforehand."""
    waiting = place.client.app.state.parts.live._waiting[enrolment]  # type: ignore[attr-defined]
    return sorted({word for step in waiting.plan if step.kind in ("say", "stop") for word in step.what} - TURNS_NAMED)


class Film:
    """What was sealed, and how it was asked for."""

    def __init__(self, place: Place, account: str, folder: Path) -> None:
        history = place.store.read(cameo_of(account))
        (begun,) = [one for one in history if one.type == "enrolment.started"]
        (came,) = [one for one in history if one.type == "enrolment.recording_received"]
        received: Any = event_of(came)
        keyholder = place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
        self.path = folder / "live.webm"
        self.path.write_bytes(keyholder.as_role("worker").get_evidence(received.evidence, "assess"))
        begun_as: Any = event_of(begun)
        self.asked = Asked(
            challenge_of(begun, begun_as, received), submission_of(came, received, history), live=live_of(received), matches=()
        )
        self.features: Features | None = None
