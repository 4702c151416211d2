"""The corpus's real clips through the checks that need no challenge: 1, 4, 5, 8, 9 and 11. Prints counts; small samples.

The clips were edited and re-encoded by whoever published them, many hold no sound and none answers a challenge, so only what
such a clip can pass is asserted.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from identity.core.assessment import Profile
from identity.core.checks import injection, one_face, screen, solid, still, texture
from identity.core.effects import Effect, effect_of
from identity.core.features import FaceSample, FaceTrack
from identity.core.picture import PictureFacts
from identity.core.unwrapped import skin_of

pytestmark = pytest.mark.corpus

LIVE = ("driving_d12.mp4", "driving_d3.mp4", "driving_d9.mp4", "nht_public0.mp4", "sadtalker_AOC.mp4", "tvl_real.mp4")
ATTACKS = ("manikantha_fake.mp4", "nht_train1.mp4", "tvl_fake.mp4")
MOST_FRAMES = 420


@pytest.fixture(scope="module")
def loaded(models):
    from identity.adapters.models import Models

    found = Models.load(models)
    yield found
    found.close()


@pytest.fixture(scope="module")
def seen(corpus, loaded):
    """Face track and samples a clip; these clips lack sound or are of a kind that an enrolment refuses unread."""
    return {
        name: look(corpus / "face" / kind / name, loaded) for kind, names in (("bona_fide", LIVE), ("attack", ATTACKS)) for name in names
    }


def look(path: Path, models) -> tuple[FaceTrack, tuple[FaceSample, ...], PictureFacts]:
    import av

    from identity.extraction import SAMPLE_EVERY_US, sample, track_of
    from identity.looking import Looking
    from identity.ports import Frame

    readings, samples, next_us, count, looking = [], [], 0, 0, Looking()
    tracker = models.faces.open()
    with av.open(str(path)) as file:
        rate = float(file.streams.video[0].average_rate or 25)
        for index, decoded in enumerate(itertools.islice(file.decode(video=0), MOST_FRAMES)):
            scale = min(1.0, 640 / max(decoded.width, decoded.height))
            size = {"width": round(decoded.width * scale), "height": round(decoded.height * scale)}
            frame = Frame(index, round(index * 1e6 / rate), decoded.to_ndarray(format="bgr24", **size))
            reading = tracker.read(frame.picture, frame.time_us)
            looking.see(frame, reading)
            if reading is not None:
                readings.append((frame.time_us, reading))
            if frame.time_us >= next_us:
                next_us = frame.time_us + SAMPLE_EVERY_US
                samples.append(sample(frame, reading, models.embedder, models.liveness))
            count = index + 1
    tracker.close()
    return track_of(readings, count), tuple(samples), looking.facts()


def passed(results) -> bool:
    return all(r.passed for r in results)


def told(capsys, line: str) -> None:
    with capsys.disabled():
        print(f"\n  {line}", end="")


def test_every_live_face_has_live_texture_and_every_replay_has_not(seen, capsys):
    live = [n for n in LIVE if passed(texture.check(seen[n][1], Profile.BASIC))]
    fake = [n for n in ATTACKS if passed(texture.check(seen[n][1], Profile.BASIC))]
    told(capsys, f"texture: {len(live)} of {len(LIVE)} live kept, {len(ATTACKS) - len(fake)} of {len(ATTACKS)} attacks refused")
    assert live == list(LIVE)
    assert fake == []


def test_every_real_head_that_turned_enough_is_solid_and_blinks(seen, capsys):
    turned = [n for n in LIVE if solid.read_depth(seen[n][0]).turn_deg >= solid.MIN_TURN_DEG]
    solid_ones = [n for n in turned if passed(solid.check(seen[n][0], Profile.BASIC))]
    told(capsys, f"solid: {len(solid_ones)} of {len(turned)} that turned; {len(LIVE) - len(turned)} did not turn enough to be read")
    assert len(turned) >= 4
    assert solid_ones == turned


def test_every_live_clip_shows_one_face(seen, capsys):
    same = [n for n in LIVE if passed(one_face.check(seen[n][1], Profile.BASIC, seen[n][2]))]
    told(capsys, f"one face: {len(same)} of {len(LIVE)}")
    assert same == list(LIVE)


def test_no_live_clip_looks_like_a_screen_and_light_changes_on_every_head_that_turned(seen, capsys):
    screens = {
        n: [r.code for r in screen.check(seen[n][2], Profile.BASIC) if not r.passed and effect_of(r.code) is Effect.REVIEW] for n in LIVE
    }
    turned = [n for n in LIVE if solid.turn_deg(seen[n][0]) >= solid.MIN_TURN_DEG]
    change = {n: still.shading_change(skin_of(seen[n][2], seen[n][0]), seen[n][0]) for n in turned}
    told(capsys, f"screens: {sum(bool(c) for c in screens.values())} of {len(LIVE)} live clips named; shading of {len(turned)}: {change}")
    assert not any(screens.values())
    assert all(value >= still.MIN_SHADING for value in change.values())


def test_no_photograph_swung_flat_turns_enough_to_be_read(corpus, loaded, capsys):
    from serving.engines.portrait.actor import swing_flat

    photos = sorted((corpus / "face" / "photos").glob("*.jpg"))[:4]
    turns = []
    for photo in photos:
        path = Path("/dev/shm") / f"cameo-test-{photo.stem}.webm"
        path.write_bytes(swing_flat(photo.read_bytes(), seconds=3.2, side_px=400))
        turns.append(solid.read_depth(look(path, loaded)[0]).turn_deg)
        path.unlink()
    told(capsys, f"flat photographs: {len(photos)}, most turn read {max(turns):.1f} degrees")
    assert max(turns) < solid.MIN_TURN_DEG


def test_no_published_clip_looks_captured(corpus, loaded, capsys):
    from identity.extraction import extract
    from identity.ports import MediaRefused

    found = extract(corpus / "face" / "bona_fide" / "tvl_real.mp4", loaded)
    assert not isinstance(found, MediaRefused)
    codes = [r.code for r in injection.check(found, "", Profile.BASIC) if not r.passed]
    told(capsys, f"injection signs of a re-encoded clip: {codes}")
    assert "injection.encoder" in codes


def test_utterances_of_one_speaker_are_told_from_spliced_ones(corpus, loaded, capsys):
    import numpy as np
    import soundfile

    from identity.core.checks import voice
    from identity.core.features import SpeechFacts
    from identity.hearing import cut_speech, voice_windows

    speech = {}
    for folder in sorted(p for p in (corpus / "speech" / "long").iterdir() if p.name.isdigit()):
        for file in sorted(folder.glob("*.flac"))[:3]:
            sound = (soundfile.read(file)[0] * 32767).astype(np.int16)
            cut = cut_speech(sound, loaded.voice_activity)[0]
            if len(cut) >= 5 * 16_000:
                speech.setdefault(folder.name, []).append(cut[: 5 * 16_000])

    def passes(sound) -> bool:
        vectors = np.stack([loaded.speaker.embed(w) for w in voice_windows(sound)])
        return passed(voice.check(SpeechFacts("", 5_000_000, 5_000_000, vectors, ()), Profile.BASIC))

    alone = [passes(s) for takes in speech.values() for s in takes]
    spliced = [passes(np.concatenate([a[0][:40_000], b[0][-40_000:]])) for a, b in itertools.combinations(speech.values(), 2)]
    told(
        capsys, f"voice: {sum(alone)} of {len(alone)} single speakers kept, {len(spliced) - sum(spliced)} of {len(spliced)} spliced refused"
    )
    assert sum(alone) >= 0.9 * len(alone)
    assert sum(spliced) <= 0.1 * len(spliced)
