"""What one race was, and the film that is handed in. Does not race."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import av

from tests.chaos.race.checker import Acknowledged

CLOSE_US = 5_000


def tiny_film() -> bytes:
    """Make a real MP4 of one frame: what is not from the trivial engine is signed on release."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode())
    return out.getvalue()


FILM = tiny_film()


@dataclass
class Race:
    """What one race was, for its report."""

    kind: str
    aim: str
    generation: str
    other_stream: bool
    opened: bool = False
    released: bool = False
    superseded_us: int = 0
    decided_us: int = 0
    acknowledged: list[Acknowledged] = field(default_factory=list)

    @property
    def render_won(self) -> bool:
        return self.opened if self.aim == "open" else self.released

    @property
    def close(self) -> bool:
        return bool(self.superseded_us) and abs(self.decided_us - self.superseded_us) <= CLOSE_US


def summary(races: Sequence[Race], controls: int, controls_released: int) -> dict[str, object]:
    """Count what was raced."""
    return {
        "races": len(races),
        "through other streams": sum(race.other_stream for race in races),
        "aimed at release": sum(race.aim == "release" for race in races),
        "within 5 ms": sum(race.close for race in races if race.decided_us),
        "render won": sum(race.render_won for race in races),
        "consent won": sum(not race.render_won for race in races),
        "controls": controls,
        "controls released": controls_released,
        "by kind": dict(Counter(race.kind for race in races)),
    }
