"""Owns making pictures and sound of a recording for a reviewer: decoded in the bounded child, blurred unless asked clear. Keeps nothing."""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from identity.adapters.media import SubprocessMediaDecoder
from identity.adapters.nameless import nameless
from identity.adapters.pictures import decode_picture
from identity.errors import DecoderFailedError
from identity.ports import SAMPLE_RATE_HZ, Frame, MediaDecoder, MediaRefused, Picture
from serving.errors import ConflictError, UnavailableError

SIDE_PX = 640
THUMB_PX = 240
COLUMNS, ROWS = 4, 3
BLOCKS = 24
"""A blurred picture has so many blocks along its longer side: movement is seen, a face of a third of the picture has eight blocks
across, and nobody is known by it. A choice, unmeasured."""
JPEG_QUALITY = 85
NO_PICTURE = ("media.no_video", "the recording has no picture", "judge by the codes")
AT_ONCE = 2
"""Recordings that are decoded at once for reviewers; the others wait their turn."""
_turns = threading.BoundedSemaphore(AT_ONCE)


class EvidenceRenderer:
    """Renders recordings. Safe between threads; at most two children at once."""

    def __init__(self, decoder: MediaDecoder | None = None) -> None:
        """`decoder`: left out, the bounded child process."""
        self._decoder = decoder or SubprocessMediaDecoder()

    def frame(self, recording: bytes, at_ms: int, *, clear: bool) -> bytes:
        """Show the frame at or after a time, else the last one, as JPEG. Raises ConflictError for what cannot be read."""
        kept: list[Picture] = []

        def see(frame: Frame) -> None:
            if not kept or frame.time_us <= at_ms * 1000:
                kept[:] = [frame.picture]

        self._decode(recording, see)
        if not kept:
            raise ConflictError(*NO_PICTURE)
        return _jpeg(shown(kept[0], clear=clear))

    def sheet(self, recording: bytes, *, clear: bool) -> bytes:
        """Show twelve frames spread over the whole recording as one JPEG, in rows of four, in order."""
        return _jpeg(_grid([_thumb(shown(one, clear=clear)) for one in self._spread(recording, COLUMNS * ROWS)], COLUMNS))

    def side_by_side(self, first: bytes, second: bytes, *, clear: bool) -> bytes:
        """Show two recordings beside each other, three frames each: the left one is the case's own."""
        columns = [[_thumb(shown(one, clear=clear)) for one in self._spread(recording, ROWS)] for recording in (first, second)]
        pairs = [picture for row in zip(*columns, strict=False) for picture in row]
        return _jpeg(_grid(pairs, 2))

    def document(self, picture: bytes, *, clear: bool) -> bytes:
        """Show a document's picture as JPEG, decoded in a child of its own."""
        with _turns, _said():
            found = decode_picture(picture, SIDE_PX * 2)
        if isinstance(found, MediaRefused):
            raise ConflictError(found.code, "the picture cannot be shown", "judge by the recording")
        return _jpeg(shown(found, clear=clear))

    def sound(self, recording: bytes) -> bytes:
        """Give the sound as WAV, mono, 16 kHz. Sound cannot be blurred: it is always a clear view."""
        media = self._decode(recording, lambda _: None)
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(media.astype("<i2").tobytes())
        return out.getvalue()

    def _spread(self, recording: bytes, count: int) -> list[Picture]:
        """Take frames spread evenly, in one pass: every n-th is kept, and every other one dropped again when there are too many."""
        kept: list[Picture] = []
        every = 1

        def see(frame: Frame) -> None:
            nonlocal every
            if frame.index % every == 0:
                kept.append(np.array(_thumb(frame.picture)))
            if len(kept) >= 8 * count:
                kept[:] = kept[::2]
                every *= 2

        self._decode(recording, see)
        if not kept:
            raise ConflictError(*NO_PICTURE)
        places = np.linspace(0, len(kept) - 1, min(count, len(kept))).round().astype(int)
        return [kept[place] for place in places]

    def _decode(self, recording: bytes, see: object) -> np.ndarray:
        with _turns, _said(), nameless(recording) as path:
            media = self._decoder.decode(path, see, max_side_px=SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)  # type: ignore[arg-type]
        if isinstance(media, MediaRefused):
            raise ConflictError(media.code, "the recording cannot be shown", "judge by the codes")
        return media.samples


@contextmanager
def _said() -> Iterator[None]:
    """Say that a decoding child could not be had: no recording's fault, and nothing a reviewer can judge."""
    try:
        yield
    except DecoderFailedError as error:
        raise UnavailableError("media.undecoded", f"nothing is decoded here now: {error}", "tell the operator: cameo doctor") from error


def shown(picture: Picture, *, clear: bool) -> Picture:
    """Blur a picture beyond recognition, or leave it: blocks first, so that sharpening brings nothing back."""
    if clear:
        return picture
    height, width = picture.shape[:2]
    scale = BLOCKS / max(height, width)
    small = cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _thumb(picture: Picture) -> Picture:
    scale = THUMB_PX / max(picture.shape[:2])
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _grid(pictures: list[Picture], columns: int) -> Picture:
    height, width = (max(one.shape[side] for one in pictures) for side in (0, 1))
    rows = -(-len(pictures) // columns)
    out = np.zeros((rows * height, columns * width, 3), np.uint8)
    for place, one in enumerate(pictures):
        top, left = place // columns * height, place % columns * width
        out[top : top + one.shape[0], left : left + one.shape[1]] = one
    return out


def _jpeg(picture: Picture) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
