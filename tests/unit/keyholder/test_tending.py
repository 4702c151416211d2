"""What the keyholder does with keys at rest when the ledger or the proof fails: no bytes without a record, no record without a proof."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from identity.keys.blobs import FileBlobs
from identity.keys.errors import KeyGoneError
from identity.keys.fakes import InMemoryRootKeys
from identity.keys.keyring import KeyRing
from identity.keys.vault import Vault
from schemas.evidence import EvidenceDestroyed, EvidenceOpened
from schemas.ids import cameo_of
from schemas.registry import Event
from serving.keyholder.errors import RefusedError
from serving.keyholder.tending import Steward
from streams.errors import LedgerUnavailableError
from streams.ports import Appended, Conflict, Outcome

ANA = "account-" + "a" * 32
CAMEO = cameo_of(ANA)


class Record:
    """A ledger that answers as it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.answer: Outcome | Exception = Appended(())

    def append_to(self, stream: str, event: Event, idempotency_key: str) -> Outcome:
        assert stream == CAMEO
        assert idempotency_key
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, Appended):
            self.events.append(event)
        return self.answer

    def draw_id(self, kind: str) -> str:
        return f"{kind}-1"


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def steward(tmp_path: Path, record: Record) -> Steward:
    (tmp_path / "ring").mkdir()
    ring = KeyRing(tmp_path / "ring" / "keys", InMemoryRootKeys(), lambda: 1)
    exact: Any = SimpleNamespace(append_to=record.append_to, draw_id=record.draw_id)
    return Steward(exact, Vault("main", ring, FileBlobs(tmp_path / "media")), tmp_path / "media")


@pytest.mark.parametrize("failing", [LedgerUnavailableError("away"), Conflict(CAMEO, 1, 2)])
def test_no_byte_is_given_out_that_is_not_on_record(steward: Steward, record: Record, failing: Outcome | Exception) -> None:
    evidence = steward.vault.put_evidence(ANA, CAMEO, b"recording").evidence
    record.answer = failing
    with pytest.raises((LedgerUnavailableError, RefusedError)):
        steward.evidence("worker", evidence, "assess", None)
    record.answer = Appended(())
    assert steward.evidence("worker", evidence, "assess", None) == b"recording"
    assert [type(event) for event in record.events] == [EvidenceOpened]


def test_evidence_that_does_not_open_is_not_told_as_opened(steward: Steward, record: Record) -> None:
    sealed = steward.vault.put_evidence(ANA, CAMEO, b"recording")
    steward.vault.destroy(sealed.key_id)
    with pytest.raises(KeyGoneError):
        steward.evidence("worker", sealed.evidence, "assess", None)
    assert record.events == []


def test_a_destruction_is_recorded_once_it_is_shown_and_not_while_a_copy_of_the_keyring_lies_beside_it(
    steward: Steward, record: Record, tmp_path: Path
) -> None:
    sealed = steward.vault.put_evidence(ANA, CAMEO, b"recording")
    copy = tmp_path / "ring" / "keys.before-the-upgrade"
    copy.write_bytes((tmp_path / "ring" / "keys").read_bytes())
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"destruction\.unproven") as refused:
            steward.destroy_evidence(sealed.evidence, "schedule")
        assert refused.value.unavailable
    assert record.events == []
    copy.unlink()
    destroyed = steward.destroy_evidence(sealed.evidence, "schedule")
    assert (destroyed.key_id, destroyed.proof.keys, destroyed.proof.files_gone) == (sealed.key_id, 1, 1)
    assert [type(event) for event in record.events] == [EvidenceDestroyed]
    assert not list((tmp_path / "media" / "evidence").iterdir())


def test_what_a_broken_off_writing_left_goes_with_the_file(steward: Steward, tmp_path: Path) -> None:
    sealed = steward.vault.put_evidence(ANA, CAMEO, b"recording")
    (tmp_path / "media" / "evidence" / f"{sealed.key_id}.part").write_bytes(b"half")
    steward.destroy_evidence(sealed.evidence, "schedule")
    assert not list((tmp_path / "media" / "evidence").iterdir())
