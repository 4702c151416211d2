"""The checks on features made by rule: no models, no media."""

import itertools

import numpy as np
import pytest

from identity.core.assessment import Profile
from identity.core.challenge import TURNS, Movement, issue
from identity.core.checks import injection, movements, one_face, recording, solid, texture, voice
from identity.core.features import FaceSample, FaceTrack, Features, FrameFacts, MediaFacts, SpeechFacts
from identity.core.fingerprint import audio_marks, audio_match, video_marks, video_match

B = Profile.BASIC
L, R, U, D = Movement.LEFT, Movement.RIGHT, Movement.UP, Movement.DOWN
ANGLES = {L: (25.0, 0.0), R: (-25.0, 0.0), U: (0.0, 16.0), D: (0.0, -16.0)}


def head(points: int = 478) -> np.ndarray:
    """A half ellipsoid whose nose points out towards the viewer (smaller z)."""
    radius, angle = np.sqrt(np.arange(points) / points), np.arange(points) * 2.399963
    x, y = radius * np.cos(angle), radius * np.sin(angle) * 1.3
    z = -np.sqrt(np.maximum(0, 1 - radius**2)) * 0.6
    z[[1, 4, 5, 195, 197]] -= 0.5
    return np.stack([x, y, z], axis=1)


def turned(points: np.ndarray, yaw_deg: float, pitch_deg: float) -> np.ndarray:
    a, b = np.radians(yaw_deg), np.radians(pitch_deg)
    yaw = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    pitch = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return points @ (pitch @ yaw).T


def track(order, *, offset=(0.0, 0.0), flat=False, blink=True, noise=0.0, amount=1.0) -> FaceTrack:
    """One second of rest, then each movement for a second and a rest of one."""
    chance = np.random.default_rng(0)
    poses = [(0.0, 0.0)] * 25
    for kind in order:
        yaw, pitch = ANGLES[kind]
        poses += [(yaw * amount * s, pitch * amount * s) for s in np.sin(np.linspace(0, np.pi, 25))] + [(0.0, 0.0)] * 25
    pose = np.array(poses) + offset + chance.normal(0, noise, (len(poses), 2))
    face = head() * ((1, 1, 0) if flat else (1, 1, 1))
    landmarks = np.stack([turned(face, yaw, pitch) for yaw, pitch in pose]) * 100 + (200, 200, 0)
    closing = np.zeros(len(pose))
    closing[5:9] = 0.9 if blink else 0.0
    times = (np.arange(len(pose)) * 40_000).astype(np.int64)
    return FaceTrack(
        times,
        landmarks.astype(np.float32),
        pose[:, 0].astype(np.float32),
        pose[:, 1].astype(np.float32),
        closing.astype(np.float32),
        len(pose),
    )


def challenge_for(order):
    for n in itertools.count():
        challenge = issue("a", 0, n.to_bytes(32, "big"))
        if challenge.movements == order:
            return challenge
    raise AssertionError


@pytest.mark.parametrize("order", list(itertools.permutations(TURNS, 3)))
def test_each_order_of_movements_is_read_as_it_was_done(order):
    assert movements.movements(track(order, noise=0.8)) == order
    assert all(r.passed for r in movements.check(track(order), challenge_for(order), B))


@pytest.mark.parametrize("done", [(), (L,), (L, U), (U, L, R), (L, U, R, D), (L, U, D), (D, L, U, R), (L, R, U)])
def test_less_more_or_other_movements_are_refused(done):
    (result,) = movements.check(track(done), challenge_for((L, U, R)), B)
    assert (result.code, result.passed) == ("movement.not_as_asked", False)


def test_a_pose_of_ones_own_does_not_shift_what_is_read():
    assert movements.movements(track((U, L, D), offset=(3.0, -13.0))) == (U, L, D)


def test_small_movements_do_not_count():
    assert movements.movements(track((L, U, R), amount=0.3)) == ()


def test_a_solid_head_that_turns_and_blinks_passes():
    assert all(r.passed for r in solid.check(track((L, U, R), noise=0.3), B))


def codes(results) -> list[str]:
    return [r.code for r in results if not r.passed]


def test_a_flat_face_that_turns_as_far_is_flat():
    assert codes(solid.check(track((L, U, R), flat=True), B)) == ["solid.flat"]


def test_depth_is_not_read_before_there_is_enough_turn():
    results = solid.check(track((L, U, R), amount=0.3), B)
    assert codes(results) == ["solid.turn_more"]
    assert "solid.flat" not in [r.code for r in results]


def test_open_eyes_throughout_are_no_blink():
    assert codes(solid.check(track((L, U, R), blink=False), B)) == ["solid.no_blink"]


def test_a_blink_that_only_the_lids_show_counts():
    one = track((L, U, R), blink=False)
    landmarks = one.landmarks.copy()
    for up, low in ((159, 145), (386, 374)):
        middle = (landmarks[5:8, up] + landmarks[5:8, low]) / 2
        landmarks[5:8, up] = landmarks[5:8, low] = middle
    closed = FaceTrack(one.times_us, landmarks, one.yaw_deg, one.pitch_deg, one.blink, one.frames_seen)
    assert solid.blinks(closed) == 1


