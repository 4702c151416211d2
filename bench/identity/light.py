"""Measures check 12, the light of the screen, on real clips lit anew by bench.identity.relight: a simulation, and told as one.

`python -m bench.identity.light [--half fit|report] [--table]` prints BPCER by ambient light and APCER by kind of attack; what
is slow is kept, so that a second run takes seconds. Thresholds were chosen on the half `fit`; `report` was looked at afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from bench.identity import people, relight
from bench.identity.cache import kept, of_file, source_of
from bench.identity.relight import LEAD_US, Room, Take
from bench.results import Row, write
from identity import lit
from identity.adapters.mediapipe_face import MediaPipeFaceReader
from identity.adapters.models import LANDMARKER
from identity.core.checks import light
from identity.core.lighting import LightFacts, sequence
from identity.core.profiles import Profile
from identity.core.rates import rate
from identity.ports import Frame
from infra.places import Places
from serving.engines.portrait.faces import FaceModels

AMBIENT_LUX: Final = (30.0, 100.0, 300.0, 600.0, 1500.0, 5000.0)
ATTACK_LUX: Final = (100.0, 300.0)
NAMES: Final[Mapping[float, str]] = {
    30.0: "a dark room", 100.0: "a lamp", 300.0: "an office", 600.0: "a bright office", 1500.0: "at a window", 5000.0: "outdoors, shade"
}  # fmt: skip
WAITS_US: Final = (120_000, 400_000)
"""From handing a colour out to its light on the face: network, display, half a chunk. A range, unmeasured."""
ATTACKS: Final = (
    "no light", "late 300 ms", "late 1000 ms", "late 3000 ms", "whole picture tinted", "face tinted", "wrong colours",
    "cut-out picture", "relit in time",
)  # fmt: skip
SKIPS_S: Final[Mapping[str, tuple[float, ...]]] = {"driving_d3": (0.0, 5.5), "driving_d9": (0.0, 6.5, 13.0), "tvl_real": (0.0, 7.0, 14.0)}
"""Where stretches of the longer clips begin."""


@dataclass(frozen=True)
class Item:
    """One recording to be made. `attack`: None for a bona fide one."""

    clip: str
    skip_s: float
    room: Room
    attack: str | None
    seed: int

    @property
    def colours(self) -> tuple[str, ...]:
        """What is asked of it."""
        return _colours(f"asked/{self.clip}/{self.skip_s}/{self.seed}")


@dataclass(frozen=True)
class Judged:
    """One recording and what check 12 said: codes of what failed, and the reflection it read."""

    item: Item
    person: str
    codes: tuple[str, ...]
    found: light.Reflection | None


def items(half: people.Half) -> list[tuple[people.Clip, Item]]:
    """List everything that is made of the clips of a half."""
    out: list[tuple[people.Clip, Item]] = []
    for clip in people.clips(half, attack=False):
        for skip in SKIPS_S.get(clip.name, (0.0,)):
            for seed, lux in enumerate(AMBIENT_LUX):
                screen = (40.0, 60.0, 90.0)[(seed + int(skip)) % 3]
                out.append((clip, Item(clip.name, skip, Room(lux, screen), None, seed)))
        for lux in ATTACK_LUX:
            out += [(clip, Item(clip.name, 0.0, Room(lux), kind, 100 + i)) for i, kind in enumerate(ATTACKS)]
    return out


def judged(half: people.Half, models: Path) -> list[Judged]:
    """Make, read and judge every recording of a half."""
    made = _Maker(models)
    out: list[Judged] = []
    for clip, item in items(half):
        facts = made.facts(clip, item)
        began = LEAD_US - _waited_us(item)
        results = light.judge(facts, item.colours, began, Profile.BASIC)
        out.append(Judged(item, clip.person, tuple(r.code for r in results if not r.passed), light.reflection(facts, item.colours, began)))
    return out


class _Maker:
    """Makes recordings; keeps one take at a time, and what was read of each recording on disk."""

    def __init__(self, models: Path) -> None:
        self._models = models
        self._source = source_of(relight, lit, LEAD_US)
        self._take: tuple[tuple[str, float], Take] | None = None

    def facts(self, clip: people.Clip, item: Item) -> LightFacts:
        return kept((of_file(clip.path), item, item.colours), "light", self._source, lambda: self._read(self._film(clip, item)))

    def _film(self, clip: people.Clip, item: Item) -> bytes:
        one = self._of(clip, item.skip_s)
        frames = relight.filmed(one, item.room, _relight(one, item), item.seed)
        return relight.encoded(frames, one.fps)

    def _of(self, clip: people.Clip, skip_s: float) -> Take:
        if self._take is None or self._take[0] != (clip.name, skip_s):
            tracker = MediaPipeFaceReader(self._models / LANDMARKER).open()
            with FaceModels(self._models) as masks:
                self._take = (clip.name, skip_s), relight.take(clip.path, tracker, lambda picture, _: masks.person(picture), skip_s=skip_s)
            tracker.close()
        return self._take[1]

    def _read(self, recording: bytes) -> LightFacts:
        tracker, reader = MediaPipeFaceReader(self._models / LANDMARKER).open(), lit.LightReader()
        with av.open(io.BytesIO(recording)) as file:
            for index, decoded in enumerate(file.decode(video=0)):
                time_us = round(float(decoded.time or 0.0) * 1e6)
                picture = decoded.to_ndarray(format="bgr24")
                reader.see(Frame(index, time_us, picture), tracker.read(picture, time_us))
        tracker.close()
        return reader.facts()


def _waited_us(item: Item) -> int:
    """An attacker's network is the best there is; people's are drawn."""
    if item.attack is not None:
        return WAITS_US[0]
    drawn = np.random.default_rng(int.from_bytes(hashlib.sha256(repr(item).encode()).digest()[:8]))
    return int(drawn.integers(*WAITS_US))


def _relight(one: Take, item: Item) -> relight.Relight | None:
    if item.attack == "no light":
        return None
    if item.attack in ("whole picture tinted", "face tinted"):
        return relight.tinting(one, item.colours, 0.3, face_only=item.attack == "face tinted")
    colours = _colours(f"other/{item.clip}/{item.room.ambient_lux}") if item.attack == "wrong colours" else item.colours
    late_us = int(item.attack.split()[1]) * 1000 if item.attack is not None and item.attack.startswith("late") else 0
    return relight.physically(one, item.room, colours, late_us, flat=item.attack == "cut-out picture")


def _colours(name: str) -> tuple[str, ...]:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    draw = np.random.default_rng(seed)
    return sequence(lambda below: int(draw.integers(below)))


def table(found: Iterable[Judged]) -> list[str]:
    """Write rates with counts and intervals: who is stopped, who is sent to a reviewer."""
    groups: dict[str, list[Judged]] = {}
    for one in found:
        lux = one.item.room.ambient_lux
        groups.setdefault(one.item.attack or f"bona fide, {lux:.0f} lux ({NAMES[lux]})", []).append(one)
    lines = ["| recordings | passed | 95 % | to a reviewer | refused |", "| --- | --- | --- | --- | --- |"]
    for name, group in groups.items():
        passed = rate(name, sum(not one.codes for one in group), len(group))
        review = sum(one.codes == ("light.unmeasured",) for one in group)
        span = f"{passed.low_micro / 1e6:.2f}-{passed.high_micro / 1e6:.2f}"
        lines.append(f"| {name} | {passed.errors} of {passed.count} | {span} | {review} | {passed.count - passed.errors - review} |")
    return lines


def rows(found: Iterable[Judged]) -> list[Row]:
    """Write, for each ambient light, how many bona fide recordings did not pass, and for each attack how many did."""
    groups: dict[str, list[Judged]] = {}
    for one in found:
        name = f"light.bpcer at {one.item.room.ambient_lux:.0f} lux" if one.item.attack is None else f"light.apcer, {one.item.attack}"
        groups.setdefault(f"{name} (simulated)", []).append(one)
    shares = {name: sum(bool(one.codes) == (one.item.attack is None) for one in group) / len(group) for name, group in groups.items()}
    return [Row(name, "share", share, None, len(groups[name])) for name, share in shares.items()]


def main() -> None:
    """Measure one half and print it; of the half `report` the rows are kept in bench/results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=people.HALVES, default="report")
    parser.add_argument("--each", action="store_true", help="print every recording")
    given: Any = parser.parse_args()
    found = judged(given.half, Places.from_env(os.environ).models)
    if given.each:
        for one in found:
            print(one.item.attack or "bona fide", one.item.clip, one.item.room.ambient_lux, one.item.room.screen_lux, one.codes, one.found)
    print("\n".join(table(found)))
    if given.half == "report":
        write("identity.light", rows(found))


if __name__ == "__main__":
    main()
