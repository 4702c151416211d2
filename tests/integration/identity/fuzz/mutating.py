"""Owns how a recording is broken, by a number alone: the same number breaks it in the same way. Does not decode.

Knows just enough of EBML and of MP4 boxes to break what a parser relies on: ids, lengths, order, nesting.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

MASTERS = {
    bytes.fromhex(one) for one in ("18538067", "1549a966", "1654ae6b", "ae", "e0", "e1", "1f43b675", "a0", "1c53bb6b", "bb", "114d9b74")
}
BOXES = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"moof", b"traf", b"dinf", b"mvex", b"meta"}
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
Part = tuple[int, int, int, int]
"""Where its id begins, where its length stands, where its content begins and ends."""


def parts_of(data: bytes) -> list[Part]:
    """Find the elements or boxes of a file, outermost first."""
    return _ebml(data, 0, len(data)) if data[:4] == b"\x1a\x45\xdf\xa3" else _boxes(data, 0, len(data))


def _ebml(data: bytes, at: int, end: int) -> list[Part]:
    found: list[Part] = []
    while at < end - 2 and len(found) < 4000 and data[at]:
        id_size = 9 - data[at].bit_length()
        if id_size > 4 or not data[at + id_size : at + id_size + 1] or not data[at + id_size]:
            break
        length_size = 9 - data[at + id_size].bit_length()
        begin = at + id_size + length_size
        length = int.from_bytes(data[at + id_size : begin], "big") & ((1 << 7 * length_size) - 1)
        unknown = length == (1 << 7 * length_size) - 1
        stop = end if unknown else min(end, begin + length)
        found.append((at, at + id_size, begin, stop))
        if data[at : at + id_size] in MASTERS:
            found += _ebml(data, begin, stop)
        at = max(stop, begin)
    return found


def _boxes(data: bytes, at: int, end: int) -> list[Part]:
    found: list[Part] = []
    while at + 8 <= end and len(found) < 4000:
        size = int.from_bytes(data[at : at + 4], "big")
        stop = end if size == 0 else min(end, at + size)
        found.append((at + 4, at, at + 8, stop))
        if data[at + 4 : at + 8] in BOXES:
            found += _boxes(data, at + 8, stop)
        at = max(stop, at + 8)
    return found


class Breaking:
    """One broken file: what was drawn decides everything."""

    def __init__(self, number: int, seeds: Sequence[bytes]) -> None:
        self._chance = random.Random(f"cameo/fuzz/1/{number}")
        self._seeds = seeds
        self.data = bytearray(seeds[number % len(seeds)])

    def broken(self) -> bytes:
        """Break it once to four times."""
        names: list[Callable[[], None]] = [
            self._bits, self._bytes, self._head, self._cut, self._swap, self._repeat, self._remove, self._blank, self._splice,
            self._edge, self._id, self._length, self._length, self._content, self._move, self._double, self._drop, self._rubbish,
        ]  # fmt: skip
        for _ in range(self._chance.choice((1, 1, 1, 2, 4))):
            self._chance.choice(names)()
        return bytes(self.data)

    def _place(self, below: int | None = None) -> int:
        return self._chance.randrange(max(1, min(len(self.data), below or len(self.data))))

    def _span(self, longest: int = 4096) -> tuple[int, int]:
        begin = self._place()
        return begin, min(len(self.data), begin + self._chance.randrange(1, longest))

    def _bits(self) -> None:
        for _ in range(self._chance.choice((1, 2, 16))):
            if self.data:
                self.data[self._place()] ^= 1 << self._chance.randrange(8)

    def _bytes(self) -> None:
        for _ in range(self._chance.choice((8, 64, 500))):
            if self.data:
                self.data[self._place()] = self._chance.randrange(256)

    def _head(self) -> None:
        for _ in range(self._chance.choice((1, 4, 12))):
            if self.data:
                self.data[self._place(900)] = self._chance.randrange(256)

    def _cut(self) -> None:
        del self.data[self._place() :]

    def _swap(self) -> None:
        begin, end = self._span()
        piece = self.data[begin:end]
        del self.data[begin:end]
        at = self._place()
        self.data[at:at] = piece

    def _repeat(self) -> None:
        begin, end = self._span()
        self.data[begin:begin] = self.data[begin:end] * self._chance.choice((1, 2, 30))

    def _remove(self) -> None:
        begin, end = self._span()
        del self.data[begin:end]

    def _blank(self) -> None:
        begin, end = self._span()
        self.data[begin:end] = bytes([self._chance.choice((0, 255))]) * (end - begin)

    def _splice(self) -> None:
        other = self._chance.choice(self._seeds)
        self.data[self._place() :] = other[self._chance.randrange(len(other)) :]

    def _edge(self) -> None:
        size = self._chance.choice((1, 2, 4, 8))
        at = self._place()
        self.data[at : at + size] = (self._chance.choice(EDGES) & ((1 << 8 * size) - 1)).to_bytes(size, "big")

    def _rubbish(self) -> None:
        heads = (b"GIF89a" + bytes(64), b"RIFF\0\0\0\0WAVEfmt ", b"\x1a\x45\xdf\xa3", b"\0\0\0\x20ftypisom", bytes(512))
        self.data[: self._chance.randrange(64)] = self._chance.choice(heads)

    def _part(self) -> Part | None:
        found = parts_of(bytes(self.data))
        return self._chance.choice(found) if found else None

    def _id(self) -> None:
        one, other = self._part(), self._part()
        if one and other:
            size = min(one[1] - one[0] if one[1] > one[0] else 4, 4)
            self.data[one[0] : one[0] + size] = self.data[other[0] : other[0] + size]

    def _length(self) -> None:
        part = self._part()
        if part is None:
            return
        if part[0] > part[1]:  # a box: four bytes
            self.data[part[1] : part[1] + 4] = (self._chance.choice(EDGES) & 0xFFFFFFFF).to_bytes(4, "big")
            return
        size = part[2] - part[1]
        value = self._chance.choice((*EDGES, part[3] - part[2] + self._chance.choice((-1, 1, 7, -7)))) & ((1 << 7 * size) - 1)
        self.data[part[1] : part[2]] = (value | 1 << 7 * size).to_bytes(size, "big")

    def _content(self) -> None:
        """Put an edge into a small number: a width, a rate, a time, a count."""
        small = [part for part in parts_of(bytes(self.data)) if 0 < part[3] - part[2] <= 16]
        if small:
            _, _, begin, end = self._chance.choice(small)
            self.data[begin:end] = (self._chance.choice(EDGES) & ((1 << 8 * (end - begin)) - 1)).to_bytes(end - begin, "big")

    def _whole(self) -> tuple[int, int] | None:
        part = self._part()
        return None if part is None or part[3] - part[2] > 200_000 else (min(part[0], part[1]), part[3])

    def _move(self) -> None:
        if (span := self._whole()) and (to := self._whole()):
            piece = self.data[span[0] : span[1]]
            del self.data[span[0] : span[1]]
            self.data[to[0] : to[0]] = piece

    def _double(self) -> None:
        if span := self._whole():
            self.data[span[1] : span[1]] = self.data[span[0] : span[1]] * self._chance.choice((1, 3, 40))

    def _drop(self) -> None:
        if span := self._whole():
            del self.data[span[0] : span[1]]
