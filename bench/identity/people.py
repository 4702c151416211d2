"""Lists who is in the corpus, which half each belongs to, and where their media are. Does not read media.

The split is by person and was fixed before anything was measured: what is fitted or chosen is fitted on `fit`, what is
reported is measured on `report`, and nobody is in both. Names stand for people of published test media; nothing of them
enters the repository but these numbers.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from infra.places import ROOT

Half = Literal["fit", "report"]
HALVES: Final[tuple[Half, ...]] = ("fit", "report")

_CLIPS: Final[Mapping[str, tuple[str, Half]]] = {
    "bona_fide/driving_d9.mp4": ("clip-d9", "fit"),
    "bona_fide/driving_d12.mp4": ("clip-d12", "fit"),
    "bona_fide/nht_public0.mp4": ("clip-nht", "fit"),
    "bona_fide/tvl_real.mp4": ("clip-tvl", "report"),
    "bona_fide/driving_d3.mp4": ("clip-d3", "report"),
    "bona_fide/sadtalker_AOC.mp4": ("clip-aoc", "report"),
    "attack/manikantha_fake.mp4": ("clip-manikantha", "fit"),
    "attack/tvl_fake.mp4": ("clip-tvl", "report"),
    "attack/nht_train1.mp4": ("clip-nht-train", "report"),
    "attack/vx_vasa-1_10.mp4": ("clip-vasa", "report"),
}
_BIG_CLUSTER: Final = "img1.jpg"
"""The photographs of one person, half of all, are `fit`; those of the other people are `report`."""
_SPEAKERS_REPORT: Final = frozenset({"2414", "2609", "3005", "lucas", "theo"})
_VOICES: Final[Mapping[str, Half]] = {
    "jm_kumo": "fit",
    "jf_gongitsune": "fit",
    "jf_nezumi": "report",
    "jf_alpha": "report",
    "jf_tebukuro": "report",
}


class CorpusMissingError(Exception):
    """CAMEO_CORPUS (default ../shared/corpus) is not there."""


@dataclass(frozen=True)
class Clip:
    """One video of the corpus. `attack` as the folder says; `person` and `half` by the table above."""

    path: Path
    person: str
    half: Half
    attack: bool

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


@dataclass(frozen=True)
class Still:
    """One photograph of somebody."""

    path: Path
    person: str
    half: Half


@dataclass(frozen=True)
class Utterance:
    """One recording of a speaker reading: LibriSpeech (`long`, `clean`) in FLAC, 16 kHz."""

    path: Path
    speaker: str
    half: Half


@dataclass(frozen=True)
class Digit:
    """One spoken digit of the free spoken digit set: 8 kHz."""

    path: Path
    digit: int
    speaker: str
    half: Half
    take: int


def corpus() -> Path:
    """Where the corpus lies. Raises CorpusMissingError."""
    folder = Path(os.environ.get("CAMEO_CORPUS") or ROOT.parent / "shared" / "corpus")
    if not (folder / "face").is_dir():
        raise CorpusMissingError(f"no corpus at {folder}: set CAMEO_CORPUS")
    return folder


def clips(half: Half | None = None, *, attack: bool | None = None) -> tuple[Clip, ...]:
    """List the videos, of one half or both, bona fide or attacks or both."""
    found = [Clip(corpus() / "face" / name, person, of, name.startswith("attack/")) for name, (person, of) in _CLIPS.items()]
    return tuple(one for one in found if half in (None, one.half) and attack in (None, one.attack))


def stills(half: Half | None = None) -> tuple[Still, ...]:
    """List the photographs, people told apart by the labelled pairs."""
    cluster = _clusters()
    big = cluster[_BIG_CLUSTER]
    found = [
        Still(corpus() / "face" / "photos" / name, f"photo-{of}", "fit" if of == big else "report") for name, of in sorted(cluster.items())
    ]
    return tuple(one for one in found if half in (None, one.half))


def same_pairs() -> Iterator[tuple[Path, Path, bool]]:
    """The labelled pairs of photographs: two paths, and whether they show one person."""
    folder = corpus() / "face" / "photos"
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield folder / row["a"], folder / row["b"], row["same"] == "1"


def utterances(half: Half | None = None, *, several: bool | None = None) -> tuple[Utterance, ...]:
    """List read speech; `several`: only speakers with several recordings (True), with one (False)."""
    folder = corpus() / "speech" / "long"
    many = [Utterance(p, p.parent.name, _half_of(p.parent.name)) for p in sorted(folder.glob("[0-9]*/*.flac"))]
    one = [Utterance(p, p.name.split("-")[0], HALVES[place % 2]) for place, p in enumerate(sorted((folder / "clean").glob("*.flac")))]
    found = ([] if several is False else many) + ([] if several is True else one)
    return tuple(each for each in found if half in (None, each.half))


def digits(half: Half | None = None) -> tuple[Digit, ...]:
    """List spoken digits: 4 speakers, 12 takes of each digit."""
    found: list[Digit] = []
    for path in sorted((corpus() / "speech" / "digits_fsdd").glob("*.wav")):
        digit, speaker, take = path.stem.split("_")
        found.append(Digit(path, int(digit), speaker, _half_of(speaker), int(take)))
    return tuple(one for one in found if half in (None, one.half))


def rooms() -> tuple[Path, ...]:
    """Impulse responses of rooms, for a loudspeaker's sound."""
    return tuple(sorted((corpus() / "speech" / "rirs").glob("*.wav")))


def voices(half: Half | None = None) -> tuple[str, ...]:
    """Synthetic voices, split like people."""
    return tuple(name for name, of in _VOICES.items() if half in (None, of))


def half_of(person: str) -> Half:
    """Tell the half of a person who is named in a clip. Raises KeyError."""
    return next(half for name, half in _CLIPS.values() if name == person)


def _half_of(speaker: str) -> Half:
    return "report" if speaker in _SPEAKERS_REPORT else "fit"


def _clusters() -> dict[str, str]:
    """Photograph -> its person, named by the first of their photographs."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for a, b, same in same_pairs():
        first, second = sorted((top(a.name), top(b.name)))
        if same:
            above[second] = first
    return {name: top(name).removesuffix(".jpg") for name in above}
