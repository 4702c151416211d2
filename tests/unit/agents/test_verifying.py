"""A recording becomes one outcome: assessed with activated, refused, or neither; locked at every fifth failure."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec
import pytest

from identity.core.assessment import CHECK_NAMES, Assessment, CheckResult, ModelVersion, Polarity
from identity.core.context import Asked, FaceMatch
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Profile
from identity.fakes import InMemoryReplayIndex
from identity.keys.fakes import InMemoryKeyholder
from schemas.cameo import EnrolmentActivated, EnrolmentAssessed, EnrolmentStarted, RecordingReceived
from schemas.consent import AudienceSet
from schemas.envelope import Envelope
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from streams.agents.errors import HandlingError, StateUnavailableError
from streams.agents.expiring import expire
from streams.agents.fakes import InMemoryTurns
from streams.agents.ports import Turn
from streams.agents.verifying import Found, VerifyAgent
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent

OWNER = stream_id("account", bytes([1]) * 16)
CAMEO = cameo_of(OWNER)


class ScriptedAssessor:
    """Finds what the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.failing: set[int] = set()
        self.asked: list[Asked] = []
        self.error: Exception | None = None
        self.score_micro = 1

    def assess(self, recording: bytes, asked: Asked, profile: Profile) -> Found:
        del recording
        self.asked.append(asked)
        if self.error is not None:
            raise self.error
        results = tuple(
            CheckResult(
                number,
                name,
                f"{name}.failed",
                self.score_micro,
                Polarity.HIGHER_IS_LIVE,
                2,
                number not in self.failing,
                decisive=True,
                threshold_source="t",
            )
            for number, name in CHECK_NAMES.items()
            if number != 10
        )
        mark = Fingerprint(f"{len(self.asked):064x}")
        assets = {} if self.failing else {"face": b"a face", "voice": b"a voice"}
        models = (ModelVersion("m", "0" * 64),)
        found = Assessment(results, mark.sha256, asked.challenge.challenge_id, profile, models, mark, template=b"\0" * 512)
        return Found(found, assets)  # type: ignore[arg-type]

    def cut(self, recording: bytes) -> dict[str, bytes]:
        del recording
        return {"face": b"a face", "voice": b"a voice"}


