"""Owns asking AASIST about a voice. Does not own its shape (aasist) nor what its answer is worth (core.checks.sound)."""

from pathlib import Path
from typing import Final

import numpy as np
import torch

from identity.adapters.aasist import load
from identity.ports import SAMPLE_RATE_HZ, Samples

_WINDOW: Final = 64_600
"""What the network was trained on: 4 s."""


class AasistVoiceLiveness:
    """A VoiceLiveness over AASIST, asked once, about the middle 4 s of the speech; shorter speech is repeated."""

    def __init__(self, weights: Path) -> None:
        self._network = load(str(weights))

    @torch.inference_mode()
    def natural_score(self, speech: Samples) -> float:
        """See `identity.ports.VoiceLiveness`. Amplitudes are given as they are: the network was trained so."""
        if len(speech) < SAMPLE_RATE_HZ // 2:
            return float("nan")
        first = max(0, (len(speech) - _WINDOW) // 2)
        sound = np.resize(speech[first : first + _WINDOW], _WINDOW).astype(np.float32) / 32768.0
        spoof, natural = self._network(torch.from_numpy(sound)[None])[0].tolist()
        return natural - spoof
