"""Owns embedding English sentences with all-MiniLM-L6-v2, read from the models folder. Decides nothing by them.

A plain numpy forward pass over the memory-mapped weights: six small layers, so that neither the judge nor the API loads torch.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from serving.core.judging import Lexicon, Meaning

FOLDER = "all-MiniLM-L6-v2"
VERSION = "all-MiniLM-L6-v2-53aa5117"
"""The model and the beginning of its sha256 in infra/models.toml."""
LAYERS, HEADS, WIDTH = 6, 12, 384
TOKENS_MAX = 128
KEPT = 4096
"""Embeddings kept in memory, the longest unused thrown away: 1.5 KB each."""
_EPSILON = 1e-12
_WIDTH_OF_LENGTH = 8

type_floats = NDArray[np.float32]


class MiniLm:
    """Compares English sentences by cosine. Safe to share between threads. Raises on files that are not the model's."""

    def __init__(self, models: Path) -> None:
        """Map the weights of the folder of infra/models.toml; reads little until the first sentence."""
        self._weights = _mapped(models / FOLDER / "model.safetensors")
        self._tokenizer: Any = Tokenizer.from_file(str(models / FOLDER / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS_MAX)
        self._kept: OrderedDict[str, type_floats] = OrderedDict()
        self._lock = Lock()

    @property
    def version(self) -> str:
        """Name the model."""
        return VERSION

    def alike(self, topics: Sequence[str], sentences: Sequence[str]) -> list[list[float]]:
        """Give cosines, a row for each topic, a column for each sentence."""
        if not topics or not sentences:
            return [[] for _ in topics]
        return (self._embedded(topics) @ self._embedded(sentences).T).tolist()

    def _embedded(self, texts: Sequence[str]) -> type_floats:
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> type_floats:
        with self._lock:
            found = self._kept.get(text)
            if found is None:
                found = self._kept[text] = self._embed(text)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(text)
            return found

    def _embed(self, text: str) -> type_floats:
        """Embed one text: mean of its tokens' last states, length 1."""
        ids = self._tokenizer.encode(text).ids
        states = self._weights["embeddings.word_embeddings.weight"][ids]
        states = states + self._weights["embeddings.position_embeddings.weight"][: len(ids)]
        states = self._normed(states + self._weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            states = self._layer(states, f"encoder.layer.{layer}")
        mean = states.mean(axis=0)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    def _layer(self, states: type_floats, name: str) -> type_floats:
        split = (len(states), HEADS, WIDTH // HEADS)
        query, key, value = (
            self._dense(states, f"{name}.attention.self.{part}").reshape(split).transpose(1, 0, 2) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(WIDTH // HEADS))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        seen = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        mixed = self._dense(seen.transpose(1, 0, 2).reshape(len(states), WIDTH), f"{name}.attention.output.dense")
        states = self._normed(states + mixed, f"{name}.attention.output.LayerNorm")
        inner = self._dense(states, f"{name}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.sqrt(np.float32(2))))
        return self._normed(states + self._dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _dense(self, states: type_floats, name: str) -> type_floats:
        return states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, states: type_floats, name: str) -> type_floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def meaning_of(models: Path) -> MiniLm | None:
    """Load the model; None where its files are missing or are not it: then whatever only it could tell is uncertain."""
    try:
        return MiniLm(models)
    except (OSError, ValueError, KeyError, Exception):  # noqa: BLE001 -- tokenizers raises plain Exception for a file that is none
        return None


def embed_examples(lexicon: Lexicon, meaning: Meaning) -> None:
    """Embed every example beforehand (about 5 s of one core), so that the first verdict does not wait for it."""
    examples = [example for concept in lexicon.concepts.values() for example in (concept.topic, *concept.examples) if example]
    examples += [example for block in lexicon.blocks for example in block.examples]
    meaning.alike([*examples, *lexicon.harmless], ["a"])


def _mapped(path: Path) -> dict[str, type_floats]:
    """Map a safetensors file of float32: 8 bytes of length, JSON of offsets, the numbers."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_WIDTH_OF_LENGTH), "little")
        header: dict[str, Any] = json.loads(file.read(length))
    start = _WIDTH_OF_LENGTH + length
    whole = np.memmap(path, dtype=np.uint8, mode="r")
    return {
        name: whole[start + one["data_offsets"][0] : start + one["data_offsets"][1]].view(np.float32).reshape(one["shape"])
        for name, one in header.items()
        if name != "__metadata__" and one["dtype"] == "F32"
    }
