"""For each check one recording, made here from a fictional actor's answer, of which its code is the only failure that refuses.

Everything is judged under `basic`, where every check decides. Nothing refuses the answer itself: an animated still whose file
looks captured is not told from a person for sure; signs of it send it to a reviewer (docs/identity.md, "Picture").
"""

import msgspec
import numpy as np

from identity.core.assessment import Activated, NeedsReview, Profile, Refused, decide
from identity.core.context import Asked
from identity.core.effects import Effect, effect_of
from identity.core.enrolment import Submission
from tests.media import VOICES, noise_frames, placed, write_recording


def failures(assessment) -> tuple[str, ...]:
    """What refuses: a still that was animated shows signs of it besides, for reviewers."""
    return failing(assessment, Effect.REFUSE)


def failing(assessment, effect: Effect) -> tuple[str, ...]:
    return tuple(r.code for r in assessment.results if not r.passed and effect_of(r.code) is effect)


def test_the_answer_itself_passes_every_check(assess, answer, loaded):
    from identity.handlers import assess_recording

    asked = Asked(answer.challenge, Submission("anna", 20_000_000), matches=())
    found = assess_recording(answer.path, asked, Profile.BASIC, loaded)
    assert failures(found) == ()
    assert {r.number for r in found.results} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
    assert "still.shading" in failing(found, Effect.REVIEW), "the light on an animated still turns with it"
    assert "review.age" in failing(found, Effect.REVIEW), "the actor looks twenty"
    assert {"still.texture", "generated.rhythm"} <= set(failing(found, Effect.NOTE))
    seen = decide(found, Profile.BASIC)
    assert isinstance(seen, NeedsReview)
    assert {"still.shading", "review.level"} <= set(seen.codes), "one upload never activates basic by itself"
    assert assess(answer.path) == found, "a second assessment of the same file says the same"
    assert isinstance(decide(assess(answer.path, profile=Profile.VERIFIED), Profile.VERIFIED), NeedsReview)


def test_1_a_face_that_leaves_the_picture(assess, answer, tmp_path):
    frames = [*answer.performance.frames, *noise_frames(40, side=480)]
    path = write_recording(tmp_path / "x.webm", frames, answer.performance.sound)
    assert failures(assess(path))[0] == "quality.no_face", "what the tracker makes of noise may read as a movement besides"


def test_2_an_answer_that_comes_late(assess, answer):
    found = assess(answer.path, received_at_us=answer.challenge.expires_at_us)
    assert failures(found) == ("challenge.expired",)


def test_2_the_same_file_a_second_time(assess, answer):
    before = assess(answer.path)
    assert failures(assess(answer.path, earlier=[before.fingerprint])) == ("replay.file", "replay.audio", "replay.video")


def test_2_a_smaller_quieter_copy_of_an_earlier_recording(assess, answer, tmp_path):
    import cv2

    before = assess(answer.path)
    small = (cv2.resize(f, (360, 360)) for f in answer.performance.frames)
    copy = write_recording(tmp_path / "x.webm", small, answer.performance.sound * 0.5, seed=4)
    assert failures(assess(copy, earlier=[before.fingerprint])) == ("replay.audio", "replay.video")


def test_3_the_movements_in_another_order(assess, answer):
    other = msgspec.structs.replace(answer.challenge, movements=answer.challenge.movements[::-1])
    assert failures(assess(answer.path, challenge=other)) == ("movement.not_as_asked",)


def test_4_a_face_that_never_blinks(assess, answer, tmp_path):
    path = write_recording(tmp_path / "x.webm", answer.performance.without_blinks(), answer.performance.sound)
    assert failures(assess(path)) == ("solid.no_blink",)


def test_5_the_same_face_on_a_screen(assess, answer, tmp_path):
    path = write_recording(tmp_path / "x.webm", (on_screen(f) for f in answer.performance.frames), answer.performance.sound)
    assert failures(assess(path)) == ("texture.not_live",)


def on_screen(picture: np.ndarray) -> np.ndarray:
    """The picture on a telephone held before the camera: its pixels' grid, its bezel, its glow."""
    import cv2

    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    grid = (0.75 + 0.25 * np.cos(2 * np.pi * columns / 2.7)) * (0.75 + 0.25 * np.cos(2 * np.pi * rows / 2.9)) * 1.25
    shown = cv2.resize(np.clip(picture * grid[..., None], 0, 255).astype(np.uint8), None, fx=0.72, fy=0.72, interpolation=cv2.INTER_AREA)
    scene = np.full_like(picture, 165)
    start = (picture.shape[0] - shown.shape[0]) // 2
    end = start + shown.shape[0]
    scene[start - 14 : end + 14, start - 14 : end + 14] = 18
    scene[start:end, start:end] = np.clip(shown * 0.8 + 30, 0, 255)
    return scene


