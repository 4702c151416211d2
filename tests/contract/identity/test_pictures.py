"""A document's picture is decoded in a child of its own: pixels or a code, whatever is sent; and its portrait gives a score."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest

from identity.adapters.limits import MAX_PICTURE_BYTES
from identity.adapters.pictures import decode_picture
from identity.core.features import Floats
from identity.documents import compare_document
from identity.ports import FoundFace, MediaRefused, Picture

PIXELS = np.asarray(np.random.default_rng(3).integers(0, 255, (300, 400, 3)), np.uint8)
PNG = cv2.imencode(".png", PIXELS)[1].tobytes()
JPEG = cv2.imencode(".jpg", cv2.GaussianBlur(PIXELS, (0, 0), 9))[1].tobytes()


def bomb(side: int) -> bytes:
    """A PNG that claims, and really holds, side x side grey pixels in some kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (side + 1)) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_png_comes_back_as_it_was_and_jpeg_nearly() -> None:
    png, jpeg = decode_picture(PNG), decode_picture(JPEG)
    assert isinstance(png, np.ndarray)
    assert (png == PIXELS).all()
    assert isinstance(jpeg, np.ndarray)
    assert np.abs(jpeg.astype(int) - cv2.imdecode(np.frombuffer(JPEG, np.uint8), cv2.IMREAD_COLOR)).mean() < 4


def test_a_large_picture_comes_smaller() -> None:
    small = decode_picture(PNG, max_side_px=200)
    assert isinstance(small, np.ndarray)
    assert small.shape == (150, 200, 3)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "media.unreadable"),
        (b"GIF89a" + PNG, "media.unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "media.unreadable"),
        (JPEG[:40], "media.unreadable"),
        (cv2.imencode(".png", PIXELS[:100, :100])[1].tobytes(), "media.resolution"),
        (bomb(20_000), "media.unreadable"),
        (PNG + b"\0" * MAX_PICTURE_BYTES, "media.too_large"),
    ],
)
def test_what_is_no_picture_of_ours_is_a_code(data: bytes, code: str) -> None:
    answer = decode_picture(data)
    assert isinstance(answer, MediaRefused)
    assert answer.code == code


class Portrait:
    """Finds a face as wide as it is told."""

    def __init__(self, width_px: float) -> None:
        self.width_px = width_px

    def find(self, picture: Picture) -> tuple[FoundFace, ...]:
        del picture
        return (FoundFace((0.0, 0.0, self.width_px, 80.0), 0.9, np.zeros(15, np.float32)),) if self.width_px else ()

    def embed(self, picture: Picture, face: FoundFace) -> Floats:
        del picture, face
        return np.eye(128, dtype=np.float32)[0]


@pytest.mark.parametrize(
    ("document", "width_px", "face", "code", "similarity"),
    [
        (PNG, 60.0, np.eye(128, dtype="<f4")[0].tobytes(), "document.compared", 1_000_000),
        (PNG, 60.0, np.eye(128, dtype="<f4")[1].tobytes(), "document.compared", 0),
        (PNG, 60.0, b"", "document.not_compared", None),
        (PNG, 30.0, b"", "document.small_face", None),
        (PNG, 0.0, b"", "document.no_face", None),
        (b"no picture", 60.0, b"", "document.unreadable", None),
    ],
)
def test_a_portrait_gives_a_score_or_says_why_not(document: bytes, width_px: float, face: bytes, code: str, similarity: int | None) -> None:
    found = compare_document(document, face, Portrait(width_px))
    assert (found.code, found.similarity_micro) == (code, similarity)
