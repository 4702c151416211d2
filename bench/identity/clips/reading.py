"""Owns which stretches of read speech are used, and what is said in them. Does not make sound.

The corpus has no transcriptions of these readings. A stretch is used where two recognisers of different size wrote the same
words, so the check of words is measured on speech that a recogniser can read; on speech nobody chose, see the rows `words.*`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.identity.cache import cached
from bench.identity.clips.sound import Read, load
from bench.identity.clips.writing import SOUND_HZ
from bench.identity.people import Half, corpus, utterances
from identity.core.checks.words import normalised

SPEAKER_OF: Final = {
    "clip-d9": "1688",
    "clip-d12": "1998",
    "clip-nht": "2033",
    "clip-tvl": "2414",
    "clip-d3": "2609",
}
"""The voice laid under the pictures of somebody who does not speak in them, of the same half."""
LEAST_S, MOST_S, PAUSE_S = 1.9, 3.5, 0.12
_FIT_INTO_S: Final = 12.0


@dataclass(frozen=True)
class Said:
    """A stretch of an utterance (path below speech/long), and its words."""

    path: str
    start_s: float
    end_s: float
    words: tuple[str, ...]

    def read(self, at_s: float = 0.4, noise_db: float | None = None) -> Read:
        return Read(self.path, self.start_s, self.end_s, at_s, noise_db)


def sayings(speaker: str, models: Path) -> tuple[Said, ...]:
    """The stretches of a speaker, one an utterance at most."""
    found = (_stretch(one.path, models) for one in utterances() if one.speaker == speaker)
    return tuple(one for one in found if one is not None)


def voices_of(half: Half, models: Path) -> tuple[Said, ...]:
    """One stretch each of the speakers with a single recording, of a half: attackers' own voices."""
    found = (_stretch(one.path, models) for one in utterances(half, several=False))
    return tuple(one for one in found if one is not None)


def transcribed(path: str, models: Path) -> list[tuple[str, float, float]]:
    """The words of an utterance (path below speech/long) with their begin and end in seconds, by the larger recogniser."""
    return _transcribed(path, models)[0]


def _stretch(path: Path, models: Path) -> Said | None:
    words = _transcribed(path.relative_to(corpus() / "speech" / "long").as_posix(), models)
    large, small = words
    for last in range(3, len(large)):
        start, end = large[0][1], large[last][2]
        pause = large[last + 1][1] - end if last + 1 < len(large) else 1.0
        said = _plain(large[: last + 1])
        if LEAST_S <= end - start <= MOST_S and pause >= PAUSE_S and said == _plain(small)[: len(said)] and not _numbers(said):
            return Said(path.relative_to(corpus() / "speech" / "long").as_posix(), max(0.0, start - 0.05), end + 0.04, said)
    return None


def _plain(words: Sequence[tuple[str, float, float]]) -> tuple[str, ...]:
    return normalised(" ".join(word for word, _, _ in words))


def _numbers(said: tuple[str, ...]) -> bool:
    return any(word in normalised("0123456789 ten 20") for word in said)


@cached("transcript")
def _transcribed(path: str, _models: Path) -> tuple[list[tuple[str, float, float]], list[tuple[str, float, float]]]:
    """Words with their times, by whisper base and by whisper tiny.en; the first 12 s."""
    sound = load(corpus() / "speech" / "long" / path)[: round(_FIT_INTO_S * SOUND_HZ)]
    down = np.interp(np.arange(0, len(sound), 1.5), np.arange(len(sound)), sound).astype(np.float32)
    answers = []
    for name in ("whisper-base", "whisper-tiny.en"):
        segments, _ = _whisper(_models / name).transcribe(down, language="en", beam_size=5, temperature=0.0, word_timestamps=True)
        answers.append([(w.word, float(w.start), float(w.end)) for s in segments for w in s.words or ()])
    return answers[0], answers[1]


@cache
def _whisper(folder: Path) -> Any:
    from faster_whisper import WhisperModel  # noqa: PLC0415 -- only where a transcript is not kept yet

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
