"""Owns that an actor's recording answers a challenge by identity's own rules, and that a swung photograph does not."""

import pytest

from identity.adapters.models import Models
from identity.core.challenge import Movement
from identity.core.checks.movements import movements
from identity.core.checks.solid import MIN_PARALLAX, blinks, read_depth
from identity.core.checks.words import normalised
from identity.extraction import extract
from serving.engines.portrait.actor import ACTORS, record, swing_flat

from .conftest import STILLS

ASKED = (Movement.LEFT, Movement.DOWN, Movement.RIGHT)
PHRASE = ("market", "sugar", "seven", "one", "four", "violin", "window")


@pytest.fixture(scope="module")
def judge(models_folder, tmp_path_factory):
    models = Models.load(models_folder)
    folder = tmp_path_factory.mktemp("takes")

    def features(data: bytes, name: str):
        path = folder / f"{name}.webm"
        path.write_bytes(data)
        return extract(path, models)

    return features


def test_an_actor_turns_blinks_and_speaks_what_was_asked(judge, face_models, speaker):
    still = (STILLS / "joon.jpg").read_bytes()
    take = record(still, ASKED, PHRASE, ACTORS["joon"], face_models, speaker, side_px=512, seed=7)
    seen = judge(take, "joon")
    assert movements(seen.face) == ASKED
    assert blinks(seen.face) >= 2
    assert read_depth(seen.face).parallax > MIN_PARALLAX
    assert max(seen.face.yaw_deg) >= 20 <= -min(seen.face.yaw_deg)
    assert normalised(seen.speech.heard) == PHRASE


def test_a_swung_photograph_neither_turns_nor_is_solid(judge):
    seen = judge(swing_flat((STILLS / "joon.jpg").read_bytes(), seconds=6, side_px=512), "flat")
    assert movements(seen.face) != ASKED
    assert blinks(seen.face) == 0 or read_depth(seen.face).parallax < MIN_PARALLAX
    assert not normalised(seen.speech.heard)
