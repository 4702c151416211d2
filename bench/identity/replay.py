"""Measures check 2's search: is a copy of any of a million recordings found, how soon, and who else is taken for one.

`python -m bench.identity.replay [--recordings N] [--real N]` keeps the rows in bench/results; a million take 4 GB and about ten minutes.
Copies are made of the corpus's readers and clips; the million are drawn after them, not real people (bench.identity.replay_media).
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.identity import replay_media
from bench.identity.cache import kept, source_of
from bench.identity.replay_media import PICTURE_COPIES, SOUND_COPIES, Course, Drawing, originals, picture_course, sound_mark, stretches
from bench.results import Row, percentile, write
from identity.adapters.replay_index import LockedReplayIndex, Marks
from identity.core import fingerprint, landmarks
from identity.core.enrolment import replay_codes
from identity.core.fingerprint import Fingerprint
from identity.core.replays import Keys, Kind, keys_of

DRAWN: Final = 10_000
"""Fingerprints drawn one by one; the others are these, each time moved in frequency and over the picture by other steps."""
STRANGERS: Final = 200
"""Drawn recordings that are asked for and are in no index."""
OURS: Final = "cameo-of-the-corpus"


class Copies:
    """Real recordings, and the copies that a judge would know again."""

    def __init__(self) -> None:
        source = source_of(replay_media, fingerprint, landmarks)
        self.sounds: list[tuple[Fingerprint, dict[str, Fingerprint]]] = kept("sounds", "replay", source, lambda: list(_sounds()))
        self.courses: list[tuple[Course, dict[str, Course]]] = kept("courses", "replay", source, lambda: list(_courses()))

    def asked(self) -> Iterator[tuple[str, Fingerprint, Fingerprint]]:
        """Kind of copy, what is in the index, and what is shown again."""
        for number, (original, copies) in enumerate(self.sounds):
            for name, copy in copies.items():
                yield f"sound: {name}", _named(original, number), _named(copy, 10_000)
        for number, (original, courses) in enumerate(self.courses):
            for name, course in courses.items():
                yield f"picture: {name}", _seen(original, 5_000 + number), _seen(course, 10_000)

    def known(self) -> Iterator[Fingerprint]:
        """All originals."""
        yield from (_named(original, number) for number, (original, _) in enumerate(self.sounds))
        yield from (_seen(original, 5_000 + number) for number, (original, _) in enumerate(self.courses))


def _sounds() -> Iterator[tuple[Fingerprint, dict[str, Fingerprint]]]:
    for samples in originals():
        sound = samples.astype(np.float32) / 32768
        yield sound_mark(samples), {name: sound_mark(make(sound)) for name, make in SOUND_COPIES.items()}


def _courses() -> Iterator[tuple[Course, dict[str, Course]]]:
    for frames in stretches():
        yield picture_course(frames), {name: picture_course(make(frames)) for name, make in PICTURE_COPIES.items()}


def _named(mark: Fingerprint, number: int) -> Fingerprint:
    return Fingerprint(_digest(number), mark.audio, mark.video, mark.landmarks)


def _seen(course: Course, number: int) -> Fingerprint:
    return Fingerprint(_digest(number), (), course)


def _digest(number: int) -> str:
    return hashlib.sha256(f"replay/{number}".encode()).hexdigest()


def fill(index: LockedReplayIndex, drawing: Drawing, count: int) -> None:
    """Fill an index with recordings of nobody."""
    draw = np.random.default_rng(5)
    base = [drawing.one() for _ in range(min(DRAWN, count))]
    read = [(Marks.of(one), keys_of(one)) for one in base]
    for number in range(count):
        marks, keys = read[number % len(read)]
        rises, place, words = int(draw.integers(-40, 41)), int(draw.integers(0, 64)), int(draw.integers(0, 65_536))
        moved: dict[Kind, Keys] = {
            "file": Keys(draw.integers(0, 2**32, 1), keys["file"].times),
            "sound": Keys(np.clip(keys["sound"].keys + (rises << 12), 0, 2**21 - 1), keys["sound"].times),
            "picture": Keys(keys["picture"].keys ^ place, keys["picture"].times),
        }
        sound = np.where(marks.sound == 0, 0, marks.sound ^ np.uint16(words)).astype(np.uint16)
        index.put(f"cameo-{number:032x}", Marks(marks.digest, sound, np.roll(marks.picture, place, axis=0)), moved)


def rows(count: int, real: int) -> list[Row]:
    """Fill, ask for every copy and for strangers, and judge what is told."""
    copies = Copies()
    drawing = Drawing([original for original, _ in copies.sounds], [course for course, _ in copies.courses], 1)
    index, before_mb = LockedReplayIndex(), _resident_mb()
    one_by_one = [drawing.one() for _ in range(real)]
    began = time.perf_counter()
    for mark in one_by_one:
        index.add("cameo-drawn", mark)
    added_ms = (time.perf_counter() - began) * 1e3
    fill(index, drawing, count - real)
    for mark in copies.known():
        index.add(OURS, mark)
    took_ms, judged_ms, told, false_told, false_matches = list[float](), list[float](), list[int](), 0, 0
    judged: dict[str, list[bool]] = {}
    for kind, original, copy in copies.asked():
        found = _timed(index, copy, took_ms, judged_ms)
        told.append(len(found[0]))
        if replay_codes(copy, [original]):
            judged.setdefault(kind, []).append(original.sha256 in {one.sha256 for one in found[0]})
    for _ in range(STRANGERS):
        found = _timed(index, drawing.one(), took_ms, judged_ms)
        false_told += len(found[0])
        false_matches += bool(found[1])
    all_copies = [one for each in judged.values() for one in each]
    granted, held_mb = index.protect(), _resident_mb() - before_mb
    index.close()
    asked = len(took_ms)
    sound, picture = (_of(judged, kind) for kind in ("sound", "picture"))
    worst = min(judged.items(), key=lambda one: sum(one[1]) / len(one[1]))
    return [
        Row(f"search among {count} recordings, median", "ms", percentile(took_ms, 0.5), None, asked),
        Row(f"search among {count} recordings, 95th percentile", "ms", percentile(took_ms, 0.95), None, asked, 200.0),
        Row("judging what was found, 95th percentile", "ms", percentile(judged_ms, 0.95), None, asked),
        Row("copies that a judge would know and that are not found, part", "part", 1 - _share(all_copies), None, len(all_copies), 0.01),
        Row("recall of re-encoded sound", "part", _share(sound), None, len(sound)),
        Row("recall of re-encoded pictures", "part", _share(picture), None, len(picture)),
        Row(f"recall of the worst kind of copy ({worst[0]})", "part", _share(worst[1]), None, len(worst[1])),
        Row("recordings told for a copy, mean", "", float(np.mean(told)), None, len(told)),
        Row("recordings told for a stranger, mean", "", false_told / STRANGERS, None, STRANGERS),
        Row("strangers taken for a copy", "part", false_matches / STRANGERS, None, STRANGERS, 0.0),
        Row("memory held", "MB", held_mb, None, 1),
        Row("filling, a thousand recordings", "ms", added_ms / real * 1e3, None, real),
        Row("memory is locked (1) or may be swapped (0)", "", float(granted.locked), None, 1),
    ]


def _timed(
    index: LockedReplayIndex, mark: Fingerprint, took_ms: list[float], judged_ms: list[float]
) -> tuple[tuple[Fingerprint, ...], tuple[str, ...]]:
    began = time.perf_counter()
    found = index.search(mark)
    told = time.perf_counter()
    codes = replay_codes(mark, found)
    took_ms.append((told - began) * 1e3)
    judged_ms.append((time.perf_counter() - told) * 1e3)
    return found, codes


def _of(judged: dict[str, list[bool]], kind: str) -> list[bool]:
    return [one for name, each in judged.items() if name.startswith(kind) for one in each]


def _share(found: list[bool]) -> float:
    return sum(found) / max(len(found), 1)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1_000_000)
    parser.add_argument("--real", type=int, default=2_000, help="Of these, recordings drawn and added one by one, and timed.")
    given: Any = parser.parse_args()
    write("identity.replay", rows(given.recordings, given.real))


if __name__ == "__main__":
    main()
