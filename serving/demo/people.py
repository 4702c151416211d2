"""The actors: fictional people made by the project, who answer a challenge on a recording. No living person is animated."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.places import ROOT, Places
from serving.engines.portrait.actor import record, swing_flat
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker

ACTORS = ROOT / "infra" / "assets" / "actors"


@dataclass(frozen=True, slots=True)
class Actor:
    """A fictional person: a still and a voice."""

    still: str
    voice: str


@dataclass(frozen=True, slots=True)
class Take:
    """One recording, as a client hands it in."""

    recording: bytes
    media_type: str = "video/webm"
    camera: str = "project's animator"


ACTOR = Actor("maeve.jpg", "jf_alpha")


def answer_of(actor: Actor, phrase: Sequence[str], movements: Sequence[str]) -> Take:
    """Record the actor making the movements in order and speaking the phrase; no two takes are alike."""
    with FaceModels(_models()) as faces:
        still = (ACTORS / actor.still).read_bytes()
        return Take(record(still, movements, phrase, actor.voice, faces, _speaker(), seed=secrets.randbelow(2**31)))


def flat_photograph(actor: Actor) -> Take:
    """Record a printed photograph of the actor, swung before the camera."""
    return Take(swing_flat((ACTORS / actor.still).read_bytes(), seed=secrets.randbelow(2**31)))


@cache
def _speaker() -> KokoroSpeaker:
    return KokoroSpeaker(_models())


def _models() -> Path:
    return Places.from_env(os.environ).models
