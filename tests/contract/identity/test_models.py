"""What every face and voice port answers to nothing, to noise and twice to the same. Faces are tested in integration."""

import numpy as np
import pytest

from identity.fakes import Scene, head_points, paint, speak

RATE = 16_000


@pytest.fixture
def empty_picture(is_fake):
    return paint(-1, 0, 0, 0) if is_fake else np.full((256, 256, 3), 120, np.uint8)


def test_no_face_is_read_where_there_is_none(any_models, empty_picture):
    tracker = any_models.faces.open()
    try:
        assert tracker.read(empty_picture, 0) is None
        assert tracker.read(empty_picture, 40_000) is None
    finally:
        tracker.close()
        tracker.close()


def test_no_face_is_found_where_there_is_none(any_models, empty_picture):
    assert any_models.embedder.find(empty_picture) == ()


def test_silence_holds_no_speech_and_no_words(any_models):
    silence = np.zeros(2 * RATE, np.int16)
    assert any_models.voice_activity.spans(silence) == ()
    assert any_models.voice_activity.spans(np.zeros(0, np.int16)) == ()


@pytest.mark.parametrize("which", ["recogniser", "second_recogniser"])
def test_nothing_is_heard_where_there_is_no_sound(any_models, which):
    assert getattr(any_models, which).listen(np.zeros(0, np.int16)).text == ""


def test_a_voice_is_judged_from_half_a_second_on_and_the_same_again(any_models):
    sound = speak(Scene(voices=[2]), RATE)
    assert np.isnan(any_models.voice_liveness.natural_score(sound[:7_999]))
    assert np.isfinite(any_models.voice_liveness.natural_score(sound))
    assert any_models.voice_liveness.natural_score(sound) == any_models.voice_liveness.natural_score(sound)


def test_a_voice_vector_has_unit_length_and_is_the_same_again(any_models):
    sound = speak(Scene(voices=[2]), RATE)
    sound[::7] //= 2
    one, other = any_models.speaker.embed(sound), any_models.speaker.embed(sound)
    assert one.dtype == np.float32
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(one, other)


def test_an_age_is_a_number_of_years_and_the_same_again(any_models):
    picture, points = np.random.default_rng(1).integers(0, 255, (256, 256, 3)).astype(np.uint8), head_points(0.0, 256)
    one, other = any_models.age.years(picture, points), any_models.age.years(picture, points)
    assert one == other
    assert 0 <= one <= 110


def test_versions_name_files_by_their_sum(any_models):
    versions = any_models.versions()
    assert versions
    assert all(len(v.sha256) == 64 for v in versions)


def test_models_serve_again_after_close(any_models, empty_picture):
    any_models.close()
    any_models.close()
    assert any_models.embedder.find(empty_picture) == ()


def test_absent_model_files_are_all_named(tmp_path):
    from identity.adapters.models import FILES, Models
    from identity.errors import ModelMissingError

    with pytest.raises(ModelMissingError) as raised:
        Models.load(tmp_path)
    assert all(name in str(raised.value) for name in FILES)
