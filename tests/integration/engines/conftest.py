"""Owns the parts of the portrait's tests: models, and an actor's recording made once a session."""

from pathlib import Path

import pytest

from identity.adapters.models import Models
from identity.handlers import extract_assets
from serving.engines.portrait.actor import ACTORS, record
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker

STILLS = Path(__file__).resolve().parents[3] / "infra" / "assets" / "actors"


@pytest.fixture(scope="session")
def models_folder(tools) -> Path:
    return tools.models


@pytest.fixture(scope="session")
def face_models(models_folder):
    with FaceModels(models_folder) as models:
        yield models


@pytest.fixture(scope="session")
def speaker(models_folder):
    return KokoroSpeaker(models_folder)


@pytest.fixture(scope="session")
def enrolled(models_folder, face_models, speaker, tmp_path_factory):
    """The assets of an actor, cut by identity from a recording as an enrolment cuts them."""
    still = (STILLS / "maeve.jpg").read_bytes()
    take = record(still, ("left",), ("market", "seven"), ACTORS["maeve"], face_models, speaker, side_px=512, seed=3)
    path = tmp_path_factory.mktemp("actor") / "take.webm"
    path.write_bytes(take)
    models = Models.load(models_folder)
    yield extract_assets(path, models)
    path.unlink()
