"""Owns writing a zip piece by piece, with a list of its files and digests at its end. Pure: keeps no more than the piece in hand."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

MANIFEST = "manifest.json"
Moment = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its name, and its bytes as they come. `packed`: worth deflating; recordings and films are not."""

    name: str
    pieces: Iterable[bytes]
    packed: bool = True


@dataclass(slots=True)
class LeftOut:
    """What could not be given, by name, with the codes that say why; filled while entries are read."""

    reasons: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


class _Sink(io.RawIOBase):
    """What zipfile writes to: cannot seek, so that nothing is written twice."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._parts.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zipped(entries: Iterable[Entry], left_out: LeftOut, about: dict[str, Any], now: Moment) -> Iterator[bytes]:
    """Give a zip's bytes, entry after entry; its last file tells size and SHA-256 of every other, and what was left out.

    A stream that breaks off is no zip: the directory that makes it one comes last.
    """
    sink, listed = _Sink(), list[dict[str, Any]]()
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for entry in entries:
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(entry, now), "w", force_zip64=True) as file:
                for piece in entry.pieces:
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                    yield sink.taken()
            listed.append({"name": entry.name, "bytes": size, "sha256": digest.hexdigest()})
            yield sink.taken()
        told = {**about, "files": listed, "left_out": {name: list(codes) for name, codes in left_out.reasons.items()}}
        archive.writestr(_info(Entry(MANIFEST, ()), now), json_bytes(told))
    yield sink.taken()


def json_bytes(value: Any) -> bytes:
    """Write JSON for people."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def json_line(value: Any) -> bytes:
    """Write one JSON line."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _info(entry: Entry, now: Moment) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry.name, now)
    info.compress_type = zipfile.ZIP_DEFLATED if entry.packed else zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    return info
