"""How face and background changed with the light of the screen. Does not extract it and does not judge it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LightFacts:
    """How face and background changed with the light of the screen."""
