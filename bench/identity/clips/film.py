"""Owns what a recipe of pictures gives, and the models it may need to make them. Does not write files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker

Picture = np.ndarray
SIDE_PX = 480
FPS = 15.0
"""Of attacks that are drawn: a webcam's in a dim room. Half the frames, half the work."""


@dataclass(frozen=True)
class Film:
    """Frames BGR uint8 in order, how many a second, and how many bits a second a recorder would spend on them."""

    frames: Iterable[Picture]
    fps: float
    bit_rate: int = 2_000_000


class Pictures(Protocol):
    """A recipe of pictures. Its `repr` says all that it depends on."""

    def film(self, stage: Stage) -> Film:
        """Make them."""
        ...


class Stage:
    """The models that make attacks, loaded when first used."""

    def __init__(self, models: Path) -> None:
        self._models = models

    @cached_property
    def faces(self) -> FaceModels:
        return FaceModels(self._models)

    @cached_property
    def speaker(self) -> KokoroSpeaker:
        return KokoroSpeaker(self._models)

    def close(self) -> None:
        if "faces" in self.__dict__:
            self.faces.close()
            del self.__dict__["faces"]