def face_sample(who: int = 0, **changes) -> FaceSample:
    vector = np.zeros(128, np.float32)
    vector[who] = 1
    values = {
        "time_us": 0,
        "yaw_deg": 0.0,
        "pitch_deg": 0.0,
        "faces": 1,
        "face_width_px": 200.0,
        "sharpness": 0.15,
        "brightness": 120.0,
        "live_probability": 0.99,
        "embedding": vector,
    }
    return FaceSample(**{**values, **changes})


def features(samples, **changes) -> Features:
    times = np.cumsum([0, *np.random.default_rng(0).integers(30_000, 50_000, 149)]).astype(np.int64)
    frames = FrameFacts(
        times, np.zeros((150, 8, 8), np.float32), np.full(150, 2.0, np.float32), tuple(i.to_bytes(2, "big") for i in range(150))
    )
    values = {
        "media": MediaFacts("matroska", "vp8", "opus", 640, 480, 6_000_000, ("ENCODER=Chrome",)),
        "frames": frames,
        "face": track((L, U, R)),
        "samples": tuple(samples),
        "speech": SpeechFacts("", 3_000_000, 6_000_000, np.ones((2, 1), np.float32), ()),
    }
    return Features(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"faces": 2}, "quality.several_faces"),
        ({"sharpness": 0.04}, "quality.blurred"),
        ({"brightness": 20.0}, "quality.light"),
        ({"brightness": 240.0}, "quality.light"),
        ({"face_width_px": 60.0}, "quality.small_face"),
    ],
)
def test_each_lack_of_quality_has_its_code(changes, code):
    assert codes(recording.check(features([face_sample(**changes)] * 10), B)) == [code]


def test_a_good_recording_has_no_lack():
    assert codes(recording.check(features([face_sample()] * 10), B)) == []


def test_no_sample_at_all_does_not_pass():
    assert codes(texture.check((), B)) == ["texture.not_live"]
    assert codes(one_face.check((), B)) == ["face.not_frontal"]


def test_single_bad_samples_do_not_decide_texture():
    assert codes(texture.check((*[face_sample()] * 6, *[face_sample(live_probability=0.1)] * 5), B)) == []
    assert codes(texture.check((*[face_sample()] * 5, *[face_sample(live_probability=0.1)] * 6), B)) == ["texture.not_live"]


def test_one_sample_of_another_face_is_enough_to_refuse():
    assert codes(one_face.check((*[face_sample()] * 9, face_sample(who=1)), B)) == ["face.changed"]
    assert codes(one_face.check(tuple([face_sample()] * 9), B)) == []


@pytest.mark.parametrize(
    ("speech_us", "vectors", "code"),
    [
        (1_000_000, np.eye(2), "voice.absent"),
        (3_000_000, np.eye(2), "voice.several"),
        (3_000_000, np.zeros((0, 1)), "voice.several"),
        (3_000_000, np.ones((1, 1)), None),
    ],
)
def test_voice_needs_enough_speech_of_one_speaker(speech_us, vectors, code):
    found = codes(voice.check(SpeechFacts("x", speech_us, 6_000_000, vectors.astype(np.float32), ()), B))
    assert found == ([code] if code else [])


def turning(*voices: int) -> np.ndarray:
    """Voice vectors, one a stretch: nobody is like anybody else."""
    return np.eye(4, dtype=np.float32)[list(voices)]


@pytest.mark.parametrize(
    ("voices", "expected"),
    [((0, 0, 0, 0, 0), []), ((0, 0, 0, 1, 1), ["voice.several", "voice.changed"]), ((0, 0, 2, 0, 0), ["voice.changed"])],
)
def test_a_voice_that_goes_on_as_anothers_is_refused_and_one_odd_stretch_is_looked_at(voices, expected):
    assert codes(voice.check(SpeechFacts("x", 6_000_000, 6_000_000, turning(*voices), ()), B)) == expected


def test_a_voice_that_changes_within_a_phrase_is_looked_at():
    assert codes(voice.changed(turning(0, 0, 0, 0, 0, 0), B)) == []
    assert codes(voice.changed(turning(0, 0, 0, 1, 1, 1), B)) == ["voice.changed"]
    assert voice.changed(turning(0, 0, 1, 1), B) == (), "two stretches on either side, and one between them"


def test_a_captured_file_shows_no_sign_of_injection():
    assert codes(injection.check(features([]), "FaceTime HD Camera", B)) == []


@pytest.mark.parametrize("label", ["OBS Virtual Camera", "ManyCam", "v4l2loopback dummy device", "fake_device_0"])
def test_virtual_cameras_are_told_by_name(label):
    assert codes(injection.check(features([]), label, B)) == ["injection.virtual_camera"]


@pytest.mark.parametrize("tag", ["application=Lavf61.1.100", "trace=x264 - core", "encoder=HandBrake 1.7"])
def test_editing_software_is_told_by_name(tag):
    media = MediaFacts("matroska", "vp8", "opus", 640, 480, 6_000_000, (tag,))
    assert codes(injection.check(features([], media=media), "", B)) == ["injection.encoder"]


