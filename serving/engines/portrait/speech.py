"""Owns speaking a line with Kokoro-82M (Apache-2.0, int8, on a CPU). Is no voice clone: it picks one of five voices.

The voice is the one whose own sound lies nearest to the enrolled speaker's embedding where the caller can embed,
else one drawn from a stable hash, so that a cameo always speaks alike. It never speaks with the person's own voice.
"""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from serving.engines.portrait.pronounce import phonemes_of, words_of

SAMPLE_RATE_HZ: Final = 24_000
VOICES: Final = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
LOW_VOICES: Final = ("jm_kumo",)
HIGH_VOICES: Final = VOICES[:4]
_MAX_TOKENS: Final = 500
_QUIET: Final = 0.004
_PAUSES: Final = ".,!?"

Sound = NDArray[np.float32]


class Spoken(msgspec.Struct, frozen=True):
    """A spoken line: `samples` float32 mono in -1..1 at 24 kHz; `words` as said, each with its phonemes."""

    samples: Sound
    words: tuple[tuple[str, str], ...]


class KokoroSpeaker:
    """Speaks English. Holds one onnxruntime session; not for use from several threads at once."""

    def __init__(self, models: Path, threads: int = 1) -> None:
        """`models` holds `kokoro/` and `misaki/` as infra/models.toml names them. Nothing is loaded before it is used."""
        self._models = models
        self._threads = threads

    def say(self, text: str, voice: str, speed: float = 1.0, *, pause_between_words: bool = False) -> Spoken:
        """Speak a line. Words the model has no phoneme for are left out; an empty line gives no samples.

        `pause_between_words` puts a comma after each word, as one reads a list aloud. Raises ValueError for an
        unknown voice.
        """
        if voice not in VOICES:
            raise ValueError(f"no voice {voice}")
        words = [(word, self.phonemes(word)) for word in words_of(text)]
        spoken = tuple((word, sound) for word, sound in words if sound not in _PAUSES)
        joined = self._joined(words, pause=pause_between_words)
        if not spoken:
            return Spoken(np.zeros(0, np.float32), ())
        return Spoken(self._speak(joined, voice, speed), spoken)

    def load(self) -> None:
        """Load model, voices and lists now rather than at the first line."""
        for part in (self._session, self._vocabulary, self._styles, self._lists):
            del part

    def phonemes(self, word: str) -> str:
        """The phonemes of one word, or the pause itself."""
        return word if word in _PAUSES else phonemes_of(word, *self._lists)

    def _joined(self, words: list[tuple[str, str]], *, pause: bool) -> str:
        out = ""
        for _, sound in words:
            if sound in _PAUSES:
                out = out.rstrip(", ") + sound + " "
            else:
                out += sound + (", " if pause else " ")
        return out.rstrip(", ") + ("" if out.rstrip().endswith((".", "!", "?")) else ".")

    def _speak(self, phonemes: str, voice: str, speed: float) -> Sound:
        tokens = [self._vocabulary[p] for p in phonemes if p in self._vocabulary][:_MAX_TOKENS]
        styles = self._styles[voice]
        style = styles[min(len(tokens), len(styles)) - 1].reshape(1, 256).astype(np.float32)
        feed = {
            "tokens": np.asarray([[0, *tokens, 0]], np.int64),
            "style": style,
            "speed": np.asarray([speed], np.float32),
        }
        sound = np.asarray(self._session.run(None, feed)[0], np.float32).ravel()
        return _trimmed(sound)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(self._models / "kokoro" / "model.onnx"), options)

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return json.loads((self._models / "kokoro" / "vocab.json").read_text("utf-8"))["vocab"]

    @cached_property
    def _styles(self) -> dict[str, NDArray[np.float32]]:
        with np.load(self._models / "kokoro" / "voices.npz") as styles:
            return {name: styles[name] for name in styles.files}

    @cached_property
    def _lists(self) -> tuple[dict[str, object], ...]:
        folder = self._models / "misaki"
        return tuple(json.loads((folder / name).read_text("utf-8")) for name in ("us_gold.json", "us_silver.json"))


def voice_for(embedding: NDArray[np.float32] | None, median_pitch_hz: float | None) -> str:
    """Choose a voice that is always the same for the same speaker.

    A median pitch below 155 Hz takes the one low voice, any other one of the four high ones, drawn from a hash of
    the embedding's signs. 155 Hz lies between the usual ranges of men and women; unmeasured here.
    """
    if median_pitch_hz is not None and median_pitch_hz < 155:
        return LOW_VOICES[0]
    key = b"" if embedding is None else np.packbits(embedding > 0).tobytes()
    return HIGH_VOICES[hashlib.sha256(key).digest()[0] % len(HIGH_VOICES)]


def median_pitch_hz(samples: NDArray[np.float32], sample_rate_hz: int) -> float | None:
    """Median voice pitch by autocorrelation over 40 ms windows; None when nothing is voiced."""
    size = int(0.04 * sample_rate_hz)
    low, high = int(sample_rate_hz / 400), int(sample_rate_hz / 70)
    found = []
    for start in range(0, len(samples) - size, size):
        window = samples[start : start + size] - samples[start : start + size].mean()
        power = float(window @ window)
        if power < 1e-3 * size / 100:
            continue
        match = np.correlate(window, window, "full")[size - 1 :][low:high] / power
        if match.size and match.max() > 0.5:
            found.append(sample_rate_hz / (low + int(match.argmax())))
    return float(np.median(found)) if found else None


def _trimmed(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    if not loud.size:
        return np.zeros(0, np.float32)
    margin = SAMPLE_RATE_HZ // 50
    return np.clip(sound[max(0, loud[0] - margin) : loud[-1] + 2 * margin], -1, 1)
