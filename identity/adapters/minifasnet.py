"""Owns the MiniFASNet texture models. Does not decide what is live.

The network is rebuilt from the shapes in the weights themselves (minivision-ai/Silent-Face-Anti-Spoofing,
Apache-2.0): the channels of every layer differ between the two files and stand nowhere else.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from identity.ports import FoundFace, Picture

_SIDE = 80
_LIVE = 1
_STRIDED = {"conv_23", "conv_34", "conv_45"}


class _ConvBn(nn.Module):
    def __init__(self, weights: dict[str, Tensor], name: str, *, stride: int = 1, padding: int = 0, groups: int = 1) -> None:
        super().__init__()
        out, into, size, _ = weights[f"{name}.conv.weight"].shape
        self.conv = nn.Conv2d(into * groups, out, size, stride, padding, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(out)
        if f"{name}.prelu.weight" in weights:
            self.prelu = nn.PReLU(out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn(self.conv(x))
        return self.prelu(x) if hasattr(self, "prelu") else x


class _Squeeze(nn.Module):
    def __init__(self, weights: dict[str, Tensor], name: str) -> None:
        super().__init__()
        small, large = weights[f"{name}.fc1.weight"].shape[:2]
        self.fc1 = nn.Conv2d(large, small, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(small)
        self.fc2 = nn.Conv2d(small, large, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(large)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = torch.relu(self.bn1(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * torch.sigmoid(self.bn2(self.fc2(squeezed)))


class _DepthWise(nn.Module):
    def __init__(self, weights: dict[str, Tensor], name: str, *, stride: int, residual: bool) -> None:
        super().__init__()
        groups = weights[f"{name}.conv_dw.conv.weight"].shape[0]
        self.conv = _ConvBn(weights, f"{name}.conv")
        self.conv_dw = _ConvBn(weights, f"{name}.conv_dw", stride=stride, padding=1, groups=groups)
        self.project = _ConvBn(weights, f"{name}.project")
        if f"{name}.se_module.fc1.weight" in weights:
            self.se_module = _Squeeze(weights, f"{name}.se_module")
        self._residual = residual

    def forward(self, x: Tensor) -> Tensor:
        out = self.project(self.conv_dw(self.conv(x)))
        if hasattr(self, "se_module"):
            out = self.se_module(out)
        return x + out if self._residual else out


class _Stack(nn.Module):
    def __init__(self, weights: dict[str, Tensor], name: str) -> None:
        super().__init__()
        count = 1 + max(int(k.split(".")[2]) for k in weights if k.startswith(f"{name}.model."))
        self.model = nn.Sequential(*(_DepthWise(weights, f"{name}.model.{i}", stride=1, residual=True) for i in range(count)))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class _MiniFasNet(nn.Module):
    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.conv1 = _ConvBn(weights, "conv1", stride=2, padding=1)
        self.conv2_dw = _ConvBn(weights, "conv2_dw", padding=1, groups=weights["conv2_dw.conv.weight"].shape[0])
        for name in ("conv_23", "conv_3", "conv_34", "conv_4", "conv_45", "conv_5"):
            strided = name in _STRIDED
            self.add_module(name, _DepthWise(weights, name, stride=2, residual=False) if strided else _Stack(weights, name))
        self.conv_6_sep = _ConvBn(weights, "conv_6_sep")
        self.conv_6_dw = _ConvBn(weights, "conv_6_dw", groups=weights["conv_6_dw.conv.weight"].shape[0])
        features, wide = weights["linear.weight"].shape
        self.linear = nn.Linear(wide, features, bias=False)
        self.bn = nn.BatchNorm1d(features)
        self.prob = nn.Linear(features, weights["prob.weight"].shape[0], bias=False)

    def forward(self, x: Tensor) -> Tensor:
        for name in ("conv1", "conv2_dw", "conv_23", "conv_3", "conv_34", "conv_4", "conv_45", "conv_5", "conv_6_sep", "conv_6_dw"):
            x = self.get_submodule(name)(x)
        return self.prob(self.bn(self.linear(x.flatten(1)))).softmax(dim=1)


class MiniFasNetLiveness:
    """A LivenessModel: the mean of both models' live class, each on its own enlarged box."""

    def __init__(self, *files: Path) -> None:
        self._models = [(_scale_of(file), _load(file)) for file in files]

    @torch.inference_mode()
    def live_probability(self, picture: Picture, face: FoundFace) -> float:
        """See `identity.ports.LivenessModel`."""
        scores = []
        for scale, model in self._models:
            crop = cv2.resize(enlarged(picture, face.box_px, scale), (_SIDE, _SIDE))
            batch = torch.from_numpy(crop.transpose(2, 0, 1).astype(np.float32))[None]
            scores.append(float(model(batch)[0, _LIVE]))
        return sum(scores) / len(scores)


def _scale_of(file: Path) -> float:
    """2.7_80x80_... and 4_0_0_80x80_...: the factor by which the face box is enlarged is in the name."""
    return float(file.name.split("_")[0])


def _load(file: Path) -> _MiniFasNet:
    state: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    weights = {key.removeprefix("module."): value for key, value in state.items()}
    model = _MiniFasNet(weights)
    model.load_state_dict(weights)
    return model.eval()


def enlarged(picture: Picture, box_px: tuple[float, float, float, float], scale: float) -> Picture:
    """Cut the box, enlarged about its centre as far as the picture allows, and shifted to stay inside it."""
    height, width = picture.shape[:2]
    x, y, w, h = box_px
    scale = min((height - 1) / h, (width - 1) / w, scale)
    half_w, half_h = w * scale / 2, h * scale / 2
    cx = min(max(x + w / 2, half_w), width - 1 - half_w)
    cy = min(max(y + h / 2, half_h), height - 1 - half_h)
    left, top = int(max(cx - half_w, 0)), int(max(cy - half_h, 0))
    return picture[top : int(cy + half_h) + 1, left : int(cx + half_w) + 1]
