"""Which attempt may do what: every refusal has its code, and only the current, leased, bound attempt has none."""

from __future__ import annotations

import msgspec
import pytest

from policy.fakes import InMemoryFacts
from schemas.generation import (
    AttemptLeased,
    AttemptLost,
    CameoUse,
    DraftReleased,
    GenerationCancelled,
    GenerationReleased,
    GenerationRequested,
    GenerationStarted,
    UseRef,
)
from serving.keyholder.core import (
    attempt_refusal,
    draft_refusal,
    ends_generation,
    moved,
    open_refusal,
    release_refusal,
    standing_of,
    started_for,
    uses_of_basis,
)

GENERATION, CAMEO, ANA = "generation-" + "1" * 32, "cameo-" + "c" * 32, "account-" + "a" * 32
USE = UseRef(cameo=CAMEO, grant="g1")
REQUESTED = GenerationRequested(
    requester=ANA, cameos=(CameoUse(cameo=CAMEO, facets=("face",)),), purpose="personal", plan_digest="d",
    engine="trivial", width_px=512, height_px=512, duration_ms=1000,
)  # fmt: skip
LEASED = AttemptLeased(attempt=1, replica="r", lease_until_us=1_000)
STARTED = GenerationStarted(
    attempt=1, decision="decision-1", public_key="k1", holding={CAMEO: 3}, not_after_us=None, uses=(USE,), assets=()
)
DRAFT = DraftReleased(attempt=1, decision="decision-2", sealed_sha256="s", film_sha256="f", key_id="key", subjects=(CAMEO,))
RELEASED = GenerationReleased(attempt=1, decision="decision-2", sealed_sha256="s", film_sha256="f", key_id="key", holding={}, uses=())
LOST = AttemptLost(attempt=1, final=False, codes=("replica.lost",), uses=())


def standing(*events: object, now_us: int = 500):
    facts = InMemoryFacts([(GENERATION, event) for event in events], now_us=now_us)  # type: ignore[misc]
    return standing_of(facts, GENERATION)


def test_the_leased_attempt_may_open_and_the_started_one_may_release() -> None:
    assert open_refusal(standing(REQUESTED, LEASED), 1, "k1", "trivial") is None
    assert release_refusal(standing(REQUESTED, LEASED, STARTED), 1) is None


@pytest.mark.parametrize(
    ("events", "attempt", "now_us", "code"),
    [
        ((), 1, 500, "generation.unknown"),
        ((REQUESTED,), 1, 500, "attempt.superseded"),
        ((REQUESTED, LEASED), 2, 500, "attempt.superseded"),
        ((REQUESTED, LEASED), 0, 500, "attempt.superseded"),
        ((REQUESTED, LEASED, LOST), 1, 500, "attempt.superseded"),
        ((REQUESTED, LEASED, msgspec.structs.replace(LEASED, attempt=2)), 1, 500, "attempt.superseded"),
        ((REQUESTED, LEASED), 1, 1_000, "attempt.lease_expired"),
        ((REQUESTED, LEASED, GenerationCancelled(uses=())), 1, 500, "generation.ended"),
        ((REQUESTED, LEASED, STARTED, RELEASED), 1, 500, "generation.ended"),
    ],
)
def test_any_other_attempt_may_do_nothing(events: tuple[object, ...], attempt: int, now_us: int, code: str) -> None:
    now = standing(*events, now_us=now_us)
    assert attempt_refusal(now, attempt) == code
    assert open_refusal(now, attempt, "k1", "trivial") == code
    assert release_refusal(now, attempt) == code


def test_a_started_attempt_is_bound_to_one_public_key() -> None:
    now = standing(REQUESTED, LEASED, STARTED)
    assert open_refusal(now, 1, "k2", "trivial") == "attempt.key_bound"
    assert open_refusal(now, 1, "k1", "trivial") is None
    assert started_for(now, 1, "k1") == STARTED
    assert started_for(now, 1, "k2") is None


def test_another_engine_may_not_open() -> None:
    assert open_refusal(standing(REQUESTED, LEASED), 1, "k1", "portrait") == "engine.mismatch"


def test_what_was_not_started_is_not_released() -> None:
    assert release_refusal(standing(REQUESTED, LEASED), 1) == "attempt.not_started"
    second = msgspec.structs.replace(LEASED, attempt=2)
    assert release_refusal(standing(REQUESTED, LEASED, STARTED, LOST, second), 2) == "attempt.not_started"


def test_an_attempt_hands_in_one_film() -> None:
    now = standing(REQUESTED, LEASED, STARTED, DRAFT)
    assert release_refusal(now, 1) == "attempt.already_released"
    assert open_refusal(now, 1, "k1", "trivial") == "attempt.already_released"


def test_a_draft_outlives_its_lease_but_not_its_generation() -> None:
    assert draft_refusal(standing(REQUESTED, LEASED, STARTED, DRAFT, now_us=9_999)) is None
    assert draft_refusal(standing(REQUESTED, LEASED, STARTED)) == "draft.missing"
    assert draft_refusal(standing(REQUESTED, LEASED, STARTED, DRAFT, GenerationCancelled(uses=(USE,)))) == "generation.ended"
    assert draft_refusal(standing()) == "generation.unknown"


def test_holding_sees_a_moved_and_a_vanished_stream() -> None:
    facts = InMemoryFacts([(GENERATION, REQUESTED)])
    assert not moved(facts, {GENERATION: 0})
    assert moved(facts, {GENERATION: 1})
    assert not moved(facts, {ANA: 0})
    assert moved(facts, {ANA: 1})


def test_grants_are_recorded_as_uses_and_earlier_reservations_stay_listed() -> None:
    assert uses_of_basis({CAMEO: "owner", "cameo-2": "audience/"}) == ()
    assert uses_of_basis({CAMEO: "g2"}) == (UseRef(cameo=CAMEO, grant="g2"),)
    assert uses_of_basis({CAMEO: "g2"}, (USE,)) == (USE, UseRef(cameo=CAMEO, grant="g2"))
    assert uses_of_basis({CAMEO: "g1"}, (USE,)) == (USE,)
    november, december = (UseRef(cameo=ANA, grant=quota) for quota in ("2026-11", "2026-12"))
    assert uses_of_basis({CAMEO: "owner"}, (), november) == (november,)
    assert uses_of_basis({CAMEO: "owner"}, (november,), december) == (november,)


def test_only_refusals_about_consent_end_a_generation() -> None:
    assert ends_generation(("consent.required",))
    assert ends_generation(("verdict.missing", "consent.required"))
    assert not ends_generation(("verdict.missing",))
    assert not ends_generation(("policy.unavailable",))
