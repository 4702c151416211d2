"""Owns the set of real models of one process. Does not fetch their files."""

import hashlib
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import torch

from identity.adapters.hearing import SileroVoiceActivity
from identity.adapters.media import SubprocessMediaDecoder
from identity.adapters.mediapipe_face import MediaPipeFaceReader
from identity.adapters.minifasnet import MiniFasNetLiveness
from identity.adapters.sface import SFaceEmbedder
from identity.adapters.speaker import SpeechBrainSpeaker
from identity.adapters.tiny_xception import TinyXceptionAge
from identity.adapters.voice_liveness import AasistVoiceLiveness
from identity.adapters.whisper import WhisperRecogniser
from identity.core.assessment import ModelVersion
from identity.errors import ModelMissingError

LANDMARKER: Final = "face_landmarker.task"
DETECTOR: Final = "face_detection_yunet_2023mar_int8bq.onnx"
EMBEDDER: Final = "face_recognition_sface_2021dec_int8bq.onnx"
LIVENESS: Final = ("2.7_80x80_MiniFASNetV2.pth", "4_0_0_80x80_MiniFASNetV1SE.pth")
SPEAKER: Final = "speaker_asv.pth"
RECOGNISER: Final = "whisper-base"
SECOND_RECOGNISER: Final = "whisper-tiny.en"
VOICE_LIVENESS: Final = "voice_aasist.pth"
AGE: Final = ("age_gender_model.bin", "age_gender_model-weights_manifest.json")
FILES: Final = (
    LANDMARKER,
    DETECTOR,
    EMBEDDER,
    *LIVENESS,
    *AGE,
    SPEAKER,
    VOICE_LIVENESS,
    f"{RECOGNISER}/model.bin",
    f"{SECOND_RECOGNISER}/model.bin",
)
"""Named as in infra/models.toml."""


class Models:
    """Every model, each loaded when it is first asked for and kept until `close`. One a process; not for threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def load(cls, folder: Path) -> "Models":
        """Look for the files; load nothing yet. Raises ModelMissingError naming every file that is absent.

        Sets torch to one thread in this process: the networks are small, and on two busy cores its pool made
        MiniFASNet ten times slower (190 ms against 19 a face).
        """
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise ModelMissingError(f"not in {folder}: {', '.join(missing)}")
        torch.set_num_threads(1)
        return cls(folder)

    @cached_property
    def decoder(self) -> SubprocessMediaDecoder:
        """Decode in a bounded child process."""
        return SubprocessMediaDecoder()

    @cached_property
    def faces(self) -> MediaPipeFaceReader:
        """Read faces with MediaPipe."""
        return MediaPipeFaceReader(self._folder / LANDMARKER)

    @cached_property
    def embedder(self) -> SFaceEmbedder:
        """Find faces with YuNet, embed with SFace."""
        return SFaceEmbedder(self._folder / DETECTOR, self._folder / EMBEDDER)

    @cached_property
    def liveness(self) -> MiniFasNetLiveness:
        """Judge texture with both MiniFASNets."""
        return MiniFasNetLiveness(*(self._folder / name for name in LIVENESS))

    @cached_property
    def age(self) -> TinyXceptionAge:
        """Estimate an age."""
        return TinyXceptionAge(*(self._folder / name for name in AGE))

    @cached_property
    def voice_activity(self) -> SileroVoiceActivity:
        """Find speech with silero."""
        return SileroVoiceActivity()

    @cached_property
    def recogniser(self) -> WhisperRecogniser:
        """Recognise words with whisper base, and where each lies."""
        return WhisperRecogniser(self._folder / RECOGNISER)

    @cached_property
    def second_recogniser(self) -> WhisperRecogniser:
        """Recognise words with whisper tiny, English alone, without the list: it hears digits that the first one leaves out."""
        return WhisperRecogniser(self._folder / SECOND_RECOGNISER, listed=False, aligned=False, beams=1)

    @cached_property
    def voice_liveness(self) -> AasistVoiceLiveness:
        """Judge with AASIST whether a voice is synthetic."""
        return AasistVoiceLiveness(self._folder / VOICE_LIVENESS)

    @cached_property
    def speaker(self) -> SpeechBrainSpeaker:
        """Embed voices with SpeechBrain."""
        return SpeechBrainSpeaker(self._folder / SPEAKER)

    def versions(self) -> tuple[ModelVersion, ...]:
        """The model files by their SHA-256; each file is read once a process."""
        return tuple(ModelVersion(name, _sha256(self._folder / name)) for name in FILES)

    def close(self) -> None:
        """Let every model go. May be called twice; the next use loads again."""
        for name in [name for name in self.__dict__ if not name.startswith("_")]:
            self.__dict__.pop(name, None)


@lru_cache(maxsize=len(FILES) * 2)
def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
