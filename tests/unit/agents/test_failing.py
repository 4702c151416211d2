"""Which failures count to the lock after five: attacks and refusals at once, what looks like a poor connection only when it is often."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
import pytest

from identity.core.enrolment import FIRST_LOCK_US, Locked, standing
from schemas.cameo import EnrolmentActivated, EnrolmentRefused, EnrolmentStarted, LiveFailed
from schemas.codec import event_of
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from schemas.verification import VerificationAnswered, VerificationStarted
from streams.core.failing import DAY_US, SPARED, enrolment_failures, verification_failures
from streams.core.verification import lock_of
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

OWNER = stream_id("account", bytes([1]) * 16)
CAMEO = cameo_of(OWNER)
MINUTE_US = 60_000_000


class History:
    """One person's stream; an event a minute."""

    def __init__(self) -> None:
        self.now_us = 1_790_000_000_000_000
        self.store = InMemoryEventStore(clock=lambda: self.now_us)
        self.add(
            EnrolmentStarted(
                enrolment="e", owner=OWNER, profile="basic", phrase=(), movements=(), expires_at_us=1, consent_text_version="1",
                consent_text_sha256="0",
            ),
            VerificationStarted(
                verification="v", owner=OWNER, party=OWNER, audience="a", nonce_sha256="0", level="stepwise", expires_at_us=1, way="stepwise"
            ),
        )  # fmt: skip

    def add(self, *events: Event) -> None:
        for event in events:
            self.now_us += MINUTE_US
            self.store.append(Append(actor="t", events=[NewEvent(CAMEO, event, secrets.token_hex(16))], correlation="c"))

    def failed(self, code: str, times: int = 1, challenge: str = "e") -> None:
        self.add(*(LiveFailed(challenge=challenge, code=code) for _ in range(times)))

    def counts(self) -> tuple[int, int]:
        read: Any = self.store.read(CAMEO)
        return len(enrolment_failures(read)), len(verification_failures(read))


@pytest.fixture
def history() -> History:
    return History()


@pytest.mark.parametrize("code", ["live.clock", "live.message", "media.unreadable", "media.too_large"])
def test_what_no_connection_does_counts_at_once(history: History, code: str) -> None:
    history.failed(code, 2)
    history.failed(code, 3, "v")
    assert history.counts() == (2, 3)


@pytest.mark.parametrize("code", ["live.broken", "live.late"])
def test_a_poor_connection_counts_from_the_sixth_time_a_day(history: History, code: str) -> None:
    history.failed(code, SPARED)
    assert history.counts() == (0, 0)
    history.failed(code, 2)
    assert history.counts() == (2, 0)
    history.now_us += DAY_US
    history.failed(code, SPARED)
    assert history.counts() == (2, 0), "another day"


def test_refusals_and_failed_sessions_count_together_and_lock_longer_each_time(history: History) -> None:
    history.failed("live.clock", 4)
    (locked,) = lock_of(history.store.read(CAMEO), history.now_us)
    assert locked.failures == 5  # type: ignore[attr-defined]
    history.add(EnrolmentRefused(enrolment="e", codes=("solid.flat",)))
    assert standing(enrolment_failures(history.store.read(CAMEO)), history.now_us) == Locked(history.now_us + FIRST_LOCK_US)
    history.failed("live.clock", 5)
    assert standing(enrolment_failures(history.store.read(CAMEO)), history.now_us) == Locked(history.now_us + 2 * FIRST_LOCK_US)
    history.add(EnrolmentActivated(enrolment="e", assurance="basic"))
    assert history.counts() == (0, 0)


def test_what_nobody_looked_at_in_time_and_others_challenges_count_not(history: History) -> None:
    history.add(EnrolmentRefused(enrolment="e", codes=("review.lapsed",)))
    history.failed("live.clock", 1, "unknown")
    assert history.counts() == (0, 0)


def test_a_passed_answer_forgives_those_before_it(history: History) -> None:
    failed = VerificationAnswered(verification="v", outcome="failed", level="upload", codes=("face.other_person",))
    history.add(failed, failed)
    history.failed("live.clock", 1, "v")
    assert history.counts() == (0, 3)
    history.add(VerificationAnswered(verification="v", outcome="passed", level="stepwise", codes=()))
    assert history.counts() == (0, 0)


