"""Measures what each numbered check costs: CPU milliseconds a recorded second, its own and what it reads, part by part.

A part that several checks read (the face's landmarks, say) is paid once and counted with each of them. Decoding is what is left.
The recording is the fictional actor's of bench.identity.speed.
"""

from __future__ import annotations

import functools
import importlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from identity import extraction, handlers, hearing
from identity.adapters.models import Models
from identity.core.checks.about import CHECKS
from identity.core.context import Asked
from identity.core.profiles import Profile
from identity.handlers import assess_recording
from infra.places import Places

PORTS: Final[Mapping[str, Mapping[str, str]]] = {
    "embedder": {"find": "faces found", "embed": "face vectors"},
    "liveness": {"live_probability": "texture model"},
    "voice_activity": {"spans": "speech found"},
    "recogniser": {"listen": "first recogniser"},
    "second_recogniser": {"listen": "second recogniser"},
    "voice_liveness": {"natural_score": "voice liveness model"},
    "speaker": {"embed": "voice vectors"},
}
"""Methods of the models, and the part that each is."""
SOUND: Final = {"lips_of": "lips", "opening_of": "lips", "channel_of": "room and channel", "room_of": "room and channel"}
OTHERS: Final = {"see": "looking at skin and lines", "light": "light on the face", "read": "landmarks"}
PARTS: Final = frozenset({part for parts in PORTS.values() for part in parts.values()} | {*SOUND.values()} | {*OTHERS.values()})
"""What is measured besides the checks themselves."""
RUNS: Final = 3


@dataclass(frozen=True)
class Meter:
    """CPU seconds of this process by part."""

    spent_s: Counter[str]

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Count what a call spends."""

        @functools.wraps(call)
        def counted(*given: Any, **named: Any) -> Any:
            began_s = time.process_time()
            try:
                return call(*given, **named)
            finally:
                self.spent_s[part] += time.process_time() - began_s

        return counted


class Counted:
    """A model whose named methods are counted, else itself."""

    def __init__(self, real: object, parts: Mapping[str, str], meter: Meter) -> None:
        self._real, self._parts, self._meter = real, parts, meter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._meter.timed(self._parts[name], found) if name in self._parts else found


class _Faces:
    def __init__(self, real: Any, meter: Meter) -> None:
        self._real, self._meter = real, meter

    def open(self) -> Counted:
        return Counted(self._real.open(), {"read": OTHERS["read"]}, self._meter)


class CountedModels:
    """The models of an assessment, counted."""

    def __init__(self, real: Models, meter: Meter) -> None:
        self._real = real
        self._counted = {name: Counted(getattr(real, name), parts, meter) for name, parts in PORTS.items()}
        self._counted_faces = _Faces(real.faces, meter)

    def __getattr__(self, name: str) -> Any:
        if name == "faces":
            return self._counted_faces
        return self._counted.get(name) or getattr(self._real, name)


def costs(take: Path, asked: Asked, duration_s: float) -> dict[str, Any]:
    """Measure, in milliseconds of CPU a recorded second: `parts` by name, `checks` by number (own, and with all that it reads)."""
    meter = Meter(Counter())
    with closing(Models.load(Places.from_env(os.environ).models)) as real, _inside(meter):
        models: Any = CountedModels(real, meter)
        assess_recording(take, asked, Profile.BASIC, models)
        meter.spent_s.clear()
        began_s = sum(os.times()[:4])
        for _ in range(RUNS):
            assess_recording(take, asked, Profile.BASIC, models)
        whole_s = sum(os.times()[:4]) - began_s
    spent = {part: 1000 * spent_s / RUNS / duration_s for part, spent_s in meter.spent_s.items()}
    spent["decoding and the rest"] = 1000 * whole_s / RUNS / duration_s - sum(spent.values())
    return {
        "parts": {part: ms for part, ms in spent.items() if not part.startswith("check ")},
        "checks": {
            str(one.number): {
                "own": sum(ms for part, ms in spent.items() if part.startswith(f"check {one.number} ")),
                "with what it reads": sum(ms for part, ms in spent.items() if part in one.reads or part.startswith(f"check {one.number} ")),
            }
            for one in CHECKS
        },
    }


@contextmanager
def _inside(meter: Meter) -> Iterator[None]:
    """Count the checks, and the reading that is no model's, while this lasts."""
    checks = [
        (importlib.import_module(f"identity.core.checks.{name}"), "check", f"check {one.number} {name}")
        for one in CHECKS
        for name in one.modules
    ]
    reading = [(hearing, name, part) for name, part in SOUND.items()]
    looking = [(extraction.Looking, "see", OTHERS["see"]), (handlers.LightReader, "see", OTHERS["light"])]
    places: list[tuple[ModuleType | type, str, str]] = [*checks, *reading, *looking]
    before = [(place, name, getattr(place, name)) for place, name, _ in places]
    try:
        for (place, name, real), (_, _, part) in zip(before, places, strict=True):
            setattr(place, name, meter.timed(part, real))
        yield
    finally:
        for place, name, real in before:
            setattr(place, name, real)
