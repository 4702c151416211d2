"""Paths, bundles and partial tiles are those of C2SP tlog-tiles."""

from __future__ import annotations

import pytest

from streams.core.errors import TileError
from streams.core.tile import (
    Tile,
    entries_path,
    pack_entries,
    split_tile,
    tile_path,
    tiles_of,
    tiles_since,
    unpack_entries,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(3, 1234067, 17), "tile/3/x001/x234/067.p/17"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
    ],
)
def test_a_tile_lies_where_the_specification_says(tile: Tile, path: str) -> None:
    assert tile_path(tile) == path


def test_entry_bundles_lie_beside_the_tiles() -> None:
    assert entries_path(1234067) == "tile/entries/x001/x234/067"
    assert entries_path(273, 112) == "tile/entries/273.p/112"


def test_the_specifications_example_tree_has_its_tiles() -> None:
    # tlog-tiles: a tree of 70,000 leaves has 256 + 17 full level 0 tiles, a partial one of 112, one full level 1
    # tile, a partial one of 17, and a partial level 2 tile of 1.
    tiles = list(tiles_of(70_000))
    assert [tile_path(tile) for tile in tiles if tile.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert sum(tile.level == 0 for tile in tiles) == 274
    assert list(tiles_since(0, 70_000)) == tiles


def test_an_entry_over_16_bits_of_length_is_refused() -> None:
    pack_entries([b"x" * 65_535])
    with pytest.raises(TileError):
        pack_entries([b"x" * 65_536])


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_a_bundle_that_is_cut_short_is_refused(cut: int) -> None:
    whole = pack_entries([b"one", b"three"])
    assert unpack_entries(whole) == (b"one", b"three")
    with pytest.raises(TileError):
        unpack_entries(whole[:-cut])


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(TileError):
        split_tile(b"\0" * 31, Tile(0, 0, 1))
