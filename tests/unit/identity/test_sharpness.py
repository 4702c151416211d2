"""How sharp a face is read: whatever the light, less what grain adds."""

import cv2
import numpy as np
import pytest

from identity.core.checks.recording import MIN_SHARPNESS
from identity.extraction import sharpness_of


def face(blur: float = 0.0) -> np.ndarray:
    """Something with edges and soft shades, 200 px wide, as a face has them."""
    picture = np.full((200, 200), 120.0, np.float32)
    for x, y, half, grey in ((60, 70, 12, 40), (140, 70, 12, 40), (100, 110, 9, 90), (100, 150, 24, 70)):
        cv2.ellipse(picture, (x, y), (half, half // 2), 0, 0, 360, float(grey), -1)
    picture += 12 * np.sin(np.mgrid[0:200, 0:200][1] / 4)
    return cv2.GaussianBlur(picture, (0, 0), blur) if blur else picture


def seen(picture: np.ndarray, light: float = 1.0, grain: float = 0.0) -> float:
    noisy = picture * light + cv2.GaussianBlur(np.random.default_rng(3).normal(0, 2.2 * grain, picture.shape), (0, 0), 0.7)
    return sharpness_of(np.clip(noisy, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("light", [0.3, 0.5, 0.8])
def test_less_light_alone_changes_nothing(light: float) -> None:
    assert seen(face(), light) == pytest.approx(seen(face()), rel=0.08)


def test_blur_lowers_it_step_by_step_below_what_is_asked() -> None:
    read = [seen(face(blur)) for blur in (0.0, 2.0, 4.0, 8.0)]
    assert read == sorted(read, reverse=True)
    assert read[0] > MIN_SHARPNESS > read[-1]


def test_grain_makes_no_blurred_face_sharp() -> None:
    assert seen(face(8.0), 0.45, grain=2.3) < MIN_SHARPNESS < seen(face(), 0.45, grain=2.3)


def test_fine_sharp_detail_is_not_taken_for_grain() -> None:
    fine = 120 + 60 * np.sign(np.random.default_rng(5).normal(0, 1, (200, 200)))
    hair = cv2.resize(fine.astype(np.float32), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    assert seen(face() + 0.3 * (hair[:200, :200] - 120)) > seen(face())
