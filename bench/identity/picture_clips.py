"""Owns the clips on which the picture signs are measured: real ones in stretches, and attacks made from the same people.

Does not measure. Every clip, real or attack, passes through the same last encoding (VP8, 480 px, 1.5 Mbit/s), so that no sign
may tell them apart by the codec; real clips were compressed once before by whoever published them, attacks were not.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from bench.identity.picture_attacks import (
    EYE_LEFT,
    EYE_RIGHT,
    FPS,
    SIDE_PX,
    Camera,
    filmed,
    laid_over,
    patch_onto,
    perspective,
    squared,
    swung,
)
from bench.identity.picture_files import read
from serving.engines.port import LikenessError
from serving.engines.portrait.acting import motions, plan_take
from serving.engines.portrait.animate import Head
from serving.engines.portrait.cutout import background, cut_out
from serving.engines.portrait.faces import FaceModels, Floats, Picture

FIT: Final = frozenset({"d9", "d12", "nht", "A", "manikantha"})
"""People on whom thresholds and weights are fitted, as in bench.identity.people; everybody else is only told on."""
REAL: Final = {
    "tvl": ("tvl_real.mp4", (0.0, 5.0, 9.5)),
    "d12": ("driving_d12.mp4", (0.0, 1.3)),
    "aoc": ("sadtalker_AOC.mp4", (0.0, 2.0)),
    "d3": ("driving_d3.mp4", (0.0, 5.8)),
    "d9": ("driving_d9.mp4", (0.0, 5.0, 9.0)),
    "nht": ("nht_public0.mp4", (0.0,)),
}
"""Person -> file, where its stretches of six seconds begin."""
PHOTOS: Final = {"A": "img1.jpg", "B": "img3.jpg", "C": "img23.jpg", "D": "img19.jpg", "E": "img9.jpg"}


@dataclass(frozen=True)
class Clip:
    """One clip to be made: its name is its place in the cache."""

    kind: str
    person: str
    number: int
    frames: Callable[[], Iterator[Picture]]
    fps: float = FPS

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.person}-{self.number}"


class Clips:
    """Makes every clip from a corpus."""

    def __init__(self, corpus: Path, models: Path) -> None:
        self._faces = corpus / "face"
        self._models = FaceModels(models)
        self._prepared: dict[str, tuple[Head, Floats, Picture]] = {}
        self._drawn: tuple[str, list[tuple[Picture, float]]] = ("", [])

    def close(self) -> None:
        self._models.close()

    def all(self) -> list[Clip]:
        """Every clip, in an order in which any beginning holds some of each kind."""
        real, drawn = [self._real(), self._degraded(), self._animated()], [self._screens(), self._prints(), self._eyes()]
        kinds = [*real, *drawn, self._swaps(), self._found()]
        return [clip for row in itertools.zip_longest(*kinds) for clip in row if clip is not None]

    def _stretch(self, person: str, start_s: float) -> list[Picture]:
        name = REAL[person][0]
        return [picture for _, picture in read(self._faces / "bona_fide" / name, start_s)]

    def _rate(self, person: str) -> float:
        return 25.0 if person in {"d12", "aoc"} else 30.0

    def _real(self) -> list[Clip]:
        return [
            Clip("real", person, n, lambda p=person, s=start: iter(self._stretch(p, s)), self._rate(person))
            for person, (_, starts) in REAL.items()
            for n, start in enumerate(starts)
        ]

    def _degraded(self) -> list[Clip]:
        """Noise of a dark room; half the frame rate; brightness that drifts as a camera's exposure does."""
        made: list[Clip] = []
        for person, (_, starts) in REAL.items():
            rate = self._rate(person)
            made += [
                Clip("noisy", person, 0, lambda p=person, s=starts[0]: Camera(SIDE_PX, 5, noise=2.2).over(self._stretch(p, s)), rate),
                Clip("slow", person, 0, lambda p=person, s=starts[-1]: iter(self._stretch(p, s)[::2]), rate / 2),
            ]
        return made

    def _still(self, person: str) -> Picture:
        """A square picture with the face about a third wide, as an attacker would cut it."""
        if person in REAL:
            pictures = self._stretch(person, 0.0)
            points = [self._models.landmarks(p) for p in pictures[::12]]
            turn = [abs(float(p[1, 0] - (p[234, 0] + p[454, 0]) / 2)) / float(p[454, 0] - p[234, 0]) for p in points]
            best = int(np.argmin(turn))
            picture, face = pictures[best * 12], points[best]
        else:
            return self.paper(self._faces / "photos" / PHOTOS[person])
        return squared(picture, face)

    def paper(self, photo: Path) -> Picture:
        """A photograph cut as an attacker would print it: square, the face a third wide. Raises LikenessError."""
        whole = cv2.imread(str(photo), cv2.IMREAD_COLOR)
        scale = min(1.0, 1400 / max(whole.shape[:2]))
        picture = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return squared(picture, self._models.landmarks(picture))

    def _head(self, person: str) -> tuple[Head, Floats, Picture]:
        if person not in self._prepared:
            still = self._still(person)
            mask = self._models.person(still)
            self._prepared[person] = (Head(cut_out(still, mask), self._models.landmarks(still)), background(still, mask), still)
        return self._prepared[person]

    def _animated(self) -> list[Clip]:
        """Our own engine on a still: bare; with a camera's noise and sway; with every counter-measure to the three signs."""
        cameras: dict[str, Callable[[], Camera]] = {
            "bare": lambda: Camera(SIDE_PX, 1, noise=0.0, fixed=0.0, sway=0.0),
            "webcam": lambda: Camera(SIDE_PX, 2),
            "armed": lambda: Camera(SIDE_PX, 3, noise=2.0, fixed=0.8, sway=3.0, ramp=0.06),
        }
        return [
            Clip(f"animated_{name}", person, 0, lambda p=person, c=camera: self._act(p, c()))
            for person in (*REAL, *PHOTOS)
            for name, camera in cameras.items()
        ]

    def _act(self, person: str, camera: Camera) -> Iterator[Picture]:
        """Two turns and a nod, seen by a camera; what was drawn for a person is kept for the next camera."""
        _, wall, _ = self._head(person)
        if self._drawn[0] != person:
            self._drawn = (person, list(self._draw(person)))
        for i, (drawn, yaw_deg) in enumerate(self._drawn[1]):
            yield camera.see(drawn.astype(np.float32), wall, i / FPS, yaw_deg)

    def _draw(self, person: str) -> Iterator[tuple[Picture, float]]:
        orders = (("left", "right"), ("right", "down"), ("up", "left"))
        take = plan_take(orders[len(person) % 3], 0.0)
        for motion in motions(take, round(take.duration_s * FPS), FPS, None, len(person)):
            yield np.clip(self._head(person)[0].frame(motion), 0, 255).astype(np.uint8), motion.yaw_deg

    def _screens(self) -> list[Clip]:
        """A real turn shown on a screen and filmed: stripes of sub-pixels, perspective, a bezel, a refresh that beats."""
        shapes = ((1.9, 0.02, 0.0), (2.6, 0.08, 0.012), (3.3, 0.05, 0.03))
        return [
            Clip(
                "screen", person, n, lambda p=person, s=shape, n=n: filmed(self._stretch(p, REAL[p][1][0]), *s, seed=n), self._rate(person)
            )
            for n, shape in enumerate(shapes)
            for person in REAL
        ]

    def _prints(self) -> list[Clip]:
        return [
            Clip(f"print_{kind}", person, 0, lambda p=person, b=bend: swung(self._head(p)[2], b, 32.0, 3))
            for kind, bend in (("flat", 0.0), ("bent", 0.35))
            for person in (*PHOTOS, "d3", "tvl")
        ]

    def _eyes(self) -> list[Clip]:
        """A print with holes: the eyes behind it are a living person's, moving and blinking by themselves."""
        pairs = (("A", "tvl"), ("D", "d12"), ("B", "d3"), ("E", "d9"), ("C", "nht"), ("d3", "aoc"))
        return [Clip("eyes", mask, 0, lambda m=mask, w=who: self._cut_eyes(m, w)) for mask, who in pairs]

    def _cut_eyes(self, mask: str, who: str) -> Iterator[Picture]:
        still = self._head(mask)[2]
        face = self._models.landmarks(still)
        camera, points = Camera(SIDE_PX, 4), face
        for i, live in enumerate(self._stretch(who, REAL[who][1][0])):
            with contextlib.suppress(LikenessError):
                points = self._models.landmarks(live)
            picture = still.astype(np.float32)
            for ids in (EYE_RIGHT, EYE_LEFT):
                part = patch_onto(live, points[list(ids), :2], face[list(ids), :2], SIDE_PX)
                hole = np.zeros((SIDE_PX, SIDE_PX), np.float32)
                cv2.ellipse(hole, cv2.fitEllipse(face[list(ids), :2].astype(np.float32)), 1.0, -1)
                picture = picture * (1 - hole[:, :, None]) + part * 0.85 * hole[:, :, None]
            alpha = np.dstack([picture, np.full((SIDE_PX, SIDE_PX), 255, np.float32)])
            angle = np.radians(16) * np.sin(2 * np.pi * i / FPS / 2.8)
            yield camera.see(perspective(alpha, angle), np.full((SIDE_PX, SIDE_PX, 3), 140, np.float32), i / FPS, 0.0)

    def _swaps(self) -> list[Clip]:
        """Another face laid over the real one for .4 or 1 s, edges blended, colours matched."""
        pairs = (("tvl", "D"), ("d12", "A"), ("d3", "B"), ("d9", "E"), ("nht", "C"), ("aoc", "d12"))
        return [
            Clip("swap", who, n, lambda w=who, o=other, s=seconds: self._swapped(w, o, s), self._rate(who))
            for n, seconds in enumerate((0.4, 1.0))
            for who, other in pairs
        ]

    def _swapped(self, who: str, other: str, seconds: float) -> Iterator[Picture]:
        from_still = self._head(other)[2]
        mask_points = self._models.landmarks(from_still)
        rate, points = self._rate(who), None
        for i, picture in enumerate(self._stretch(who, REAL[who][1][0])):
            if not 2.0 <= i / rate < 2.0 + seconds:
                yield picture
                continue
            with contextlib.suppress(LikenessError):
                points = self._models.landmarks(picture)
            if points is None:
                yield picture
                continue
            yield laid_over(picture, points, from_still, mask_points)

    def _found(self) -> list[Clip]:
        """The corpus's own attacks."""
        files = {
            "tvl_fake": ("tvl_fake.mp4", 4.0),
            "nht_train": ("nht_train1.mp4", 0.0),
            "manikantha": ("manikantha_fake.mp4", 0.0),
            "vasa": ("vx_vasa-1_10.mp4", 0.0),
        }
        rates = {"manikantha": 10.0}
        return [
            Clip(
                f"found_{name}", name, 0, lambda f=file, s=at_s: (p for _, p in read(self._faces / "attack" / f, s)), rates.get(name, 25.0)
            )
            for name, (file, at_s) in files.items()
        ]
