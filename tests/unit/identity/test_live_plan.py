"""What a live challenge's steps are, before anybody sees them."""

import itertools

import pytest

from identity.core.challenge import VOCABULARY, Challenge, issue
from identity.core.live import Step, asked_movements, asked_words, movement_ways, phrase_ways
from identity.core.live_plan import Planned, length_us, plan
from identity.core.profiles import Profile

SEEDS = range(60)
DECODED_S = 38
"""Forty seconds are decoded; a recording begins before its first step and ends after its last."""


def challenge_of(seed: int, **more) -> Challenge:
    return issue("anna", 0, seed.to_bytes(32, "big"), way="stepwise", **more)


def steps_of(planned: tuple[Planned, ...]) -> tuple[Step, ...]:
    return tuple(Step(p.kind, p.what, i, i) for i, p in enumerate(planned))


@pytest.mark.parametrize("without", [(), ("sight",), ("speech",), ("turn",), ("sight", "turn")])
def test_every_step_of_the_challenge_is_in_the_plan_in_its_order(without):
    for seed in SEEDS:
        challenge = challenge_of(seed, profile=Profile.VERIFIED, without=without)
        steps = steps_of(plan(challenge, seed.to_bytes(32, "big")))
        assert asked_movements(steps) == tuple(map(str, challenge.movements))
        assert asked_words(steps) == challenge.phrase
        assert steps[0].kind == "hold"


def test_one_movement_is_broken_off_and_one_word_is_replaced():
    for seed in SEEDS:
        planned = plan(challenge_of(seed), seed.to_bytes(32, "big"))
        broken = [before for before, after in itertools.pairwise(planned) if after.kind == "stop"]
        assert sorted(step.kind for step in broken) == ["move", "say"]


def test_a_replaced_word_is_a_word_of_the_list_that_is_not_in_the_phrase():
    for seed in SEEDS:
        challenge = challenge_of(seed)
        planned = plan(challenge, seed.to_bytes(32, "big"))
        (shown,) = [b.what[-1] for b, a in itertools.pairwise(planned) if a.kind == "stop" and b.kind == "say"]
        assert shown not in challenge.phrase
        assert any(shown in part for part in VOCABULARY["en"])


def test_a_movement_that_is_broken_off_is_none_of_its_neighbours():
    for seed in SEEDS:
        for way in movement_ways(steps_of(plan(challenge_of(seed), seed.to_bytes(32, "big")))):
            assert all(before != after for before, after in itertools.pairwise(way))


def test_nothing_is_broken_off_for_who_hears_the_steps_and_there_is_more_time():
    for seed in SEEDS:
        entropy = seed.to_bytes(32, "big")
        heard, seen = plan(challenge_of(seed, without=("sight",)), entropy), plan(challenge_of(seed), entropy)
        assert all(step.kind != "stop" for step in heard)
        assert min(s.begin_us for s in heard if s.kind == "move") > max(s.begin_us for s in seen if s.kind == "move")


@pytest.mark.parametrize("without", [(), ("sight",), ("speech",), ("turn",)])
def test_a_plan_fits_into_a_recording_that_is_decoded(without):
    for seed in SEEDS:
        challenge = challenge_of(seed, profile=Profile.VERIFIED, without=without, light=True)
        assert length_us(plan(challenge, seed.to_bytes(32, "big"))) < DECODED_S * 1_000_000


def test_the_same_bytes_give_the_same_plan_and_others_another():
    challenge = challenge_of(1)
    assert plan(challenge, bytes(32)) == plan(challenge, bytes(32))
    assert len({plan(challenge, seed.to_bytes(32, "big")) for seed in SEEDS}) == len(SEEDS)


def test_who_stopped_in_time_and_who_had_begun_both_obey():
    steps = (
        Step("move", ("left",), 0, 0), Step("move", ("right",), 1, 1), Step("stop", ("up",), 2, 2),
        Step("say", ("one", "two"), 3, 3), Step("stop", ("four",), 4, 4),
    )  # fmt: skip
    assert set(movement_ways(steps)) == {("left", "up"), ("left", "right", "up")}
    assert set(phrase_ways(steps)) == {("one", "four"), ("one", "two", "four")}
    assert asked_movements(steps) == ("left", "up")
    assert asked_words(steps) == ("one", "four")


def test_a_commitment_binds_to_everything_that_is_asked_and_to_its_salt():
    one, other = challenge_of(1), challenge_of(2)
    assert one.commitment("a") == challenge_of(1).commitment("a")
    assert len({one.commitment("a"), one.commitment("b"), other.commitment("a")}) == 3
