"""Owns what is read of the pictures beside the face track, before anything is judged. Does not read pictures and does not judge.

Bounded: some hundreds of numbers a frame, small patches of a few frames a second; no frame is kept.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

GRID: Final = 16
"""Cells to a side of the coarse picture kept of every frame."""
PATCH_PX: Final = 32
PATCHES: Final = ("right_cheek", "left_cheek", "forehead", "chin")
SPECTRUM_PX: Final = 128
SKIN: Final = (
    *(50, 101, 36, 205, 187, 147, 123, 117, 118, 119, 100, 126, 142, 203, 206, 207, 216, 192, 213, 116, 111, 137, 177, 215),
    *(280, 330, 266, 425, 411, 376, 352, 346, 347, 348, 329, 355, 371, 423, 426, 427, 436, 416, 433, 345, 340, 366, 401, 435),
    *(151, 108, 69, 104, 67, 103, 109, 337, 299, 333, 297, 332, 338, 9, 107, 66, 105, 336, 296, 334),
    *(6, 197, 195, 5, 198, 420, 236, 456, 199, 175, 200, 421, 201, 171, 396, 140, 369),
)
"""Landmarks on skin: 24 of each cheek, 20 of the forehead, 17 of nose and chin; none on lids, lips, brows or the oval's edge."""
RIGHT_CHEEK: Final = slice(0, 24)
LEFT_CHEEK: Final = slice(24, 48)
FOREHEAD: Final = slice(48, 68)
EYE_RINGS: Final = (
    *(226, 31, 228, 229, 230, 231, 232, 221, 222, 223, 224, 225),
    *(446, 261, 448, 449, 450, 451, 452, 441, 442, 443, 444, 445),
)
"""Landmarks around both eyes, where a hole in a mask would be cut."""


@dataclass(frozen=True)
class Lines:
    """Long straight edges of looked-at frames, in the face's own measure; all arrays as long as each other."""

    look: NDArray[np.int32]
    """Which look saw it."""
    angle_deg: Floats
    """0..180, 0 is upright."""
    offset: Floats
    """Signed distance from the face's middle along the line's normal, in face widths."""
    length: Floats
    """In face widths."""
    fixed: Floats
    """Signed distance from the picture's middle, in picture widths: what a door frame keeps while the face moves."""


@dataclass(frozen=True)
class PictureFacts:
    """What the picture checks may look at. `rows` are the rows of the FaceTrack, `frames` all frames, `looks` a few a second."""

    times_us: NDArray[np.int64]
    """(frames,)"""
    grid: Floats
    """(frames, 16, 16) mean grey, 0..255."""
    rows_us: NDArray[np.int64]
    """(rows,) times of the frames with a face, as in the FaceTrack."""
    skin: Floats
    """(rows, len(SKIN)) grey of the blurred picture at each skin landmark, 0..255."""
    rings: Floats
    """(rows, len(EYE_RINGS)) the same around the eyes."""
    look_rows: NDArray[np.int32]
    """(looks,) the row of each look."""
    patches: Floats
    """(looks, 4, 32, 32) skin in the face's own coordinates, high-passed, grey levels."""
    next_patches: Floats
    """(looks, 4, 32, 32) the same of the frame after; nan where there was none with a face."""
    level: Floats
    """(looks,) mean grey of the patches before the high-pass."""
    still_noise: Floats
    """(looks,) robust standard deviation of what changed to the frame after, at fixed places outside the face, high-passed."""
    spectrum: Floats
    """(128, 65) mean power over the looks of the middle of the face at its own scale, grey levels squared."""
    peaks: Floats
    """(looks, 3) strongest narrow peak above its ring of the spectrum: decades above the ring's median, and its frequencies x, y
    in cycles a pixel."""
    face_px: Floats
    """(looks,) width of the face."""
    lines: Lines
    fixed_pattern: float
    """Correlation over the face's place between mean residuals of frames in different poses, at fixed pixels; nan when the head
    did not take two poses often enough."""
    fixed_pixels: int
    """Pixels that correlation rests on."""
