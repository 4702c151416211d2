"""The handlers over fakes: what is asked of the ports, and what comes of it."""

import pytest

from identity.core.assessment import Activated, Profile, Refused, decide
from identity.core.challenge import Movement, issue
from identity.core.codes import CODES
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.fakes import InMemoryModels, Scene
from identity.handlers import assess_recording

ASKED = next(c for c in (issue("anna", 0, n.to_bytes(32, "big")) for n in range(1000)) if set(c.movements[:1]) == {Movement.LEFT})
SENT = Submission("anna", 5)


PHRASE = " ".join(ASKED.phrase)


def assess(path, words=PHRASE, profile=Profile.SANDBOX, earlier=(), sent=SENT, **models):
    return assess_recording(path, Asked(ASKED, sent, earlier), profile, InMemoryModels(words, **models))


@pytest.fixture
def scene(tmp_path):
    return lambda **changes: Scene(**changes).write(tmp_path / "x")


def codes(found) -> set[str]:
    return {r.code for r in found.results if not r.passed}


def test_a_file_that_is_no_recording_fails_check_1_and_still_answers_check_2(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"nonsense")
    found = assess(path, sent=Submission("bert", 5))
    assert decide(found, Profile.SANDBOX) == Refused(("media.unreadable", "challenge.other_account"))


def test_every_code_a_check_can_give_has_a_message(scene):
    found = assess(scene())
    assert {r.code for r in found.results} <= set(CODES)


def test_an_assessment_names_its_file_its_challenge_and_its_models(scene):
    found = assess(scene())
    assert (found.challenge_id, found.profile, found.models[0].name) == (ASKED.challenge_id, Profile.SANDBOX, "fake")
    assert found.media_sha256 == found.fingerprint.sha256
    assert len(found.media_sha256) == 64


def test_the_recogniser_never_learns_the_phrase(scene):
    assert "words.not_as_asked" in codes(assess(scene(), words="other words"))
    assert "words.not_as_asked" not in codes(assess(scene()))


def test_a_face_that_changes_and_a_voice_that_changes_are_seen(scene):
    assert "face.changed" in codes(assess(scene(frames=[(1, 0, 0)] * 60 + [(2, 0, 0)] * 60)))
    assert "voice.several" in codes(assess(scene(voices=[1, 1, 1, 2, 2, 2])))


def test_an_earlier_recording_is_known_again(scene):
    path = scene()
    found = assess(path)
    assert "replay.file" in codes(assess(path, earlier=[found.fingerprint]))


def test_texture_does_not_decide_in_the_sandbox_and_does_in_basic(scene):
    for profile, decides in ((Profile.SANDBOX, False), (Profile.BASIC, True)):
        found = assess(scene(), profile=profile, live=0.1)
        decision = decide(found, profile)
        assert "texture.not_live" in codes(found)
        assert not isinstance(decision, Activated)
        assert ("texture.not_live" in decision.codes) is decides
