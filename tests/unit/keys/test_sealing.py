"""Sealing: what opens, and everything that must not."""

from __future__ import annotations

import pytest

from identity.keys import sealing
from identity.keys.errors import SealBrokenError

PLACE = ("main", "account-" + "0" * 32, "event-1", "handle")


def test_a_sealed_field_opens_in_its_own_place() -> None:
    key = sealing.new_key()
    sealed = sealing.seal_field(key, "key-1", PLACE, "수아".encode())
    assert sealing.unseal_field(key, PLACE, sealed) == "수아".encode()


@pytest.mark.parametrize("moved", range(4))
def test_a_sealed_field_that_was_moved_does_not_open(moved: int) -> None:
    key = sealing.new_key()
    sealed = sealing.seal_field(key, "key-1", PLACE, b"words")
    other = tuple("elsewhere" if index == moved else part for index, part in enumerate(PLACE))
    with pytest.raises(SealBrokenError):
        sealing.unseal_field(key, other, sealed)  # type: ignore[arg-type]


def test_no_bit_of_a_sealed_file_can_be_changed() -> None:
    key, bound = sealing.new_key(), b"place"
    sealed = sealing.seal(key, b"film", bound)
    for index in range(len(sealed)):
        broken = bytearray(sealed)
        broken[index] ^= 1
        with pytest.raises(SealBrokenError):
            sealing.unseal(key, bytes(broken), bound)


def test_a_wrapped_key_does_not_pass_for_another_one() -> None:
    root, key = sealing.new_key(), sealing.new_key()
    wrapped = sealing.wrap(root, key, "key-1")
    assert sealing.unwrap(root, wrapped, "key-1") == key
    with pytest.raises(SealBrokenError):
        sealing.unwrap(root, wrapped, "key-2")


def test_a_sealed_box_opens_for_its_key_alone() -> None:
    private, public = sealing.keypair()
    other, _ = sealing.keypair()
    sealed = sealing.seal_to(public, b"package")
    assert sealing.open_with(private, sealed) == b"package"
    with pytest.raises(SealBrokenError):
        sealing.open_with(other, sealed)


def test_a_plan_digest_depends_on_its_salt() -> None:
    pinned = "e91769deec23e589cbc43ff7523ffe1de4722f0a948088b0c5e871388535dd9b"
    assert sealing.plan_digest(bytes(32), b"plan") == pinned
    assert sealing.plan_digest(b"\x01" + bytes(31), b"plan") != pinned
    with pytest.raises(ValueError, match="32 bytes"):
        sealing.plan_digest(b"short", b"plan")