class Bench:
    """The verify agent on in-memory parts."""

    def __init__(self) -> None:
        self.now_us = 1_000_000
        self.store = InMemoryEventStore(clock=lambda: self.now_us)
        self.keyholder = InMemoryKeyholder("worker", self.store.read)
        self.api = self.keyholder.as_role("api")
        self.assessor = ScriptedAssessor()
        self.sealed: list[str] = []
        self.resembles: tuple[FaceMatch, ...] | None = ()
        self.tries = 0
        self.meanwhile: Callable[[], None] = lambda: None
        """What others do before this worker's turn comes."""
        self.recordings = InMemoryReplayIndex()
        self.turns = InMemoryTurns(self.store, wait_s=0.01)
        self.agent = VerifyAgent(self.store, self, self, self.assessor, self.recordings, self)  # type: ignore[arg-type]

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...] | None:
        assert (len(template), cameo) == (512, CAMEO)
        return self.resembles

    def tried(self, template: bytes, cameo: str) -> None:
        assert (len(template), cameo) == (512, CAMEO)
        self.tries += 1

    def take(self) -> AbstractContextManager[Turn]:
        self.meanwhile()
        return self.turns.take()

    def __getattr__(self, name: str) -> object:
        return getattr(self.keyholder, name)

    def put_asset(self, cameo: str, owner: str, facet: str, asset: bytes) -> None:
        assert self.types()[-1] == "enrolment.recording_received"
        self.sealed.append(facet)
        self.keyholder.put_asset(cameo, owner, facet, asset)  # type: ignore[arg-type]

    def append(self, event: Event) -> Envelope:
        outcome = self.store.append(Append(actor=OWNER, events=(NewEvent(CAMEO, event, secrets.token_hex(16)),), correlation="c"))
        assert isinstance(outcome, Appended)
        return outcome.envelopes[0]

    def start(self, profile: str = "sandbox") -> str:
        enrolment = secrets.token_hex(16)
        self.append(
            EnrolmentStarted(
                enrolment=enrolment,
                owner=OWNER,
                profile=profile,  # type: ignore[arg-type]
                phrase=("one", "two"),
                movements=("left", "up"),
                expires_at_us=self.now_us + 120_000_000,
                consent_text_version="1",
                consent_text_sha256="0" * 64,
            )
        )
        return enrolment

    def receive(self, enrolment: str) -> Envelope:
        kept = self.api.put_evidence(OWNER, CAMEO, secrets.token_bytes(8))
        event = RecordingReceived(
            enrolment=enrolment, evidence=kept.evidence, key_id=kept.key_id, sha256=kept.sha256, bytes=kept.bytes, camera_label="cam"
        )
        return self.append(event)

    def enrol(self, profile: str = "sandbox") -> Envelope:
        received = self.receive(self.start(profile))
        self.agent.handle(received)
        return received

    def case(self) -> Envelope:
        (opened,) = [one for one in self.store.read_all() if one.type == "case.opened"]
        return opened

    def types(self) -> list[str]:
        return [one.type for one in self.store.read(CAMEO)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_recording_that_passes_activates_after_its_assets_are_sealed(bench: Bench) -> None:
    bench.enrol()
    assert bench.types()[-2:] == ["enrolment.assessed", "enrolment.activated"]
    assert bench.sealed == ["face", "voice"]


def test_assessment_and_outcome_are_one_append(bench: Bench) -> None:
    bench.enrol()
    assessed, activated = bench.store.read(CAMEO)[-2:]
    assert assessed.time_us == activated.time_us
    assert assessed.causation == activated.causation
    assert set(assessed.sealed) == {"fingerprints", "template"}


def test_a_recording_that_fails_is_refused_with_its_codes_and_seals_nothing(bench: Bench) -> None:
    bench.assessor.failing = {6}
    bench.enrol()
    refused = bench.store.read(CAMEO)[-1]
    assert (refused.type, list(refused.data["codes"])) == ("enrolment.refused", ["words.failed"])
    assert bench.sealed == []


def test_an_answer_that_a_person_must_look_at_is_held_and_opens_one_case(bench: Bench) -> None:
    received = bench.enrol("verified")
    assert bench.types()[-2:] == ["enrolment.assessed", "enrolment.held"]
    assert bench.case().data["kind"] == "verified"
    assert (bench.case().data["people"], bench.case().data["evidence"]) == (2, received.data["evidence"])
    assert bench.sealed == []


def test_a_known_face_is_looked_at_and_only_the_case_says_whose_it_is(bench: Bench) -> None:
    other = cameo_of(stream_id("account", bytes([2]) * 16))
    bench.resembles = (FaceMatch("cameo", other, 520_000), FaceMatch("attacker", "e", 410_000))
    bench.enrol("basic")
    assert (bench.case().data["kind"], bench.case().data["other"]) == ("known_face", other)
    held = bench.store.read(CAMEO)[-1]
    assert set(held.data["codes"]) == {"review.level"}, "nothing tells that a face was found"
    assert all(other not in str(one.data) for one in bench.store.read(CAMEO))


def test_the_case_of_a_refused_attackers_face_says_under_which_cameo_it_was_tried(bench: Bench) -> None:
    tried = cameo_of(stream_id("account", bytes([2]) * 16))
    bench.resembles = (FaceMatch("attacker", "e", 520_000, tried),)
    bench.enrol("basic")
    assert (bench.case().data["other"], bench.case().data["other_cameo"]) == ("e", tried)


def test_the_sandbox_searches_nobody_so_that_no_picture_tells_who_is_known(bench: Bench) -> None:
    bench.resembles = (FaceMatch("protected", "e", 900_000),)
    bench.enrol("sandbox")
    assessed = next(one for one in bench.store.read(CAMEO) if one.type == "enrolment.assessed")
    assert 10 not in {check["number"] for check in assessed.data["checks"]}


def test_where_nobody_can_search_a_profile_that_needs_it_refuses(bench: Bench) -> None:
    bench.resembles = None
    bench.enrol("basic")
    assert list(bench.store.read(CAMEO)[-1].data["codes"]) == ["check.missing"]


def test_handling_the_same_recording_again_appends_nothing(bench: Bench) -> None:
    received = bench.enrol()
    before = bench.types()
    bench.agent.handle(received)
    assert bench.types() == before
    assert len(bench.assessor.asked) == 1


def test_two_workers_on_one_recording_append_one_outcome(bench: Bench) -> None:
    received = bench.receive(bench.start())
    other = VerifyAgent(bench.store, bench.turns, bench, bench.assessor, InMemoryReplayIndex())  # type: ignore[arg-type]
    read = bench.store.read
    before = list(read(CAMEO))
    bench.agent.handle(received)
    bench.store.read = lambda stream, after=0: before if stream == CAMEO else read(stream, after)  # type: ignore[method-assign]
    other.handle(received)
    bench.store.read = read  # type: ignore[method-assign]
    assert bench.types().count("enrolment.assessed") == 1
    assert bench.types().count("enrolment.activated") == 1


def test_the_checks_get_the_challenge_that_was_issued_and_how_the_recording_came_in(bench: Bench) -> None:
    received = bench.enrol()
    challenge, submission = bench.assessor.asked[0].challenge, bench.assessor.asked[0].submission
    assert (challenge.account, challenge.phrase, [str(m) for m in challenge.movements]) == (OWNER, ("one", "two"), ["left", "up"])
    assert (submission.account, submission.received_at_us, submission.challenge_used) == (OWNER, received.time_us, False)


def test_a_second_answer_to_one_challenge_is_told_to_the_checks(bench: Bench) -> None:
    enrolment = bench.start()
    for _ in range(2):
        bench.agent.handle(bench.receive(enrolment))
    assert [asked.submission.challenge_used for asked in bench.assessor.asked] == [False, True]


def test_a_recording_that_was_seen_before_is_refused_and_its_marks_are_sealed(bench: Bench) -> None:
    bench.enrol()
    assessed = next(one for one in bench.store.read(CAMEO) if one.type == "enrolment.assessed")
    sealed = bench.keyholder.unseal(CAMEO, assessed.event_id, "replay")["fingerprints"]
    bench.recordings.add(CAMEO, msgspec.msgpack.decode(sealed, type=Fingerprint))
    bench.enrol()
    assert bench.types()[-1] == "enrolment.activated", "another recording"
    bench.assessor.asked.clear()
    bench.enrol()
    refused = bench.store.read(CAMEO)[-1]
    assert (refused.type, refused.data["codes"]) == ("enrolment.refused", ["replay.file"])


def test_nothing_is_decided_while_earlier_recordings_cannot_be_searched(bench: Bench) -> None:
    def away(mark: Fingerprint) -> tuple[Fingerprint, ...]:
        del mark
        raise StateUnavailableError("the ledger is away")

    bench.recordings.search = away  # type: ignore[method-assign]
    with pytest.raises(StateUnavailableError):
        bench.enrol()
    assert bench.types()[-1] == "enrolment.recording_received"


def test_a_face_that_became_active_before_its_turn_is_found_and_noted_once(bench: Bench) -> None:
    bench.meanwhile = lambda: setattr(bench, "resembles", (FaceMatch("cameo", "cameo-" + "f" * 32, 700_000),))
    bench.enrol("basic")
    assert bench.types()[-1] == "enrolment.held"
    assert "face.known" in bench.case().data["codes"]
    assert bench.tries == 0, "what only the turn finds is noted at the next try"
    bench.enrol("basic")
    assert bench.tries == 1


def test_a_recording_that_another_worker_appended_before_its_turn_is_found(bench: Bench) -> None:
    bench.meanwhile = lambda: bench.recordings.add(CAMEO, Fingerprint(f"{1:064x}"))
    bench.enrol()
    assert (bench.types()[-1], list(bench.store.read(CAMEO)[-1].data["codes"])) == ("enrolment.refused", ["replay.file"])


def test_what_an_active_cameo_has_is_sealed_anew_only_when_its_turn_says_so(bench: Bench) -> None:
    bench.enrol()
    bench.sealed.clear()
    bench.meanwhile = lambda: bench.recordings.add(CAMEO, Fingerprint(f"{len(bench.assessor.asked):064x}"))
    bench.enrol()
    assert (bench.types()[-1], bench.sealed) == ("enrolment.refused", [])
    bench.meanwhile = lambda: None
    bench.enrol()
    assert (bench.types()[-1], bench.sealed) == ("enrolment.activated", ["face", "voice"])


def test_a_turn_that_does_not_come_leaves_the_recording_to_be_tried_again(bench: Bench) -> None:
    received = bench.receive(bench.start())
    with bench.turns.take(), pytest.raises(StateUnavailableError):
        bench.agent.handle(received)
    assert bench.types()[-1] == "enrolment.recording_received"
    bench.agent.handle(received)
    assert bench.types()[-1] == "enrolment.activated"


def test_every_fifth_failure_since_the_last_activation_locks_for_longer(bench: Bench) -> None:
    bench.assessor.failing = {3}
    for _ in range(10):
        bench.enrol()
    locks = [one.data for one in bench.store.read(CAMEO) if one.type == "enrolment.locked"]
    assert [lock["failures"] for lock in locks] == [5, 10]
    assert [lock["until_us"] - bench.now_us for lock in locks] == [15 * 60_000_000, 30 * 60_000_000]
    bench.assessor.failing = set()
    bench.enrol()
    bench.assessor.failing = {3}
    bench.enrol()
    assert bench.types().count("enrolment.locked") == 2


def test_a_face_that_attacked_under_other_accounts_is_locked_by_all_of_them_together(bench: Bench) -> None:
    bench.assessor.failing = {4}
    bench.resembles = tuple(FaceMatch("attacker", f"enrolment-{n}", 700_000) for n in range(4))
    bench.enrol("basic")
    bench.enrol("basic")
    locks = [one for one in bench.store.read(CAMEO) if one.type == "enrolment.locked"]
    assert [lock.data["failures"] for lock in locks] == [1, 2], "the fifth of that face, and each one after it"


def test_a_cameo_that_is_resembled_does_not_lock_whoever_fails(bench: Bench) -> None:
    bench.assessor.failing = {4}
    bench.resembles = tuple(FaceMatch("cameo", f"cameo-{n}", 700_000) for n in range(9))
    bench.enrol("basic")
    assert "enrolment.locked" not in bench.types()


def test_evidence_that_was_destroyed_is_refused_and_not_retried(bench: Bench) -> None:
    received = bench.receive(bench.start())
    bench.api.destroy_evidence(received.data["evidence"], "test")
    bench.agent.handle(received)
    refused = bench.store.read(CAMEO)[-1]
    assert (refused.type, list(refused.data["codes"])) == ("enrolment.refused", ["evidence.destroyed"])


def test_an_assessor_that_died_leaves_the_recording_to_be_tried_again(bench: Bench) -> None:
    received = bench.receive(bench.start())
    bench.assessor.error = HandlingError("the assessing process died")
    with pytest.raises(HandlingError):
        bench.agent.handle(received)
    bench.assessor.error = None
    bench.agent.handle(received)
    assert bench.types()[-1] == "enrolment.activated"


def test_other_events_are_only_counted(bench: Bench) -> None:
    bench.agent.handle(bench.append(AudienceSet(audience="only_me", purposes=(), facets=())))
    assert bench.assessor.asked == []


def test_a_challenge_that_ran_out_is_recorded_once(bench: Bench) -> None:
    enrolment = bench.start()
    assert not expire(bench.store, CAMEO, enrolment)
    bench.now_us += 120_000_000
    assert expire(bench.store, CAMEO, enrolment)
    assert not expire(bench.store, CAMEO, enrolment)
    assert bench.types()[-1] == "enrolment.expired"


def test_a_challenge_that_was_answered_does_not_expire(bench: Bench) -> None:
    enrolment = bench.start()
    bench.receive(enrolment)
    bench.now_us += 120_000_000
    assert not expire(bench.store, CAMEO, enrolment)


def test_a_score_that_is_no_number_is_recorded_as_the_worst_the_record_holds(bench: Bench) -> None:
    bench.assessor.failing, bench.assessor.score_micro = {1}, -(2**53)
    bench.enrol()
    assessed = next(one for one in bench.store.read(CAMEO) if one.type == "enrolment.assessed")
    assert {check["score_micro"] for check in assessed.data["checks"] if check["number"] != 10} == {-(2**53) + 1}


def test_the_guardian_of_a_minor_is_looked_for_by_the_face_of_their_own_active_cameo(bench: Bench) -> None:
    guardian = stream_id("account", bytes([9]) * 16)
    theirs = cameo_of(guardian)
    base = {"phrase": (), "movements": (), "expires_at_us": 10**12, "consent_text_version": "1", "consent_text_sha256": "0" * 64}
    face, event_id = b"\1" * 512, secrets.token_hex(16)
    began = EnrolmentStarted(enrolment="g", owner=guardian, profile="basic", **base)
    assessed = EnrolmentAssessed(enrolment="g", evidence="x", profile="basic", checks=(), models=())
    active = EnrolmentActivated(enrolment="g", assurance="basic", level="stepwise")
    sealed = bench.api.seal(guardian, theirs, event_id, {"template": face})
    news = [NewEvent(theirs, began, "1" * 32), NewEvent(theirs, assessed, event_id, sealed), NewEvent(theirs, active, "2" * 32)]
    bench.store.append(Append(actor="worker", events=news, correlation="c"))
    bench.append(EnrolmentStarted(enrolment="m", owner=OWNER, profile="basic", guardian=guardian, **base))
    bench.agent.handle(bench.receive("m"))
    assert bench.assessor.asked[-1].guardian_template == face
    nobody = stream_id("account", bytes([8]) * 16)
    bench.append(EnrolmentStarted(enrolment="n", owner=OWNER, profile="basic", guardian=nobody, **base))
    bench.agent.handle(bench.receive("n"))
    assert bench.assessor.asked[-1].guardian_template == b"", "asked for, and nobody to be found"
