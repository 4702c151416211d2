"""Owns what a case is, and lists the bona fide ones. Does not make media and does not judge.

A case is a recording and what it answers. The challenge is made to fit what the person really says and does; nobody's face
and voice are of one recording but `clip-aoc`'s, so the check of lips is left out for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.identity.clips.film import Pictures
from bench.identity.clips.reading import SPEAKER_OF, sayings
from bench.identity.clips.sound import Own, Sounds
from bench.identity.clips.windows import Shot, shots
from bench.identity.clips.writing import Container
from bench.identity.people import Half, half_of

NOISE_DB: Final = -15.0


@dataclass(frozen=True)
class Case:
    """One recording and its challenge. `kind` None: bona fide. `lips`: the mouth seen is the one heard, or the attack says it is.

    `own_voice`: the attacker speaks the phrase himself, live: checks of the voice's origin say nothing about him.
    `free`: numbers of other checks that count as passed. `replays`: the name of the case that was submitted before. `late`,
    `label`: how it comes in.
    """

    name: str
    kind: str | None
    person: str
    half: Half
    pictures: Pictures
    sounds: Sounds
    movements: tuple[str, ...]
    phrase: tuple[str, ...]
    container: Container = "captured"
    without: tuple[str, ...] = ()
    lips: bool = True
    own_voice: bool = False
    replays: str | None = None
    late: bool = False
    label: str = ""
    free: tuple[int, ...] = ()


PHYSICAL: Final = frozenset(
    {
        "photo_flat",
        "photo_curved",
        "photo_bent",
        "photo_eyes_cut_out",
        "screen_phone",
        "screen_tablet",
        "screen_monitor",
        "corpus_replay",
    }
)
"""Kinds held before a camera. All others are injected, or break the rules around a recording."""
RULES: Final = frozenset({"late_answer", "wrong_order", "replayed", "virtual_camera"})
"""Kinds that break a rule, with media nobody could tell from bona fide."""


def bona_fide(models: Path) -> Iterator[Case]:
    """Every shot of every window as a case."""
    for one in shots():
        yield bona_fide_case(one, models)


def bona_fide_case(shot: Shot, models: Path) -> Case:
    """Give a shot its sound: the person's own where they speak, else the voice that stands for them."""
    window, taken = shot.window, shot.taken
    noise = NOISE_DB if taken.wear == "noise" else None
    if window.spoken:
        end = window.end_s / 10_000  # under a millisecond: two windows from one start are two recipes
        sounds: Sounds = Own(window.clip, round(window.start_s + end, 6), noise)
        phrase = window.spoken
    else:
        said = sayings(SPEAKER_OF[window.person], models)
        chosen = said[int(window.start_s * 10) % len(said)]
        sounds, phrase = chosen.read(noise_db=noise), chosen.words
    way = ("m" if taken.mirrored else "") + ("r" if taken.reversed else "")
    return Case(
        f"{window.person}-{window.start_s:g}-{window.end_s:g}{way}-{taken.wear}",
        None,
        window.person,
        half_of(window.person),
        taken,
        sounds,
        shot.movements,
        phrase,
        without=() if window.turns else ("turn",),
        lips=bool(window.spoken),
        free=(3,) if window.unsure else (),
    )
