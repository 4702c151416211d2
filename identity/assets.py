"""Owns the bytes of a likeness, a facet each, as the engines read them. Does not seal them.

An asset is one msgpack map with a `format` number; a reader refuses a format it does not know. Floats inside
are little-endian float32. An asset is a likeness in clear: it goes from `extract_assets` to the sealer and nowhere else.
"""

from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

FORMAT: Final = 1
_A = TypeVar("_A", "FaceAsset", "VoiceAsset")


class FaceAsset(msgspec.Struct, frozen=True):
    """A calm stretch of one person's own frames, cut to head and shoulders, square, one crop for all.

    `frames`: JPEG, `side_px` x `side_px`, RGB order as JPEG has it, `fps` frames a second, 1 to 72 of them.
    `best`: index of the most neutral frame. `landmarks`: float32 (frames, 478, 3), x and y in pixels of the crop.
    `pose_deg`: float32 (frames, 2), yaw (own left positive) and pitch (up positive). `embedding`: SFace,
    float32 (128,), unit length, of the best frame.
    """

    fps: float
    side_px: int
    frames: tuple[bytes, ...]
    best: int
    landmarks: bytes
    pose_deg: bytes
    embedding: bytes
    format: int = FORMAT

    def landmark_array(self) -> NDArray[np.float32]:
        """The landmarks as float32 (frames, 478, 3)."""
        return np.frombuffer(self.landmarks, "<f4").reshape(len(self.frames), 478, 3).astype(np.float32)

    def pose_array(self) -> NDArray[np.float32]:
        """Yaw and pitch as float32 (frames, 2)."""
        return np.frombuffer(self.pose_deg, "<f4").reshape(len(self.frames), 2).astype(np.float32)

    def embedding_array(self) -> NDArray[np.float32]:
        """The face embedding as float32 (128,)."""
        return np.frombuffer(self.embedding, "<f4").astype(np.float32)


class VoiceAsset(msgspec.Struct, frozen=True):
    """The speech of one recording. `pcm`: int16 little-endian, mono, only speech. `embedding`: float32, unit length."""

    sample_rate_hz: int
    pcm: bytes
    embedding: bytes
    format: int = FORMAT

    def samples(self) -> NDArray[np.int16]:
        """The speech as int16 (samples,)."""
        return np.frombuffer(self.pcm, "<i2").astype(np.int16)

    def embedding_array(self) -> NDArray[np.float32]:
        """The speaker embedding as float32 (dims,)."""
        return np.frombuffer(self.embedding, "<f4").astype(np.float32)


def pack(asset: FaceAsset | VoiceAsset) -> bytes:
    """Write an asset as msgpack."""
    return msgspec.msgpack.encode(asset)


def read_face(data: bytes) -> FaceAsset:
    """Read a face asset. Raises msgspec.ValidationError for other bytes or an unknown format."""
    return _known(msgspec.msgpack.decode(data, type=FaceAsset))


def read_voice(data: bytes) -> VoiceAsset:
    """Read a voice asset. Raises msgspec.ValidationError for other bytes or an unknown format."""
    return _known(msgspec.msgpack.decode(data, type=VoiceAsset))


def _known(asset: _A) -> _A:
    if asset.format != FORMAT:
        raise msgspec.ValidationError(f"asset format {asset.format} is not known")
    return asset
