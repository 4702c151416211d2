"""Known faces on a real ledger and a real keyholder: what becomes known, from which process, and what leaves memory when."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from identity.adapters.face_index import LockedFaceIndex
from identity.core import faces
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentActivated, EnrolmentAssessed, EnrolmentRefused, EnrolmentStarted
from schemas.ids import SWITCH_STREAM, cameo_of
from schemas.operation import FaceProtected, FaceUnprotected
from schemas.registry import Event
from serving.handlers.protected import subject_of
from streams.adapters.known_log import KnownLog
from streams.agents.knowing import KnownFaces
from streams.ports import Append, Appended, NewEvent
from tests.integration.agents.test_with_keyholder import until
from tests.keyholder_parts import Keyholding


@pytest.fixture(scope="module", autouse=True)
def relay(kafka: str, keyholding: Keyholding) -> None:
    del kafka
    keyholding.installation.run("streams.topics")
    keyholding.installation.start("relay", "streams.relay")


@pytest.fixture
def known(keyholding: Keyholding) -> Any:
    log, index = KnownLog(keyholding.installation.settings.dsn("worker")), LockedFaceIndex(block_rows=256)
    yield KnownFaces(log, keyholding.client("worker"), index)
    index.close()
    log.close()


def face(number: int) -> bytes:
    vector = np.random.default_rng(number).standard_normal(128)
    return faces.written((vector / np.linalg.norm(vector)).astype(np.float32))


def append(held: Keyholding, role: str, stream: str, event: Event, account: str = "", **fields: bytes) -> None:
    event_id = os.urandom(16).hex()
    sealed = held.client(role).seal(account, stream, event_id, fields) if fields else {}
    new = NewEvent(stream, event, event_id, sealed)
    assert isinstance(held.world.store(role).append(Append(actor=role, events=(new,), correlation="c")), Appended)


def assessed(held: Keyholding, owner: str, template: bytes | None, profile: str = "basic") -> tuple[str, str]:
    cameo, enrolment = cameo_of(owner), os.urandom(16).hex()
    started = EnrolmentStarted(
        enrolment=enrolment, owner=owner, profile=profile, phrase=(), movements=(), expires_at_us=1,
        consent_text_version="1", consent_text_sha256="0" * 64,
    )  # fmt: skip
    append(held, "api", cameo, started)
    event = EnrolmentAssessed(enrolment=enrolment, evidence="evidence-" + "0" * 32, profile=profile, checks=(), models=())
    fields = {"fingerprints": b"marks"} | ({} if template is None else {"template": template})
    append(held, "worker", cameo, event, owner, **fields)
    return cameo, enrolment


def activated(held: Keyholding, owner: str, template: bytes | None, profile: str = "basic") -> str:
    cameo, enrolment = assessed(held, owner, template, profile)
    append(held, "worker", cameo, EnrolmentActivated(enrolment=enrolment, assurance=profile))
    return cameo


def found(known: KnownFaces, template: bytes) -> list[tuple[str, str]]:
    return [(match.kind, match.ref) for match in known.search(template, "cameo-" + "0" * 32)]


def test_an_active_face_is_found_by_a_process_that_starts_later_and_forgotten_with_its_owner(keyholding: Keyholding, known: KnownFaces):
    owner = keyholding.world.register("known")
    cameo = activated(keyholding, owner, face(1))
    until(lambda: found(known, face(1)) == [("cameo", cameo)], "known")
    assert known.search(face(1), cameo) == (), "never by itself"
    keyholding.client("api").destroy_subject(owner, (cameo,))
    until(lambda: known.follow() == 1, "forgotten")
    assert found(known, face(1)) == []
    assert len(known) == 0


def test_a_renewed_face_replaces_the_earlier_one(keyholding: Keyholding, known: KnownFaces):
    owner = keyholding.world.register("renewed")
    cameo = activated(keyholding, owner, face(2))
    until(lambda: found(known, face(2)), "known")
    activated(keyholding, owner, face(3))
    until(lambda: found(known, face(3)) == [("cameo", cameo)], "renewed")
    assert found(known, face(2)) == []


def test_a_refused_attackers_face_is_known_and_a_poor_takes_is_not(keyholding: Keyholding, known: KnownFaces):
    world = keyholding.world
    cameo, attack = assessed(keyholding, world.register("attacker"), face(4))
    append(keyholding, "worker", cameo, EnrolmentRefused(enrolment=attack, codes=("replay.video", "solid.flat")))
    cameo, poor = assessed(keyholding, world.register("poor"), face(5))
    append(keyholding, "worker", cameo, EnrolmentRefused(enrolment=poor, codes=("quality.light",)))
    until(lambda: found(known, face(4)) == [("attacker", attack)], "known as an attacker")
    assert found(known, face(5)) == []


def test_a_protected_face_is_known_until_it_is_taken_off(keyholding: Keyholding, known: KnownFaces):
    entry = "entry-" + os.urandom(16).hex()
    event = FaceProtected(entry=entry, subject=subject_of(entry), reason="asked", operator="account-" + "0" * 32)
    append(keyholding, "api", SWITCH_STREAM, event, event.subject, template=face(6), name=b"somebody")
    until(lambda: found(known, face(6)) == [("protected", entry)], "protected")
    keyholding.client("api").destroy_subject(event.subject, ())
    append(keyholding, "api", SWITCH_STREAM, FaceUnprotected(entry=entry, operator=event.operator))
    until(lambda: found(known, face(6)) == [], "taken off")


def test_sandbox_faces_and_recordings_without_a_face_are_passed_over(keyholding: Keyholding, known: KnownFaces):
    activated(keyholding, keyholding.world.register("played"), face(7), profile="sandbox")
    activated(keyholding, keyholding.world.register("faceless"), None)
    last = activated(keyholding, keyholding.world.register("last"), face(8))
    until(lambda: found(known, face(8)) == [("cameo", last)], "the last of them is known")
    assert found(known, face(7)) == []


def test_only_the_worker_and_only_to_compare_opens_a_template(keyholding: Keyholding):
    cameo, _ = assessed(keyholding, keyholding.world.register("sealed"), face(9))
    event_id = keyholding.world.store("auditor").read(cameo)[-1].event_id
    assert keyholding.client("worker").unseal(cameo, event_id, "compare")["template"] == face(9)
    for role, purpose in (("worker", "notify"), ("api", "show"), ("api", "compare"), ("judge", "judge")):
        with pytest.raises(KeyholderRefusedError):
            keyholding.client(role).unseal(cameo, event_id, purpose)
