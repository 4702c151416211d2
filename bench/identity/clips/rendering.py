"""Owns the files of cases: pictures encoded once, joined with each sound, kept in the cache. Does not read them."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench.identity.attacks.animated import Animated
from bench.identity.cache import key_of, source_of
from bench.identity.cases import Case
from bench.identity.clips import film, sound, taken, writing
from bench.identity.clips.film import Film, Stage
from bench.identity.clips.sound import Sounds, Synthetic
from bench.identity.clips.writing import Container, join, write_picture

_WRITER: Final = source_of(writing)
_SOUND: Final = source_of(sound)


@dataclass(frozen=True)
class Recording:
    """A case's file. `picture_key` and `sound_key` name what its features depend on."""

    path: Path
    picture_key: str
    sound_key: str


def record(case: Case, stage: Stage, *, make: bool = True) -> Recording | None:
    """Make the file of a case, or find it: the same pictures are encoded once, whatever they sound like.

    None where it is not there and is not to be made.
    """
    picture = _picture(case, stage, make=make)
    if picture is None:
        return None
    seconds = float(picture.with_suffix(".seconds").read_text())
    sounds = _placed(case, stage)
    source = _SOUND if type(sounds).__module__ == sound.__name__ else source_of(sound, sys.modules[type(sounds).__module__])
    path = key_of((picture.stem, sounds), "recordings", source + _WRITER).with_suffix(".mp4" if case.container == "desktop" else ".webm")
    if not path.exists() and not make:
        return None
    if not path.exists():
        made = sounds.sound(seconds, stage)
        _whole(path, lambda part: join(part, picture, made, case.container))
    return Recording(path, picture.stem, f"{sounds!r} {case.container == 'desktop'} {source}")


def _picture(case: Case, stage: Stage, *, make: bool) -> Path | None:
    makers = [type(case.pictures), film, taken] + [type(one) for one in _inside(case.pictures)]
    path = key_of((case.pictures, case.container), "pictures", source_of(*_modules(makers)) + _WRITER)
    path = path.with_suffix(".mp4" if case.container == "desktop" else ".webm")
    if not path.exists() and not make:
        return None
    if not path.exists():
        _whole(path, lambda part: _write(part, case.pictures.film(stage), case.container))
    return path


def _write(part: Path, made: Film, container: Container) -> None:
    frames = list(made.frames)
    write_picture(part, replace(made, frames=frames), container, zlib.crc32(str(len(frames)).encode()))
    part.with_suffix(".seconds").write_text(f"{len(frames) / made.fps:.6f}")


def _placed(case: Case, stage: Stage) -> Sounds:
    """A synthetic voice begins when the lips of its picture do."""
    if isinstance(case.sounds, Synthetic) and isinstance(case.pictures, Animated):
        return replace(case.sounds, at_s=round(case.pictures.speech_start_s(stage), 3))
    return case.sounds


def _inside(recipe: object) -> list[object]:
    """Recipes that a recipe holds."""
    held = [value for value in vars(recipe).values() if hasattr(value, "film")]
    return [one for value in held for one in (value, *_inside(value))]


def _modules(classes: list[Any]) -> list[Any]:

    found = {one if not isinstance(one, type) else sys.modules[one.__module__] for one in classes}
    return sorted(found, key=lambda module: module.__name__)


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside, then put in place: what is there is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    write(part)
    seconds = part.with_suffix(".seconds")
    if seconds.exists():
        seconds.replace(path.with_suffix(".seconds"))
    part.replace(path)
