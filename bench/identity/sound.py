"""Measures the sound checks on what there is: `python -m bench.identity.sound [--small]` prints the tables of docs/identity.md, Sound.

Thresholds are chosen on the `fit` half and told on the `report` half. Features are kept (bench.identity.cache), so a second run
prints at once. Does not judge whole recordings: that is the bench of the whole.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import astuple

import numpy as np

from bench.identity import people, sound_media
from bench.identity.cache import cached
from bench.identity.sound_media import Sounding
from identity.adapters import aasist, voice_liveness
from identity.adapters.models import Models
from identity.core import acoustics
from identity.core.challenge import issue
from identity.core.sound import ChannelFacts, RoomFacts
from identity.hearing import joined
from infra.places import Places

Row = dict[str, float]


def phrases(count: int) -> list[str]:
    """The first phrases of fixed seeds."""
    return [" ".join(issue("bench", 0, place.to_bytes(32, "big")).phrase) for place in range(count)]


JUDGED = ("read", "loudspeaker", "kokoro", "given_fake")
"""Kinds that the anti-spoofing network is asked about: it is the slow one."""


@cached("sound", acoustics, sound_media)
def facts_of(one: Sounding, _models: Models) -> Row:
    """Everything that the sound says by itself."""
    samples = one.samples()
    spans = _models.voice_activity.spans(samples)
    power = acoustics.power_frames(samples)
    speaking = acoustics.speaking(len(power), [(s.start, s.end) for s in spans])
    channel, room = acoustics.channel_of(power, speaking), acoustics.room_of(power, speaking)
    stream = acoustics.stream_of(samples, np.zeros((0, 2), np.int64), 0)
    row = dict(zip(ChannelFacts.__dataclass_fields__, astuple(channel), strict=True))
    row |= dict(zip(RoomFacts.__dataclass_fields__, astuple(room), strict=True))
    return row | {"zeros_s": stream.zeros_us / 1e6, "repeat": stream.repeat}


@cached("natural", aasist, voice_liveness, sound_media)
def natural_of(one: Sounding, _models: Models) -> float:
    """What the anti-spoofing network says; nan for kinds that it is not asked about."""
    if one.kind not in JUDGED:
        return float("nan")
    samples = one.samples()
    return _models.voice_liveness.natural_score(joined(samples, _models.voice_activity.spans(samples)))


def soundings(*, small: bool) -> list[Sounding]:
    """What is measured; `small`: an eighth of it."""
    said = phrases(6)
    all_of = [
        one for half in people.HALVES for one in (*sound_media.readings(half), *sound_media.splices(half), *sound_media.fakes(half, said))
    ]
    return all_of[::8] if small else all_of


BONA_FIDE = ("read", "read_noise", "read_room")


def told(rows: list[tuple[Sounding, Row]], name: str, *, kinds: Iterable[str]) -> None:
    """Print one measure's spread by kind and half, and the area under the curve against read speech."""
    print(f"\n{name}: half, kind, n, 5 % 25 % 50 % 75 % 95 %, AUC against read speech (below .5: attacks read lower)")
    for half in people.HALVES:
        own = _values(rows, half, BONA_FIDE, name)
        for kind in (*BONA_FIDE, *kinds):
            these = _values(rows, half, (kind,), name)
            if len(these):
                area = np.mean([(x > own).mean() + (x == own).mean() / 2 for x in these])
                print(
                    f"  {half:6} {kind:12} {len(these):3} ", np.round(np.quantile(these, [0.05, 0.25, 0.5, 0.75, 0.95]), 3), f"{area:.2f}"
                )


def _values(rows: list[tuple[Sounding, Row]], half: str, kinds: Iterable[str], name: str) -> np.ndarray:
    found = np.asarray([row[name] for one, row in rows if one.half == half and one.kind in kinds], float)
    return found[np.isfinite(found)]


def timed(what: str, seconds: float, do: Callable[[], object]) -> None:
    """Print CPU time a recorded second."""
    do()
    began = time.process_time()
    for _ in range(3):
        do()
    print(f"  {what:24} {(time.process_time() - began) / 3 / seconds * 1000:7.1f} ms a recorded second")


def costs(models: Models) -> None:
    """Print what each part costs, on one recording of 10 s with 4 s of speech."""
    speech = next(iter(people.utterances("fit"))).path
    sound = np.zeros(160_000, np.int16)
    taken = (sound_media.read(speech)[:64_000] * 32767).astype(np.int16)
    sound[64_000 : 64_000 + len(taken)] = taken
    sound = sound + np.random.default_rng(1).normal(0, 8, len(sound)).astype(np.int16)
    spans = models.voice_activity.spans(sound)
    print("\ncost, CPU on one core, 10 s recorded:")
    timed("speech spans", 10, lambda: models.voice_activity.spans(sound))
    timed("first recogniser, times", 10, lambda: models.recogniser.listen(sound))
    timed("second recogniser", 10, lambda: models.second_recogniser.listen(sound))
    timed("anti-spoofing network", 10, lambda: models.voice_liveness.natural_score(joined(sound, spans)))
    timed("channel, room", 10, lambda: _acoustic(sound, [(s.start, s.end) for s in spans]))
    timed("stream", 10, lambda: acoustics.stream_of(sound, np.zeros((0, 2), np.int64), 0))


def _acoustic(sound: np.ndarray, spans: list[tuple[int, int]]) -> None:
    power = acoustics.power_frames(sound)
    speaking = acoustics.speaking(len(power), spans)
    acoustics.channel_of(power, speaking)
    acoustics.room_of(power, speaking)


def main() -> None:
    """Print every table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--small", action="store_true", help="an eighth of the sounds")
    asked.add_argument("--cost", action="store_true", help="only what each part costs")
    given = asked.parse_args()
    models = Models.load(Places.from_env(os.environ).models)
    if not given.cost:
        rows = [(one, facts_of(one, models) | {"natural": natural_of(one, models)}) for one in soundings(small=given.small)]
        counts: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one, _ in rows:
            counts[one.half, one.kind].add(one.person)
        print("people:", {f"{half} {kind}": len(who) for (half, kind), who in counts.items()})
        for name in ("natural",):
            told(rows, name, kinds=("loudspeaker", "kokoro", "given_fake"))
        for name in ("above_db", "cutoff_hz", "floor_db"):
            told(rows, name, kinds=("loudspeaker", "kokoro"))
        for name in ("jump_db", "change_db", "breath_s", "zeros_s", "repeat"):
            told(rows, name, kinds=("spliced", "kokoro", "loudspeaker"))
    costs(models)


if __name__ == "__main__":
    main()
