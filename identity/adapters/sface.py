"""Owns finding faces with YuNet and writing them as vectors with SFace. Does not track."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from identity.core.features import Floats
from identity.ports import FoundFace, Picture

_SCORE = 0.8
_DETECT_SIDE_PX = 480
_ALIGNED: Floats = np.asarray(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
"""Where SFace expects right eye, left eye, nose tip and mouth corners in its 112x112 input (OpenCV's FaceRecognizerSF)."""


class SFaceEmbedder:
    """A FaceEmbedder: YuNet at 480 px, SFace through onnxruntime.

    The SFace file lists its weights as graph inputs; onnxruntime takes them as defaults when only `data` is fed.
    """

    def __init__(self, detector: Path, embedder: Path, threads: int = 1) -> None:
        self._detector = cv2.FaceDetectorYN.create(str(detector), "", (320, 320), _SCORE, 0.3, 50)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        self._session = ort.InferenceSession(without_stale_inputs(embedder.read_bytes()), options, providers=["CPUExecutionProvider"])

    def find(self, picture: Picture) -> tuple[FoundFace, ...]:
        """See `identity.ports.FaceEmbedder`."""
        height, width = picture.shape[:2]
        scale = min(1.0, _DETECT_SIDE_PX / max(height, width))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
        self._detector.setInputSize((small.shape[1], small.shape[0]))
        rows = self._detector.detect(small)[1]
        if rows is None:
            return ()
        rows[:, :14] /= scale
        faces = [FoundFace(tuple(float(v) for v in r[:4]), float(r[14]), r.astype(np.float32)) for r in rows]  # type: ignore[arg-type]
        return tuple(sorted(faces, key=lambda f: -f.box_px[2] * f.box_px[3]))

    def embed(self, picture: Picture, face: FoundFace) -> Floats:
        """See `identity.ports.FaceEmbedder`."""
        matrix, _ = cv2.estimateAffinePartial2D(face.row[4:14].reshape(5, 2), _ALIGNED, method=cv2.LMEDS)
        aligned = cv2.warpAffine(picture, matrix, (112, 112))
        blob = cv2.cvtColor(aligned, cv2.COLOR_BGR2RGB).astype(np.float32).transpose(2, 0, 1)[None]
        vector = np.asarray(self._session.run(None, {"data": blob})[0], np.float32).reshape(-1)
        return vector / np.float32(np.linalg.norm(vector))


def without_stale_inputs(model: bytes) -> bytes:
    """Drop every graph input but `data` from SFace's bytes, reading protobuf's wire format directly.

    ModelProto.graph is field 7, GraphProto.input is field 11, ValueInfoProto.name is field 1 (onnx.proto). The
    package `onnx` would be one more dependency for this one edit.
    """
    out = bytearray()
    for number, raw, body in _fields(model):
        if number != 7:
            out += raw
            continue
        graph = b"".join(part for n, part, value in _fields(body) if n != 11 or next(v for k, _, v in _fields(value) if k == 1) == b"data")
        out += _varint(7 << 3 | 2) + _varint(len(graph)) + graph
    return bytes(out)


def _fields(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    at = 0
    while at < len(data):
        start = at
        key, at = _read_varint(data, at)
        match key & 7:
            case 0:
                _, at = _read_varint(data, at)
                body = b""
            case 2:
                length, at = _read_varint(data, at)
                body, at = data[at : at + length], at + length
            case 1:
                body, at = b"", at + 8
            case _:
                body, at = b"", at + 4
        yield key >> 3, data[start:at], body


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
