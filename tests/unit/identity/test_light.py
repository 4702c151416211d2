"""Check 12 on light that is computed here: what a face, a picture and a tint give back, in time and late, quiet and noisy."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from identity.core.checks import light
from identity.core.lighting import COLOURS, COLOURS_ASKED, LIT_US, REGIONS, SLOT_US, LightFacts, sequence, shown
from identity.core.live import Arrival, LiveTrace, Step
from identity.core.profiles import Profile

ASKED = ("red", "cyan", "yellow", "blue", "green", "magenta", "red", "green")
OTHER = ("blue", "yellow", "cyan", "red", "magenta", "green", "blue", "yellow")
BEGAN_US = 900_000
FRAME_BYTES = 4000
NEAR_GAIN = np.asarray([1.0, 1.0, 0.9, 0.9, 0.3, 0.3], np.float32)


def lit(
    *, colours=ASKED, response=0.25, late_us=120_000, gains=NEAR_GAIN, wall=0.08, noise=0.002, exposure=0.0, seconds=6.5, fps=25.0, seed=1
) -> LightFacts:
    """A face in grey light, and a screen. `exposure`: how much a camera's gain sways over the recording."""
    draw = np.random.default_rng(seed)
    times = np.round(np.arange(0, seconds, 1 / fps) * 1e6).astype(np.int64)
    screen = shown(colours, times - BEGAN_US - late_us)
    skin = np.asarray([0.34, 0.24, 0.18], np.float32)
    sway = (1 + exposure * np.sin(times / 4e5))[:, None, None]
    face = skin * (1 + response * np.asarray(gains)[None, :, None] * screen[:, None, :]) * sway
    around = np.asarray([0.4, 0.4, 0.42], np.float32) * (1 + response * wall * screen) * sway[:, 0]
    face = face + noise * draw.standard_normal(face.shape)
    around = around + noise * draw.standard_normal(around.shape)
    face, around = np.clip(face, 0, 1), np.clip(around, 0, 1)
    offsets = np.arange(len(times), dtype=np.int64) * FRAME_BYTES
    return LightFacts(times, face.astype(np.float32), around.astype(np.float32), np.zeros(len(times), np.float32), offsets)


def failed(facts, colours=ASKED, began_us=BEGAN_US):
    return [result.code for result in light.judge(facts, colours, began_us, Profile.BASIC) if not result.passed]


def test_a_face_lit_in_time_passes_every_part():
    results = light.judge(lit(), ASKED, BEGAN_US, Profile.BASIC)
    assert [result.code for result in results] == ["light.absent", "light.flat", "light.late"]
    assert all(result.passed and result.number == 12 for result in results)


def test_nothing_asked_is_nothing_judged():
    assert light.check(lit(), (), None, Profile.BASIC) == ()


@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0])
def test_slow_and_fast_cameras_pass(fps):
    assert failed(lit(fps=fps)) == []


def test_a_camera_that_corrects_its_exposure_takes_nothing_away():
    assert failed(lit(exposure=0.4)) == []


def test_without_light_it_is_absent():
    assert failed(lit(response=0.0)) == ["light.absent"]


def test_light_of_other_colours_is_absent():
    assert failed(lit(colours=OTHER)) == ["light.absent"]


def test_light_that_comes_later_than_a_person_needs_is_refused():
    assert failed(lit(late_us=800_000)) == ["light.late"]


def test_light_before_it_was_asked_for_is_not_looked_for():
    assert failed(lit(late_us=-600_000)) == ["light.absent"]


def test_where_nobody_knows_when_it_began_it_is_found_and_lateness_is_not_judged():
    results = light.judge(lit(late_us=800_000), ASKED, None, Profile.BASIC)
    assert [result.code for result in results] == ["light.absent", "light.flat"]
    assert all(result.passed for result in results)


def test_a_picture_that_changes_as_a_whole_is_flat():
    assert failed(lit(gains=[1.0] * len(REGIONS), wall=1.0)) == ["light.flat"]


def test_a_face_that_changes_as_a_whole_is_flat_though_the_wall_does_not():
    assert failed(lit(gains=[1.0] * len(REGIONS))) == ["light.flat"]


def test_a_weak_response_in_a_bright_room_goes_to_a_reviewer_and_is_not_refused():
    assert failed(lit(response=0.012, noise=0.0012)) == ["light.unmeasured"]


def test_noise_in_which_a_response_would_not_be_seen_goes_to_a_reviewer():
    assert failed(lit(response=0.0, noise=0.15)) == ["light.unmeasured"]


