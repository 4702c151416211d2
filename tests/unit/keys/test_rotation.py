"""Turning to another root key: nothing is lost whatever comes in between, nothing else is touched, and the old one is retired last."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path

import pytest

from identity.keys.errors import KeyGoneError, RootKeyError, RootKeyUnavailableError, SealBrokenError
from identity.keys.fakes import InMemoryRootKeys
from identity.keys.keyring import KeyRing
from identity.keys.wire import RootsAnswer
from serving.keyholder.errors import RefusedError
from serving.keyholder.rotating import Rotation

NEXT = "memory:2"
PEOPLE = tuple(f"account-{number:032x}" for number in range(10))


def ring(path: Path, roots: InMemoryRootKeys) -> KeyRing:
    ticks = itertools.count(1)
    return KeyRing(path, roots, lambda: next(ticks))


def peopled(path: Path, roots: InMemoryRootKeys) -> tuple[KeyRing, dict[str, bytes]]:
    """A keyring with an asset key for each of ten people."""
    keys = ring(path, roots)
    return keys, dict(keys.create("asset", account, (account,), {}) for account in PEOPLE)


def wrapped(path: Path, kind: str) -> dict[str, bytes]:
    with sqlite3.connect(path) as db:
        return dict(db.execute("SELECT key_id, wrapped FROM keys WHERE kind = ? AND wrapped IS NOT NULL", (kind,)))


def states(keys: KeyRing) -> list[tuple[str, bool, bool, int]]:
    return [(one.reference, one.wraps_now, one.retired_us is not None, one.keys) for one in keys.roots()]


def test_every_key_opens_before_during_and_after_and_what_lies_below_the_subject_keys_is_not_touched(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, made = peopled(tmp_path / "keys", roots)
    below, above = wrapped(tmp_path / "keys", "asset"), wrapped(tmp_path / "keys", "subject")
    roots.make(NEXT)
    keys.turn_to(NEXT)
    keys.turn_to(NEXT)
    left = [keys.rewrap(4)]
    while left[-1]:
        assert {key_id: keys.key(key_id) for key_id in made} == made
        assert states(keys)[0] == ("memory:1", False, False, left[-1])
        left.append(keys.rewrap(4))
    assert left == [6, 2, 0]
    assert states(keys) == [("memory:1", False, True, 0), (NEXT, True, False, 10)]
    assert {key_id: keys.key(key_id) for key_id in made} == made
    assert wrapped(tmp_path / "keys", "asset") == below
    bytes_now = (tmp_path / "keys").read_bytes()
    assert not [key_id for key_id, old in above.items() if old in bytes_now]


def test_the_old_root_key_is_needed_no_more_once_it_is_retired_and_still_is_before(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, made = peopled(tmp_path / "keys", roots)
    roots.make(NEXT)
    keys.turn_to(NEXT)
    keys.rewrap(9)
    keys.close()
    without = InMemoryRootKeys()
    without.wrappings = {NEXT: roots.wrappings[NEXT]}
    with pytest.raises(RootKeyError):
        ring(tmp_path / "keys", without)
    again = ring(tmp_path / "keys", roots)
    assert again.rewrap(9) == 0
    again.close()
    last = ring(tmp_path / "keys", without)
    assert {key_id: last.key(key_id) for key_id in made} == made


def test_a_rotation_goes_on_after_a_kill_and_new_people_are_under_the_new_key_at_once(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, made = peopled(tmp_path / "keys", roots)
    roots.make(NEXT)
    keys.turn_to(NEXT)
    keys.rewrap(3)
    again = ring(tmp_path / "keys", roots)  # the first is never closed: as after kill -9
    made |= dict([again.create("asset", "late", ("account-" + "f" * 32,), {})])
    assert states(again) == [("memory:1", False, False, 7), (NEXT, True, False, 4)]
    assert again.rewrap(100) == 0
    assert {key_id: again.key(key_id) for key_id in made} == made


def test_who_is_erased_while_their_key_is_wrapped_anew_stays_erased(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, made = peopled(tmp_path / "keys", roots)
    roots.make(NEXT)
    keys.turn_to(NEXT)
    plain, wrap = roots.wrappings[NEXT], roots.wrappings[NEXT].wrap

    def erased_meanwhile(key: bytes, key_id: str) -> bytes:
        keys.destroy_subject(PEOPLE[0])
        return wrap(key, key_id)

    plain.wrap = erased_meanwhile  # type: ignore[method-assign]
    assert keys.rewrap(100) == 0
    gone, *others = made
    with pytest.raises(KeyGoneError):
        keys.key(gone)
    assert all(keys.key(key_id) == made[key_id] for key_id in others)


def test_a_root_key_that_is_away_refuses_and_nothing_is_changed_until_it_is_back(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, made = peopled(tmp_path / "keys", roots)
    roots.make(NEXT)
    keys.turn_to(NEXT)
    roots.wrappings["memory:1"].away = True
    before = wrapped(tmp_path / "keys", "subject")
    with pytest.raises(RootKeyUnavailableError):
        keys.rewrap(5)
    with pytest.raises(RootKeyUnavailableError):
        keys.key(next(iter(made)))
    assert wrapped(tmp_path / "keys", "subject") == before
    roots.wrappings["memory:1"].away = False
    assert keys.rewrap(100) == 0


def test_a_keyring_from_before_versions_is_taken_up_by_its_root_key_alone(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, made = peopled(tmp_path / "keys", roots)
    keys.close()
    with sqlite3.connect(tmp_path / "keys") as db:
        db.executescript("DROP TABLE roots; DROP INDEX keys_by_root; ALTER TABLE keys DROP COLUMN root;")
    with pytest.raises(SealBrokenError):
        ring(tmp_path / "keys", InMemoryRootKeys())
    again = ring(tmp_path / "keys", roots)
    assert {key_id: again.key(key_id) for key_id in made} == made
    assert states(again) == [("memory:1", True, False, 10)]


def test_one_rotation_ends_before_the_next_begins_and_a_key_that_is_not_there_is_not_turned_to(tmp_path: Path) -> None:
    roots = InMemoryRootKeys()
    keys, _ = peopled(tmp_path / "keys", roots)
    rotation = Rotation(keys, _Named(roots))
    with pytest.raises(RefusedError, match=r"root_key\.refused"):
        rotation.rotate("file:absent.key", make=False)
    answer: RootsAnswer = rotation.rotate("file:other.key", make=True)
    assert answer.left == 10
    assert rotation.rotate("file:other.key", make=True) == answer  # asked again: nothing is made twice
    with pytest.raises(RefusedError, match=r"root_key\.turning"):
        rotation.rotate(None, make=False)
    while answer.left:
        answer = rotation.rewrap(3)
    assert [one.reference for one in rotation.rotate(None, make=False).roots][-1] == "file:other-2.key"


class _Named(InMemoryRootKeys):
    """The same root keys, as the operator's commands name them."""

    def __init__(self, roots: InMemoryRootKeys) -> None:
        super().__init__()
        self.wrappings = roots.wrappings
