"""People's voices through recognisers and weak signs. Prints counts; small samples (the whole: `python -m bench.identity.said`)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def loaded(models):
    from identity.adapters.models import Models

    found = Models.load(models)
    yield found
    found.close()


def read(path) -> np.ndarray:
    import scipy.signal
    import soundfile

    sound, rate = soundfile.read(path)
    return scipy.signal.resample_poly(sound, 16_000, rate) if rate != 16_000 else sound


def whole(sound) -> np.ndarray:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


def told(capsys, line: str) -> None:
    with capsys.disabled():
        print(f"\n  {line}", end="")


def test_digits_that_people_said_are_heard_by_either_recogniser_and_no_other_digits_are(corpus, loaded, capsys):
    from identity.core.spoken import normalised
    from identity.core.words import DIGITS

    names = tuple(DIGITS)
    exact, taken, near = [], 0, 0
    for place, speaker in enumerate(("george", "jackson", "lucas", "theo")):
        digits = np.random.default_rng(place).permutation(10)[:5].tolist()
        parts = [read(sorted((corpus / "speech/digits_fsdd").glob(f"{d}_{speaker}_*.wav"))[place]) for d in digits]
        level = [part / np.abs(part).max() * 0.3 for part in parts]
        sound = np.concatenate([np.zeros(8000), *itertools.chain.from_iterable((part, np.zeros(3000)) for part in level), np.zeros(8000)])
        noisy = whole(sound + np.random.default_rng(place).normal(0, 0.001, len(sound)))
        heard = {normalised(one.listen(noisy).text) for one in (loaded.recogniser, loaded.second_recogniser)}
        said = tuple(names[d] for d in digits)
        exact.append(said in heard)
        others = [(*said[:k], other, *said[k + 1 :]) for k in range(5) for other in names if other != said[k]]
        near, taken = near + len(others), taken + sum(other in heard for other in others)
    told(capsys, f"digits: {sum(exact)} of {len(exact)} strings exact by either recogniser, {taken} of {near} near strings taken")
    assert sum(exact) >= 3
    assert taken == 0


def test_no_read_speech_has_zeros_or_repeats_and_a_silent_splice_has(corpus, capsys):
    from identity.core import acoustics
    from identity.core.checks.sound import MOST_REPEAT, MOST_ZEROS_S

    clock = np.zeros((0, 2), np.int64)
    paths = sorted((corpus / "speech/long/clean").glob("*.flac"))[:8]
    sounds = [whole(read(path)[:96_000]) for path in paths]
    plain = [acoustics.stream_of(sound, clock, 0) for sound in sounds]
    spliced = [
        acoustics.stream_of(np.concatenate([a[:40_000], np.zeros(4_000, np.int16), b[:40_000]]), clock, 0)
        for a, b in itertools.pairwise(sounds)
    ]
    looped = [acoustics.stream_of(np.tile(sound[:30_000], 3), clock, 0) for sound in sounds]
    told(capsys, f"sound in the file: {len(plain)} read, {len(spliced)} with a silent gap, {len(looped)} looped")
    assert all(one.zeros_us / 1e6 <= MOST_ZEROS_S and one.repeat <= MOST_REPEAT for one in plain)
    assert all(one.zeros_us / 1e6 > MOST_ZEROS_S for one in spliced)
    assert all(one.repeat > MOST_REPEAT for one in looped)


@pytest.fixture(scope="module")
def takes(corpus, loaded) -> list[np.ndarray]:
    """3.2 s of speech of ten readers."""
    from identity.hearing import cut_speech

    paths = sorted((corpus / "speech/long/clean").glob("*.flac"))[:10]
    sounds = [cut_speech(whole(read(path)[:160_000]), loaded.voice_activity)[0][:51_200] / 32768 for path in paths]
    return [sound / np.sqrt(np.mean(sound**2)) * 0.06 for sound in sounds]


def test_a_voice_that_goes_on_as_anothers_is_seen_in_short_stretches_and_most_single_ones_are_not(takes, loaded, capsys):
    from bench.identity.sound_media import through_opus
    from identity.core.checks.voice import changed
    from identity.core.profiles import Profile
    from identity.hearing import short_voices
    from identity.ports import SpeechSpan

    def passes(sound: np.ndarray) -> bool:
        samples = through_opus((sound + np.random.default_rng(2).normal(0, 0.0012, len(sound))).astype(np.float32))
        return all(r.passed for r in changed(short_voices(samples, (SpeechSpan(0, len(sound)),), loaded), Profile.BASIC))

    alone = [passes(take) for take in takes]
    turned = [passes(np.concatenate([one[:25_600], other[25_600:]])) for one, other in itertools.pairwise(takes)]
    told(
        capsys, f"one voice: {sum(alone)} of {len(alone)} single ones kept, {len(turned) - sum(turned)} of {len(turned)} changed ones seen"
    )
    assert sum(alone) >= 0.75 * len(alone)
    assert sum(turned) <= 0.5 * len(turned)


def test_a_telephones_voice_in_a_wide_room_is_narrow_and_no_other_is(takes, loaded, capsys):
    import scipy.signal

    from bench.identity.sound_media import through_opus
    from identity.core import acoustics
    from identity.core.checks.sound import LEAST_ABOVE_DB

    def above_db(sound: np.ndarray) -> float:
        room = np.random.default_rng(1).normal(0, 0.0012, len(sound) + 16_000)
        samples = through_opus((np.pad(sound, 8_000) + room).astype(np.float32))
        power = acoustics.power_frames(samples)
        spans = [(span.start, span.end) for span in loaded.voice_activity.spans(samples)]
        return acoustics.channel_of(power, acoustics.speaking(len(power), spans)).above_db

    telephone = scipy.signal.butter(10, 3700, fs=16_000, output="sos")
    wide, narrow = [above_db(take) for take in takes], [above_db(scipy.signal.sosfilt(telephone, take)) for take in takes]
    told(capsys, f"above 4.3 kHz: readers {min(wide):.1f} dB at least, by telephone {np.median(narrow):.1f} in the middle")
    assert all(one > LEAST_ABOVE_DB for one in wide)
    assert sum(one < LEAST_ABOVE_DB for one in narrow) >= 0.7 * len(narrow)


def test_a_person_s_jaw_goes_with_their_voice_better_than_with_it_elsewhere(corpus, loaded, capsys):
    import av

    from identity.core.lipsync import lips_of, opening_of
    from identity.extraction import track_of

    path, readings = corpus / "face/bona_fide/sadtalker_AOC.mp4", []
    tracker = loaded.faces.open()
    with av.open(str(path)) as file:
        for index, frame in enumerate(file.decode(video=0)):
            found = tracker.read(frame.to_ndarray(format="bgr24"), index * 40_000)
            readings += [(index * 40_000, found)] if found is not None else []
    tracker.close()
    one_channel = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with av.open(str(path)) as file:
        samples = np.concatenate([part.to_ndarray().reshape(-1) for frame in file.decode(audio=0) for part in one_channel.resample(frame)])
    track = track_of(readings, len(readings))
    jaw, spans = opening_of(track), [(0, len(samples))]
    own = lips_of(track.times_us, jaw, samples, spans, 0).z
    other = [lips_of(track.times_us, jaw, np.roll(samples, seconds * 16_000), spans, 0).z for seconds in (2, 3, 4, 5, 6)]
    told(capsys, f"lips: z {own:.1f} with the own voice, {max(other):.1f} at most of {len(other)} elsewhere")
    assert own > max(1.0, *other)
