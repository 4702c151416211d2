"""Owns how far a webm that is still arriving has come, by its own clock. Decodes nothing, and keeps no media.

It reads ids and sizes of EBML elements, the time scale, and the times of clusters and blocks; whatever else an element holds is
skipped by counting. Bytes come in pieces of any size. It holds at most MOST_HELD bytes of them, and says of malformed input that it is.
"""

from typing import Final

_EBML: Final = 0x1A45DFA3
_SEGMENT: Final = 0x18538067
_INFO: Final = 0x1549A966
_SCALE: Final = 0x2AD7B1
_CLUSTER: Final = 0x1F43B675
_TIME: Final = 0xE7
_SIMPLE_BLOCK: Final = 0xA3
_BLOCK_GROUP: Final = 0xA0
_BLOCK: Final = 0xA1
_ENTERED: Final = frozenset({_SEGMENT, _INFO, _CLUSTER, _BLOCK_GROUP})
"""Their contents are read; a recorder writes segments and clusters with no size, so where one ends is told by what follows."""
MOST_ELEMENTS: Final = 20_000
"""Forty seconds of 60 frames and 50 parts of sound a second are 4,400 blocks: bounds the work that tiny elements make."""
MOST_HELD: Final = 3 + 8 + 8
"""The longest that is read whole: the time scale, its id, a size written in eight bytes, and a number of eight."""
MAX_TIME_US: Final = 3600 * 1_000_000
"""An hour: many times a challenge, and small enough that no sum of times grows large."""


class WebmClock:
    """Reads the clock of one recording as it arrives. Not for use from several threads at once."""

    def __init__(self) -> None:
        """Begin before the first byte."""
        self._held = bytearray()
        self._skip = 0
        self._scale_ns = 1_000_000
        self._cluster: int | None = None
        self._elements = 0
        self.first_us: int | None = None
        """Time of the first block."""
        self.latest_us: int | None = None
        """Latest time of any block so far."""
        self.malformed = False
        """Whether this is no webm: nothing more is read."""

    @property
    def media_us(self) -> int:
        """How much recording has come."""
        return 0 if self.first_us is None or self.latest_us is None else self.latest_us - self.first_us

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Time is linear in them."""
        at = 0
        while at < len(data) and not self.malformed:
            if self._skip:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                continue
            self._held.append(data[at])
            at += 1
            self._advance()

    def _advance(self) -> None:
        """Read the element whose head (or small body) is held, if it is all there."""
        held = self._held
        id_bytes = _length(held[0], 4)
        if id_bytes is None:
            self.malformed = True
            return
        if len(held) <= id_bytes:
            return
        size_bytes = _length(held[id_bytes], 8)
        if size_bytes is None:
            self.malformed = True
            return
        head = id_bytes + size_bytes
        if len(held) < head:
            return
        element = int.from_bytes(held[:id_bytes], "big")
        mask = (1 << 7 * size_bytes) - 1
        size = int.from_bytes(held[id_bytes:head], "big") & mask
        self._element(element, None if size == mask else size, held[head:])

    def _element(self, element: int, size: int | None, body: bytearray) -> None:
        wanted = self._wanted(element, size)
        strange = not self._elements and element != _EBML
        if wanted is None or strange or self._elements >= MOST_ELEMENTS:
            self.malformed = True
            return
        if len(body) < wanted:
            return
        self._elements += 1
        if element == _CLUSTER:
            self._cluster = None
        elif element in (_TIME, _SCALE):
            self._set(element, int.from_bytes(body, "big"))
        elif element in (_SIMPLE_BLOCK, _BLOCK):
            self._block(body)
        self._held.clear()
        self._skip = 0 if element in _ENTERED or size is None else size - wanted

    @staticmethod
    def _wanted(element: int, size: int | None) -> int | None:
        """How many bytes of its body are read; None where its size cannot be."""
        if element in _ENTERED:
            return 0
        if size is None:
            return None
        if element in (_TIME, _SCALE):
            return size if 1 <= size <= 8 else None
        if element in (_SIMPLE_BLOCK, _BLOCK):
            return 4 if size >= 4 else None
        return 0

    def _set(self, element: int, value: int) -> None:
        if element == _TIME:
            self._cluster = value
        elif 1 <= value <= 1_000_000_000:
            self._scale_ns = value
        else:
            self.malformed = True

    def _block(self, head: bytearray) -> None:
        """Read track number (one byte in every recorder's file) and the time against the cluster's."""
        if not head[0] & 0x80 or self._cluster is None:
            self.malformed = True
            return
        time_us = (self._cluster + int.from_bytes(head[1:3], "big", signed=True)) * self._scale_ns // 1000
        if not -1_000_000 <= time_us <= MAX_TIME_US:
            self.malformed = True
            return
        self.first_us = time_us if self.first_us is None else min(self.first_us, time_us)
        self.latest_us = time_us if self.latest_us is None else max(self.latest_us, time_us)


def _length(first: int, most: int) -> int | None:
    """Tell how many bytes a variable-length number has by its first one; None: more than there may be."""
    zeros = 8 - first.bit_length()
    return zeros + 1 if zeros < most else None
