"""Owns recognition with Whisper in CTranslate2: words, and where each lies. Does not know what was asked."""

from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from identity.core.sound import Heard, HeardWord
from identity.core.spoken import normalised
from identity.core.words import DIGITS, WORDS
from identity.core.words_ko import DIGITS_KO, WORDS_KO
from identity.ports import SAMPLE_RATE_HZ, Samples

_MOST_TOKENS: Final = 64
"""Four times a phrase: a recogniser caught in a loop stops here."""
_WINDOW: Final = 30 * SAMPLE_RATE_HZ
"""What the model sees at once; what lies after it is not heard."""
_FRAMES_A_SECOND: Final = 100
_VOCABULARY: Final = {"en": ", ".join((*WORDS, *DIGITS)), "ko": " ".join((*DIGITS_KO, *WORDS_KO))}


class WhisperRecogniser:
    """A SpeechRecogniser. It may be told a whole list of words, never those that were asked.

    `listed`: give it the list as context. `aligned`: find where each word lies. Temperature 0: the same sound gives
    the same words.
    """

    def __init__(self, folder: Path, *, listed: bool = True, aligned: bool = True, beams: int = 5, threads: int = 2) -> None:
        self._whisper = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
        self._listed, self._aligned, self._beams = listed, aligned, beams

    def listen(self, samples: Samples, language: str = "en") -> Heard:
        """See `identity.ports.SpeechRecogniser`. A model of English alone hears nothing in another language."""
        if not len(samples) or (language != "en" and not self._whisper.model.is_multilingual):
            return Heard("")
        sound = samples[:_WINDOW].astype(np.float32) / 32768.0
        features = self._whisper.feature_extractor(sound)
        encoded = self._whisper.encode(pad_or_trim(features))
        tokenizer = self._tokenizer(language)
        text = self._text(encoded, tokenizer, _VOCABULARY[language] if self._listed else None)
        if not self._aligned:
            return Heard(text)
        return Heard(text, self._words(encoded, tokenizer, text, language, features.shape[-1]))

    @cache  # noqa: B019 - as many as there are languages, and the recogniser lives as long as its process
    def _tokenizer(self, language: str) -> Tokenizer:
        many = self._whisper.model.is_multilingual
        return Tokenizer(self._whisper.hf_tokenizer, many, task="transcribe", language=language)

    def _text(self, encoded: Any, tokenizer: Tokenizer, words: str | None) -> str:
        prompt = self._whisper.get_prompt(tokenizer, [], without_timestamps=True, hotwords=words)
        found = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=self._beams,
            max_length=len(prompt) + _MOST_TOKENS,
            suppress_blank=True,
            suppress_tokens=self._suppressed(tokenizer),
        )[0]
        return tokenizer.decode(found.sequences_ids[0]).strip()

    @staticmethod
    def _suppressed(tokenizer: Tokenizer) -> list[int]:
        own = (tokenizer.transcribe, tokenizer.translate, tokenizer.sot, tokenizer.sot_prev, tokenizer.sot_lm, tokenizer.no_speech)
        return sorted({*tokenizer.non_speech_tokens, *own})

    def _words(self, encoded: Any, tokenizer: Tokenizer, text: str, language: str, frames: int) -> tuple[HeardWord, ...]:
        """Align its own text, numbers written as words, so that each digit has a time of its own."""
        said = normalised(text, language)
        tokens = [tokenizer.encode(" " + word) for word in said]
        if not said:
            return ()
        text_tokens = [list(chain.from_iterable(tokens))]
        found = self._whisper.model.align(encoded, tokenizer.sot_sequence, text_tokens, frames, median_filter_width=7)[0]
        starts = _token_starts(np.asarray(found.alignments, np.int64), sum(map(len, tokens)))
        words, at = [], 0
        for word, own in zip(said, tokens, strict=True):
            first, last = starts[at], starts[at + len(own)]
            words.append(HeardWord(word, _us(first), _us(last), float(np.mean(found.text_token_probs[at : at + len(own)]))))
            at += len(own)
        return tuple(words)


def _token_starts(path: NDArray[np.int64], tokens: int) -> NDArray[np.int64]:
    """The first time index of every token on the path, and the last index of all."""
    starts = np.full(tokens + 1, path[-1, 1], np.int64)
    for token, time in path[::-1]:
        if token <= tokens:
            starts[token] = time
    return starts


def _us(index: int) -> int:
    return int(index) * 2 * 1_000_000 // _FRAMES_A_SECOND
