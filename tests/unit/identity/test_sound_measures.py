import numpy as np
import pytest

from identity.core import acoustics
from identity.core.features import FaceTrack
from identity.core.lipsync import lips_of, opening_of

RATE = 16_000


def noise(seconds: float, level: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, int(seconds * RATE))


def syllables(seconds: float, seed: int) -> np.ndarray:
    """A loudness, 50 a second, that rises and falls irregularly like speech: 0..1."""
    chance = np.random.default_rng(seed)
    out = np.zeros(int(seconds * 50))
    at = 0
    while at < len(out):
        long = int(chance.integers(5, 12))
        out[at : at + long] = (np.hanning(long + 2)[1:-1] * chance.uniform(0.4, 1))[: len(out) - at]
        at += long + int(chance.integers(1, 10))
    return out


def voiced(loudness: np.ndarray, seed: int = 1) -> np.ndarray:
    over = np.repeat(loudness, RATE // 50)
    return np.clip((noise(len(over) / RATE, 1, seed) * (over * 4000 + 20)), -32000, 32000).astype(np.int16)


def lips(mouth: np.ndarray, voice: np.ndarray, *, late_us: int = 0):
    samples = voiced(voice)
    times = np.arange(len(mouth)) * 20_000
    return lips_of(times, 1 + 0.1 * mouth, samples, [(0, len(samples))], late_us)


@pytest.mark.parametrize("seed", range(4))
def test_a_mouth_that_moves_with_the_voice_stands_out_from_the_null(seed):
    told = lips(syllables(6, seed), syllables(6, seed))
    assert told.rank == 1.0
    assert told.z > 3
    assert abs(told.lag_us) <= 40_000
    assert told.speech_s == pytest.approx(6, abs=0.1)


def test_a_mouth_that_moves_to_other_words_does_not():
    zs = [lips(syllables(6, seed), syllables(6, 100 + seed)).z for seed in range(12)]
    assert np.median(zs) < 1
    assert sum(z > 2.5 for z in zs) <= 1


def test_sound_that_is_half_a_second_late_is_not_with_the_lips():
    late = np.roll(syllables(6, 3), 25)
    assert lips(syllables(6, 3), late).z < 1
    assert lips(syllables(6, 3), late, late_us=-500_000).z > 3, "the clock of the file says when the sound begins"


def test_without_speech_or_face_lips_say_nothing():
    quiet = np.zeros(5 * RATE, np.int16)
    times = np.arange(100) * 20_000
    assert np.isnan(lips_of(times, np.ones(100), quiet, [], 0).z)
    assert np.isnan(lips_of(times[:3], np.ones(3), quiet, [(0, len(quiet))], 0).z)
    assert lips_of(times, np.ones(100), quiet, [(4 * RATE, 5 * RATE)], 0).speech_s == 0.0


def test_the_jaw_is_read_in_eye_distances():
    points = np.zeros((2, 478, 3), np.float32)
    points[:, 263, 0] = 50
    points[:, 152, 1] = (60, 75)
    face = FaceTrack(np.asarray([0, 1]), points, *(np.zeros(2, np.float32) for _ in range(3)), frames_seen=2)
    assert opening_of(face) == pytest.approx([1.2, 1.5])


def bursts(seconds: float = 8, floor: float = 10, *, low_hz: float = 0, high_hz: float = 8000, seed: int = 0) -> tuple[np.ndarray, list]:
    """Noise-like speech of .4 s every .8 s over a floor, cut to a band."""
    sound = noise(seconds, 2000, seed)
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    on = (np.arange(len(sound)) % 12_800) < 6_400
    out = np.fft.irfft(spectrum, len(sound)) * on + noise(seconds, floor, seed + 1)
    spans = [(a, min(a + 6_400, len(out))) for a in range(0, len(out), 12_800)]
    return out.astype(np.int16), spans


def channel(samples, spans):
    power = acoustics.power_frames(samples)
    return acoustics.channel_of(power, acoustics.speaking(len(power), spans))


def room(samples, spans):
    power = acoustics.power_frames(samples)
    return acoustics.room_of(power, acoustics.speaking(len(power), spans))


def test_a_cut_band_is_read():
    full, narrow = (channel(*bursts(high_hz=high)) for high in (8000, 4000))
    assert narrow.cutoff_hz == pytest.approx(4000, abs=400)
    assert full.cutoff_hz == 8000


def below(sound: np.ndarray, hz: float) -> np.ndarray:
    return np.fft.irfft(np.where(np.fft.rfftfreq(len(sound), 1 / RATE) < hz, np.fft.rfft(sound), 0), len(sound))


@pytest.mark.parametrize(("voice_hz", "room_hz", "stands_out"), [(8000, 8000, True), (3600, 8000, False), (3600, 3600, None)])
def test_a_voice_that_ends_where_its_room_goes_on_stands_out_of_nothing_up_there(voice_hz, room_hz, stands_out):
    speech, spans = bursts(floor=0)
    above_db = channel((below(speech, voice_hz) + below(noise(8, 8, 7), room_hz)).astype(np.int16), spans).above_db
    if stands_out is None:
        assert np.isnan(above_db)
    else:
        assert above_db > 20 if stands_out else above_db == pytest.approx(7.1, abs=1.5)


def test_too_little_speech_gives_no_channel():
    assert np.isnan(channel(*bursts(0.5)).cutoff_hz)


def test_one_room_has_one_floor_and_a_splice_shows_its_step():
    samples, spans = bursts(floor=40)
    louder, _ = bursts(floor=160)
    spliced = np.concatenate([samples[:64_000], louder[64_000:]])
    assert room(samples, spans).jump_db < 1.5
    assert room(spliced, spans).jump_db == pytest.approx(12, abs=2)
    assert room(spliced, spans).change_db < 1.5


def test_another_room_changes_the_colour_of_the_pauses():
    samples, spans = bursts(floor=80)
    coloured = samples.copy()
    low = np.convolve(noise(4, 1, 5), np.ones(12) / 12, "same")
    quiet = ((np.arange(64_000) + 64_000) % 12_800) >= 6_400
    coloured[64_000:] = np.where(quiet, low / low.std() * 80, samples[64_000:])
    assert room(samples, spans).change_db < 1.5
    assert room(coloured, spans).change_db > 4


def test_what_nobody_hears_is_no_step():
    samples, spans = bursts(floor=2)
    silent, _ = bursts(floor=0)
    assert room(np.concatenate([samples[:64_000], silent[64_000:]]), spans).jump_db < 0.5


def test_sound_without_a_pause_has_no_room():
    assert np.isnan(room(bursts(2)[0], [(0, 32_000)]).floor_db)


def clock(rate: float = 1.0, start_us: int = 0, gap_us: int = 0) -> np.ndarray:
    played = np.arange(0, 8_000_000, 20_000)
    said = (played * rate).astype(np.int64) + start_us
    said[200:] += gap_us
    return np.stack([said, played], axis=1)


def test_begin_end_drift_and_gaps_of_the_sound_are_read_from_the_clock():
    samples = noise(8, 500).astype(np.int16)
    even = acoustics.stream_of(samples, clock(start_us=30_000), 7_900_000)
    assert (even.start_us, even.end_us, even.gap_us) == (30_000, 130_000, 0)
    assert even.drift_ppm == pytest.approx(0, abs=1)
    assert acoustics.stream_of(samples, clock(1.002), 8_000_000).drift_ppm == pytest.approx(2000, rel=0.05)
    assert acoustics.stream_of(samples, clock(gap_us=300_000), 8_000_000).gap_us == 300_000
    assert np.isnan(acoustics.stream_of(samples, clock()[:5], 8_000_000).drift_ppm)


def test_exact_zeros_within_are_counted_and_at_the_ends_are_not():
    samples = noise(8, 500).astype(np.int16) | 1
    samples[:6_000] = samples[-6_000:] = 0
    assert acoustics.stream_of(samples, clock(), 0).zeros_us == 0
    samples[60_000:68_000] = 0
    assert acoustics.stream_of(samples, clock(), 0).zeros_us == 500_000


def test_sound_that_comes_again_is_told_from_sound_that_does_not():
    fresh = noise(6, 500).astype(np.int16)
    assert acoustics.repetition(fresh) < 0.05
    looped = np.tile(fresh[:RATE], 6)
    assert acoustics.repetition(looped) > 0.5
    assert acoustics.repetition(fresh[:100]) == 0.0
