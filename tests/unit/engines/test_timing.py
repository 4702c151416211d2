"""Owns what alignment and lips must do on sound whose parts are known because the test made them."""

from itertools import pairwise

import numpy as np

from serving.engines.portrait.speech import SAMPLE_RATE_HZ, Spoken, median_pitch_hz, voice_for
from serving.engines.portrait.timing import Timed, align, lips


def tone(seconds, hertz=180.0, level=0.3):
    t = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (level * sum(np.sin(2 * np.pi * hertz * k * t) / k for k in range(1, 9))).astype(np.float32)


def hiss(seconds, level=0.05):
    noise = np.random.default_rng(1).normal(0, level, int(seconds * SAMPLE_RATE_HZ))
    return np.diff(noise, prepend=0).astype(np.float32)


def silence(seconds):
    return np.random.default_rng(2).normal(0, 1e-4, int(seconds * SAMPLE_RATE_HZ)).astype(np.float32)


def test_a_vowel_a_hiss_and_a_pause_are_found_where_they_were_put():
    samples = np.concatenate([silence(0.2), hiss(0.12), tone(0.2), silence(0.3), tone(0.18), hiss(0.14), silence(0.1)])
    timed = align(Spoken(samples, (("sa", "sɑ"), ("as", "ɑs"))))
    sounds = [t for t in timed if t.phoneme != "_"]
    assert [t.phoneme for t in sounds] == ["s", "ɑ", "ɑ", "s"]
    for found, start in zip(sounds, (0.20, 0.32, 0.82, 1.00), strict=True):
        assert abs(found.start_s - start) <= 0.04


def test_phonemes_follow_each_other_and_stay_within_the_line():
    samples = np.concatenate([hiss(0.1), tone(0.3), silence(0.1), tone(0.25)])
    timed = align(Spoken(samples, (("sum", "sˈʌm"), ("am", "ˈæm"))))
    assert all(a.end_s <= b.start_s for a, b in pairwise(timed))
    assert timed[-1].end_s <= len(samples) / SAMPLE_RATE_HZ


def test_nothing_said_moves_no_lips():
    assert align(Spoken(np.zeros(0, np.float32), ())) == ()
    still = lips((), np.zeros(0, np.float32), 48, 24, 0.5)
    assert not still.opening.any()
    assert not still.spread.any()


def test_lips_open_on_an_open_vowel_shut_on_p_and_rest_before_the_line():
    samples = np.concatenate([tone(0.3), silence(0.1), tone(0.3)])
    timed = (Timed("ɑ", 0.0, 0.3), Timed("p", 0.3, 0.4), Timed("ɑ", 0.4, 0.7))
    mouth = lips(timed, samples, 48, 24, 1.0)

    def at(t):
        return float(mouth.opening[round(t * 24)])

    assert at(0.5) == 0.0
    assert at(1.15) > 0.6
    assert at(1.35) < 0.2
    assert at(1.55) > 0.6


def test_a_voice_is_chosen_by_register_and_never_changes_for_a_person():
    person = np.random.default_rng(3).normal(size=64).astype(np.float32)
    assert voice_for(person, 110.0) == "jm_kumo"
    assert voice_for(person, 210.0) == voice_for(person, 220.0) != "jm_kumo"
    assert {voice_for(np.random.default_rng(i).normal(size=64), 210.0) for i in range(40)} >= {"jf_alpha", "jf_nezumi"}


def test_pitch_is_read_from_voiced_sound_alone():
    assert abs(median_pitch_hz(tone(0.5, 120.0), SAMPLE_RATE_HZ) - 120) < 4
    assert median_pitch_hz(silence(0.5), SAMPLE_RATE_HZ) is None