def test_6_other_words(assess, answer, stage, tmp_path):
    other = stage.say(answer.challenge.phrase[::-1], VOICES["joon"])
    path = write_recording(tmp_path / "x.webm", answer.performance.frames, placed(other, answer.performance.take))
    assert failures(assess(path)) == ("words.not_as_asked",)


def test_8_another_voice_goes_on(assess, answer, stage, tmp_path):
    """After the phrase: within the three seconds of one alone the voice is read too coarsely (docs/identity.md, Sound)."""
    spoken = stage.say(answer.challenge.phrase, VOICES["joon"]).samples
    other = stage.say(("volcano", "penguin", "basket", "umbrella", "kitchen"), "jf_alpha").samples[: round(2.8 * 24_000)]
    first = answer.performance.sound[: round(answer.performance.take.speech_start_s * 24_000) + len(spoken)]
    path = write_recording(tmp_path / "x.webm", answer.performance.frames, np.concatenate([first, other]))
    assert "voice.several" in failures(assess(path))


def test_9_another_face_takes_over(assess, answer, stage, tmp_path):
    """Maeve holds her head as Joon does (his neutral pose reads 13 degrees down), or the change would read as a nod."""
    held = stage.perform("maeve", ("down",), stage.say(("one",), VOICES["maeve"])).seconds(1.45, 1.9)
    chance = np.random.default_rng(3)
    there_and_back = [*held, *held[::-1]]
    stay = [
        np.clip(there_and_back[i % len(there_and_back)] + chance.integers(-3, 4, held[0].shape), 0, 255).astype(np.uint8) for i in range(26)
    ]
    path = write_recording(tmp_path / "x.webm", [*answer.performance.frames, *stay], answer.performance.sound)
    assert failures(assess(path)) == ("face.changed",)


def test_9_an_active_cameo_is_made_anew_by_its_own_face_alone(assess, answer):
    """A drawn vector stands for somebody else's face: our actors were drawn by one hand and are alike."""
    from identity.core.faces import written

    own = assess(answer.path).template
    assert not {"face.other_person", "face.unsure"} & set(failures(assess(answer.path, own=own)))
    drawn = np.random.default_rng(5).normal(size=128)
    other = assess(answer.path, own=written((drawn / np.linalg.norm(drawn)).astype(np.float32)))
    assert failures(other) == ("face.other_person",)
    assert "face.unsure" in failing(other, Effect.REVIEW)
    assert "face.other_person" in decide(other, Profile.BASIC).codes


def test_11_a_file_written_by_other_software(assess, answer, tmp_path):
    path = write_recording(tmp_path / "x.webm", answer.performance.frames, answer.performance.sound, application=None)
    found = assess(path)
    assert failures(found) == ("injection.encoder",)
    assert decide(found, Profile.BASIC) == Refused(("injection.encoder",))


def test_11_is_recorded_and_does_not_decide_in_the_sandbox(assess, answer):
    found = assess(answer.path, profile=Profile.SANDBOX, camera_label="OBS Virtual Camera")
    assert failures(found) == ("injection.virtual_camera",)
    assert decide(found, Profile.SANDBOX) == Activated()


def test_a_flat_photograph_swung_before_the_camera_is_refused(assess, tmp_path):
    from serving.engines.portrait.actor import swing_flat
    from tests.media import ACTORS_FOLDER

    path = tmp_path / "x.webm"
    path.write_bytes(swing_flat((ACTORS_FOLDER / "joon.jpg").read_bytes(), side_px=480))
    found = decide(assess(path, profile=Profile.SANDBOX), Profile.SANDBOX)
    assert isinstance(found, Refused)
    assert {"movement.not_as_asked", "solid.turn_more", "solid.no_blink", "words.not_heard", "voice.absent"} <= set(found.codes)


def test_a_file_that_is_no_recording_is_refused_with_its_code(answer, loaded, tmp_path):
    from identity.handlers import assess_recording

    path = tmp_path / "x.webm"
    path.write_bytes(b"\x1a\x45\xdf\xa3 and nothing more")
    found = assess_recording(path, Asked(answer.challenge, Submission("anna", 20_000_000)), Profile.BASIC, loaded)
    assert decide(found, Profile.BASIC) == Refused(("media.unreadable",))
