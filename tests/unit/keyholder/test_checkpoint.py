"""The checkpoint: it survives, and it knows its own ledger from another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.account import AccountRegistered
from schemas.envelope import Envelope
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.errors import LedgerBehindError
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent


def register(store: InMemoryEventStore, number: int, event_id: str | None = None) -> tuple[Envelope, ...]:
    event = AccountRegistered(region="KR", locale="ko-KR", minor=False)
    new = NewEvent(f"account-{number:032x}", event, event_id or f"event-{number}")
    outcome = store.append(Append(actor="api", events=[new], correlation="c"))
    assert isinstance(outcome, Appended)
    return outcome.envelopes


def test_a_ledger_that_holds_the_newest_event_seen_is_not_behind(tmp_path: Path) -> None:
    store = InMemoryEventStore()
    seen = Checkpoint(tmp_path / "checkpoint")
    seen.require(store)
    seen.note(register(store, 1))
    register(store, 2)
    again = Checkpoint(tmp_path / "checkpoint")
    again.require(store)
    assert again.position == seen.position > 0
    assert (tmp_path / "checkpoint").stat().st_mode & 0o777 == 0o600


def test_an_older_ledger_is_behind(tmp_path: Path) -> None:
    store, restored = InMemoryEventStore(), InMemoryEventStore()
    seen = Checkpoint(tmp_path / "checkpoint")
    register(restored, 1)
    seen.note(register(store, 1) + register(store, 2))
    with pytest.raises(LedgerBehindError):
        seen.require(restored)


def test_a_restored_ledger_that_went_another_way_is_behind_however_long_it_is(tmp_path: Path) -> None:
    store, restored = InMemoryEventStore(), InMemoryEventStore()
    seen = Checkpoint(tmp_path / "checkpoint")
    seen.note(register(store, 1))
    for number in range(2, 9):
        register(restored, number)
    with pytest.raises(LedgerBehindError):
        seen.require(restored)


def test_it_never_goes_back(tmp_path: Path) -> None:
    store = InMemoryEventStore()
    first, second = register(store, 1), register(store, 2)
    seen = Checkpoint(tmp_path / "checkpoint")
    seen.note(second)
    seen.note(first)
    assert seen.position == second[0].position


def test_an_unreadable_checkpoint_refuses(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"{broken")
    with pytest.raises(LedgerBehindError):
        Checkpoint(tmp_path / "checkpoint").require(InMemoryEventStore())
