"""Owns decoding one still picture through a bounded child process. Does not decode in this process, ever."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from identity.adapters import limits
from identity.errors import DecoderFailedError
from identity.ports import MediaRefused, Picture

_CHILD = Path(__file__).with_name("picture_child.py")
MAX_SIDE_PX = 1600


def decode_picture(data: bytes, max_side_px: int = MAX_SIDE_PX) -> Picture | MediaRefused:
    """Decode a JPEG or PNG, no side longer than `max_side_px`, within the limits of the decoding child (identity.adapters.media).

    Whatever the file does to the child is a code. Raises DecoderFailedError when the child did not start, or was not let
    give up what it does not need.
    """
    if len(data) > limits.MAX_PICTURE_BYTES:
        return MediaRefused("media.too_large")
    command = [sys.executable, "-I", "-B", str(_CHILD), str(max_side_px)]
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            timeout=limits.PICTURE_WALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return MediaRefused("media.timeout")
    except OSError as error:
        raise DecoderFailedError("the decoding process did not start") from error
    return _read(done.stdout)


def _read(answer: bytes) -> Picture | MediaRefused:
    if answer[:1] == b"1" and len(answer) > 9:
        height, width = struct.unpack(">II", answer[1:9])
        if len(answer) == 9 + height * width * 3:
            return np.frombuffer(answer[9:], np.uint8).reshape(height, width, 3)
    code = answer[1:].decode("ascii", "replace")
    if answer[:1] == b"!":
        raise DecoderFailedError(code)
    return MediaRefused(code if answer[:1] == b"0" and code in limits.CODES else "media.unreadable")