@pytest.mark.parametrize("response", [0.4, 0.1, 0.04, 0.03, 0.02, 0.015, 0.01, 0.005])
@pytest.mark.parametrize("noise", [0.0005, 0.0012, 0.003])
def test_a_tint_of_the_whole_face_never_passes_however_faint(response, noise):
    assert failed(lit(response=response, noise=noise, gains=[1.0] * len(REGIONS)))


def test_a_face_that_was_hardly_read_or_is_burnt_out_goes_to_a_reviewer():
    facts = lit()
    gone = replace(facts, face=np.where(facts.times_us[:, None, None] < 3_000_000, np.nan, facts.face))
    burnt = replace(facts, clipped=np.full(len(facts.times_us), 0.6, np.float32))
    for one in (gone, burnt, lit(seconds=3.0)):
        assert failed(one) == ["light.unmeasured"]


def test_a_head_that_fills_the_picture_is_judged_by_itself():
    facts = lit()
    assert failed(replace(facts, around=np.full_like(facts.around, np.nan))) == []


@pytest.mark.parametrize("seed", range(40))
def test_sequences_never_show_a_colour_twice_in_a_row_and_never_flash_faster_than_allowed(seed):
    draw = np.random.default_rng(seed)
    colours = sequence(lambda below: int(draw.integers(below)))
    assert len(colours) == COLOURS_ASKED
    assert all(one != next_one for one, next_one in itertools.pairwise(colours))
    assert set(colours) <= set(COLOURS)
    assert 1_000_000 // SLOT_US / 2 <= 3, "WCAG 2.3.1: at most three flashes, pairs of opposing changes, in any second"


def test_the_screen_is_dark_before_and_after():
    times = np.asarray([-1, 0, SLOT_US, LIT_US - 1, LIT_US], np.int64)
    assert shown(ASKED, times).tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 1], [0, 1, 0], [0, 0, 0]]


def test_every_sequence_can_be_drawn():
    first = {sequence(lambda below, k=k: k % below)[0] for k in range(len(COLOURS))}
    assert first == set(COLOURS)


SERVER_US = 1_790_000_000_000_000
"""The server's time at the recording's beginning."""


def trace(facts, issued_us=BEGAN_US, stalls=(), way_us=80_000, chunk_us=250_000):
    """How a recording arrives in chunks over a way. `stalls`: (from, to) in the recording's time during which nothing is sent."""
    arrivals = []
    for end in np.arange(chunk_us, int(facts.times_us[-1]) + 2 * chunk_us, chunk_us):
        sent = int(end)
        for first, last in stalls:
            sent = last if first <= sent < last else sent
        frames = int((facts.times_us < end).sum())
        arrivals.append(Arrival(frames * FRAME_BYTES, SERVER_US + sent + way_us))
    step = Step("light", ASKED, SERVER_US + issued_us, SERVER_US + issued_us + 6_000_000, None)
    move = Step("move", ("left",), SERVER_US, SERVER_US + 900_000, SERVER_US + 800_000)
    return LiveTrace((move, step), tuple(arrivals))


def live_failed(facts, live):
    return [result.code for result in light.check(facts, ASKED, live, Profile.BASIC) if not result.passed]


def test_a_live_challenge_is_timed_by_the_servers_clock():
    facts = lit()
    assert light.handed_out_us(facts, trace(facts)) == pytest.approx(BEGAN_US, abs=330_000)
    assert live_failed(facts, trace(facts)) == []


@pytest.mark.parametrize(("late_us", "codes"), [(300_000, []), (900_000, ["light.late"]), (1_500_000, ["light.absent"])])
def test_whoever_needs_a_second_to_compute_the_light_is_too_late_and_three_tenths_are_not_noticed(late_us, codes):
    facts = lit(late_us=late_us)
    assert live_failed(facts, trace(facts)) == codes


def test_stalling_first_and_catching_up_later_does_not_hide_the_delay():
    """The recording's own time stands still for a second while the light is computed, then all frames come at once."""
    facts = lit(late_us=100_000)
    stalled = trace(facts, stalls=((BEGAN_US, BEGAN_US + 1_200_000),))
    assert live_failed(facts, stalled) == ["light.late"]


def test_where_arrivals_do_not_tell_when_it_began_nothing_was_measured():
    facts = lit()
    unknown = replace(facts, offsets=np.full(len(facts.offsets), -1, np.int64))
    no_light = LiveTrace(trace(facts).steps[:1], trace(facts).arrivals)
    for one, live in ((unknown, trace(facts)), (facts, no_light), (facts, LiveTrace(trace(facts).steps, ())), (None, trace(facts))):
        assert live_failed(one, live) == ["light.unmeasured"]
