"""LockedReplayIndex: the marks of every recording in locked memory, found again by shared keys. Judges nothing, keeps nothing on disk.

What is found is near by the marks themselves, at the shift that the keys tell; whether it is the same recording is judged
by who asked, over all shifts, with `identity.core.enrolment.replay_codes`.
"""

import hashlib
import threading
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from identity.adapters.locked_memory import LockedArray, Protection, protection
from identity.adapters.replay_postings import Postings, Shared
from identity.core.fingerprint import Fingerprint
from identity.core.replays import KINDS, MOST_KEYS, VOTES, Keys, Kind, keys_of, picture_is_near, sound_is_near

CHUNK_BYTES: Final = 16 * 1024 * 1024
MOST_COMPARED: Final = 2048
"""Recordings of one kind, those that share most keys, that are compared at their shift: 2 ms a hundred."""
MOST_TOLD: Final = 16
"""Recordings of one kind that are told, and then judged: 4 ms each."""
_PLACE: Final = np.dtype([("chunk", np.int32), ("offset", np.int32), ("sound", np.int16), ("picture", np.int16), ("owner", np.int64)])
_SHA_BYTES: Final = 32


class LockedReplayIndex:
    """A ReplayIndex over blocks of anonymous memory."""

    def __init__(self) -> None:
        self._postings = {kind: Postings(1 if kind == "file" else MOST_KEYS) for kind in KINDS}
        self._kept = _Kept()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """See `identity.ports.ReplayIndex`."""
        return self._kept.count

    def add(self, owner: str, mark: Fingerprint) -> None:
        """See `identity.ports.ReplayIndex`."""
        self.put(owner, Marks.of(mark), keys_of(mark))

    def put(self, owner: str, marks: "Marks", keys: Mapping[Kind, Keys]) -> None:
        """Know a recording by marks and keys that were read already."""
        with self._lock:
            number = self._kept.add(owner, marks)
            for kind, of_kind in keys.items():
                self._postings[kind].add(number, of_kind)

    def forget(self, owner: str) -> int:
        """See `identity.ports.ReplayIndex`. Keys and marks are overwritten."""
        with self._lock:
            numbers = self._kept.remove(owner)
            for postings in self._postings.values() if len(numbers) else ():
                postings.remove(numbers)
            return len(numbers)

    def search(self, mark: Fingerprint) -> tuple[Fingerprint, ...]:
        """See `identity.ports.ReplayIndex`. Waits for a change that is being made, and holds changes up."""
        asked = keys_of(mark)
        marks = Marks.of(mark)
        with self._lock:
            found: dict[int, None] = {}
            for kind in KINDS:
                shared = self._postings[kind].shared(asked[kind], VOTES[kind])
                found |= dict.fromkeys(self._near(kind, shared, marks)[:MOST_TOLD])
            return tuple(self._kept.read(number) for number in found)

    def protect(self) -> Protection:
        """Make the process dump no core, and tell what protects the marks here. May be called again."""
        with self._lock:
            self._kept.have_a_chunk()
            return protection([*self._kept.chunks, *(block for one in self._postings.values() for block in one.blocks)])

    def close(self) -> None:
        """Forget everybody: all memory is overwritten and given back."""
        with self._lock:
            for one in self._postings.values():
                one.close()
            self._kept.close()

    def _near(self, kind: Kind, shared: Shared, asked: "Marks") -> list[int]:
        """Name those that are near, most shared first."""
        order = np.argsort(-shared.votes, kind="stable")[:MOST_COMPARED]
        pairs = [(int(shared.recordings[place]), int(shared.shifts[place])) for place in order]
        if kind == "file":
            return [number for number, _ in pairs if np.array_equal(asked.digest, self._kept.digest(number))]
        if kind == "sound":
            return [number for number, shift in pairs if sound_is_near(asked.sound, self._kept.sound(number), shift)]
        return [number for number, shift in pairs if picture_is_near(asked.picture, self._kept.picture(number), shift)]


