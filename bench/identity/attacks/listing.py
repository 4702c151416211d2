"""Lists every attack of the bench. Owns how many of each kind; draws are from fixed seeds. Makes no media."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bench.identity.attacks.animated import Animated
from bench.identity.attacks.injected import TRICKS, WAYS, Injected, Swapped
from bench.identity.attacks.paper import SHAPES, Paper
from bench.identity.attacks.screens import SCREENS, Replay
from bench.identity.attacks.stills import Shown
from bench.identity.cases import Case, bona_fide_case
from bench.identity.clips.reading import voices_of
from bench.identity.clips.sound import Loudspeaker, Spliced, Synthetic
from bench.identity.clips.taken import Taken
from bench.identity.clips.windows import WINDOWS, Window, shot
from bench.identity.people import HALVES, Half, digits, half_of, stills, voices
from bench.identity.sound_attacks import put_together
from identity.core.words import DIGITS, WORDS

_TURNS: Final = ("left", "right", "up", "down")
_FRAMES: Final = (
    ("clip-tvl", "bona_fide/tvl_real.mp4", 0.3),
    ("clip-d9", "bona_fide/driving_d9.mp4", 3.0),
    ("clip-d12", "bona_fide/driving_d12.mp4", 0.3),
    ("clip-d3", "bona_fide/driving_d3.mp4", 6.4),
    ("clip-aoc", "bona_fide/sadtalker_AOC.mp4", 4.6),
    ("clip-vasa", "attack/vx_vasa-1_10.mp4", 2.9),
)
_OF_THE_CORPUS: Final = (
    ("corpus_replay", "clip-tvl", "attack/tvl_fake.mp4", 0.0, 4.6, ()),
    ("corpus_replay", "clip-tvl", "attack/tvl_fake.mp4", 4.2, 9.2, ("left",)),
    ("corpus_replay", "clip-tvl", "attack/tvl_fake.mp4", 9.2, 14.2, ("right",)),
    ("corpus_replay", "clip-tvl", "attack/tvl_fake.mp4", 13.8, 19.6, ("down", "up")),
    ("corpus_replay", "clip-tvl", "attack/tvl_fake.mp4", 16.8, 21.2, ("up",)),
    ("corpus_replay", "clip-manikantha", "attack/manikantha_fake.mp4", 0.0, 4.8, ()),
    ("corpus_replay", "clip-manikantha", "attack/manikantha_fake.mp4", 4.8, 9.6, ()),
    ("corpus_replay", "clip-manikantha", "attack/manikantha_fake.mp4", 9.4, 14.4, ()),
    ("corpus_replay", "clip-nht-train", "attack/nht_train1.mp4", 0.0, 4.2, ("left",)),
    ("corpus_replay", "clip-nht-train", "attack/nht_train1.mp4", 0.3, 5.0, ("left", "right")),
    ("generated", "clip-vasa", "attack/vx_vasa-1_10.mp4", 0.0, 5.0, ()),
    ("generated", "clip-vasa", "attack/vx_vasa-1_10.mp4", 5.0, 10.0, ()),
    ("generated", "clip-vasa", "attack/vx_vasa-1_10.mp4", 10.0, 15.0, ()),
    ("generated", "clip-vasa", "attack/vx_vasa-1_10.mp4", 2.5, 7.5, ()),
)
"""Where the movements shown are not told, the attack is given the challenge that it reads as: the check of movements is then
not what stops it."""
_EDITED_S: Final = 7.5
"""Films put together are made of stretches shorter than this: seven of each half."""
MOVED: Final = (3,)
SAID: Final = (3, 6)
"""Checks that count as passed: of movements, where an attack shows real ones; of words too, where real speech says them. What
the bench's own makeshift challenges fail must not count as a defence."""
READ_AS_DONE: Final = ("*",)
"""A challenge that asks for whatever is read: for attacks whose movements nobody wrote down."""


def attacks(models: Path) -> Iterator[Case]:
    """Every attack."""
    yield from _papers(models)
    yield from _replays(models)
    yield from _of_the_corpus(models)
    yield from _animations()
    yield from _sounds(models)
    yield from _edits(models)
    yield from _rules(models)


