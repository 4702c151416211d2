"""Owns the shape of the voice anti-spoofing network, as its weights have it. Does not choose what it is asked about.

AASIST (Jung et al. 2022), after clovaai/aasist (NAVER Corp., MIT), inference only: dropout is left out. A spectro-temporal
graph: a sinc filter bank, six residual blocks, attention over frequencies and over time, then both together.
"""

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

_FILTERS: Final = 70
_TAPS: Final = 129
_RATE_HZ: Final = 16_000
_BLOCKS: Final = ((1, 32), (32, 32), (32, 64), (64, 64), (64, 64), (64, 64))


def _mel(hz: float) -> float:
    return 2595 * float(np.log10(1 + hz / 700))


def _sinc_filters() -> Tensor:
    edges = [700 * (10 ** (mel / 2595) - 1) for mel in np.linspace(_mel(0), _mel(_RATE_HZ / 2), _FILTERS + 1).tolist()]
    taps = np.arange(_TAPS) - (_TAPS - 1) / 2
    low = [2 * edge / _RATE_HZ * np.sinc(2 * edge * taps / _RATE_HZ) for edge in edges]
    filters = np.multiply(np.hamming(_TAPS), np.diff(np.stack(low), axis=0))
    return torch.from_numpy(filters.astype(np.float32)).unsqueeze(1)


class _Residual(nn.Module):
    def __init__(self, into: int, out: int, *, first: bool) -> None:
        super().__init__()
        if not first:
            self.bn1 = nn.BatchNorm2d(into)
        self.conv1 = nn.Conv2d(into, out, (2, 3), padding=(1, 1))
        self.bn2 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, (2, 3), padding=(0, 1))
        self.conv_downsample = nn.Conv2d(into, out, (1, 3), padding=(0, 1)) if into != out else None

    def forward(self, x: Tensor) -> Tensor:
        # the published network normalises here and then does not use it; the weights were trained so
        out = self.conv2(torch.selu(self.bn2(self.conv1(x))))
        straight = x if self.conv_downsample is None else self.conv_downsample(x)
        return nn.functional.max_pool2d(out + straight, (1, 3))


class _Attention(nn.Module):
    """Attention within one graph."""

    def __init__(self, into: int, out: int, temperature: float) -> None:
        super().__init__()
        self.att_proj = nn.Linear(into, out)
        self.att_weight = nn.Parameter(torch.zeros(out, 1))
        self.proj_with_att = nn.Linear(into, out)
        self.proj_without_att = nn.Linear(into, out)
        self.bn = nn.BatchNorm1d(out)
        self._temperature = temperature

    def forward(self, x: Tensor) -> Tensor:
        pairs = torch.tanh(self.att_proj(x.unsqueeze(2) * x.unsqueeze(1)))
        weights = torch.softmax((pairs @ self.att_weight) / self._temperature, dim=-2).squeeze(-1)
        mixed = self.proj_with_att(weights @ x) + self.proj_without_att(x)
        return torch.selu(self.bn(mixed.flatten(0, 1)).view_as(mixed))


