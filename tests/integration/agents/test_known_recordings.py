"""Known recordings on a real ledger and a real keyholder: enrolments, things and re-verifications, until their person is erased."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest

from identity.adapters.replay_index import LockedReplayIndex
from identity.core.fingerprint import Fingerprint
from schemas.cameo import EnrolmentAssessed
from schemas.codec import event_of
from schemas.ids import OPENING_STREAM, cameo_of
from schemas.opening import OpeningMade
from schemas.verification import VerificationAnswered
from streams.adapters.known_log import KnownLog
from streams.agents.recalling import KnownRecordings
from tests.integration.agents.test_known_faces import append
from tests.integration.agents.test_with_keyholder import until
from tests.keyholder_parts import Keyholding


@pytest.fixture(scope="module", autouse=True)
def relay(kafka: str, keyholding: Keyholding) -> None:
    del kafka
    keyholding.installation.run("streams.topics")
    keyholding.installation.start("relay", "streams.relay")


@pytest.fixture
def known(keyholding: Keyholding) -> Any:
    log, index = KnownLog(keyholding.installation.settings.dsn("worker")), LockedReplayIndex()
    yield KnownRecordings(log, keyholding.client("worker"), index)
    index.close()
    log.close()


def mark() -> Fingerprint:
    return Fingerprint(os.urandom(32).hex(), (7, 9) * 20, ((255, 15),) * 20, (5, 6))


def test_marks_of_enrolments_and_re_verifications_are_found_again_by_one_opening_and_forgotten_with_their_person(
    keyholding: Keyholding, known: KnownRecordings
) -> None:
    owner, other = keyholding.world.register("recorded"), keyholding.world.register("other")
    marks = [mark(), mark(), mark()]
    assessed = EnrolmentAssessed(enrolment="e", evidence="evidence-" + "0" * 32, profile="basic", checks=(), models=())
    answered = VerificationAnswered(verification="v", outcome="failed", level="upload", codes=("replay.file",))
    for account, event, one in ((owner, assessed, marks[0]), (owner, answered, marks[1]), (other, assessed, marks[2])):
        append(keyholding, "worker", cameo_of(account), event, account, fingerprints=msgspec.msgpack.encode(one))
    append(keyholding, "worker", cameo_of(owner), VerificationAnswered(verification="w", outcome="expired", level="upload", codes=()))

    def sha256s(one: Fingerprint) -> set[str]:
        return {found.sha256 for found in known.search(one)}

    until(lambda: marks[2].sha256 in sha256s(marks[2]), "the last one is known")
    assert all(one.sha256 in sha256s(one) for one in marks)
    told = event_of(keyholding.world.store("auditor").read(OPENING_STREAM)[-1])
    assert isinstance(told, OpeningMade)
    assert (told.purpose, told.role, told.fields) == ("replay", "worker", ("fingerprints",))
    before = len(known)
    keyholding.client("api").destroy_subject(owner, (cameo_of(owner),))
    until(lambda: known.follow() == 2, "forgotten")
    assert len(known) == before - 2
    assert marks[0].sha256 not in sha256s(marks[0])
    assert marks[2].sha256 in sha256s(marks[2])
