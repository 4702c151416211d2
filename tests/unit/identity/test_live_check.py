"""Check 13 on sessions that people and attackers play by rule (bench/identity/stepwise.py)."""

from collections import Counter
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from bench.identity.answering import Answerer, attacker, jittery, person
from bench.identity.stepwise import OPENED_US, Played, counted, judged
from identity.core import pacing
from identity.core.assessment import CheckResult
from identity.core.challenge import issue
from identity.core.checks import live, movements, words
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.live import LiveTrace, movement_ways, phrase_ways
from identity.core.profiles import Profile
from identity.core.reactions import MediaClock

SEEDS = range(8)
B = Profile.BASIC


def challenge(seed: int):
    return issue("a", OPENED_US, seed.to_bytes(32, "big"), profile=B, way="stepwise")


def checked(played: Played, seed: int, trace: LiveTrace | None = None, features=None) -> tuple[CheckResult, ...]:
    asked = Asked(challenge(seed), Submission("a", OPENED_US + 60_000_000), live=trace or played.live)
    return live.check(features or played.features(), asked, B)


def failed(results) -> set[str]:
    return {result.code for result in results if not result.passed}


def test_a_person_who_answers_as_people_do_passes():
    for seed in SEEDS:
        assert failed(judged(seed, person())[1]) <= {"live.slow"}


def test_most_people_need_no_reviewer():
    assert counted(person(), 20)["passed"] >= 17


def test_people_of_this_speed_also_pass_movements_and_words():
    for seed in SEEDS:
        played, _ = judged(seed, person())
        steps, features = played.live.steps, played.features()
        (moved,) = movements.check(features.face, challenge(seed), B, movement_ways(steps))
        (said,) = words.check(features.sound.texts, challenge(seed), B, phrase_ways(steps))
        assert moved.passed
        assert said.passed


def test_who_is_slow_is_looked_at_and_not_refused():
    assert counted(person(1.2), 12)["refused"] <= 1
    assert counted(person(1.2), 12)["doubted"] >= 10


def test_an_upload_has_no_steps_to_judge():
    played, _ = judged(1, person())
    assert live.check(played.features(), Asked(challenge(1), Submission("a", 1)), B) == ()


@pytest.mark.parametrize(("ms", "least"), [(1000, "doubted"), (3000, "refused")])
def test_an_attacker_who_needs_a_second_never_passes_by_machine(ms, least):
    counts = counted(attacker(ms), 12)
    assert counts["passed"] == 0
    assert counts["refused"] == 12 or least == "doubted"


def test_an_attacker_within_a_persons_reaction_is_not_stopped_here():
    assert counted(attacker(300), 12)["passed"] > 6


@pytest.mark.parametrize("dated_back_s", [0.45, 0.9])
def test_who_sends_few_frames_at_once_and_dates_the_others_back_passes_no_quicker(dated_back_s):
    counts = counted(attacker(1000, dated_back_s), 12)
    assert counts["passed"] == 0
    assert counts["doubted"] >= 6


def test_dating_back_is_seen_by_when_the_answers_came_and_by_when_all_frames_did(monkeypatch):
    played, results = judged(3, attacker(1000, 0.9))
    slow = [result for result in results if result.code == "live.slow"]
    assert [result.passed for result in slow] == [False, False]
    assert MediaClock(played.features().frames, played.live).delays_us.mean() > 0.7e6
    monkeypatch.setattr(live, "WAITED_US", 10_000_000)
    assert [result.passed for result in checked(played, 3) if result.code == "live.slow"] == [False, True]


def test_a_person_with_long_chunks_and_a_network_that_varies_passes():
    assert counted(jittery(0.5), 12)["passed"] >= 11
    counts = counted(jittery(), 20)
    assert counts["passed"] >= 15
    assert counts["refused"] <= 1


def test_an_answer_has_come_when_the_frame_after_it_begins():
    """The first bytes of a frame can be sent before its picture is made."""
    played, _ = judged(3, person())
    frames = played.features().frames
    clock = MediaClock(frames, played.live)
    ends = next(i for i in range(50, 80) if clock.came_us[i] < clock.came_us[i + 1])
    assert clock.arrival_us(float(frames.times_us[ends])) == clock.came_us[ends + 1]


def test_answers_at_one_interval_are_a_machines_where_they_are_read_so_evenly():
    """Where a movement is broken off, its successor is read less evenly: half of the machines that never vary are seen by this."""
    constant = Answerer(lambda _: 0.6)
    found = [failed(judged(seed, constant)[1]) for seed in SEEDS]
    assert sum("live.constant" in codes for codes in found) >= len(SEEDS) // 3