class Marks(NamedTuple):
    """A recording's marks as arrays: digest (32,), sound (words,), picture (steps, 2)."""

    digest: NDArray[np.uint8]
    sound: NDArray[np.uint16]
    picture: NDArray[np.uint64]

    @classmethod
    def of(cls, mark: Fingerprint) -> "Marks":
        """Read a fingerprint."""
        digest = np.frombuffer(bytes.fromhex(mark.sha256), np.uint8)
        return cls(digest, np.asarray(mark.audio, np.uint16), np.asarray(mark.video, np.uint64).reshape(-1, 2))


class _Kept:
    """Marks by number. A chunk is one piece of locked memory: pictures, digest and sound of one recording after the other."""

    def __init__(self) -> None:
        self.chunks: list[LockedArray] = []
        self.count = 0
        self._next = 0
        self._filled = CHUNK_BYTES
        self._places = np.zeros(1024, _PLACE)

    def add(self, owner: str, marks: Marks) -> int:
        size = -(-(marks.picture.nbytes + _SHA_BYTES + marks.sound.nbytes) // 8) * 8
        if self._filled + size > CHUNK_BYTES:
            self._open()
        if self._next == len(self._places):
            self._places = np.concatenate([self._places, np.zeros(len(self._places), _PLACE)])
        place = (len(self.chunks) - 1, self._filled, len(marks.sound), len(marks.picture), _owner(owner))
        self._places[self._next] = place
        for part, values in zip((self._digest(place), self._sound(place), self._picture(place)), marks, strict=True):
            part[...] = values
        self._filled += size
        self._next += 1
        self.count += 1
        return self._next - 1

    def have_a_chunk(self) -> None:
        """Take memory before there is anything to keep, so that what protects it can be told."""
        if not self.chunks:
            self._open()

    def _open(self) -> None:
        self.chunks.append(LockedArray((CHUNK_BYTES,), np.uint8))
        self._filled = 0

    def remove(self, owner: str) -> NDArray[np.int64]:
        numbers = np.flatnonzero(self._places["owner"][: self._next] == _owner(owner))
        for number in numbers:
            place = self._places[number].item()
            for part in (self._picture(place), self._digest(place), self._sound(place)):
                part[...] = 0
            self._places[number] = (0, 0, 0, 0, 0)
        self.count -= len(numbers)
        return numbers

    def digest(self, number: int) -> NDArray[np.uint8]:
        return self._digest(self._places[number].item())

    def sound(self, number: int) -> NDArray[np.uint16]:
        return self._sound(self._places[number].item())

    def picture(self, number: int) -> NDArray[np.uint64]:
        return self._picture(self._places[number].item())

    def read(self, number: int) -> Fingerprint:
        place = self._places[number].item()
        pictures = tuple((changing, brighter) for changing, brighter in self._picture(place).tolist())
        return Fingerprint(self._digest(place).tobytes().hex(), tuple(self._sound(place).tolist()), pictures)

    def close(self) -> None:
        for chunk in self.chunks:
            chunk.wipe()
        self.chunks, self.count, self._next, self._filled = [], 0, 0, CHUNK_BYTES

    def _part(self, place: tuple[int, ...], after: int, size: int) -> NDArray[np.uint8]:
        start = place[1] + after
        return self.chunks[place[0]].values[start : start + size]

    def _picture(self, place: tuple[int, ...]) -> NDArray[np.uint64]:
        return self._part(place, 0, place[3] * 16).view(np.uint64).reshape(-1, 2)

    def _digest(self, place: tuple[int, ...]) -> NDArray[np.uint8]:
        return self._part(place, place[3] * 16, _SHA_BYTES)

    def _sound(self, place: tuple[int, ...]) -> NDArray[np.uint16]:
        return self._part(place, place[3] * 16 + _SHA_BYTES, place[2] * 2).view(np.uint16)


def _owner(name: str) -> int:
    """Shorten a name to 63 bits, never 0: two people in a million share one with a chance of 1 in ten million."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 1 | 1
