"""Measures check 10: how alike faces of one and of two people are, and the search among a million known faces.

`python -m bench.identity.index [--faces N] [--queries N]` keeps the rows in bench/results; a million faces take 1 GB and two minutes. The
likenesses are the corpus's, people of both halves told apart; the million are drawn by the corpus's spread, not real people.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.identity import people
from bench.identity.cache import kept, of_file, source_of
from bench.results import Row, percentile, write
from identity.adapters import sface
from identity.adapters.face_index import LockedFaceIndex
from identity.adapters.mediapipe_face import MediaPipeFaceReader
from identity.adapters.models import DETECTOR, EMBEDDER, LANDMARKER
from identity.core.faces import floor_of
from infra.places import Places

Floats = NDArray[np.float32]
SIDE_PX: Final = 640
EVERY_S: Final = 0.4
TURNED_DEG: Final = (15.0, 20.0)
SPREAD_DIMENSIONS: Final = 78
"""Of 128: drawn this wide, two strangers' likeness varies as the corpus's does."""
COMMON: Final = 0.31
"""Length of what all faces share: the root of two strangers' mean likeness."""


def pairs(models: Path) -> list[tuple[float, bool, people.Half | None]]:
    """Likeness of every two recordings or photographs: cosine, whether of one person, and the half that both are of."""
    shown = list(_templates(models))
    return [
        (float(a @ b), one == other, half if half == other_half else None)
        for (one, half, a), (other, other_half, b) in combinations(shown, 2)
    ]


def likeness_rows(found: list[tuple[float, bool, people.Half | None]]) -> list[Row]:
    """Write false matches and non-matches at the least threshold and at those of larger collections."""
    same = np.asarray([cosine for cosine, is_same, _ in found if is_same])
    other = np.asarray([cosine for cosine, is_same, _ in found if not is_same])
    fitted = np.asarray([cosine for cosine, is_same, half in found if not is_same and half == "fit"])
    rows = [
        Row("face likeness of two people, mean, half fit", "cos", float(fitted.mean()), None, len(fitted)),
        Row("face likeness of two people, standard deviation, half fit", "cos", float(fitted.std()), None, len(fitted)),
        Row("face likeness of two people, most", "cos", float(other.max()), None, len(other)),
        Row("face likeness of one person, least", "cos", float(same.min()), None, len(same)),
    ]
    for size in (1, 1_000, 10_000, 1_000_000):
        floor = floor_of(size)
        rows += [
            Row(f"face.fmr at {floor:.2f} (threshold among {size} faces)", "part", float((other >= floor).mean()), None, len(other)),
            Row(f"face.fnmr at {floor:.2f} (threshold among {size} faces)", "part", float((same < floor).mean()), None, len(same)),
        ]
    return rows


def _templates(models: Path) -> Iterator[tuple[str, people.Half, Floats]]:
    source = source_of(sface, _of_still, _of_clip)
    for still in people.stills():
        found = kept(of_file(still.path), "template", source, lambda path=still.path: _of_still(path, models))
        if found is not None:
            yield still.person, still.half, found
    for clip in people.clips():
        found = kept(of_file(clip.path), "template", source, lambda path=clip.path: _of_clip(path, models))
        if found is not None:
            yield clip.person, clip.half, found


def _embedder(models: Path) -> sface.SFaceEmbedder:
    return sface.SFaceEmbedder(models / DETECTOR, models / EMBEDDER)


def _of_still(path: Path, models: Path) -> Floats | None:
    embedder, picture = _embedder(models), cv2.imread(str(path))
    assert picture is not None
    scale = min(1.0, SIDE_PX / max(picture.shape[:2]))
    small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    found = embedder.find(small)
    return embedder.embed(small, found[0]) if found else None


