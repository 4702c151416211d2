"""Owns the shape of the published log (C2SP tlog-tiles): paths, tiles of hashes, entry bundles.

Does not touch files: streams.adapters.tiles reads and writes what is described here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from streams.core.errors import TileError
from streams.core.tree import HASH_BYTES, Frontier, NodeReader

TILE_WIDTH = 256
TILE_HEIGHT = 8
MAX_ENTRY_BYTES = 0xFFFF
CHECKPOINT_PATH = "checkpoint"


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A tile of hashes: level (0 holds leaves), index in its level, width 1..256 (256 is full)."""

    level: int
    index: int
    width: int = TILE_WIDTH


def tile_path(tile: Tile) -> str:
    """Tell where a tile lies: `tile/L/N` or `tile/L/N.p/W`."""
    return f"tile/{tile.level}/{_numbered(tile.index, tile.width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Tell where a bundle of entries lies: `tile/entries/N` or `tile/entries/N.p/W`."""
    return f"tile/entries/{_numbered(index, width)}"


def tiles_of(size: int) -> Iterator[Tile]:
    """List every tile of a tree of `size` leaves, lowest level first."""
    level, hashes = 0, size
    while hashes:
        full, rest = divmod(hashes, TILE_WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if rest:
            yield Tile(level, full, rest)
        level, hashes = level + 1, full


def tiles_since(old: int, new: int) -> Iterator[Tile]:
    """List the tiles of the tree of `new` leaves that the tree of `old` leaves does not have, lowest level first."""
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, after = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        for index in range(before // TILE_WIDTH, -(-after // TILE_WIDTH)):
            width = min(TILE_WIDTH, after - index * TILE_WIDTH)
            if index * TILE_WIDTH + width > before:
                yield Tile(level, index, width)
        level += 1


def width_at(size: int, level: int, index: int) -> int:
    """Tell how wide a tile is in a tree of `size` leaves; 0 where it does not exist yet."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH))


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Hash a full tile into the one hash that its parent level holds."""
    return Frontier().extend(hashes).root()


def split_tile(data: bytes, tile: Tile) -> tuple[bytes, ...]:
    """Read a tile's hashes; raises TileError where the length is not the width's."""
    if len(data) != tile.width * HASH_BYTES:
        message = f"{tile_path(tile)}: {len(data)} bytes, expected {tile.width * HASH_BYTES}"
        raise TileError(message)
    return tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))


def node_reader(read_tile: Callable[[Tile], Sequence[bytes]], size: int) -> NodeReader:
    """Read any complete subtree of a tree of `size` leaves out of its tiles."""

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile_index, offset = divmod(first, TILE_WIDTH)
        width = width_at(size, tile_level, tile_index)
        hashes = read_tile(Tile(tile_level, tile_index, width))[offset : offset + (1 << height)]
        if len(hashes) != 1 << height:
            message = f"subtree {level}/{index} is not complete in a tree of {size}"
            raise TileError(message)
        return tile_root(hashes)

    return read


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """Write entries as a bundle: each after its length, 16 bits big-endian. Raises TileError above 65,535 bytes."""
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            message = f"an entry of {len(entry)} bytes does not fit a bundle"
            raise TileError(message)
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unpack_entries(bundle: bytes) -> tuple[bytes, ...]:
    """Read the entries of a bundle; raises TileError where it is cut short."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2])
        entry = bundle[at + 2 : at + 2 + length]
        if at + 2 > len(bundle) or len(entry) != length:
            message = "the entry bundle is cut short"
            raise TileError(message)
        entries.append(entry)
        at += 2 + length
    return tuple(entries)


def _numbered(index: int, width: int) -> str:
    if not 1 <= width <= TILE_WIDTH or index < 0:
        message = f"no tile has index {index} and width {width}"
        raise TileError(message)
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    path = "/".join(reversed(parts))
    return path if width == TILE_WIDTH else f"{path}.p/{width}"
