"""Workers that conclude one recording, or one face, of several accounts in the same moment: one of them activates, and no more."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from identity.adapters.face_index import LockedFaceIndex
from identity.adapters.replay_index import LockedReplayIndex
from identity.core import faces
from identity.core.assessment import CHECK_NAMES, Assessment, CheckResult, Polarity
from identity.core.context import Asked
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level, Profile
from schemas.cameo import EnrolmentStarted, RecordingReceived
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from schemas.registry import Event
from schemas.verification import VerificationStarted
from streams.adapters.known_log import KnownLog
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_relay import RelaySession
from streams.adapters.turns import PostgresTurns
from streams.agents.knowing import KnownFaces
from streams.agents.recalling import KnownRecordings
from streams.agents.reverifying import ReverifyAgent
from streams.agents.verifying import Found, VerifyAgent
from streams.core.carried import number
from streams.core.casework import case_id
from tests.keyholder_parts import Keyholding

WORKERS = 3
ROUNDS = int(os.environ.get("CAMEO_ROUNDS", "6"))


class Shown:
    """Finds everything in order in every recording, in all workers at one moment: the face and the marks are what the test shows."""

    def __init__(self) -> None:
        self.together = threading.Barrier(1)
        self.face: Callable[[], bytes] = face
        self.marks: dict[bytes, Fingerprint] = {}

    def show(self, face: Callable[[], bytes], recordings: list[bytes], together: int) -> None:
        marks = {recording: Fingerprint(os.urandom(32).hex()) for recording in dict.fromkeys(recordings)}
        self.face, self.marks, self.together = face, marks, threading.Barrier(together)

    def assess(self, recording: bytes, asked: Asked, profile: Profile) -> Found:
        results = tuple(
            CheckResult(number, name, f"{name}.failed", 1, Polarity.HIGHER_IS_LIVE, 0, True, decisive=True, threshold_source="t")  # noqa: FBT003
            for number, name in CHECK_NAMES.items()
            if number != 10
        )
        mark = self.marks[recording]
        found = Assessment(
            results, mark.sha256, asked.challenge.challenge_id, profile, (), mark, Level.STEPWISE, template=self.face()
        )  # fmt: skip
        self.together.wait(30)
        return Found(found, {"face": b"a likeness"})

    def cut(self, recording: bytes) -> dict[str, bytes]:
        raise AssertionError(recording)


class Worker:
    """What one worker process holds of its own."""

    def __init__(self, held: Keyholding, shown: Shown) -> None:
        dsn, keys = held.installation.settings.dsn("worker"), held.client("worker")
        self.store, self.log = PostgresEventStore(dsn, held.installation.settings.tenant, max_connections=2), KnownLog(dsn)
        self.indexes = LockedFaceIndex(block_rows=256), LockedReplayIndex()
        known, turns = KnownRecordings(self.log, keys, self.indexes[1]), PostgresTurns(dsn, self.store)
        self.faces = KnownFaces(self.log, keys, self.indexes[0])
        self.verify = VerifyAgent(self.store, turns, keys, shown, known, Unslowed(self.faces))
        self.reverify = ReverifyAgent(self.store, turns, keys, shown, known)

    def close(self) -> None:
        self.log.close()
        self.store.close()
        for index in self.indexes:
            index.close()


class Unslowed:
    """A search that makes nobody wait."""

    def __init__(self, known: KnownFaces) -> None:
        self.search = known.search

    def tried(self, template: bytes, cameo: str) -> None:
        pass


class Bench:
    """Several workers on one ledger, and people who hand recordings in."""

    def __init__(self, held: Keyholding) -> None:
        self.held = held
        self.shown = Shown()
        self.workers = [Worker(held, self.shown) for _ in range(WORKERS)]

    def hand_in(self, owner: str, recording: bytes, begun: Event | None = None, profile: Profile = Profile.BASIC) -> Envelope:
        cameo, world = cameo_of(owner), self.held.world
        started = begun or EnrolmentStarted(
            enrolment=os.urandom(16).hex(), owner=owner, profile=profile.value, phrase=(), movements=(), expires_at_us=1,
            consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        world.append("api", cameo, started)
        kept = self.held.client("api").put_evidence(owner, cameo, recording)
        name = started.verification if isinstance(started, VerificationStarted) else started.enrolment  # type: ignore[attr-defined]
        received = RecordingReceived(
            enrolment=name, evidence=kept.evidence, key_id=kept.key_id, sha256=kept.sha256, bytes=kept.bytes, camera_label="",
            verifies=begun is not None,
        )  # fmt: skip
        return world.append("api", cameo, received)[0]

    def at_once(self, face: Callable[[], bytes], recordings: list[bytes]) -> list[tuple[str, tuple[str, ...]]]:
        """Have as many workers conclude as many new accounts' recordings; gives each account's outcome and its codes."""
        received = [self.hand_in(self.held.world.register(), recording) for recording in recordings]
        self.shown.show(face, recordings, len(recordings))
        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(lambda worker, one: worker.verify.handle(one), self.workers, received))
        return [self.outcome(one) for one in received]

    def outcome(self, received: Envelope) -> tuple[str, tuple[str, ...]]:
        read = self.workers[0].store.read
        (one,) = [past for past in read(received.stream) if past.type in {"enrolment.activated", "enrolment.refused", "enrolment.held"}]
        case = read(case_id(received.data["evidence"]))
        return one.type, tuple((case[0] if case else one).data.get("codes", ()))


@pytest.fixture(scope="module")
def bench(keyholding: Keyholding) -> Iterator[Bench]:
    made = Bench(keyholding)
    yield made
    for worker in made.workers:
        worker.close()


@pytest.fixture(params=["nothing is relayed", "everything is numbered meanwhile"])
def relayed(request: pytest.FixtureRequest, keyholding: Keyholding) -> Iterator[None]:
    """The relay away; or numbering as fast as it can, so that events go from the outbox to the log under every search."""
    stopping = threading.Event()
    session = RelaySession.open(keyholding.installation.settings.dsn("relay"))

    def relay() -> None:
        while not stopping.wait(0.001):
            if found := session.read(100).envelopes:
                session.number(*number(found, session.log_size, session.sequences))

    thread = threading.Thread(target=relay)
    if request.param != "nothing is relayed":
        thread.start()
    yield
    stopping.set()
    if thread.ident is not None:
        thread.join()
    session.close()


def face() -> bytes:
    vector = np.random.default_rng().standard_normal(128)
    return faces.written((vector / np.linalg.norm(vector)).astype(np.float32))


@pytest.mark.usefixtures("relayed")
def test_of_one_recording_handed_in_under_several_accounts_one_activates_and_the_others_are_refused(bench: Bench) -> None:
    for _ in range(ROUNDS):
        outcomes = bench.at_once(face, [os.urandom(8)] * WORKERS)
        assert Counter(kind for kind, _ in outcomes) == {"enrolment.activated": 1, "enrolment.refused": WORKERS - 1}
        assert {codes for kind, codes in outcomes if kind == "enrolment.refused"} == {("replay.file",)}


@pytest.mark.usefixtures("relayed")
def test_of_one_face_under_several_accounts_one_activates_and_the_others_wait_for_a_reviewer(bench: Bench) -> None:
    for _ in range(ROUNDS):
        one = face()
        outcomes = bench.at_once(lambda one=one: one, [os.urandom(8) for _ in range(WORKERS)])
        assert Counter(kind for kind, _ in outcomes) == {"enrolment.activated": 1, "enrolment.held": WORKERS - 1}
        assert {codes for kind, codes in outcomes if kind == "enrolment.held"} == {("face.known",)}


@pytest.mark.usefixtures("relayed")
def test_a_recording_that_enrols_one_and_answers_for_another_in_the_same_moment_does_one_of_both(bench: Bench) -> None:
    answers = Counter[tuple[str, str]]()
    for _ in range(ROUNDS):
        own, recording = face(), os.urandom(8)
        owner, stranger = bench.held.world.register(), bench.held.world.register()
        enrolled = bench.hand_in(owner, b"first")
        bench.shown.show(lambda own=own: own, [b"first"], 1)
        bench.workers[0].verify.handle(enrolled)
        name = os.urandom(16).hex()
        asked = VerificationStarted(
            verification=name, owner=owner, party=stranger, audience="https://bank.example", nonce_sha256="0" * 64, level="upload",
            expires_at_us=1, way="upload", phrase=(), movements=(),
        )  # fmt: skip
        received = bench.hand_in(stranger, recording), bench.hand_in(owner, recording, asked)
        bench.shown.show(lambda own=own: own, [recording], 2)
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda agent, one: agent.handle(one), (bench.workers[1].verify, bench.workers[2].reverify), received))
        (answered,) = [one.data for one in bench.workers[0].store.read(cameo_of(owner)) if one.type == "verification.answered"]
        answers[bench.outcome(received[0])[0], answered["outcome"]] += 1
    assert set(answers) <= {("enrolment.held", "failed"), ("enrolment.refused", "passed")}, answers