def _of_clip(path: Path, models: Path) -> Floats | None:
    embedder, tracker, seen = _embedder(models), MediaPipeFaceReader(models / LANDMARKER).open(), list[Floats]()
    with av.open(str(path)) as file:
        fps = float(file.streams.video[0].average_rate or 25)
        for index, decoded in enumerate(file.decode(video=0)):
            if index % max(1, int(fps * EVERY_S)):
                continue
            scale = min(1.0, SIDE_PX / max(decoded.width, decoded.height))
            picture = decoded.to_ndarray(format="bgr24", width=round(decoded.width * scale), height=round(decoded.height * scale))
            reading = tracker.read(picture, round(index * 1e6 / fps))
            if reading is None or abs(reading.yaw_deg) > TURNED_DEG[0] or abs(reading.pitch_deg) > TURNED_DEG[1]:
                continue
            seen += [embedder.embed(picture, face) for face in embedder.find(picture)[:1]]
    tracker.close()
    if not seen:
        return None
    mean = np.mean(seen, axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def drawn(count: int, seed: int) -> Floats:
    """Draw faces of nobody: float32 (count, 128) of unit length, spread about as the corpus's are."""
    draw = np.random.default_rng(seed)
    out = np.zeros((count, 128), np.float32)
    out[:, :SPREAD_DIMENSIONS] = draw.standard_normal((count, SPREAD_DIMENSIONS), np.float32)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    out *= np.sqrt(1 - COMMON**2)
    out[:, 127] = COMMON
    return out


def search_rows(count: int, queries: int) -> list[Row]:
    """Fill an index, ask it for people who are in it, and compare with every distance in double precision."""
    known = drawn(count, 1)
    before_mb = _resident_mb()
    index = LockedFaceIndex()
    began = time.perf_counter()
    for number, row in enumerate(known):
        index.add("cameo", f"cameo-{number:032x}", row)
    filled_s = time.perf_counter() - began
    held_mb, floor = _resident_mb() - before_mb, floor_of(count)
    asked, whom = _asked(known, queries)
    expected_of = _exactly(known, asked, floor)
    took_ms, hits, wanted, own = list[float](), 0, 0, 0
    for number, query in enumerate(asked):
        began = time.perf_counter()
        found = index.search(query, 64, floor)
        took_ms.append((time.perf_counter() - began) * 1e3)
        expected = {f"cameo-{row:032x}" for row in expected_of[number]}
        told = {match.ref for match in found}
        hits, wanted, own = hits + len(told & expected), wanted + len(expected), own + (f"cameo-{whom[number]:032x}" in told)
    granted = index.protect()
    index.close()
    return [
        Row(f"1:N search among {count} faces, median", "ms", percentile(took_ms, 0.5), None, queries),
        Row(f"1:N search among {count} faces, 95th percentile", "ms", percentile(took_ms, 0.95), None, queries, 50.0),
        Row(f"1:N recall: faces above the threshold that are told, of {wanted}", "part", hits / max(wanted, 1), None, queries),
        Row("1:N recall: the person asked about is told", "part", own / queries, None, queries),
        Row("1:N memory held", "MB", held_mb, None, 1),
        Row("1:N filling, a thousand faces", "ms", filled_s / count * 1e6, None, count),
        Row("1:N memory is locked (1) or may be swapped (0)", "", float(granted.locked), None, 1),
    ]


def _exactly(known: Floats, asked: Floats, floor: float) -> list[list[int]]:
    """Which rows are above the threshold of each query, by every product in double precision."""
    rows: list[list[int]] = [[] for _ in asked]
    first = 0
    for part in np.array_split(known, 64):
        for row, query in np.argwhere(part.astype(np.float64) @ asked.astype(np.float64).T >= floor):
            rows[query].append(first + int(row))
        first += len(part)
    return rows


def _asked(known: Floats, queries: int) -> tuple[Floats, NDArray[np.int64]]:
    """Other recordings of people who are known: likeness .66 to .92 to their own face, as the corpus's 33 same pairs mostly have."""
    draw = np.random.default_rng(2)
    whom = draw.integers(0, len(known), queries)
    noise = drawn(queries, 3)
    own = known[whom]
    noise -= (noise * own).sum(axis=1, keepdims=True) * own
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    likeness = draw.uniform(0.66, 0.92, (queries, 1)).astype(np.float32)
    mixed = likeness * own + np.sqrt(1 - likeness**2) * noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32), whom


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def rows(faces: int, queries: int) -> list[Row]:
    """Measure everything of check 10."""
    return [*likeness_rows(pairs(Places.from_env(os.environ).models)), *search_rows(faces, queries)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=100)
    given: Any = parser.parse_args()
    write("identity.index", rows(given.faces, given.queries))


if __name__ == "__main__":
    main()
