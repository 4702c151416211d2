"""Owns the network that estimates an age from a face. Does not decide what an age means.

The age half of face-api.js's age-and-gender network (MIT): a small Xception, its weights a byte each, as the manifest beside them
says. The other half is in the file and is never read. The cut is that network's own: around brows, jaw and chin, a tenth wider.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as nn
from torch import Tensor

from identity.core.features import Floats
from identity.ports import Picture

_SIDE = 112
_MEAN_RGB = (122.782, 117.001, 104.298)
_PADDING = 0.2
_EDGE = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 152, 234, 454, 172, 397, 148, 377, 93, 323, 58, 288)
"""MediaPipe's points nearest to brows and jaw of the 68 points that the network was trained on cuts of."""
_UNUSED = "fc/gender"


class TinyXceptionAge:
    """An AgeEstimator: the mean of the face and its mirror image."""

    def __init__(self, weights: Path, manifest: Path) -> None:
        self._weights = _read(weights.read_bytes(), json.loads(manifest.read_text("utf-8")))

    @torch.inference_mode()
    def years(self, picture: Picture, landmarks: Floats) -> float:
        """See `identity.ports.AgeEstimator`."""
        face = cut(picture, landmarks)
        if face is None:
            return float("nan")
        both = np.stack([face, face[:, ::-1]]).transpose(0, 3, 1, 2).astype(np.float32)
        x = (torch.from_numpy(both) - torch.tensor(_MEAN_RGB).view(1, 3, 1, 1)) / 255
        return float(self._forward(x).mean())

    def _forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self._conv(x, "entry_flow/conv_in", 2))
        x = self._reduce(x, "entry_flow/reduction_block_0", first=True)
        x = self._reduce(x, "entry_flow/reduction_block_1")
        for block in ("middle_flow/main_block_0", "middle_flow/main_block_1"):
            y = x
            for layer in range(3):
                y = self._separable(torch.relu(y), f"{block}/separable_conv{layer}")
            x = x + y
        x = self._reduce(x, "exit_flow/reduction_block")
        x = torch.relu(self._separable(x, "exit_flow/separable_conv"))
        return nn.avg_pool2d(x, 7, 2).flatten(1) @ self._weights["fc/age/weights"] + self._weights["fc/age/bias"]

    def _conv(self, x: Tensor, name: str, stride: int) -> Tensor:
        filters = self._weights[f"{name}/filters"].permute(3, 2, 0, 1)
        return nn.conv2d(_same(x, filters.shape[-1], stride), filters, self._weights[f"{name}/bias"], stride=stride)

    def _separable(self, x: Tensor, name: str) -> Tensor:
        deep = self._weights[f"{name}/depthwise_filter"].permute(2, 3, 0, 1)
        wide = self._weights[f"{name}/pointwise_filter"].permute(3, 2, 0, 1)
        return nn.conv2d(nn.conv2d(_same(x, 3, 1), deep, groups=deep.shape[0]), wide, self._weights[f"{name}/bias"])

    def _reduce(self, x: Tensor, name: str, *, first: bool = False) -> Tensor:
        y = self._separable(x if first else torch.relu(x), f"{name}/separable_conv0")
        y = self._separable(torch.relu(y), f"{name}/separable_conv1")
        return nn.max_pool2d(_same(y, 3, 2, float("-inf")), 3, 2) + self._conv(x, f"{name}/expansion_conv", 2)


def cut(picture: Picture, landmarks: Floats) -> Picture | None:
    """Cut the face as the network knows it: RGB, square, black where it is not. None where nothing of it is in the picture."""
    points = landmarks[list(_EDGE), :2]
    low, high = points.min(axis=0), points.max(axis=0)
    margin = (high - low) * _PADDING / 2
    left, top = np.maximum(np.floor(low - margin), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high + margin), picture.shape[1::-1]).astype(int)
    if right - left < 2 or bottom - top < 2:
        return None
    face = picture[top:bottom, left:right, ::-1]
    side = max(face.shape[:2])
    square = np.zeros((side, side, 3), np.uint8)
    y, x = (side - face.shape[0]) // 2, (side - face.shape[1]) // 2
    square[y : y + face.shape[0], x : x + face.shape[1]] = face
    kind = cv2.INTER_AREA if side > _SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (_SIDE, _SIDE), interpolation=kind), np.uint8)


def _same(x: Tensor, size: int, stride: int, value: float = 0.0) -> Tensor:
    """Pad as TensorFlow's "same" does: what is odd goes to the right and below."""
    down, across = (max((-(-n // stride) - 1) * stride + size - n, 0) for n in x.shape[-2:])
    return nn.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2), value=value)


def _read(packed: bytes, manifest: list[dict[str, list[dict[str, object]]]]) -> dict[str, Tensor]:
    """Unpack the weights: one after the other, a byte each with scale and least value, or a float32."""
    found: dict[str, Tensor] = {}
    at = 0
    for row in manifest[0]["weights"]:
        shape, small = tuple(row["shape"]), row.get("quantization")  # type: ignore[arg-type]
        count = int(np.prod(shape))
        values = np.frombuffer(packed, np.uint8 if small else "<f4", count, at).astype(np.float32)
        at += values.size * (1 if small else 4)
        if small:
            values = values * np.float32(small["scale"]) + np.float32(small["min"])  # type: ignore[index]
        if not str(row["name"]).startswith(_UNUSED):
            found[str(row["name"])] = torch.from_numpy(values.reshape(shape))
    return found
