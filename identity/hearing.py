"""Owns turning one recording's sound into facts through the ports. Does not judge them, and is never told what was asked."""

from dataclasses import replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from identity.core.acoustics import channel_of, power_frames, room_of, speaking, stream_of
from identity.core.features import FaceTrack, SpeechFacts
from identity.core.fingerprint import audio_marks
from identity.core.landmarks import sound_landmarks
from identity.core.lipsync import lips_of, opening_of
from identity.core.sound import Heard, HeardWord, SoundFacts
from identity.ports import SAMPLE_RATE_HZ, Media, Samples, SpeakerEmbedder, SpeechRecogniser, SpeechSpan, VoiceActivity, VoiceLiveness

VOICE_WINDOW_S: Final = 2.0
VOICE_STEP_S: Final = 1.0
VOICE_LEAST_S: Final = 0.5
SHORT_WINDOW_S: Final = 0.8
SHORT_STEP_S: Final = 0.4
"""Stretches short enough that a voice which changes within a phrase shows."""
MOST_HEARD_S: Final = 30.0
"""What a recogniser sees at once. A longer recording is heard from its first speech on."""


class HearingModels(Protocol):
    """The models that sound needs."""

    @property
    def voice_activity(self) -> VoiceActivity:
        """Find speech."""
        ...

    @property
    def recogniser(self) -> SpeechRecogniser:
        """Recognise words, with times."""
        ...

    @property
    def second_recogniser(self) -> SpeechRecogniser:
        """Recognise words, by another network."""
        ...

    @property
    def voice_liveness(self) -> VoiceLiveness:
        """Judge whether a voice is synthetic."""
        ...

    @property
    def speaker(self) -> SpeakerEmbedder:
        """Embed voices."""
        ...


def listen(media: Media, face: FaceTrack, models: HearingModels, language: str = "en") -> tuple[SpeechFacts, SoundFacts]:
    """Read all of a recording's sound; finding speech is done once for both answers."""
    spans = models.voice_activity.spans(media.samples)
    sound = sound_of(media, face, spans, models, language)
    speech = speech_of(media.samples, spans, models, sound.texts[0])
    return replace(speech, landmarks=sound_landmarks(media.samples)), sound


def speech_of(samples: Samples, spans: tuple[SpeechSpan, ...], models: HearingModels, heard: str) -> SpeechFacts:
    """Read how much speech there is, and a voice vector a stretch."""
    speech = joined(samples, spans)
    vectors = [models.speaker.embed(window) for window in voice_windows(speech)]
    return SpeechFacts(
        heard=heard,
        speech_us=round(len(speech) / SAMPLE_RATE_HZ * 1e6),
        duration_us=round(len(samples) / SAMPLE_RATE_HZ * 1e6),
        window_embeddings=np.stack(vectors) if vectors else np.zeros((0, 1), np.float32),
        marks=audio_marks(samples),
    )


def sound_of(media: Media, face: FaceTrack, spans: tuple[SpeechSpan, ...], models: HearingModels, language: str = "en") -> SoundFacts:
    """Read words with times, lips against voice, whether the voice is synthetic, channel, room, and how the sound lies in the file."""
    samples = media.samples
    places = [(span.start, span.end) for span in spans]
    stream = stream_of(samples, media.sound_clock_us, media.facts.duration_us)
    power = power_frames(samples)
    speech = speaking(len(power), places)
    return SoundFacts(
        language=language,
        heard=_heard(samples, spans, models, language, stream.start_us),
        natural_score=models.voice_liveness.natural_score(joined(samples, spans)) if spans else float("nan"),
        lips=lips_of(face.times_us, opening_of(face), samples, places, stream.start_us),
        channel=channel_of(power, speech),
        room=room_of(power, speech),
        stream=stream,
        voices=short_voices(samples, spans, models),
        speech_us=tuple((at_us(first, stream.start_us), at_us(last, stream.start_us)) for first, last in places),
    )


def short_voices(samples: Samples, spans: tuple[SpeechSpan, ...], models: HearingModels) -> NDArray[np.float32]:
    """A voice vector for every short stretch of the speech, (stretches, n), in order."""
    speech, size, step = joined(samples, spans), int(SHORT_WINDOW_S * SAMPLE_RATE_HZ), int(SHORT_STEP_S * SAMPLE_RATE_HZ)
    vectors = [models.speaker.embed(speech[a : a + size]) for a in range(0, len(speech) - size + 1, step)]
    return np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)


def at_us(place: int, start_us: int) -> int:
    """Tell when a sample was taken, from the first picture."""
    return start_us + round(place / SAMPLE_RATE_HZ * 1e6)


def _heard(samples: Samples, spans: tuple[SpeechSpan, ...], models: HearingModels, language: str, start_us: int) -> tuple[Heard, ...]:
    """What both recognisers wrote, times from the first picture."""
    if not spans:
        return (Heard(""), Heard(""))
    first = spans[0].start if len(samples) > MOST_HEARD_S * SAMPLE_RATE_HZ else 0
    later = start_us + round(first / SAMPLE_RATE_HZ * 1e6)
    heard = [recogniser.listen(samples[first:], language) for recogniser in (models.recogniser, models.second_recogniser)]
    return tuple(Heard(h.text, tuple(_moved(word, later) for word in h.words)) for h in heard)


def _moved(word: HeardWord, by_us: int) -> HeardWord:
    return HeardWord(word.text, word.start_us + by_us, word.end_us + by_us, word.probability)


def cut_speech(samples: Samples, voice_activity: VoiceActivity) -> tuple[Samples, tuple[SpeechSpan, ...]]:
    """The speech alone, end to end, and where it was."""
    spans = voice_activity.spans(samples)
    return joined(samples, spans), spans


def joined(samples: Samples, spans: tuple[SpeechSpan, ...]) -> Samples:
    """The stretches end to end."""
    parts = [samples[s.start : s.end] for s in spans]
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)


def voice_windows(speech: Samples) -> list[Samples]:
    """Two seconds of speech every second; one shorter window when there is less; none below half a second."""
    size, step = int(VOICE_WINDOW_S * SAMPLE_RATE_HZ), int(VOICE_STEP_S * SAMPLE_RATE_HZ)
    if len(speech) < VOICE_LEAST_S * SAMPLE_RATE_HZ:
        return []
    if len(speech) <= size:
        return [speech]
    starts = [*range(0, len(speech) - size, step), len(speech) - size]
    return [speech[a : a + size] for a in starts]
