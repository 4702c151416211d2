"""The face of a photograph: the one that is there, large enough, or a sentence that says why not."""

import numpy as np
import pytest

from identity.photograph import SIDE_PX, PhotographError, template_of
from identity.ports import FoundFace


class Finder:
    """Finds what the test says, and remembers how large the picture was."""

    def __init__(self, *widths_px: float) -> None:
        self.widths_px = widths_px
        self.seen: tuple[int, ...] = ()

    def find(self, picture):
        self.seen = picture.shape[:2]
        return tuple(FoundFace((10.0, 10.0, width, width), 0.9, np.zeros(15, np.float32)) for width in self.widths_px)

    def embed(self, picture, face):
        del picture
        vector = np.zeros(128, np.float32)
        vector[int(face.box_px[2]) % 128] = 1.0
        return vector


def picture(height: int = 480, width: int = 640) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_the_one_face_is_written_down():
    assert template_of(picture(), Finder(90.0))[90] == 1.0


def test_a_large_photograph_is_looked_at_as_a_recording_is():
    finder = Finder(90.0)
    template_of(picture(3000, 4000), finder)
    assert max(finder.seen) == SIDE_PX


@pytest.mark.parametrize(("widths", "why"), [((), "no face"), ((90.0, 80.0), "2 faces"), ((59.0,), "59 pixels wide")])
def test_no_face_several_and_one_too_small_are_refused_in_words(widths, why):
    with pytest.raises(PhotographError, match=why):
        template_of(picture(), Finder(*widths))
