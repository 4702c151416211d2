"""Evidence that was sealed and that no event names: its key goes, once it is old enough, and never where the ledger says otherwise."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import pytest

from identity.keys.fakes import InMemoryBlobs, InMemoryRootKeys
from identity.keys.keyring import KeyRing
from identity.keys.sealing import new_id
from identity.keys.vault import Vault
from identity.keys.wire import EvidenceSealed
from schemas.cameo import RecordingReceived
from schemas.evidence import EvidenceAdded, EvidenceOpened
from schemas.ids import cameo_of
from schemas.registry import Event
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.errors import LedgerBehindError, RefusedError
from serving.keyholder.exact import Exact
from serving.keyholder.tending import Steward
from serving.keyholder.unnamed import SETTLE_US
from streams.errors import LedgerUnavailableError
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

ANA = "account-" + "a" * 32
CAMEO, THING = cameo_of(ANA), "cameo-" + "7" * 32


class Ledger(InMemoryEventStore):
    """A ledger that can be away."""

    away = False

    def read(self, stream: str, after: int = 0) -> Any:
        if self.away:
            raise LedgerUnavailableError("away")
        return super().read(stream, after)


class Scene:
    """A keyholder's keys and a ledger, on one clock that the test moves on."""

    def __init__(self, folder: Path) -> None:
        ticks = itertools.count(1_700_000_000_000_000, 1_000)
        self.later_us = 0
        self.folder, self.ring, self.blobs = folder, folder / "ring", InMemoryBlobs()
        self.ring.mkdir()

        def clock() -> int:
            return next(ticks) + self.later_us

        self.ledger = Ledger(clock=clock)
        self.vault = Vault("main", KeyRing(self.ring / "keys", InMemoryRootKeys(), clock), self.blobs)
        self.checkpoint = Checkpoint(folder / "checkpoint")
        policy: Any = None
        self.steward = Steward(Exact(self.ledger, policy, self.checkpoint, new_id), self.vault, folder)

    def sealed(self, cameo: str = CAMEO) -> EvidenceSealed:
        return self.vault.put_evidence(ANA, cameo, b"recording")

    def say(self, *events: Event, stream: str = CAMEO) -> None:
        self.ledger.append(Append(actor="api", events=[NewEvent(stream, one, os.urandom(16).hex()) for one in events], correlation="c"))

    def destroyed(self, stream: str = CAMEO) -> list[tuple[str, str]]:
        return [(one.data["evidence"], one.data["reason"]) for one in self.ledger.read(stream) if one.type == "evidence.destroyed"]

    def age(self) -> None:
        self.later_us += SETTLE_US


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def received(one: EvidenceSealed) -> RecordingReceived:
    return RecordingReceived(enrolment="e", evidence=one.evidence, key_id=one.key_id, sha256=one.sha256, bytes=one.bytes, camera_label="")


def document(one: EvidenceSealed) -> EvidenceAdded:
    return EvidenceAdded(enrolment="e", evidence=one.evidence, kind="document", key_id=one.key_id, sha256=one.sha256, bytes=one.bytes)


@pytest.mark.parametrize("stream", [CAMEO, THING])
def test_what_no_event_names_is_destroyed_with_proof_and_recorded_once(scene: Scene, stream: str) -> None:
    one = scene.sealed(stream)
    assert scene.steward.clear_leftovers() == 0, "it may still be on its way into the record"
    scene.age()
    assert scene.steward.clear_leftovers() == 1
    assert scene.vault.evidence(one.evidence)[0].destroyed
    assert scene.blobs.files == {}
    assert scene.destroyed(stream) == [(one.evidence, "not_received")]
    assert scene.steward.clear_leftovers() == 0


@pytest.mark.parametrize("naming", [received, document])
def test_what_an_event_names_stays_however_late_that_came(scene: Scene, naming: Any) -> None:
    before, late = scene.sealed(), scene.sealed()
    scene.say(naming(before))
    assert scene.steward.clear_leftovers() == 0
    scene.age()
    scene.say(naming(late))
    scene.age()
    for _ in range(2):
        assert scene.steward.clear_leftovers() == 0
    assert scene.vault.open(before.key_id) == scene.vault.open(late.key_id) == b"recording"


def test_that_it_was_opened_does_not_name_it(scene: Scene) -> None:
    one = scene.sealed()
    scene.say(EvidenceOpened(evidence=one.evidence, key_id=one.key_id, purpose="assess", role="worker"))
    scene.age()
    assert scene.steward.clear_leftovers() == 1


def test_while_the_ledger_cannot_be_asked_nothing_is_destroyed(scene: Scene) -> None:
    one = scene.sealed()
    scene.age()
    scene.ledger.away = True
    with pytest.raises(LedgerUnavailableError):
        scene.steward.clear_leftovers()
    assert scene.vault.open(one.key_id) == b"recording"
    scene.ledger.away = False
    assert scene.steward.clear_leftovers() == 1


def test_by_a_ledger_that_is_not_the_one_it_was_nothing_is_destroyed(scene: Scene) -> None:
    one = scene.sealed()
    scene.say(received(one))
    scene.checkpoint.note(scene.ledger.read(CAMEO))
    restored: Any = Ledger(clock=lambda: 2_000_000_000_000_000)
    policy: Any = None
    steward = Steward(Exact(restored, policy, scene.checkpoint, new_id), scene.vault, scene.folder)
    with pytest.raises(LedgerBehindError):
        steward.clear_leftovers()
    assert scene.vault.open(one.key_id) == b"recording"


def test_a_destruction_that_broke_off_is_ended_and_recorded(scene: Scene) -> None:
    one = scene.sealed()
    scene.vault.keyring.destroy(one.key_id)
    scene.age()
    assert scene.steward.clear_leftovers() == 1
    assert scene.blobs.files == {}
    assert scene.destroyed() == [(one.evidence, "not_received")]


def test_what_was_destroyed_on_record_or_with_its_person_is_left_alone(scene: Scene) -> None:
    one = scene.sealed()
    scene.steward.destroy_evidence(one.evidence, "not_received")
    scene.age()
    assert scene.steward.clear_leftovers() == 0
    scene.sealed()
    scene.vault.destroy_subject(ANA)
    scene.age()
    assert scene.steward.clear_leftovers() == 0
    assert scene.destroyed() == [(one.evidence, "not_received")]


def test_what_cannot_be_shown_to_be_gone_is_not_recorded_until_it_is(scene: Scene) -> None:
    one = scene.sealed()
    copy = scene.ring / "keys.copy"
    copy.write_bytes((scene.ring / "keys").read_bytes())
    scene.age()
    with pytest.raises(RefusedError, match=r"destruction\.unproven"):
        scene.steward.clear_leftovers()
    assert scene.destroyed() == []
    copy.unlink()
    assert scene.steward.clear_leftovers() == 1
    assert scene.destroyed() == [(one.evidence, "not_received")]
