"""The keyring: what survives a restart, and what must be gone."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from identity.keys.errors import DestructionUnprovenError, KeyGoneError, RootKeyError
from identity.keys.fakes import InMemoryRootKeys
from identity.keys.keyring import LEASE_GRAIN_US, SEARCHED, KeyRing

ANA, BO = "account-" + "a" * 32, "account-" + "b" * 32


def ring(path: Path, root: bytes) -> KeyRing:
    ticks = itertools.count(1)
    return KeyRing(path, InMemoryRootKeys(root), lambda: next(ticks))


def test_a_key_is_the_same_after_a_restart(tmp_path: Path) -> None:
    root = os.urandom(32)
    first = ring(tmp_path / "keys", root)
    key_id, key = first.create("asset", "one", (ANA,), {"version": 1})
    first.close()
    again = ring(tmp_path / "keys", root)
    assert again.key(key_id) == key
    assert again.row(key_id).about == {"version": 1}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


def test_another_root_key_opens_nothing(tmp_path: Path) -> None:
    first = ring(tmp_path / "keys", os.urandom(32))
    first.create("asset", "one", (ANA,), {})
    first.close()
    with pytest.raises(RootKeyError, match="not the root key"):
        ring(tmp_path / "keys", os.urandom(32))


def test_neither_the_key_nor_its_wrapped_form_stays_in_the_file_after_destruction(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    key_id, key = keys.create("evidence", "one", (ANA,), {})
    wrapped = keys._db.execute("SELECT wrapped FROM keys WHERE key_id = ?", (key_id,)).fetchone()[0]
    assert wrapped in (tmp_path / "keys").read_bytes()
    keys.destroy(key_id)
    keys.destroy(key_id)
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert wrapped not in left
    assert key not in left
    with pytest.raises(KeyGoneError):
        keys.key(key_id)


def test_destroying_one_subject_destroys_what_was_shared_and_leaves_the_other_subjects_own(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    film, film_key = keys.create("output", "film", (BO, ANA), {})
    own, own_key = keys.create("asset", "bo", (BO,), {})
    assert keys.key(film) == film_key
    key_id, gone, _ = keys.destroy_subject(ANA)
    assert [row.key_id for row in gone] == [film]
    assert keys.destroy_subject(ANA)[0] == key_id
    with pytest.raises(KeyGoneError):
        keys.key(film)
    assert keys.key(own) == own_key


def test_an_erased_subject_gets_no_new_key(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    keys.field_key(ANA)
    keys.destroy_subject(ANA)
    with pytest.raises(KeyGoneError):
        keys.field_key(ANA)
    with pytest.raises(KeyGoneError):
        keys.create("evidence", "two", (ANA,), {})


def test_a_retired_key_is_due_only_after_its_last_lease_and_within_a_minute_of_it(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    key_id, _ = keys.create("asset", "one", (ANA,), {})
    end_us = 3 * LEASE_GRAIN_US + 7
    keys.note_lease([key_id], end_us)
    keys.note_lease([key_id], end_us - 2 * LEASE_GRAIN_US)
    assert keys.due(10 * LEASE_GRAIN_US) == []
    keys.retire(key_id)
    assert keys.due(end_us) == []
    assert keys.due(end_us + LEASE_GRAIN_US) == [key_id]
    keys.destroy(key_id)
    assert keys.due(end_us + LEASE_GRAIN_US) == []


def test_one_account_has_one_field_key(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    assert keys.field_key(ANA) == keys.field_key(ANA)
    assert keys.field_key(ANA) != keys.field_key(BO)


def test_a_destruction_is_shown_by_searching_the_folder_and_a_copy_left_beside_the_keyring_is_found(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    first, _ = keys.create("evidence", "one", (ANA,), {})
    second, _ = keys.create("evidence", "two", (ANA,), {})
    proof = keys.prove(keys.destroy(first))
    assert (proof.keys, proof.searched_files) == (1, len(list(tmp_path.iterdir())))
    assert proof.searched_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
    (tmp_path / "keys.backup").write_bytes((tmp_path / "keys").read_bytes())
    with pytest.raises(DestructionUnprovenError, match=r"keys\.backup"):
        keys.prove(keys.destroy(second))
    with pytest.raises(DestructionUnprovenError):  # asked again, it is searched for again
        keys.prove(keys.destroy(second))
    (tmp_path / "keys.backup").unlink()
    assert keys.prove(keys.destroy(second)).keys == 1


def test_an_erased_person_is_searched_for_by_their_own_key_and_those_under_it(tmp_path: Path) -> None:
    keys = ring(tmp_path / "keys", os.urandom(32))
    for number in range(100):
        keys.create("asset", str(number), (ANA,), {})
    before = (tmp_path / "keys").read_bytes()
    _, rows, wrapped = keys.destroy_subject(ANA)
    assert (len(rows), len(wrapped)) == (100, 101)
    assert all(one in before for one in wrapped)
    assert keys.prove(wrapped).keys == SEARCHED
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [one for one in wrapped if one in left]
