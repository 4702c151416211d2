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

import av
import cv2
import numpy as np

from serving.engines.port import LikenessError
from serving.engines.portrait.acting import motions, plan_take
from serving.engines.portrait.animate import Head
from serving.engines.portrait.cutout import background, cut_out
from serving.engines.portrait.faces import FaceModels, Floats, Picture

SIDE_PX: Final = 480
FPS: Final = 24.0
SECONDS: Final = 6.0
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
PHOTOS: Final = {"A": ("img1.jpg", "img4.jpg"), "B": ("img3.jpg",), "C": ("img23.jpg",), "D": ("img19.jpg",), "E": ("img9.jpg",)}


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


def write(path: Path, frames: Iterator[Picture], fps: float, bit_rate: int = 1_500_000) -> None:
    """Encode as a browser does; the file appears whole or not at all."""
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="webm") as file:
        video = None
        for picture in frames:
            if video is None:
                video = file.add_stream("libvpx", rate=round(fps))
                video.height, video.width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
                video.pix_fmt, video.bit_rate = "yuv420p", bit_rate
                video.options = {"deadline": "realtime", "cpu-used": "-6"}
            even = np.ascontiguousarray(picture[: video.height, : video.width])
            file.mux(video.encode(av.VideoFrame.from_ndarray(even, format="bgr24")))
        if video is not None:
            file.mux(video.encode(None))
    part.rename(path)


def read(path: Path, start_s: float = 0.0, seconds: float = SECONDS, side_px: int = SIDE_PX) -> Iterator[tuple[float, Picture]]:
    """Read a stretch: seconds and BGR pictures whose longer side is at most `side_px`."""
    with av.open(str(path)) as file:
        rate = float(file.streams.video[0].average_rate or 25)
        for i, frame in enumerate(file.decode(video=0)):
            if i / rate < start_s:
                continue
            if i / rate >= start_s + seconds:
                return
            scale = min(1.0, side_px / max(frame.width, frame.height))
            yield i / rate, frame.to_ndarray(format="bgr24", width=round(frame.width * scale), height=round(frame.height * scale))


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
        kinds = [
            self._real(),
            self._degraded(),
            self._animated(),
            self._screens(),
            self._prints(),
            self._eyes(),
            self._swaps(),
            self._found(),
        ]
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
            path = self._faces / "photos" / PHOTOS[person][0]
            whole = cv2.imread(str(path), cv2.IMREAD_COLOR)
            scale = min(1.0, 1400 / max(whole.shape[:2]))
            picture = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            face = self._models.landmarks(picture)
        middle, wide = face[:468, :2].mean(axis=0), float(np.ptp(face[:468, 0]))
        half = 1.35 * wide
        matrix = np.asarray([[SIDE_PX / 2 / half, 0, 0], [0, SIDE_PX / 2 / half, 0]], np.float32)
        matrix[:, 2] = SIDE_PX / 2 - matrix[:, :2] @ (middle + np.asarray([0, 0.12 * wide], np.float32))
        return cv2.warpAffine(picture, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)

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
        return [
            Clip(
                f"found_{name}",
                name,
                0,
                lambda f=file, s=start: (p for _, p in read(self._faces / "attack" / f, s)),
                10.0 if name == "manikantha" else 25.0,
            )
            for name, (file, start) in files.items()
        ]


EYE_RIGHT: Final = (226, 31, 228, 229, 230, 231, 232, 233, 244, 189, 221, 222, 223, 224, 225)
EYE_LEFT: Final = (446, 261, 448, 449, 450, 451, 452, 453, 464, 413, 441, 442, 443, 444, 445)


