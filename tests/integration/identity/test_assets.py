import msgspec
import numpy as np
import pytest

from identity.assets import read_face, read_voice
from identity.errors import MediaUnusableError
from identity.handlers import extract_assets
from tests.media import noise_frames, write_recording


@pytest.fixture(scope="module")
def assets(loaded, answer):
    return extract_assets(answer.path, loaded)


def test_the_face_asset_is_a_calm_stretch_of_the_same_person(assets, answer, loaded):
    import cv2

    face = read_face(assets["face"])
    assert 45 <= len(face.frames) <= 72
    assert face.fps == pytest.approx(24, abs=2)
    frames = [cv2.imdecode(np.frombuffer(f, np.uint8), cv2.IMREAD_COLOR) for f in face.frames]
    assert {f.shape for f in frames} == {(512, 512, 3)}
    assert np.ptp(face.pose_array(), axis=0).max() < 12
    assert np.linalg.norm(face.embedding_array()) == pytest.approx(1, abs=1e-4)
    original = answer.performance.frames[0]
    same = loaded.embedder.embed(original, loaded.embedder.find(original)[0]) @ face.embedding_array()
    assert same > 0.8


def test_landmarks_lie_on_the_face_of_each_frame(assets, loaded):
    import cv2

    face = read_face(assets["face"])
    picture = cv2.imdecode(np.frombuffer(face.frames[face.best], np.uint8), cv2.IMREAD_COLOR)
    tracker = loaded.faces.open()
    try:
        reading = tracker.read(picture, 0)
    finally:
        tracker.close()
    assert reading is not None
    assert np.abs(reading.landmarks[:, :2] - face.landmark_array()[face.best, :, :2]).mean() < 6


def test_the_voice_asset_is_the_speech_alone(assets, answer, loaded):
    voice = read_voice(assets["voice"])
    seconds = len(voice.samples()) / voice.sample_rate_hz
    assert 2 < seconds < answer.performance.take.duration_s - answer.performance.take.speech_start_s
    assert voice.embedding_array() @ loaded.speaker.embed(voice.samples()) == pytest.approx(1, abs=1e-3)


def test_one_facet_may_be_asked_alone(loaded, answer):
    assert set(extract_assets(answer.path, loaded, ("voice",))) == {"voice"}


def test_an_unknown_format_is_not_read(assets):
    changed = msgspec.msgpack.decode(assets["voice"]) | {"format": 2}
    with pytest.raises(msgspec.ValidationError):
        read_voice(msgspec.msgpack.encode(changed))


def test_a_recording_without_a_person_has_no_assets(loaded, tmp_path):
    silence = np.zeros(24_000 * 3, np.float32)
    path = write_recording(tmp_path / "x.webm", noise_frames(60), silence)
    for facet in ("face", "voice"):
        with pytest.raises(MediaUnusableError):
            extract_assets(path, loaded, (facet,))