def answered_with(*codes: str) -> VerificationAnswered:
    return VerificationAnswered(verification="v", outcome="failed", level="upload", codes=codes)


@pytest.mark.parametrize(
    "code",
    [
        "live.slow", "live.words_apart", "words.unmeasured_language", "words.more_said", "lips.unread", "face.unsure", "light.unmeasured",
        "review.doubtful", "review.level", "review.required", "evidence.destroyed",
    ],
)  # fmt: skip
def test_what_a_person_would_have_looked_at_is_no_failed_answer_up_to_five_a_day(history: History, code: str) -> None:
    history.add(*[answered_with(code)] * SPARED)
    assert history.counts() == (0, 0)
    history.add(*[answered_with(code)] * 2)
    assert history.counts() == (0, 2), "more would let somebody try a fake until it suits"
    history.now_us += DAY_US
    history.add(*[answered_with(code)] * SPARED)
    assert history.counts() == (0, 2), "another day"


@pytest.mark.parametrize("code", ["face.other_person", "words.not_as_asked", "attack.likely", "replay.file", "check.missing"])
def test_what_refuses_counts_at_once_whatever_stands_beside_it(history: History, code: str) -> None:
    history.add(answered_with(code), answered_with("live.slow", code), answered_with())
    assert history.counts() == (0, 3)


def test_sessions_that_broke_off_and_answers_that_were_doubtful_are_spared_each_for_themselves(history: History) -> None:
    history.failed("live.broken", SPARED, "v")
    history.add(*[answered_with("live.slow")] * SPARED)
    assert history.counts() == (0, 0)


def test_an_upload_that_passed_forgives_no_failed_steps(history: History) -> None:
    """One upload may be an animated photograph: asked for by a friend, it would keep the lock away from somebody who tries live fakes."""
    upload = msgspec.structs.replace(event_of(history.store.read(CAMEO)[1]), verification="u", level="upload", way="upload")
    history.add(upload)
    for _ in range(3):
        history.add(answered_with("face.other_person"), msgspec.structs.replace(answered_with("attack.likely"), verification="u"))
        history.failed("live.clock", 1, "v")
        history.add(VerificationAnswered(verification="u", outcome="passed", level="upload", codes=()))
    assert history.counts() == (0, 6)
    history.add(VerificationAnswered(verification="v", outcome="passed", level="stepwise", codes=()))
    assert history.counts() == (0, 0)


def begun(history: History, enrolment: str, profile: str) -> None:
    history.add(
        EnrolmentStarted(
            enrolment=enrolment, owner=OWNER, profile=profile, phrase=(), movements=(), expires_at_us=1, consent_text_version="1",  # type: ignore[arg-type]
            consent_text_sha256="0",
        )
    )  # fmt: skip


def test_a_sandbox_activation_between_refusals_does_not_keep_the_lock_away(history: History) -> None:
    locks: list[int] = []
    for _ in range(3):
        for _ in range(4):
            locks += [lock.failures for lock in lock_of(history.store.read(CAMEO), history.now_us)]  # type: ignore[attr-defined]
            history.add(EnrolmentRefused(enrolment="e", codes=("texture.not_live",)))
        begun(history, "play", "sandbox")
        history.add(EnrolmentActivated(enrolment="play", assurance="sandbox"))
    assert locks == [5, 10]
    assert history.counts() == (12, 0)


def test_who_only_plays_in_the_sandbox_is_forgiven_there_when_it_works(history: History) -> None:
    begun(history, "play", "sandbox")
    history.add(*(EnrolmentRefused(enrolment="play", codes=("words.not_as_asked",)) for _ in range(3)))
    history.failed("live.clock", 1, "play")
    history.add(EnrolmentRefused(enrolment="e", codes=("solid.flat",)))
    assert history.counts() == (5, 0)
    history.add(EnrolmentActivated(enrolment="play", assurance="sandbox"))
    assert history.counts() == (1, 0)