def _papers(models: Path) -> Iterator[Case]:
    shown = [(one.person, one.half, Shown(f"photos/{one.path.name}")) for one in stills()]
    shown += [(person, half_of(person), Shown(path, at_s)) for person, path, at_s in _FRAMES]
    for shape in SHAPES:
        for place, (person, half, still) in enumerate(shown):
            if (shape == "eyes_cut_out" and place % 2) or (shape in ("curved", "bent") and still.at_s is not None):
                continue
            chance = random.Random(f"{shape}{place}")
            asked = _drawn(chance, 3)
            voice = _voice(half, place, models)
            yield Case(
                f"photo_{shape}-{place}", f"photo_{shape}", person, half, Paper(still, shape, asked, place), voice.read(), asked,
                voice.words, lips=True, own_voice=True,
            )  # fmt: skip


def _replays(models: Path) -> Iterator[Case]:
    shown = [(w, way) for way in "FM" for w in WINDOWS if w.seconds < (6 if way == "F" else 4.5)]
    for place, (window, way) in enumerate(shown):
        for number, screen in enumerate(SCREENS):
            seen = shot(window, way)
            made = Replay(replace(seen.taken, slow=True), screen, place + number)
            half = half_of(window.person)
            voice = _voice(half, place, models)
            yield Case(
                f"screen_{screen}-{place}", f"screen_{screen}", window.person, half, made, voice.read(),
                seen.movements, voice.words, without=() if window.turns else ("turn",), own_voice=True, free=MOVED,
            )  # fmt: skip


def _of_the_corpus(models: Path) -> Iterator[Case]:
    for place, (kind, person, clip, start_s, end_s, asked) in enumerate(_OF_THE_CORPUS):
        voice = _voice(half_of(person), place, models)
        for mirrored in (False, True) if asked else (False,):
            made = Taken(clip, start_s, end_s, mirrored=mirrored, slow=True)
            swapped = tuple({"left": "right", "right": "left"}.get(m, m) for m in asked) if mirrored else asked
            yield Case(
                f"{kind}-{place}{'m' if mirrored else ''}", kind, person, half_of(person), made,
                voice.read(), swapped or READ_AS_DONE, voice.words, own_voice=True,
                without=("turn",) if kind == "generated" else (), free=MOVED,
            )  # fmt: skip


def _animations() -> Iterator[Case]:
    shown: list[tuple[str, Half, Shown]] = [(one.person, one.half, Shown(f"photos/{one.path.name}")) for one in stills()]
    shown += [(person, half_of(person), Shown(path, at_s)) for person, path, at_s in _FRAMES]
    shown += [("actor-maeve", "fit", Shown("maeve.jpg", actor=True)), ("actor-joon", "fit", Shown("joon.jpg", actor=True))]
    for shaded in (False, True):
        for place, (person, half, still) in _some(shown, 15, first=9 * shaded):
            chance = random.Random(f"animated{place}{shaded}")
            asked = _drawn(chance, 2)
            spoken = random.Random(f"spoken{half}{place % 6}")
            phrase, voice = _phrase(spoken), spoken.choice(voices(half))
            kind = "animated_shaded" if shaded else "animated"
            made = Animated(still, asked, phrase, voice, shaded, place)
            yield Case(f"{kind}-{place}", kind, person, half, made, Synthetic(phrase, voice, -1.0), asked, phrase)


def _some(shown: list[Any], count: int, *, first: int) -> list[tuple[int, Any]]:
    """So many of a list, begun there and taken round."""
    return [(place % len(shown), shown[place % len(shown)]) for place in range(first, first + count)]


