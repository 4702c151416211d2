"""Measures check 4: real heads that turn against prints that are swung, by landmarks alone; fits its rule and tells the published one.

Owns no threshold: identity/core/checks/solid.py does. Run by `python -m bench.identity.picture solid`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.identity import cache, people
from bench.identity.picture_attacks import perspective
from bench.identity.picture_clips import FIT, Clips
from bench.identity.picture_files import read
from identity.adapters.mediapipe_face import MediaPipeFaceReader
from identity.core.checks import solid
from identity.core.features import FaceTrack
from identity.extraction import track_of

SHAPES: Final[dict[str, tuple[Callable[[int], float], float]]] = {
    "flat": (lambda _: 0.0, 30.0),
    "flat_wide": (lambda _: 0.0, 42.0),
    "curved": (lambda _: 0.6, 30.0),
    "wrapped": (lambda _: 1.1, 34.0),
    "bent": (lambda i: 0.7 * float(np.sin(2 * np.pi * i / 12 / 1.9)) or 0.0, 30.0),
}
"""How a print is held: its bend at a frame, in radians to each side, and how far it is swung."""


def depths(models: Path) -> list[tuple[str, str, solid.Depth]]:
    """Kind, person and readings of depth: stretches of real clips, and prints swung, seen at 12 frames a second."""
    reader = MediaPipeFaceReader(models / "face_landmarker.task")
    found: list[tuple[str, str, solid.Depth]] = []
    files = [
        *people.clips(attack=False),
        people.Clip(people.corpus() / "face/bona_fide/intel_headpose_female.gif", "clip-intel", "report", attack=False),
    ]
    for clip in files:
        whole = cache.kept(
            (clip.name, cache.of_file(clip.path)),
            "picture-track",
            cache.source_of(track_of),
            lambda c=clip: track(((s, p) for s, p in read(c.path, 0.0, 15.0, 640)), reader),
        )
        found += [("real", clip.person.removeprefix("clip-"), solid.read_depth(part)) for part in stretches(whole)]
    clips = Clips(people.corpus(), models)
    for photo, shape in itertools.product(people.stills(), SHAPES):
        kept = cache.kept(
            (photo.path.name, shape),
            "picture-print",
            cache.source_of(track_of, perspective),
            lambda p=photo, s=shape: track(held(clips, p.path, s), reader),
        )
        found.append((shape, "A" if photo.half == "fit" else photo.person, solid.read_depth(kept)))
    clips.close()
    return found


def held(clips: Clips, photo: Path, shape: str) -> Iterable[tuple[float, np.ndarray]]:
    """A print swung before a grey wall."""
    cut = clips.paper(photo)
    paper = np.dstack([cut.astype(np.float32), np.full(cut.shape[:2], 255, np.float32)])
    bend, degrees = SHAPES[shape]
    for i in range(54):
        seen = perspective(paper, np.radians(degrees) * np.sin(2 * np.pi * i / 36), bend(i))
        yield i / 12, np.clip(seen[:, :, :3] + 150 * (1 - seen[:, :, 3:] / 255), 0, 255).astype(np.uint8)


def track(frames: Iterable[tuple[float, np.ndarray]], reader: MediaPipeFaceReader) -> FaceTrack:
    """Landmarks alone."""
    tracker, readings, count = reader.open(), [], 0
    for seconds, picture in frames:
        reading = tracker.read(picture, round(seconds * 1e6))
        readings += [] if reading is None else [(round(seconds * 1e6), reading)]
        count += 1
    tracker.close()
    return track_of(readings, count)


def stretches(whole: FaceTrack) -> Iterable[FaceTrack]:
    """Stretches of 2.5, 4, 6 and 20 s, every 1.5 s."""
    end_s = float(whole.times_us[-1]) / 1e6
    for length in (2.5, 4.0, 6.0, 20.0):
        for start in np.arange(0, max(0.1, end_s - length + 0.1), 1.5):
            keep = (whole.times_us >= start * 1e6) & (whole.times_us < (start + length) * 1e6)
            if keep.sum() >= 15:
                yield replace(
                    whole,
                    **{
                        name: getattr(whole, name)[keep]
                        for name in ("times_us", "landmarks", "yaw_deg", "pitch_deg", "blink", "smile", "roll_deg")
                    },
                )


def fit_solid(found: list[tuple[str, str, solid.Depth]]) -> dict[str, Any]:
    """Fit the rule of check 4 on the fitting half, and tell the published one on the other."""
    halves = {
        half: [d for d in found if (d[1] in FIT) == (half == "fit") and (d[0] != "real" or d[2].turn_deg >= solid.MIN_TURN_DEG)]
        for half in ("fit", "told")
    }
    weights, bias = _logistic(halves["fit"])
    told: dict[str, Any] = {
        "fitted_now": {"weights": dict(zip(solid.WEIGHTS, weights, strict=True)), "bias": bias},
        "published": {"weights": solid.WEIGHTS, "bias": solid.BIAS},
    }
    for half, rows in halves.items():
        real, prints = ([d for k, _, d in rows if (k == "real") is is_real] for is_real in (True, False))
        by_depth = sum(solid.solidity(d) >= solid.MIN_SOLID for d in prints)
        passed = sum(solid.solidity(d) >= solid.MIN_SOLID and d.turn_deg >= solid.MIN_TURN_DEG for d in prints)
        refused = sum(solid.solidity(d) < solid.MIN_SOLID for d in real)
        told[half] = {
            "real": len(real),
            "people": len({p for k, p, _ in rows if k == "real"}),
            "real_refused": refused,
            "prints": len(prints),
            "prints_solid_by_depth": by_depth,
            "prints_passed": passed,
        }
    return told


def _logistic(rows: list[tuple[str, str, solid.Depth]], ridge: float = 0.02) -> tuple[list[float], float]:
    x = np.log(np.maximum([(d.parallax, d.rank3, d.off_plane) for _, _, d in rows], 1e-3))
    y = np.asarray([kind == "real" for kind, _, _ in rows], float)
    groups = [(kind == "real", person) for kind, person, _ in rows]
    sides = {side: len({p for s, p in groups if s == side}) for side in (True, False)}
    weight = np.asarray([0.5 / sides[g[0]] / groups.count(g) for g in groups])
    mean, scale = x.mean(axis=0), x.std(axis=0)
    z = np.concatenate([(x - mean) / scale, np.ones((len(x), 1))], axis=1)
    found, held_down = np.zeros(4), np.diag([ridge, ridge, ridge, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ found))
        found -= np.linalg.solve(
            (z.T * (weight * p * (1 - p))) @ z + held_down + 1e-9 * np.eye(4), z.T @ (weight * (p - y)) + held_down @ found
        )
    weights = found[:3] / scale
    total = x @ weights
    middle = (total[y == 1].min() + total[y == 0].max()) / 2
    return [round(float(w), 3) for w in weights], round(float(-middle), 3)
