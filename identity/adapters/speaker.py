"""Owns the speaker embedding: a SpeechBrain EncoderClassifier on a local folder. Does not compare voices."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from identity.core.features import Floats
from identity.ports import Samples

_FOLDER = Path(__file__).with_name("speaker_encoder")


class SpeechBrainSpeaker:
    """A SpeakerEmbedder: SpeechBrain computes MFCC and runs the encoder of `speaker_encoder/hyperparams.yaml`."""

    def __init__(self, weights: Path) -> None:
        # its lazy modules raise at whoever looks at every module that is loaded, as some tests' tools do
        from speechbrain.inference.classifiers import EncoderClassifier  # noqa: PLC0415

        encoder = EncoderClassifier.from_hparams(
            source=str(_FOLDER), savedir=str(_FOLDER), overrides={"weights": str(weights)}, run_opts={"device": "cpu"}
        )
        assert encoder is not None
        self._encoder: Any = encoder

    @torch.inference_mode()
    def embed(self, samples: Samples) -> Floats:
        """See `identity.ports.SpeakerEmbedder`. 512 numbers."""
        sound = torch.from_numpy(samples.astype(np.float32) / 32768.0)
        vector = self._encoder.encode_batch(sound).reshape(-1).numpy().astype(np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)
