"""Owns decoding one still picture inside the bounded child process. Does not trust it, and keeps nothing.

Runs as a script: the file on standard input, on standard output `0` and a code, `!` and why nothing is read here, or `1`, height and
width (32 bits each, big-endian) and the pixels, BGR. JPEG and PNG alone, by their first bytes; no demuxer is asked.
"""

import os
import struct
import sys
from pathlib import Path
from typing import BinaryIO, cast

sys.path.insert(0, str(Path(__file__).parent))

import av
import confined
import limits
import numpy as np
from av import logging as av_logging
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from decoding_child import RefusedError, bind

SIGNS = {b"\xff\xd8\xff": "mjpeg", b"\x89PNG\r\n\x1a\n": "png"}


def codec_of(data: bytes) -> str:
    """Name the decoder for these first bytes; refuse every other form."""
    for sign, codec in SIGNS.items():
        if data.startswith(sign):
            return codec
    raise RefusedError("media.unreadable")


def decode(data: bytes, max_side_px: int) -> np.ndarray:
    """Decode a picture, no side longer than `max_side_px`."""
    context = cast("VideoCodecContext", av.CodecContext.create(codec_of(data), "r"))
    context.options = {"max_pixels": str(limits.MAX_PICTURE_PIXELS)}
    context.thread_count = 1
    frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    if not frames:
        raise RefusedError("media.unreadable")
    frame = frames[0]
    short, long = sorted((frame.width, frame.height))
    if short < limits.MIN_SIDE_PX or frame.width * frame.height > limits.MAX_PICTURE_PIXELS:
        raise RefusedError("media.resolution")
    scale = min(1.0, max_side_px / long)
    size = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    return frame.to_ndarray(format="bgr24", width=size[0], height=size[1], interpolation="AREA", threads=1)


def main(max_side_px: int) -> int:
    """Decode standard input to standard output; a refusal is an answer, exit 0."""
    av_logging.set_level(av_logging.PANIC)
    for codec in SIGNS.values():
        av.CodecContext.create(codec, "r")
    source: BinaryIO = os.fdopen(0, "rb")
    try:
        bind()
        picture = decode(source.read(limits.MAX_PICTURE_BYTES), max_side_px)  # what is larger is cut, and unreadable
        out = b"1" + struct.pack(">II", *picture.shape[:2]) + np.ascontiguousarray(picture).tobytes()
    except confined.UnconfinedError as error:
        out = b"!" + str(error).encode()
    except RefusedError as refusal:
        out = b"0" + str(refusal).encode()
    except (FFmpegError, ValueError, OverflowError, ArithmeticError, OSError, MemoryError):
        out = b"0media.unreadable"
    with os.fdopen(1, "wb", closefd=False) as pipe:
        pipe.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