class Camera:
    """A small sensor: grain of every frame, a pattern of its own, a slow exposure, a sway; `ramp` ties light to the turn."""

    def __init__(self, side_px: int, seed: int, *, noise: float = 1.2, fixed: float = 0.5, sway: float = 1.0, ramp: float = 0.0) -> None:
        self._chance = np.random.default_rng(seed)
        self._phase = self._chance.uniform(0, 2 * np.pi, 6)
        self._grain = self._chance.normal(0, noise, (4, side_px, side_px, 3)).astype(np.float32)
        self._fixed = self._chance.normal(0, fixed, (side_px, side_px, 3)).astype(np.float32)
        self._sway, self._ramp = sway, ramp

    def see(self, person: Floats, wall: Floats, t: float, yaw_deg: float) -> Picture:
        """Compose a premultiplied BGRA person onto a wall and photograph both."""
        picture = person[:, :, :3] + wall * (1 - person[:, :, 3:] / 255)
        return self._taken(picture, t, yaw_deg)

    def over(self, pictures: list[Picture]) -> Iterator[Picture]:
        """Add grain to what was photographed before."""
        for picture in pictures:
            h, w = picture.shape[:2]
            yield np.clip(picture + self._rolled()[:h, :w], 0, 255).astype(np.uint8)

    def _taken(self, picture: Floats, t: float, yaw_deg: float) -> Picture:
        s = lambda k, hz: float(np.sin(2 * np.pi * hz * t + self._phase[k]))  # noqa: E731
        side = picture.shape[0]
        hand = np.asarray(
            [[1.012, 0, self._sway * s(2, 0.42) - 0.006 * side], [0, 1.012, self._sway * 0.8 * s(3, 0.57) - 0.006 * side]], np.float32
        )
        picture = cv2.warpAffine(picture, hand, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        across = np.linspace(-1, 1, side, dtype=np.float32)[None, :, None]
        picture = picture * (1 + self._sway * 0.01 * s(4, 0.13)) * (1 + self._ramp * (yaw_deg / 20) * (1 + 1.5 * across))
        return np.clip(picture + self._rolled() + self._fixed, 0, 255).astype(np.uint8)

    def _rolled(self) -> Floats:
        shift = self._chance.integers(0, self._grain.shape[1], 2)
        return np.roll(self._grain[int(self._chance.integers(4))], (int(shift[0]), int(shift[1])), (0, 1))


def filmed(pictures: list[Picture], density: float, tilt: float, flicker: float, seed: int) -> Iterator[Picture]:
    """Film a screen: each pixel of the picture is `density` screen pixels, each of three stripes; the hand shakes."""
    chance = np.random.default_rng(seed)
    phase = chance.uniform(0, 6, 4)
    camera = Camera(SIDE_PX, seed + 9, sway=0.0)
    for i, picture in enumerate(pictures):
        t = i / FPS
        h, w = (round(v * density) for v in picture.shape[:2])
        shown = cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        stripes = np.zeros((h * 1, w * 3, 3), np.float32)
        for c in range(3):
            stripes[:, 2 - c :: 3, c] = shown[:, :, c] * 1.9
        stripes[::3] *= 0.55
        move = np.asarray([np.sin(0.9 * t + phase[0]), np.sin(0.7 * t + phase[1])]) * SIDE_PX * 0.02
        near = 1.0 + 0.03 * np.sin(0.8 * t + phase[2])
        tall = SIDE_PX * 0.84 * near
        wide = tall * w / h
        middle = np.asarray([SIDE_PX / 2, SIDE_PX / 2]) + move
        corners = np.asarray([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
        target = middle + corners * np.asarray([wide / 2, tall / 2]) * (1 + tilt * corners[:, :1] * np.asarray([[0.3, 1.0]]))
        source = np.asarray([(0, 0), (w * 3, 0), (w * 3, h), (0, h)], np.float32)
        matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
        screen = cv2.warpPerspective(
            cv2.GaussianBlur(stripes, (0, 0), sigmaX=1.2, sigmaY=0.4), matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR
        )
        frame = np.full((SIDE_PX, SIDE_PX, 3), (120, 126, 130), np.float32)
        outer = middle + corners * np.asarray([wide / 2 + 14, tall / 2 + 14]) * (1 + tilt * corners[:, :1] * np.asarray([[0.3, 1.0]]))
        cv2.fillConvexPoly(frame, np.round(outer).astype(np.int32), (14, 14, 14))
        inside = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        cv2.fillConvexPoly(inside, np.round(target).astype(np.int32), 1)
        frame[inside > 0] = screen[inside > 0]
        rows = np.arange(SIDE_PX, dtype=np.float32)[:, None, None] / SIDE_PX
        frame *= 1 + flicker * np.sin(2 * np.pi * (3.1 * t + 1.5 * rows))
        yield camera.see(np.dstack([frame, np.full((SIDE_PX, SIDE_PX), 255, np.float32)]), frame, t, 0.0)


def swung(still: Picture, bend: float, degrees: float, seed: int) -> Iterator[Picture]:
    """A print, flat or bent about its upright axis (in radians to each side), swung left and right."""
    camera = Camera(SIDE_PX, seed)
    wall = np.full((SIDE_PX, SIDE_PX, 3), (148, 152, 150), np.float32)
    paper = np.dstack([still.astype(np.float32), np.full((SIDE_PX, SIDE_PX), 255, np.float32)])
    for i in range(round(SECONDS * FPS)):
        angle = np.radians(degrees) * np.sin(2 * np.pi * i / FPS / 2.8)
        yield camera.see(perspective(paper, angle, bend), wall, i / FPS, 0.0)


def perspective(paper: Floats, angle: float, bend: float = 0.0) -> Floats:
    """See a paper, one unit to each side, from 4.2 units, turned by `angle`, bent into a part of a cylinder by `bend`."""
    side = paper.shape[0]
    columns = np.linspace(-1, 1, 33)
    x0 = np.sin(columns * bend) / bend if bend else columns
    z0 = (np.cos(columns * bend) - 1) / bend * -1 if bend else np.zeros_like(columns)
    x, z = x0 * np.cos(angle) + z0 * np.sin(angle), z0 * np.cos(angle) - x0 * np.sin(angle)
    scale = 4.2 / (4.2 + z)
    screen_x, grow = x * scale, scale
    pixels = (np.arange(side) + 0.5) / side * 2 - 1
    u = np.interp(pixels * 1.2, screen_x, columns, left=9, right=9)
    g = np.interp(pixels * 1.2, screen_x, grow, left=1, right=1)
    map_x = np.repeat(((u + 1) / 2 * side).astype(np.float32)[None], side, axis=0)
    map_y = (((pixels[:, None] * 1.2 / g[None]) + 1) / 2 * side).astype(np.float32)
    return cv2.remap(paper, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def patch_onto(picture: Picture, points: Floats, target: Floats, side_px: int) -> Floats:
    """Move a part of a picture so that its points come to lie on others, by a similarity."""
    matrix, _ = cv2.estimateAffinePartial2D(points, target)
    return cv2.warpAffine(picture, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


OVAL: Final = (
    10,
    338,
    297,
    332,
    284,
    251,
    389,
    356,
    454,
    323,
    361,
    288,
    397,
    365,
    379,
    378,
    400,
    377,
    152,
    148,
    176,
    149,
    150,
    136,
    172,
    58,
    132,
    93,
    234,
    127,
    162,
    21,
    54,
    103,
    67,
    109,
)


def laid_over(picture: Picture, points: Floats, other: Picture, other_points: Floats) -> Picture:
    """Put another's face over this one: an affine fit of all landmarks, mean colour matched, the oval's edge blended."""
    source, target = (np.ascontiguousarray(p[:468, :2]) for p in (other_points, points))
    matrix, _ = cv2.estimateAffine2D(source, target, ransacReprojThreshold=20)
    h, w = picture.shape[:2]
    moved = cv2.warpAffine(other, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    mask = np.zeros((h, w), np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(points[list(OVAL), :2].astype(np.int32)), 1.0)
    mask = cv2.erode(mask, np.ones((9, 9), np.uint8))
    inside = mask > 0.5
    moved += picture[inside].mean(axis=0) - moved[inside].mean(axis=0)
    soft = cv2.GaussianBlur(mask, (0, 0), 4.0)[:, :, None]
    return np.clip(picture * (1 - soft) + moved * soft, 0, 255).astype(np.uint8)
