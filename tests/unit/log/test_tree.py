"""The tree gives the published hashes of RFC 6962's test vectors."""

from __future__ import annotations

import pytest

from streams.core.errors import ProofError
from streams.core.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    range_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

# Inputs and roots of the Certificate Transparency reference implementation (its Merkle tree tests).
ENTRIES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def read(level: int, index: int) -> bytes:
    return Frontier().extend(LEAVES[index << level : (index + 1) << level]).root()


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert range_hash(read, 0, 0) == Frontier().root() == EMPTY_ROOT


@pytest.mark.parametrize(("size", "root"), list(enumerate(ROOTS, start=1)))
def test_roots_are_those_of_the_reference(size: int, root: str) -> None:
    assert Frontier().extend(LEAVES[:size]).root().hex() == root
    assert root_hash(read, size).hex() == root


def test_inclusion_proof_is_that_of_the_reference() -> None:
    proof = inclusion_proof(read, 5, 8)
    assert [step.hex() for step in proof] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_consistency_proof_is_that_of_the_reference() -> None:
    proof = consistency_proof(read, 6, 8)
    assert [step.hex() for step in proof] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_leaf_outside_the_tree_cannot_be_proved_or_verified() -> None:
    with pytest.raises(ProofError):
        inclusion_proof(read, 8, 8)
    with pytest.raises(ProofError):
        verify_inclusion(LEAVES[0], 8, 8, (), bytes.fromhex(ROOTS[7]))


def test_a_proof_that_is_too_long_or_too_short_is_refused() -> None:
    root, proof = bytes.fromhex(ROOTS[7]), inclusion_proof(read, 2, 8)
    for wrong in (proof[:-1], (*proof, root)):
        with pytest.raises(ProofError):
            verify_inclusion(LEAVES[2], 2, 8, wrong, root)


def test_a_smaller_tree_does_not_extend_a_larger_one() -> None:
    with pytest.raises(ProofError):
        consistency_proof(read, 8, 6)
    with pytest.raises(ProofError):
        verify_consistency(8, 6, bytes.fromhex(ROOTS[7]), bytes.fromhex(ROOTS[5]), ())
