"""Every honest proof verifies and no altered one does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.errors import ProofError
from streams.core.tile import Tile, node_reader, tile_root, tiles_of, tiles_since, width_at
from streams.core.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(1200)]
SIZES = st.integers(1, len(LEAVES))


def tiles_for(size: int) -> dict[Tile, list[bytes]]:
    tiles: dict[Tile, list[bytes]] = {}
    for tile in tiles_of(size):
        if tile.level == 0:
            tiles[tile] = LEAVES[tile.index * 256 : tile.index * 256 + tile.width]
        else:
            below = range(tile.index * 256, tile.index * 256 + tile.width)
            tiles[tile] = [tile_root(tiles[Tile(tile.level - 1, index)]) for index in below]
    return tiles


@given(size=SIZES, data=st.data())
def test_inclusion_is_proved_from_tiles_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    read = node_reader(tiles_for(size).__getitem__, size)
    root = Frontier().extend(LEAVES[:size]).root()
    assert root_hash(read, size) == root
    verify_inclusion(LEAVES[index], index, size, inclusion_proof(read, index, size), root)


@given(size=SIZES, data=st.data())
def test_an_altered_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(node_reader(tiles_for(size).__getitem__, size), index, size))
    root = Frontier().extend(LEAVES[:size]).root()
    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        with pytest.raises(ProofError):
            verify_inclusion(LEAVES[index], index, size, proof, root)


@given(new=SIZES, data=st.data())
def test_a_grown_tree_is_consistent_with_what_it_was(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    read = node_reader(tiles_for(new).__getitem__, new)
    roots = [Frontier().extend(LEAVES[:size]).root() for size in (old, new)]
    proof = consistency_proof(read, old, new)
    verify_consistency(old, new, *roots, proof)
    rewritten = Frontier().extend([leaf_hash(b"rewritten"), *LEAVES[1:new]]).root()
    with pytest.raises(ProofError):
        verify_consistency(old, new, leaf_hash(b"other"), rewritten, proof)


@given(old=st.integers(0, 70_000), grown=st.integers(0, 70_000))
def test_growing_writes_exactly_the_tiles_that_were_not_there(old: int, grown: int) -> None:
    new = old + grown
    before = set(tiles_of(old))
    assert list(tiles_since(old, new)) == [tile for tile in tiles_of(new) if tile not in before]
    assert all(width_at(new, tile.level, tile.index) == tile.width for tile in tiles_of(new))