def _sounds(models: Path) -> Iterator[Case]:
    """Another sound under a real picture: digits put together, somebody else's reading, a synthetic voice, a loudspeaker."""
    bases = [replace(bona_fide_case(shot(w, way), models), free=MOVED) for w in WINDOWS for way in "FM" if w.seconds < 10]
    for place, base in enumerate(bases):
        chance = random.Random(f"sounds{place // 2}")
        speakers = tuple(sorted({one.speaker for one in digits(base.half)}))
        mixed = speakers if place // 2 % 3 == 0 else (speakers[place // 2 % len(speakers)],)
        spliced = Spliced(mixed, tuple(chance.sample(range(10), 5)), place // 2, chance.choice((0.05, 0.15, 0.25)))
        yield replace(base, name=f"spliced_digits-{place}", kind="spliced_digits", sounds=spliced, phrase=spliced.phrase, lips=True)
        voice = _voice(base.half, place + 3, models)
        yield replace(base, name=f"dubbed_lips-{place}", kind="dubbed_lips", sounds=voice.read(), phrase=voice.words, lips=True, free=SAID)
        room = Loudspeaker(base.sounds, place // 2 % 4)
        yield replace(base, name=f"loudspeaker-{place}", kind="loudspeaker", sounds=room)
        if place % 2 == 0:
            phrase = _phrase(chance)
            synthetic = Synthetic(phrase, chance.choice(voices(base.half)), 0.4)
            yield replace(base, name=f"synthetic_voice-{place}", kind="synthetic_voice", sounds=synthetic, phrase=phrase, lips=True)
    yield from put_together(bases, models)


def _edits(models: Path) -> Iterator[Case]:
    for half in HALVES:
        films = [bona_fide_case(shot(w), models) for w in WINDOWS if half_of(w.person) == half and w.seconds < _EDITED_S]
        for place, base in enumerate(films):
            for number, trick in enumerate(TRICKS):
                made = Injected(base.pictures, trick, (place + number) % WAYS)
                yield replace(base, name=f"{trick}-{half}-{place}", kind=f"frames_{trick}", pictures=made, free=SAID)
    bases = [replace(bona_fide_case(shot(w), models), free=SAID) for w in _short()]
    for place, base in enumerate(bases):
        for container in ("named", "even", "desktop"):
            yield replace(base, name=f"container_{container}-{place}", kind=f"container_{container}", container=container)
        other = bases[(place + 2) % len(bases)]
        if place < len(bases) // 2:
            first, second = Swapped(base.pictures, other.pictures), Swapped(other.pictures, base.pictures)
            for number, both in enumerate((first, second)):
                yield replace(base, name=f"swapped_face-{place}-{number}", kind="swapped_face", pictures=both, movements=READ_AS_DONE)


def _rules(models: Path) -> Iterator[Case]:
    """Media of bona fide cases that come late, answer another order, come again, or from a camera that is none."""
    for place, window in enumerate(WINDOWS):
        base = replace(bona_fide_case(shot(window), models), free=SAID)
        yield replace(base, name=f"late_answer-{place}", kind="late_answer", late=True)
        yield replace(base, name=f"virtual_camera-{place}", kind="virtual_camera", label="OBS Virtual Camera")
        again = replace(bona_fide_case(shot(window, "F", "compressed"), models), free=SAID)
        yield replace(again, name=f"replayed-{place}", kind="replayed", replays=base.name)
        for number, other in enumerate(() if window.unsure else _other_orders(window)):
            yield replace(base, name=f"wrong_order-{place}-{number}", kind="wrong_order", movements=other, free=(6,))


def _other_orders(window: Window) -> list[tuple[str, ...]]:
    done = window.movements
    if len(set(done)) > 1:
        return [done[::-1]] if done[::-1] != done else [(*done[1:], done[0])]
    return [(*done, "left" if done[0] != "left" else "right"), ("down" if done[0] != "down" else "up",)]


def _short() -> list[Window]:
    return [WINDOWS[k] for k in (2, 7, 10, 4)]


def _voice(half: Half, place: int, models: Path):  # noqa: ANN202
    found = voices_of(half, models)
    return found[place % len(found)]


def _drawn(chance: random.Random, count: int) -> tuple[str, ...]:
    while True:
        asked = tuple(chance.sample(_TURNS, count))
        if {"left", "right"} & set(asked):
            return asked


def _phrase(chance: random.Random) -> tuple[str, ...]:
    words, numbers = chance.sample(sorted(WORDS), 2), chance.sample(sorted(DIGITS), 3)
    return (words[0], *numbers, words[1])
