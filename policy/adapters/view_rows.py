"""Rows of the consent view within one transaction: heads, facts, uses. Does not fold events, nor judge what is read."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

from policy.adapters.view_layout import IDS, Databases
from policy.core.packing import (
    ID_BYTES,
    MAX_NUMBER,
    NUMBER_BYTES,
    SEGMENTS,
    is_edge,
    pack_fact,
    pack_id,
    pack_plain,
    pack_segment,
    pack_words,
    unpack_fact,
    unpack_id,
    unpack_segments,
)
from policy.errors import ViewError
from policy.ports import Fact, Head

HEADS = {one.size: one for one in (struct.Struct(">BB"), struct.Struct(">HH"), struct.Struct(">II"), struct.Struct(">QQ"))}
COUNT = struct.Struct(">QQ")
USE = struct.Struct(">cQ")
EDGE_REVISION_BYTES = 3
"""An edge whose revision is larger is kept as any other fact."""


class Rows:
    """The rows of one transaction. What it looked up once it does not look up again: a transaction stands still for a reader."""

    def __init__(self, view: Databases, transaction: Any) -> None:
        self._view = view
        self._transaction = transaction  # its stubs cannot tell that buffers are off: values are bytes
        self._numbers: dict[str, bytes | None] = {}
        self._ids: Any = None

    def number(self, stream: str) -> bytes | None:
        """Find a stream's packed number; None: it is not here, and nobody named it."""
        try:
            return self._numbers[stream]
        except KeyError:
            self._numbers[stream] = found = self._find(stream)
            return found

    def head(self, stream: str) -> Head | None:
        """Find where a stream stands; None: it is not here, though it may be named."""
        number = self.number(stream)
        packed = b"" if number is None else self._transaction.get(number, db=self._view.heads)[ID_BYTES:]
        return unpacked_head(packed) if packed else None

    def get(self, number: bytes, key: str) -> Fact | None:
        """Read one fact of a stream."""
        packed = self._packed(key)
        if packed is None:
            return None
        found = self._transaction.get(number + packed, db=self._view.facts)
        if found is not None:
            return Fact(*unpack_fact(found))
        if not is_edge(packed):
            return None
        revision = self._edge(number + packed[:1], packed[1:])
        return None if revision is None else Fact({}, revision)

    def scan(self, number: bytes, prefix: str) -> Sequence[tuple[str, Fact]]:
        """Read the facts whose key begins with the prefix, in order of key."""
        whole = prefix.split("/")[:-1][: SEGMENTS - 1]
        packed = self._packed("/".join(whole)) if whole else b""
        if packed is None:
            return []
        found = [(key, fact) for key, fact in self._rows_under(number, packed) if key.startswith(prefix)]
        found.sort(key=_key_of)
        return found

    def every(self) -> Iterator[tuple[str, str, Fact]]:
        """Read every fact: stream, key, fact."""
        with self._transaction.cursor(db=self._view.facts) as cursor:
            for row, value in cursor:
                yield self._name(row[:NUMBER_BYTES]), unpack_segments(row[NUMBER_BYTES:], self._name_of), Fact(*unpack_fact(value))
        with self._transaction.cursor(db=self._view.edges) as cursor:
            for row, item in cursor:
                key = unpack_segments(row[NUMBER_BYTES:] + item[:NUMBER_BYTES], self._name_of)
                yield self._name(row[:NUMBER_BYTES]), key, Fact({}, int.from_bytes(item[NUMBER_BYTES:]))

    def every_head(self) -> Iterator[tuple[str, Head]]:
        """Read every head."""
        with self._transaction.cursor(db=self._view.heads) as cursor:
            for _, row in cursor:
                if len(row) > ID_BYTES:
                    yield unpack_id(row[:ID_BYTES]), unpacked_head(row[ID_BYTES:])

    def uses(self, cameo: bytes, grant: str) -> tuple[int, int]:
        """Count an allowance's uses and milliseconds."""
        found = self._transaction.get(self._use_key(cameo, grant), db=self._view.uses)
        return (0, 0) if found is None else COUNT.unpack(found)

    def use(self, cameo: bytes, grant: str, user: str) -> tuple[bytes, int] | None:
        """Find what one generation has of an allowance: r (reserved) or c (consumed), and milliseconds."""
        number = self.number(user)
        found = None if number is None else self._transaction.get(self._use_key(cameo, grant) + number, db=self._view.uses)
        return None if found is None else USE.unpack(found)

    # -- writing

    def numbered(self, stream: str) -> bytes:
        """Find a stream's number; one that is new gets the next. Raises ViewError when there are no more."""
        number = self.number(stream)
        if number is None:
            count = self._transaction.stat(self._view.heads)["entries"]
            if count > MAX_NUMBER:
                raise ViewError("the view has no number left for another stream")
            number, packed = count.to_bytes(NUMBER_BYTES), pack_id(stream)
            self._transaction.put(IDS, packed + number, db=self._view.ids)
            self._transaction.put(number, packed, db=self._view.heads)
            self._numbers[stream] = number
        return number

    def put_head(self, stream: str, head: Head) -> bytes:
        """Move a stream's head; returns its number."""
        number = self.numbered(stream)
        self._transaction.put(number, pack_id(stream) + packed_head(head), db=self._view.heads)
        return number

    def put(self, number: bytes, key: str, value: dict[str, Any], revision: int) -> None:
        """Write one fact over what it was."""
        packed = self._packed(key, name=True)
        assert packed is not None
        if is_edge(packed):
            self._drop_edge(number + packed[:1], packed[1:])
            if not value and revision < 1 << 8 * EDGE_REVISION_BYTES:
                item = packed[1:] + revision.to_bytes(EDGE_REVISION_BYTES)
                self._transaction.put(number + packed[:1], item, db=self._view.edges)
                self._transaction.delete(number + packed, db=self._view.facts)
                return
        self._transaction.put(number + packed, pack_fact(value, revision), db=self._view.facts)

    def delete(self, number: bytes, key: str) -> None:
        """Delete one fact, if it is there."""
        packed = self._packed(key)
        if packed is not None:
            self._transaction.delete(number + packed, db=self._view.facts)
            if is_edge(packed):
                self._drop_edge(number + packed[:1], packed[1:])

    def put_uses(self, cameo: bytes, grant: str, uses: int, taken_ms: int) -> None:
        """Write an allowance's counters."""
        self._transaction.put(self._use_key(cameo, grant), COUNT.pack(uses, taken_ms), db=self._view.uses)

    def put_use(self, cameo: bytes, grant: str, user: str, use: tuple[bytes, int] | None) -> None:
        """Write, or with None delete, what one generation has of an allowance."""
        key = self._use_key(cameo, grant) + self.numbered(user)
        if use is None:
            self._transaction.delete(key, db=self._view.uses)
        else:
            self._transaction.put(key, USE.pack(*use), db=self._view.uses)

    # -- how rows are found

    def _find(self, stream: str) -> bytes | None:
        try:
            packed = pack_id(stream)
        except ValueError:
            return None
        if self._ids is None:
            self._ids = self._transaction.cursor(db=self._view.ids)
        if not self._ids.set_range_dup(IDS, packed):
            return None
        found = self._ids.value()
        return found[ID_BYTES:] if found.startswith(packed) else None

    def _packed(self, key: str, *, name: bool = False) -> bytes | None:
        """Pack a key; None where it names a stream without a number, unless it may get one."""
        words = pack_words(key)
        if words is not None:
            return words
        number_of = self._number_given if name else self._number_found
        parts = [pack_segment(segment, number_of) for segment in key.split("/", SEGMENTS - 1)]
        return None if None in parts else b"".join(parts)  # type: ignore[arg-type]

    def _number_found(self, stream: str) -> int | None:
        number = self.number(stream)
        return None if number is None else int.from_bytes(number)

    def _number_given(self, stream: str) -> int:
        return int.from_bytes(self.numbered(stream))

    def _name(self, number: bytes) -> str:
        return unpack_id(self._transaction.get(number, db=self._view.heads)[:ID_BYTES])

    def _name_of(self, number: int) -> str:
        return self._name(number.to_bytes(NUMBER_BYTES))

    def _rows_under(self, number: bytes, packed: bytes) -> Iterator[tuple[str, Fact]]:
        first = number + packed
        with self._transaction.cursor(db=self._view.facts) as cursor:
            going = cursor.set_range(first)
            while going and (row := cursor.key()).startswith(first):
                yield unpack_segments(row[NUMBER_BYTES:], self._name_of), Fact(*unpack_fact(cursor.value()))
                going = cursor.next()
        if len(packed) <= 1:
            with self._transaction.cursor(db=self._view.edges) as cursor:
                going = cursor.set_range(first)
                while going and (row := cursor.key()).startswith(first):
                    item = cursor.value()
                    key = unpack_segments(row[NUMBER_BYTES:] + item[:NUMBER_BYTES], self._name_of)
                    yield key, Fact({}, int.from_bytes(item[NUMBER_BYTES:]))
                    going = cursor.next()

    def _edge(self, row: bytes, target: bytes) -> int | None:
        with self._transaction.cursor(db=self._view.edges) as cursor:
            if not cursor.set_range_dup(row, target):
                return None
            item = cursor.value()
        return int.from_bytes(item[NUMBER_BYTES:]) if item.startswith(target) else None

    def _drop_edge(self, row: bytes, target: bytes) -> None:
        revision = self._edge(row, target)
        if revision is not None:
            self._transaction.delete(row, target + revision.to_bytes(EDGE_REVISION_BYTES), db=self._view.edges)

    def _use_key(self, cameo: bytes, grant: str) -> bytes:
        return cameo + pack_plain(grant)


def packed_head(head: Head) -> bytes:
    """Pack a head into as few bytes as both of its numbers fit."""
    size = next(size for size in HEADS if head.revision < 1 << 4 * size)
    return HEADS[size].pack(*head)


def unpacked_head(packed: bytes) -> Head:
    """Tell a head again."""
    return Head(*HEADS[len(packed)].unpack(packed))


def _key_of(found: tuple[str, Fact]) -> str:
    return found[0]
