"""Owns the published log as plain files: entry bundles, tiles, the signed checkpoint. Does not read the ledger.

What is durable: when `grow` returns, every file of the new size is fsynced and the checkpoint names it. The checkpoint is
renamed into place last, so a reader that took it finds every file it needs. Interrupted at any point, the next `grow` from
the checkpoint's size writes the same bytes again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from identity.keys import durable
from streams.core.errors import TileError
from streams.core.note import (
    Checkpoint,
    VerifierKey,
    checkpoint_text,
    public_of,
    read_checkpoint,
    sign_note,
)
from streams.core.tile import (
    CHECKPOINT_PATH,
    TILE_WIDTH,
    Tile,
    entries_path,
    node_reader,
    pack_entries,
    split_tile,
    tile_path,
    tile_root,
    tiles_since,
    unpack_entries,
    width_at,
)
from streams.core.tree import consistency_proof, inclusion_proof, leaf_hash, root_hash

KEY_PATH = "verifier-key"
"""Where the log writes its public key. A stranger takes it once and keeps it; a key fetched with the log proves nothing."""


class TileFolder:
    """Read a published log from its folder. Raises TileError for what is missing or cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def checkpoint_note(self) -> str:
        """Read the newest signed checkpoint as text; raises TileError where there is none."""
        try:
            return self._read(CHECKPOINT_PATH).decode()
        except UnicodeDecodeError as error:
            message = "the checkpoint is no text"
            raise TileError(message) from error

    def tile(self, tile: Tile) -> tuple[bytes, ...]:
        """Read a tile's hashes; a partial one is also found in its full tile."""
        try:
            return split_tile(self._read(tile_path(tile)), tile)
        except TileError:
            if tile.width == TILE_WIDTH or not (self.folder / tile_path(Tile(tile.level, tile.index))).exists():
                raise
        full = Tile(tile.level, tile.index)
        return split_tile(self._read(tile_path(full)), full)[: tile.width]

    def entries(self, index: int, width: int = TILE_WIDTH) -> tuple[bytes, ...]:
        """Read a bundle's entries, a partial one's also from its full bundle; raises TileError where it has not `width`."""
        full = entries_path(index)
        path = entries_path(index, width)
        if width < TILE_WIDTH and not (self.folder / path).exists() and (self.folder / full).exists():
            return self.entries(index)[:width]
        entries = unpack_entries(self._read(path))
        if len(entries) != width:
            message = f"{path}: {len(entries)} entries"
            raise TileError(message)
        return entries

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove leaf `index` in the tree of `size`; raises ProofError, TileError."""
        return inclusion_proof(node_reader(self.tile, size), index, size)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that the tree of `new` extends that of `old`; raises ProofError, TileError."""
        return consistency_proof(node_reader(self.tile, new), old, new)

    def root(self, size: int) -> bytes:
        """Tell the root of the tree of `size` from its tiles."""
        return root_hash(node_reader(self.tile, size), size)

    def _read(self, path: str) -> bytes:
        try:
            return (self.folder / path).read_bytes()
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}"
            raise TileError(message) from error


class TileWriter:
    """Grow a published log. One writer at a time."""

    def __init__(self, folder: Path, origin: str, seed: bytes) -> None:
        self._folder = TileFolder(folder)
        self._seed = seed
        self.key = VerifierKey(origin, public_of(seed))
        """What strangers verify with."""
        self._path = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._write(KEY_PATH, f"{self.key}\n".encode())
        if not (folder / CHECKPOINT_PATH).exists():
            self._publish(0)

    def checkpoint(self) -> Checkpoint:
        """Read the newest checkpoint; raises NoteError where it is not this log's own."""
        return read_checkpoint(self._folder.checkpoint_note(), self.key)

    def grow(self, entries: Sequence[bytes]) -> Checkpoint:
        """Add entries (canonical envelopes, in order of log index) and publish; returns the new checkpoint."""
        old = self.checkpoint().size
        if not entries:
            return self.checkpoint()
        new = old + len(entries)
        self._write_entries(old, entries)
        for tile in tiles_since(old, new):
            self._write(tile_path(tile), b"".join(self._hashes(tile, old, entries)))
        checkpoint = self._publish(new)
        self._drop_partials(old, new)
        return checkpoint

    def _publish(self, size: int) -> Checkpoint:
        checkpoint = Checkpoint(self.key.name, size, self._folder.root(size))
        note = sign_note(checkpoint_text(checkpoint), self.key.name, self._seed)
        self._write(CHECKPOINT_PATH, note.encode())
        return checkpoint

    def _write_entries(self, old: int, entries: Sequence[bytes]) -> None:
        new = old + len(entries)
        for index in range(old // TILE_WIDTH, -(-new // TILE_WIDTH)):
            start, before = index * TILE_WIDTH, width_at(old, 0, index)
            kept = self._folder.entries(index, before) if before else ()
            added = entries[max(start, old) - old : start + TILE_WIDTH - old]
            self._write(entries_path(index, width_at(new, 0, index)), pack_entries([*kept, *added]))

    def _hashes(self, tile: Tile, old: int, entries: Sequence[bytes]) -> list[bytes]:
        before = width_at(old, tile.level, tile.index)
        kept = list(self._folder.tile(Tile(tile.level, tile.index, before))) if before else []
        first = tile.index * TILE_WIDTH
        added = range(first + before, first + tile.width)
        if tile.level == 0:
            return kept + [leaf_hash(entries[number - old]) for number in added]
        return kept + [tile_root(self._folder.tile(Tile(tile.level - 1, number))) for number in added]

    def _drop_partials(self, old: int, new: int) -> None:
        for tile in tiles_since(old, new):
            if tile.width == TILE_WIDTH:
                for path in (tile_path(tile), entries_path(tile.index)) if tile.level == 0 else (tile_path(tile),):
                    shutil.rmtree(self._path / f"{path}.p", ignore_errors=True)

    def _write(self, path: str, data: bytes) -> None:
        target = self._path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(target, data, 0o644)
