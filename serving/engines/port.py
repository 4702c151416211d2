"""Owns the port that every engine stands behind. Owns no engine."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

import msgspec

from serving.core.plan import Plan

# Obligations an engine can be held to; a decision's obligations that are not in `Engine.honours` refuse the render.
MARK_VISIBLE = "visible_mark"

Likenesses = Mapping[str, Mapping[str, bytes]]
"""Cameo stream id -> facet (`face`, `voice`) -> msgpack of identity's asset, in clear."""

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in total), from the rendering thread."""


class EngineError(Exception):
    """The engine cannot make this film."""


class ObligationError(EngineError):
    """The decision asks for something that this engine cannot honour."""


class LikenessError(EngineError):
    """A cameo's likeness is missing or unreadable."""


class Segment(msgspec.Struct, frozen=True):
    """A stretch of the finished film: `data` of all segments, joined in order, is one MP4 file."""

    first_frame: int
    frames: int
    data: bytes


class Engine(Protocol):
    """Turns a plan and unsealed likenesses into a film, in memory only."""

    @property
    def name(self) -> str:
        """Short name, as in `portrait`."""
        ...

    @property
    def version(self) -> str:
        """Version that is recorded with each render."""
        ...

    @property
    def honours(self) -> frozenset[str]:
        """Obligations that a render by this engine meets."""
        ...

    def render(self, plan: Plan, likenesses: Likenesses, obligations: Collection[str], progress: Progress) -> Iterator[Segment]:
        """Yield the film's segments in order.

        MUST write no likeness to a disk. May be called again; holds nothing between calls.
        Raises ObligationError, LikenessError, EngineError.
        """
        ...


def film(segments: Iterator[Segment]) -> bytes:
    """Join an engine's segments to the finished file."""
    return b"".join(segment.data for segment in segments)


def require_honoured(engine: Engine, obligations: Collection[str]) -> None:
    """Raise ObligationError, naming them, when an engine cannot meet all obligations."""
    unmet = sorted(set(obligations) - engine.honours)
    if unmet:
        raise ObligationError(f"{engine.name} cannot honour {', '.join(unmet)}")