class _TwoGraphAttention(nn.Module):
    """Attention over two graphs and the node that stands for both."""

    def __init__(self, into: int, out: int, temperature: float) -> None:
        super().__init__()
        self.proj_type1 = nn.Linear(into, into)
        self.proj_type2 = nn.Linear(into, into)
        self.att_proj = nn.Linear(into, out)
        self.att_projM = nn.Linear(into, out)
        for name in ("11", "22", "12", "M"):
            self.register_parameter(f"att_weight{name}", nn.Parameter(torch.zeros(out, 1)))
        self.proj_with_att = nn.Linear(into, out)
        self.proj_without_att = nn.Linear(into, out)
        self.proj_with_attM = nn.Linear(into, out)
        self.proj_without_attM = nn.Linear(into, out)
        self.bn = nn.BatchNorm1d(out)
        self._temperature = temperature

    def forward(self, one: Tensor, other: Tensor, master: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        count = one.size(1)
        x = torch.cat([self.proj_type1(one), self.proj_type2(other)], dim=1)
        weights = self._pairs(x, count)
        over = torch.softmax((torch.tanh(self.att_projM(x * master)) @ self.get_parameter("att_weightM")) / self._temperature, dim=-2)
        master = self.proj_with_attM(over.transpose(1, 2) @ x) + self.proj_without_attM(master)
        mixed = self.proj_with_att(weights @ x) + self.proj_without_att(x)
        mixed = torch.selu(self.bn(mixed.flatten(0, 1)).view_as(mixed))
        return mixed[:, :count], mixed[:, count:], master

    def _pairs(self, x: Tensor, count: int) -> Tensor:
        pairs = torch.tanh(self.att_proj(x.unsqueeze(2) * x.unsqueeze(1)))
        within, without, across = (pairs @ self.get_parameter(f"att_weight{name}") for name in ("11", "22", "12"))
        board = across.clone()
        board[:, :count, :count] = within[:, :count, :count]
        board[:, count:, count:] = without[:, count:, count:]
        return torch.softmax(board / self._temperature, dim=-2).squeeze(-1)


class _Pool(nn.Module):
    """Keeps the nodes that score highest."""

    def __init__(self, part: float, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 1)
        self._part = part

    def forward(self, x: Tensor) -> Tensor:
        scores = torch.sigmoid(self.proj(x))
        kept = torch.topk(scores, max(int(x.size(1) * self._part), 1), dim=1).indices
        return torch.gather(x * scores, 1, kept.expand(-1, -1, x.size(2)))


class Aasist(nn.Module):
    """Sound float32 (batch, 64600), 16 kHz, -1..1 in; logits (batch, 2) out: spoof, bona fide."""

    def __init__(self) -> None:
        super().__init__()
        self._filters = _sinc_filters()
        self.first_bn = nn.BatchNorm2d(1)
        self.encoder = nn.Sequential(*(nn.Sequential(_Residual(a, b, first=i == 0)) for i, (a, b) in enumerate(_BLOCKS)))
        self.pos_S = nn.Parameter(torch.zeros(1, 23, 64))
        self.master1 = nn.Parameter(torch.zeros(1, 1, 64))
        self.master2 = nn.Parameter(torch.zeros(1, 1, 64))
        self.GAT_layer_S = _Attention(64, 64, 2.0)
        self.GAT_layer_T = _Attention(64, 64, 2.0)
        self.pool_S, self.pool_T = _Pool(0.5, 64), _Pool(0.7, 64)
        for way in (1, 2):
            self.add_module(f"HtrgGAT_layer_ST{way}1", _TwoGraphAttention(64, 32, 100.0))
            self.add_module(f"HtrgGAT_layer_ST{way}2", _TwoGraphAttention(32, 32, 100.0))
            self.add_module(f"pool_hS{way}", _Pool(0.5, 32))
            self.add_module(f"pool_hT{way}", _Pool(0.5, 32))
        self.out_layer = nn.Linear(160, 2)

    def forward(self, sound: Tensor) -> Tensor:
        """See the class."""
        spectrum = nn.functional.conv1d(sound.unsqueeze(1), self._filters).unsqueeze(1)
        x = torch.selu(self.first_bn(nn.functional.max_pool2d(spectrum.abs(), (3, 3))))
        x = self.encoder(x).abs()
        bands = self.pool_S(self.GAT_layer_S(x.amax(3).transpose(1, 2) + self.pos_S))
        times = self.pool_T(self.GAT_layer_T(x.amax(2).transpose(1, 2)))
        ways = [self._way(way, times, bands) for way in (1, 2)]
        t, s, master = (torch.maximum(a, b) for a, b in zip(*ways, strict=True))
        last = [t.abs().amax(1), t.mean(1), s.abs().amax(1), s.mean(1), master.squeeze(1)]
        return self.out_layer(torch.cat(last, dim=1))

    def _way(self, way: int, times: Tensor, bands: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        master = self.get_parameter(f"master{way}").expand(times.size(0), -1, -1)
        t, s, master = self.get_submodule(f"HtrgGAT_layer_ST{way}1")(times, bands, master)
        s, t = self.get_submodule(f"pool_hS{way}")(s), self.get_submodule(f"pool_hT{way}")(t)
        more_t, more_s, more_master = self.get_submodule(f"HtrgGAT_layer_ST{way}2")(t, s, master)
        return t + more_t, s + more_s, master + more_master


def load(weights: str) -> Aasist:
    """Build the network and put the weights in; every weight must fit."""
    model = Aasist()
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return model.eval()
