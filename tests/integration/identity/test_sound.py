"""The sound of a fictional actor's answer through the real models: words with times, lips, file; and what a dubbed one shows."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from identity.core import lipsync
from identity.core.challenge import issue
from identity.core.checks import words
from identity.core.spoken import distress_heard
from identity.ports import SAMPLE_RATE_HZ
from tests.media import SOUND_HZ, VOICES


@pytest.fixture(scope="module")
def features(answer, loaded):
    from identity.extraction import extract

    return extract(answer.path, loaded)


def test_both_recognisers_are_asked_and_each_word_lies_where_it_was_said(answer, features):
    sound, take = features.sound, answer.performance.take
    assert len(sound.texts) == 2
    times = words.word_times(sound.words, answer.challenge.phrase)
    assert None not in times
    ends = [word.end_us / 1e6 for word in times]
    assert ends == sorted(ends)
    assert take.speech_start_s < ends[0]
    assert ends[-1] < take.duration_s + 0.2
    assert words.said_within(sound.words, answer.challenge.phrase, 0, round(take.speech_start_s * 1e6)) == 0.0


def test_lips_go_with_the_voice_and_not_with_the_same_voice_half_a_second_later(answer, features, loaded):
    late = np.roll(scipy.signal.resample_poly(answer.performance.sound, SAMPLE_RATE_HZ, SOUND_HZ), SAMPLE_RATE_HZ // 2)
    samples = (np.clip(late, -1, 1) * 32767).astype(np.int16)
    spans = [(s.start, s.end) for s in loaded.voice_activity.spans(samples)]
    told = lipsync.lips_of(features.face.times_us, lipsync.opening_of(features.face), samples, spans, 0)
    assert features.sound.lips.z > 2
    assert features.sound.lips.z > told.z + 1


def test_the_sound_of_a_captured_file_lies_in_it_as_it_should(features):
    stream = features.sound.stream
    assert abs(stream.start_us) < 100_000
    assert abs(stream.end_us) < 300_000
    assert abs(stream.drift_ppm) < 200
    assert stream.zeros_us < 5_000
    assert stream.gap_us < 50_000
    assert stream.repeat < 0.2


def test_a_word_for_danger_is_heard_beside_the_phrase(stage, loaded):
    said = stage.say(("lighthouse", *issue("anna", 0, (1).to_bytes(32, "big")).phrase), VOICES["joon"])
    sound = scipy.signal.resample_poly(said.samples, SAMPLE_RATE_HZ, SOUND_HZ)
    samples = np.pad((np.clip(sound, -1, 1) * 32767).astype(np.int16), (8000, 8000))
    heard = [one.listen(samples).text for one in (loaded.recogniser, loaded.second_recogniser)]
    assert distress_heard(heard, "lighthouse")
    assert not distress_heard(heard, "saxophone")


def test_nothing_is_heard_in_a_language_that_the_second_recogniser_does_not_know(features, loaded):
    silence = np.zeros(SAMPLE_RATE_HZ, np.int16)
    assert loaded.second_recogniser.listen(silence, "ko").text == ""
    assert features.sound.language == "en"
