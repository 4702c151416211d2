"""Owns the pictures that attackers have of others: photographs, and single frames of videos, cut to head and shoulders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from bench.identity.clips.film import SIDE_PX, Picture, Stage
from bench.identity.clips.taken import stretch
from bench.identity.people import corpus
from infra.places import ROOT

WIDE: Final = 1.5
CLOSE: Final = 1.1
"""Half the square's side in face heights: head and shoulders; a print held near the camera."""


@dataclass(frozen=True)
class Shown:
    """A picture of somebody: a photograph (`at_s` None) below the corpus's face folder, a frame of a clip, or an actor's still."""

    path: str
    at_s: float | None = None
    actor: bool = False


def picture_of(shown: Shown, stage: Stage, side_px: int = SIDE_PX, room: float = WIDE) -> Picture:
    """Cut head and shoulders out of a picture: BGR uint8, square; what the picture lacks is its edge carried on."""
    whole = _whole(shown)
    face = stage.faces.landmarks(whole)[:468, :2]
    middle = (face.min(axis=0) + face.max(axis=0)) / 2
    half = room * float(face[:, 1].max() - face[:, 1].min())
    left, top = middle[0] - half, middle[1] - half * 0.9
    matrix = np.asarray([[side_px / (2 * half), 0, -left * side_px / (2 * half)], [0, side_px / (2 * half), -top * side_px / (2 * half)]])
    shrunk = cv2.GaussianBlur(whole, (0, 0), max(0.01, half / side_px - 0.5)) if half > side_px / 2 else whole
    return cv2.warpAffine(shrunk, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _whole(shown: Shown) -> Picture:
    if shown.at_s is not None:
        return stretch(shown.path, shown.at_s, shown.at_s + 0.2)[0][0]
    path = (ROOT / "infra" / "assets" / "actors" if shown.actor else corpus() / "face") / shown.path
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert picture is not None, path
    return picture
