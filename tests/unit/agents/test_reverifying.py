"""A re-verification passes only for the face that the cameo was made with, says its level, and keeps nothing."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager

import msgspec
import numpy as np
import pytest

from identity.core.assessment import Assessment, needed
from identity.core.assessment import measured as measure
from identity.core.checks import same_person
from identity.core.context import Asked
from identity.core.faces import written
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level, Profile
from identity.fakes import InMemoryReplayIndex
from identity.keys.errors import KeyholderRefusedError
from identity.keys.fakes import InMemoryKeyholder
from schemas.account import DistressSet
from schemas.cameo import EnrolmentActivated, EnrolmentAssessed, EnrolmentHeld, RecordingReceived
from schemas.envelope import Envelope
from schemas.ids import SWITCH_STREAM, cameo_of, stream_id
from schemas.operation import SwitchThrown
from schemas.registry import Event
from schemas.verification import VerificationStarted
from streams.agents.expiring import expire_verification
from streams.agents.fakes import InMemoryTurns
from streams.agents.own_face import UNKNOWN, own_face
from streams.agents.ports import Turn
from streams.agents.reverifying import ReverifyAgent
from streams.agents.verifying import Found
from streams.core.casework import Case, case_id, case_of
from streams.core.founding import unfounded
from streams.core.seeming import as_shown, call_of
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent

OWNER = stream_id("account", bytes([1]) * 16)
CAMEO = cameo_of(OWNER)


def face(seed: int) -> bytes:
    vector = np.random.default_rng(seed).normal(size=128)
    return written((vector / np.linalg.norm(vector)).astype(np.float32))


def between(one: bytes, other: bytes, share: float) -> bytes:
    mixed = np.frombuffer(one, "<f4") * share + np.frombuffer(other, "<f4") * (1 - share)
    return written((mixed / np.linalg.norm(mixed)).astype(np.float32))


class Shown:
    """Finds everything in order but the face, which is what the test shows."""

    def __init__(self) -> None:
        self.template = face(1)
        self.level = Level.UPLOAD
        self.failing: dict[int, str] = {}
        self.heard = ""

    def assess(self, recording: bytes, asked: Asked, profile: Profile) -> Found:
        assert recording == b"a take"
        numbers = needed(profile, self.level) - {10}
        results = [measure(n, self.failing.get(n, "x"), float(n not in self.failing), 1.0, "t", profile=profile) for n in sorted(numbers)]
        results += same_person.check(self.template, asked.own_template, profile)
        mark = Fingerprint("ab" * 32)
        found = Assessment(
            tuple(results), "ab", asked.challenge.challenge_id, profile, (), mark, self.level, template=self.template, heard=self.heard
        )
        return Found(found, {})


class Place:
    """The agent on in-memory parts, over a cameo that was made with face 1."""

    def __init__(self, assurance: str = "basic") -> None:
        self.now_us = 1_000_000
        self.store = InMemoryEventStore(clock=lambda: self.now_us)
        self.keys = InMemoryKeyholder("worker", self.store.read)
        self.shown = Shown()
        self.recordings = InMemoryReplayIndex()
        self.agent = ReverifyAgent(self.store, InMemoryTurns(self.store), self.keys, self.shown, self.recordings)  # type: ignore[arg-type]
        event_id = secrets.token_hex(16)
        sealed = self.keys.seal(OWNER, CAMEO, event_id, {"template": face(1)})
        assessed = EnrolmentAssessed(enrolment="first", evidence="e", profile=assurance, checks=(), models=())  # type: ignore[arg-type]
        self.store.append(Append(actor="worker", events=[NewEvent(CAMEO, assessed, event_id, sealed)], correlation="c"))
        self.append(EnrolmentActivated(enrolment="first", assurance=assurance))  # type: ignore[arg-type]

    def append(self, event: Event, stream: str = CAMEO) -> Envelope:
        done = self.store.append(Append(actor=OWNER, events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="c"))
        assert isinstance(done, Appended)
        return done.envelopes[0]

    def begin(self, level: str = "upload") -> None:
        self.append(
            VerificationStarted(
                verification="v1", owner=OWNER, party=stream_id("account", bytes([9]) * 16), audience="https://bank.example",
                nonce_sha256="0" * 64, level=level, expires_at_us=self.now_us + 1000, way="upload",  # type: ignore[arg-type]
                phrase=("one", "two"), movements=("left",),
            )
        )  # fmt: skip

    def answer(self) -> Envelope:
        kept = self.keys.as_role("api").put_evidence(OWNER, CAMEO, b"a take")
        return self.append(
            RecordingReceived(
                enrolment="v1", evidence=kept.evidence, key_id=kept.key_id, sha256=kept.sha256, bytes=6, camera_label="", verifies=True
            )
        )

    def outcome(self) -> tuple[str, list[str], str]:
        (one,) = [past.data for past in self.store.read(CAMEO) if past.type == "verification.answered"]
        return one["outcome"], list(one["codes"]), one["level"]

    def set_word(self, word: str) -> None:
        event_id = secrets.token_hex(16)
        sealed = self.keys.as_role("api").seal(OWNER, OWNER, event_id, {"word": word.encode()})
        self.store.append(Append(actor=OWNER, events=[NewEvent(OWNER, DistressSet(), event_id, sealed)], correlation="c"))

    def case(self) -> tuple[Case, str | None]:
        """The case that was opened, and why nothing may follow from it."""
        (opened,) = [one for one in self.store.read_all() if one.type == "case.opened"]
        found = case_of(opened.stream, self.store.read(opened.stream))
        assert found is not None
        return found, unfounded(found, self.store.read)

    def seen(self) -> list[Envelope]:
        with self.store.snapshot() as facts:
            return as_shown(facts, self.store.read(CAMEO))

    def held(self) -> bool:
        with self.store.snapshot() as facts:
            return facts.get(CAMEO, "held") is not None


@pytest.fixture
def place() -> Place:
    return Place()


def test_the_same_person_passes_at_the_level_of_the_recording_and_nothing_is_kept(place: Place) -> None:
    place.begin()
    received = place.answer()
    place.agent.handle(received)
    assert place.outcome() == ("passed", [], "upload")
    with pytest.raises(KeyholderRefusedError):
        place.keys.get_evidence(received.data["evidence"], "verify")
    assert "template" not in place.store.read(CAMEO)[-1].sealed


def test_a_word_for_danger_passes_for_nobody_looks_passed_holds_the_cameo_and_calls(place: Place) -> None:
    place.set_word("pineapple")
    place.begin()
    place.shown.heard, place.shown.failing = "one two pineapple", {6: "words.not_as_asked"}
    received = place.answer()
    place.agent.handle(received)
    assert place.outcome() == ("failed", ["review.required"], "upload")
    (seen,) = [one.data for one in place.seen() if one.type == "verification.answered"]
    assert (seen["outcome"], list(seen["codes"])) == ("passed", [])
    assert place.held()
    assert "consent.held" not in [one.type for one in place.seen()]
    case, why_not = place.case()
    assert (case.kind, case.event.evidence, case.event.codes, why_not) == ("distress", None, ("distress.heard", "distress.activated"), None)
    with pytest.raises(KeyholderRefusedError):
        place.keys.get_evidence(received.data["evidence"], "verify")
    place.append(EnrolmentActivated(enrolment="second", assurance="basic"))
    assert not place.held(), "who was seen anew is let go"


def test_a_word_for_danger_said_by_another_face_looks_failed_as_without_it(place: Place) -> None:
    place.set_word("pineapple")
    place.begin()
    place.shown.heard, place.shown.template = "pineapple", face(2)
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["face.other_person"])
    (seen,) = [one.data for one in place.seen() if one.type == "verification.answered"]
    assert (seen["outcome"], list(seen["codes"])) == ("failed", ["face.other_person"])
    assert place.case()[0].event.codes == ("distress.heard", "face.other_person")


def test_without_the_word_nothing_is_held_and_nobody_called(place: Place) -> None:
    place.set_word("pineapple")
    place.begin()
    place.shown.heard = "one two"
    place.agent.handle(place.answer())
    assert place.outcome()[0] == "passed"
    assert not place.held()
    assert not [one for one in place.store.read_all() if one.type == "case.opened"]


def test_a_case_of_a_re_verification_that_the_worker_never_answered_has_no_grounds(place: Place) -> None:
    place.begin()
    place.append(call_of(CAMEO, "v1", (), 1), case_id("nothing"))
    assert place.case()[1] == "the worker answered no such re-verification"


def test_the_marks_of_the_recording_are_kept_sealed_and_whoever_shows_it_again_fails(place: Place) -> None:
    place.begin()
    place.agent.handle(place.answer())
    answered = next(one for one in place.store.read(CAMEO) if one.type == "verification.answered")
    place.recordings.add(
        CAMEO, msgspec.msgpack.decode(place.keys.unseal(CAMEO, answered.event_id, "replay")["fingerprints"], type=Fingerprint)
    )
    again = Place()
    again.recordings = again.agent._recordings = place.recordings
    again.begin()
    again.agent.handle(again.answer())
    assert again.outcome()[:2] == ("failed", ["replay.file"])


def test_a_recording_that_another_worker_appended_before_its_turn_fails(place: Place) -> None:
    class Later(InMemoryTurns):
        def take(self) -> AbstractContextManager[Turn]:
            place.recordings.add(CAMEO, Fingerprint("ab" * 32))
            return super().take()

    place.begin()
    ReverifyAgent(place.store, Later(place.store), place.keys, place.shown, place.recordings).handle(place.answer())  # type: ignore[arg-type]
    assert place.outcome()[:2] == ("failed", ["replay.file"])


def test_another_person_fails(place: Place) -> None:
    place.begin()
    place.shown.template = face(2)
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["face.other_person"])


def test_whoever_is_only_like_the_person_fails_and_no_reviewer_is_asked(place: Place) -> None:
    place.begin()
    stranger, similarity = face(2), 0.0
    for share in np.arange(0.2, 0.6, 0.002):
        place.shown.template = between(face(1), stranger, float(share))
        similarity = float(np.dot(np.frombuffer(place.shown.template, "<f4"), np.frombuffer(face(1), "<f4")))
        if similarity > 0.44:
            break
    assert 0.40 < similarity < 0.50
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["face.unsure"])
    assert not [one for one in place.store.read_all() if one.type == "case.opened"]


def test_an_upload_does_not_reach_a_level_that_asks_for_steps(place: Place) -> None:
    place.begin("stepwise")
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["review.level"])


def test_a_check_that_fails_fails_the_answer_with_its_code(place: Place) -> None:
    place.begin()
    place.shown.failing = {6: "words.not_as_asked"}
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["words.not_as_asked"])


def test_handling_the_same_recording_again_answers_once(place: Place) -> None:
    place.begin()
    received = place.answer()
    for _ in range(2):
        place.agent.handle(received)
    assert place.outcome()[0] == "passed"


def test_a_cameo_of_the_sandbox_vouches_for_nobody() -> None:
    place = Place("sandbox")
    place.begin()
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["face.not_compared"])


@pytest.mark.parametrize(("seed", "outcome"), [(1, ("passed", [])), (2, ("failed", ["face.other_person"]))])
def test_where_the_sandbox_is_open_it_is_judged_as_one_by_its_own_face(seed: int, outcome: tuple[str, list[str]]) -> None:
    place = Place("sandbox")
    place.append(SwitchThrown(switch="sandbox_use", on=True, reason="a demonstration"), SWITCH_STREAM)
    place.begin()
    place.shown.template, place.shown.failing = face(seed), {5: "texture.not_live"}  # as synthetic media look
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == outcome


def test_an_open_sandbox_judges_no_other_cameo_as_one(place: Place) -> None:
    place.append(SwitchThrown(switch="sandbox_use", on=True, reason="a demonstration"), SWITCH_STREAM)
    place.append(EnrolmentActivated(enrolment="second", assurance="sandbox"))
    place.begin()
    place.shown.failing = {5: "texture.not_live"}
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("failed", ["texture.not_live"])


def test_an_enrolment_in_the_sandbox_hides_no_earlier_face(place: Place) -> None:
    place.append(EnrolmentActivated(enrolment="second", assurance="sandbox"))
    assert own_face(place.store.read(CAMEO), place.keys) == face(1)


def test_an_answer_leaves_the_enrolment_as_it_is(place: Place) -> None:
    place.append(EnrolmentHeld(enrolment="renewal", codes=("review.required",)))
    place.begin()
    place.agent.handle(place.answer())
    with place.store.snapshot() as facts:
        enrolment = facts.get(CAMEO, "enrolment")
    assert enrolment is not None
    assert enrolment.value == {"enrolment": "renewal", "state": "in_review"}


def test_a_cameo_made_before_faces_were_kept_says_so(place: Place) -> None:
    history = [one for one in place.store.read(CAMEO) if one.type == "enrolment.activated"]
    assert own_face(history, place.keys) == UNKNOWN
    assert own_face([], place.keys) is None


def test_nobody_answers_and_it_runs_out_once(place: Place) -> None:
    place.begin()
    assert not expire_verification(place.store, CAMEO, "v1")
    place.now_us += 1000
    assert expire_verification(place.store, CAMEO, "v1")
    assert not expire_verification(place.store, CAMEO, "v1")
    assert place.outcome()[0] == "expired"


def test_one_whose_recording_is_being_checked_does_not_run_out(place: Place) -> None:
    place.begin()
    place.answer()
    place.now_us += 1000
    assert not expire_verification(place.store, CAMEO, "v1")


def test_steps_that_are_not_those_committed_to_are_told_to_the_checks(place: Place) -> None:
    from streams.core.verification import asked_of

    begun = VerificationStarted(
        verification="v1", owner=OWNER, party=OWNER, audience="a", nonce_sha256="0", level="stepwise", expires_at_us=9_000_000,
        way="stepwise", commitment="0" * 64,
    )  # fmt: skip
    answer = RecordingReceived(
        enrolment="v1", evidence="e", key_id="k", sha256="s", bytes=1, camera_label="", phrase=("one",), movements=("left",), salt="s"
    )
    first, second = place.append(begun), place.append(answer)
    asked = asked_of((first, begun), (second, answer), [], own_template=None)
    assert not asked.submission.as_committed
    committed = VerificationStarted(
        **{name: getattr(begun, name) for name in begun.__struct_fields__} | {"commitment": asked.challenge.commitment("s")}
    )
    assert asked_of((first, committed), (second, answer), [], own_template=None).submission.as_committed


def test_how_old_somebody_looks_is_no_reason_to_say_that_it_is_not_them(place: Place) -> None:
    place.begin()
    place.shown.failing = {9: "review.age"}
    place.agent.handle(place.answer())
    assert place.outcome()[:2] == ("passed", [])
