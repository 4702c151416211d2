"""Owns the Merkle tree of the record (RFC 6962 hashes): roots, proofs and their verification.

Does not read or write files: hashes come through a reader; paths and tiles are streams.core.tile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from streams.core.errors import ProofError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""`read(level, index)`: the hash of the complete subtree over leaves [index << level, (index + 1) << level)."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry as a leaf: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: takes leaf hashes in order and tells the root, in logarithmic memory."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[bytes] = []

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """Add leaf hashes at the right edge."""
        for leaf in leaves:
            node, index = leaf, self.size
            while index & 1:
                node, index = node_hash(self._complete.pop(), node), index >> 1
            self._complete.append(node)
            self.size += 1
        return self

    def root(self) -> bytes:
        """Tell the root hash of all leaves so far."""
        if not self._complete:
            return EMPTY_ROOT
        root = self._complete[-1]
        for left in reversed(self._complete[:-1]):
            root = node_hash(left, root)
        return root


def range_hash(read: NodeReader, start: int, end: int) -> bytes:
    """Hash the leaves [start, end) as RFC 6962 does. `start` must be a multiple of the least power of two >= the width."""
    width = end - start
    if width == 0:
        return EMPTY_ROOT
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return read(level, start >> level)
    split = start + _split(width)
    return node_hash(range_hash(read, start, split), range_hash(read, split, end))


def root_hash(read: NodeReader, size: int) -> bytes:
    """Tell the root of the tree over the first `size` leaves."""
    return range_hash(read, 0, size)


def inclusion_proof(read: NodeReader, index: int, size: int) -> tuple[bytes, ...]:
    """Prove that leaf `index` (from 0) is in the tree of `size` leaves: the audit path, lowest first."""
    if not 0 <= index < size:
        message = f"leaf {index} is not in a tree of {size}"
        raise ProofError(message)
    return tuple(_inclusion(read, index, 0, size))


def consistency_proof(read: NodeReader, old: int, new: int) -> tuple[bytes, ...]:
    """Prove that the tree of `new` leaves begins with the tree of `old`. Empty when old is 0 or equals new."""
    if not 0 <= old <= new:
        message = f"a tree of {new} leaves cannot extend one of {old}"
        raise ProofError(message)
    if old in (0, new):
        return ()
    return tuple(_consistency(read, old, 0, new, whole=True))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check an audit path (RFC 9162, 2.1.3.2). Raises ProofError when it does not lead from the leaf to the root."""
    if not 0 <= index < size:
        message = f"leaf {index} is not in a tree of {size}"
        raise ProofError(message)
    node, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            message = "the inclusion proof is too long"
            raise ProofError(message)
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    if last != 0 or found != root:
        message = f"leaf {index} is not shown to be in the tree of {size}"
        raise ProofError(message)


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that a tree only grew (RFC 9162, 2.1.4.2). Raises ProofError when the new root does not extend the old one."""
    if not 0 <= old <= new:
        message = f"a tree of {new} leaves cannot extend one of {old}"
        raise ProofError(message)
    if old in (0, new):
        expected = EMPTY_ROOT if old == 0 else new_root
        if proof or old_root != expected:
            message = f"the trees of {old} and {new} leaves are not consistent"
            raise ProofError(message)
        return
    first, second = _both_roots(old, new, old_root, proof)
    if first != old_root or second != new_root:
        message = f"the tree of {new} leaves does not extend the tree of {old}"
        raise ProofError(message)


def _both_roots(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        message = "the consistency proof is empty"
        raise ProofError(message)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            message = "the consistency proof is too long"
            raise ProofError(message)
        if node & 1 or node == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        message = "the consistency proof is too short"
        raise ProofError(message)
    return first, second


def _split(width: int) -> int:
    return 1 << ((width - 1).bit_length() - 1)


def _inclusion(read: NodeReader, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_inclusion(read, index, start, middle), range_hash(read, middle, end)]
    return [*_inclusion(read, index, middle, end), range_hash(read, start, middle)]


def _consistency(read: NodeReader, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if start + old == end:
        return [] if whole else [range_hash(read, start, end)]
    half = _split(end - start)
    middle = start + half
    if old <= half:
        return [*_consistency(read, old, start, middle, whole=whole), range_hash(read, middle, end)]
    return [*_consistency(read, old - half, middle, end, whole=False), range_hash(read, start, middle)]
