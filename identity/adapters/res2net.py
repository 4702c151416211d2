"""Owns the shape of the speaker network, as its weights have it. Does not compute features: SpeechBrain does.

SE-Res2Net50 (26 wide, 4 scales) with attentive statistics, after sonic-cipher's ASV_System (MIT), inference only:
its drop-block layers and its training head are left out.
"""

import math

import torch
from torch import Tensor, nn

_WIDTH, _SCALES, _EXPANSION = 26, 4, 2


class _SqueezeExcite(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        small = channels // 16
        self.fc = nn.Sequential(nn.Linear(channels, small, bias=False), nn.ReLU(), nn.Linear(small, channels, bias=False), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class _Block(nn.Module):
    def __init__(self, into: int, planes: int, stride: int, *, first: bool) -> None:
        super().__init__()
        width, out = math.floor(planes * _WIDTH / 64), planes * _EXPANSION
        self.conv1 = nn.Conv2d(into, width * _SCALES, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width * _SCALES)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, stride, 1, bias=False) for _ in range(_SCALES - 1))
        self.bns = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(_SCALES - 1))
        self.conv3 = nn.Conv2d(width * _SCALES, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.se = _SqueezeExcite(out)
        self._width, self._first = width, first
        self._pool = nn.AvgPool2d(3, stride, 1)
        self.downsample = (
            nn.Sequential(
                nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False),
                nn.Conv2d(into, out, 1, bias=False),
                nn.BatchNorm2d(out),
            )
            if first
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        parts = torch.split(torch.relu(self.bn1(self.conv1(x))), self._width, 1)
        outs: list[Tensor] = []
        for i, (conv, norm) in enumerate(zip(self.convs, self.bns, strict=True)):
            part = parts[i] if i == 0 or self._first else outs[-1] + parts[i]
            outs.append(torch.relu(norm(conv(part))))
        outs.append(self._pool(parts[-1]) if self._first else parts[-1])
        out = self.se(self.bn3(self.conv3(torch.cat(outs, 1))))
        return torch.relu(out + (self.downsample(x) if self.downsample is not None else x))


class _Attention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attention = nn.Sequential(
            nn.Conv1d(channels, 128, 1), nn.ReLU(), nn.BatchNorm1d(128), nn.Conv1d(128, channels, 1), nn.Softmax(dim=2)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x.mean(-1)
        weights = self.attention(x)
        mean = (x * weights).sum(2)
        deviation = torch.sqrt(((x**2 * weights).sum(2) - mean**2).clamp(min=1e-5))
        return torch.cat((mean, deviation), 1)


class _Projection(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(512, 512)
        self.bn = nn.BatchNorm1d(512)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.normalize(self.bn(self.fc(x)), dim=1)


class SpeakerRes2Net(nn.Module):
    """MFCC (batch, frames, 24) in, speaker vectors (batch, 512) of unit length out."""

    def __init__(self) -> None:
        super().__init__()
        stem: list[nn.Module] = []
        for into, last in ((1, False), (16, False), (16, True)):
            stem.append(nn.Conv2d(into, 16, 3, 1, 1, bias=False))
            stem += [] if last else [nn.BatchNorm2d(16), nn.ReLU()]
        self.conv1 = nn.Sequential(*stem)
        self.bn1 = nn.BatchNorm2d(16)
        self._pool = nn.MaxPool2d(3, 2, 1)
        into = 16
        for i, (planes, blocks) in enumerate(zip((16, 32, 64, 128), (3, 4, 6, 3), strict=True), start=1):
            stride = 1 if i == 1 else 2
            layer = [_Block(into, planes, stride, first=True)]
            into = planes * _EXPANSION
            layer += [_Block(into, planes, 1, first=False) for _ in range(blocks - 1)]
            self.add_module(f"layer{i}", nn.Sequential(*layer))
        self.stats_pooling = _Attention(into)
        self.projection = _Projection()

    def forward(self, features: Tensor, lengths: Tensor | None = None) -> Tensor:  # noqa: ARG002 - SpeechBrain passes it
        """`lengths` is accepted for SpeechBrain and not used: recordings are embedded one at a time."""
        x = self._pool(torch.relu(self.bn1(self.conv1(features.unsqueeze(1)))))
        for i in range(1, 5):
            x = self.get_submodule(f"layer{i}")(x)
        return self.projection(self.stats_pooling(x))


class PassThrough(nn.Module):
    """A feature normalisation that leaves features as they are."""

    def forward(self, features: Tensor, lengths: Tensor | None = None) -> Tensor:  # noqa: ARG002 - SpeechBrain passes it
        """Answer with the features."""
        return features


def load(weights: str) -> SpeakerRes2Net:
    """Build the network and put the weights in; every weight but the training head's must fit."""
    state = torch.load(weights, map_location="cpu", weights_only=True)["model_state_dict"]
    state.pop("weight")
    model = SpeakerRes2Net()
    model.load_state_dict(state)
    return model.eval()
