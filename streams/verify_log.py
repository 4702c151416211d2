"""Owns the stranger's check of a published log: recomputes everything from its entries. Does not trust the log's own tiles.

`python -m streams.verify_log FOLDER --key KEY [--old CHECKPOINT] [--json]`. KEY is the verifier key (`name+id+base64`)
or a file that holds it. It needs no ledger, no network and no other part of the platform; exit code 0 only if all holds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from schemas.codec import decode
from schemas.errors import SchemaError
from streams.adapters.tiles import TileFolder
from streams.core.errors import ProofError, TileError, TreeError
from streams.core.note import VerifierKey, read_checkpoint, read_verifier
from streams.core.tile import TILE_WIDTH, tile_path, tile_root, tiles_of, width_at
from streams.core.tree import Frontier, leaf_hash, verify_consistency


@dataclass(frozen=True, slots=True)
class Verified:
    """What was shown: the log's name, how many events, their root (hex), and how many streams they belong to."""

    origin: str
    size: int
    root: str
    streams: int
    extends: int | None
    """The size of the older checkpoint that it was shown to extend."""


def verify_log(folder: Path, key: VerifierKey, old_note: str | None = None) -> Verified:
    """Recompute the tree from the entry bundles and hold it against the signed checkpoint and every tile.

    Checks besides: each entry is a canonical envelope of the log's tenant, revisions of each stream have no gap and
    positions do not repeat. Raises TreeError (TileError, NoteError, ProofError) naming what does not hold.
    """
    log = TileFolder(folder)
    checkpoint = read_checkpoint(log.checkpoint_note(), key)
    frontier = Frontier()
    heads: dict[str, int] = {}
    positions: set[int] = set()
    leaves: list[bytes] = []
    for number, entry in enumerate(_entries(log, checkpoint.size)):
        _follow(number, entry, heads, positions)
        leaf = leaf_hash(entry)
        frontier.extend((leaf,))
        leaves.append(leaf)
    if frontier.root() != checkpoint.root:
        message = f"the {checkpoint.size} entries do not give the root that the checkpoint signs"
        raise ProofError(message)
    _verify_tiles(log, checkpoint.size, leaves)
    extends = None
    if old_note is not None:
        old = read_checkpoint(old_note, key)
        proof = log.consistency(old.size, checkpoint.size) if old.size <= checkpoint.size else ()
        verify_consistency(old.size, checkpoint.size, old.root, checkpoint.root, proof)
        extends = old.size
    return Verified(checkpoint.origin, checkpoint.size, checkpoint.root.hex(), len(heads), extends)


def _entries(log: TileFolder, size: int) -> Iterator[bytes]:
    for index in range(-(-size // TILE_WIDTH)):
        yield from log.entries(index, width_at(size, 0, index))


def _follow(number: int, entry: bytes, heads: dict[str, int], positions: set[int]) -> None:
    try:
        envelope = decode(entry)
    except SchemaError as error:
        message = f"entry {number} is no event: {error}"
        raise TileError(message) from error
    if envelope.revision != heads.get(envelope.stream, 0) + 1:
        message = f"entry {number}: {envelope.stream} goes from revision {heads.get(envelope.stream, 0)} to {envelope.revision}"
        raise TileError(message)
    if envelope.position in positions:
        message = f"entry {number}: position {envelope.position} was there before"
        raise TileError(message)
    heads[envelope.stream] = envelope.revision
    positions.add(envelope.position)


def _verify_tiles(log: TileFolder, size: int, leaves: list[bytes]) -> None:
    level, hashes = 0, leaves
    above: list[bytes] = []
    for tile in tiles_of(size):
        if tile.level != level:
            level, hashes, above = tile.level, above, []
        expected = tuple(hashes[tile.index * TILE_WIDTH :][: tile.width])
        if log.tile(tile) != expected:
            message = f"{tile_path(tile)} does not follow from the entries"
            raise TileError(message)
        if tile.width == TILE_WIDTH:
            above.append(tile_root(expected))


def key_from(text: str) -> VerifierKey:
    """Read a verifier key from its text or from the file of that name; raises NoteError."""
    path = Path(text)
    return read_verifier(path.read_text() if "+" not in text or path.is_file() else text)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", required=True, help="The log's verifier key (name+id+base64) or a file that holds it.")
@click.option("--old", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An earlier checkpoint to extend.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
def main(folder: Path, key: str, old: Path | None, as_json: bool) -> None:  # noqa: FBT001 -- click's own way
    """Verify a published log without trusting anything but its KEY."""
    try:
        verified = verify_log(folder, key_from(key), None if old is None else old.read_text())
    except (TreeError, OSError) as error:
        click.echo(json.dumps({"verified": False, "error": str(error)}) if as_json else f"NOT verified: {error}")
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"verified": True, **asdict(verified)}))
        return
    click.echo(f"verified: {verified.origin}, {verified.size} events in {verified.streams} streams, root {verified.root}")


if __name__ == "__main__":
    main()
