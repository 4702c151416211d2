"""Owns writing the face of a photograph as a template. Does not read files, and keeps no picture."""

from typing import Final

import cv2
import numpy as np

from identity.core.features import Floats
from identity.errors import IdentityError
from identity.ports import FaceEmbedder, Picture

SIDE_PX: Final = 640
"""As in recordings."""
LEAST_WIDTH_PX: Final = 60
"""Half of what a template is aligned to (112 px), nearly: below it the face is a guess. A choice, unmeasured."""


class PhotographError(IdentityError):
    """A photograph shows no face that can be written down; the message says why."""


def template_of(picture: Picture, embedder: FaceEmbedder) -> Floats:
    """Write the one face of a photograph, uint8 (height, width, 3) BGR, as float32 (128,) of unit length. Raises PhotographError."""
    scale = min(1.0, SIDE_PX / max(picture.shape[:2]))
    small = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8) if scale < 1 else picture
    match embedder.find(small):
        case ():
            raise PhotographError("no face is seen in the photograph")
        case (face,):
            if face.box_px[2] < LEAST_WIDTH_PX:
                raise PhotographError(
                    f"the face is {face.box_px[2]:.0f} pixels wide, at least {LEAST_WIDTH_PX} are needed: cut it out larger"
                )
            return embedder.embed(small, face)
        case several:
            raise PhotographError(f"{len(several)} faces are seen in the photograph: cut out the one")