def frames_with(times=None, digests=None, change=None) -> FrameFacts:
    base = features([]).frames
    return FrameFacts(
        base.times_us if times is None else times,
        base.thumbnails,
        base.change if change is None else change,
        base.digests if digests is None else digests,
    )


def test_frames_as_even_as_a_computers_are_told():
    even = (np.round(np.arange(150) * 1000 / 30) * 1000).astype(np.int64)
    assert codes(injection.check(features([], frames=frames_with(times=even)), "", B)) == ["injection.timing"]


def test_skipped_frames_alone_are_no_jitter():
    even = (np.round(np.delete(np.arange(170), slice(40, 60)) * 1000 / 30) * 1000).astype(np.int64)
    assert codes(injection.check(features([], frames=frames_with(times=even)), "", B)) == ["injection.timing"]


def test_a_loop_and_a_frozen_picture_are_told():
    looped = tuple((i % 75).to_bytes(2, "big") for i in range(150))
    frozen = np.where(np.arange(150) < 60, 0.0, 2.0).astype(np.float32)
    assert codes(injection.check(features([], frames=frames_with(digests=looped)), "", B)) == ["injection.duplicates"]
    assert codes(injection.check(features([], frames=frames_with(change=frozen)), "", B)) == ["injection.duplicates", "injection.frozen"]


def chirps(seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    tones = np.repeat(chance.uniform(300, 2800, (60, 3)), 1600, axis=0)
    sound = np.sin(2 * np.pi * np.cumsum(tones, axis=0) / 16_000).sum(axis=1) + chance.normal(0, 0.05, 96_000)
    return (sound / 4 * 32_000).astype(np.int16)


def test_sound_is_known_again_quieter_noisier_and_later_and_other_sound_is_not():
    one = chirps(1)
    again = (one[8_000:] * 0.3).astype(np.int16) + np.random.default_rng(9).integers(-60, 60, 88_000).astype(np.int16)
    assert audio_match(audio_marks(one), audio_marks(again)).is_replay
    assert not audio_match(audio_marks(one), audio_marks(chirps(2))).is_replay


def test_two_silences_are_no_replay_of_each_other():
    silence = audio_marks(np.zeros(96_000, np.int16))
    assert not audio_match(silence, silence).is_replay


def wanderings(seed: int) -> np.ndarray:
    """A bright spot that wanders over a fixed background."""
    chance = np.random.default_rng(seed)
    path = np.cumsum(chance.normal(0, 0.25, (240, 2)), axis=0) % 8
    cells = np.stack(np.mgrid[0:8, 0:8], axis=-1)
    spot = np.exp(-((cells[None] - path[:, None, None]) ** 2).sum(-1) / 3) * 80
    return (np.random.default_rng(0).uniform(60, 120, (8, 8)) + spot).astype(np.float32)


def test_a_picture_is_known_again_brighter_and_later_and_another_take_before_the_same_wall_is_not():
    times = (np.arange(240) * 40_000).astype(np.int64)
    one = video_marks(wanderings(1), times)
    again = video_marks(wanderings(1)[25:] * 1.1 + 5, times[:215])
    assert video_match(one, again).is_replay
    assert not video_match(one, video_marks(wanderings(2), times)).is_replay


def course(seed: int, steps: int) -> tuple[tuple[int, int], ...]:
    """Marks of a picture in which a quarter of the cells change at each step."""
    chance = np.random.default_rng(seed)
    changing = np.packbits(chance.random((steps, 64)) < 0.25, axis=1).view(">u8").reshape(-1)
    brighter = np.packbits(chance.random((steps, 64)) < 0.5, axis=1).view(">u8").reshape(-1)
    return tuple((int(a), int(b)) for a, b in zip(changing, brighter, strict=True))


def test_one_movement_that_two_takes_share_is_no_copy_and_a_copy_without_its_beginning_is():
    shared = course(1, 15)
    one, other = shared + course(2, 30), course(3, 30) + shared
    assert not video_match(one, other).is_replay, "240 bits agree, of 720"
    assert video_match(one, one[15:]).is_replay
    assert video_match(one, course(3, 20) + one).is_replay, "something put before it hides no copy"


def test_a_still_picture_is_no_replay_of_itself():
    still = video_marks(np.full((240, 8, 8), 90, np.float32), (np.arange(240) * 40_000).astype(np.int64))
    assert not video_match(still, still).is_replay


@pytest.mark.parametrize(
    ("label", "kept"),
    [("Mina's iPhone Camera", ""), ("", ""), ("FaceTime HD Camera (Built-in)", ""), ("Mina's OBS Virtual Camera", "obs virtual"), ("v4l2loopback obs OBS", "v4l2loopback obs")],
)  # fmt: skip
def test_of_a_cameras_name_only_what_the_check_reads_is_kept(label: str, kept: str) -> None:
    assert injection.kept_of(label) == kept
    assert bool(injection.VIRTUAL_CAMERAS.search(label)) is bool(injection.VIRTUAL_CAMERAS.search(kept))