def test_answers_that_begin_before_the_step_can_be_read_are_early():
    instant = Answerer(lambda _: -0.3, down_s=0.0, up_s=0.0)
    assert all("live.early" in failed(judged(seed, instant)[1]) for seed in SEEDS)


def spoken(features, word_at):
    """The same words at other times: `word_at` of the time of each word's end, in microseconds."""
    (heard,) = features.sound.heard
    moved = tuple(replace(word, start_us=word_at(word.end_us) - 500_000, end_us=word_at(word.end_us)) for word in heard.words)
    return replace(features, sound=replace(features.sound, heard=(replace(heard, words=moved),)))


@pytest.mark.parametrize(
    ("word_at", "looked_at"),
    [(lambda us: us, False), (lambda us: us + 400_000, False), (lambda us: us - 6_000_000, True), (lambda us: us + 30_000_000, True)],
)
def test_words_said_before_their_step_or_long_after_it_are_looked_at(word_at, looked_at):
    played, _ = judged(3, person())
    results = checked(played, 3, features=spoken(played.features(), word_at))
    assert ("live.words_apart" in failed(results)) is looked_at


def test_words_with_long_pauses_between_them_are_looked_at():
    played, _ = judged(3, person())
    features = played.features()
    first = features.sound.words[0].end_us
    slow = spoken(features, lambda us: first + (us - first) * 3)
    assert pacing.slowest_s(features.sound.words, played.live, MediaClock(features.frames, played.live)) < 1
    assert "live.words_apart" in failed(checked(played, 3, features=slow))


def test_without_words_nothing_is_said_of_their_times():
    played, _ = judged(3, person())
    features = played.features()
    silent = replace(features, sound=replace(features.sound, heard=()))
    assert "live.words_apart" not in {result.code for result in checked(played, 3, features=silent)}


def test_a_recording_made_before_answers_the_wrong_steps():
    for seed in SEEDS:
        other = judged(seed + 100, person())[0]
        played = judged(seed, person())[0]
        assert failed(checked(played, seed, features=other.features())) & {"live.early", "live.not_obeyed", "live.late"}


def test_right_movements_in_another_order_do_not_obey():
    seen = Counter()
    for seed in SEEDS:
        played = judged(seed, person())[0]
        starts = [motion.start_s for motion in played.acting.motions]
        for motion, start in zip(played.acting.motions, reversed(starts), strict=True):
            motion.start_s = start
        seen.update(failed(checked(played, seed)))
    assert seen["live.not_obeyed"] + seen["live.early"] >= len(SEEDS)


def test_who_does_not_see_what_breaks_a_step_off_does_not_obey():
    blind = replace(person(), obeys=False)
    assert all("live.not_obeyed" in failed(judged(seed, blind)[1]) for seed in SEEDS)


@pytest.mark.parametrize("rate", [0.95, 1.05])
def test_a_clock_that_goes_wrong_is_seen(rate):
    for seed in SEEDS:
        played, results = judged(seed, replace(person(), rate=rate))
        assert played.session.code in {None, "live.late", "live.clock"}
        assert played.session.code is not None or "live.clock" in failed(results)


def test_media_that_is_held_back_and_comes_in_bursts_is_seen():
    played, _ = judged(3, person())
    kept = played.live.arrivals[::14]
    assert "live.clock" in failed(checked(played, 3, LiveTrace(played.live.steps, (*kept, played.live.arrivals[-1]))))


def test_a_trace_that_is_not_whole_is_broken():
    played, _ = judged(3, person())
    unfinished = (*played.live.steps[:-1], changed(played.live.steps[-1], done_at_us=None))
    for trace in (
        LiveTrace(unfinished, played.live.arrivals),
        LiveTrace(played.live.steps[:-1], played.live.arrivals),
        LiveTrace(played.live.steps, ()),
        LiveTrace((), played.live.arrivals),
    ):
        assert failed(checked(played, 3, trace)) == {"live.broken"}


def test_frames_that_do_not_say_where_they_lie_are_no_evidence():
    played, _ = judged(3, person())
    features = played.features()
    blank = replace(features, frames=replace(features.frames, offsets=features.frames.offsets * 0 - 1))
    assert failed(checked(played, 3, features=blank)) == {"live.broken"}


def test_the_quickest_way_there_is_what_the_recording_is_laid_on():
    played, _ = judged(3, replace(person(), up_s=0.2))
    clock = MediaClock(played.features().frames, played.live)
    assert clock.told
    assert 0.6e6 < clock.quickest_us - OPENED_US < 0.85e6
    assert clock.drift() < 0.005
