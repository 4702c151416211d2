"""Owns what a finished portrait must show, read from its bytes by a reader that knows no engine."""

import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from identity.assets import read_face
from serving.core.plan import Line, plan_from_prompt
from serving.engines.port import MARK_VISIBLE, EngineError, LikenessError, ObligationError, film
from serving.engines.portrait import PortraitEngine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "engines"))
from reader import contact_sheet, mark_scores, read_film

PROMPT = 'on a beach, she says "Hello friends, this morning the water is perfectly calm."'
SHEETS = Path(__file__).resolve().parents[3] / "var" / "cache" / "engines"


@pytest.fixture(scope="module")
def engine(models_folder):
    engine = PortraitEngine(models_folder)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def made(engine, enrolled):
    plan = plan_from_prompt(PROMPT, "cameo-1", "민아")
    steps = []
    data = film(engine.render(plan, {"cameo-1": enrolled}, [MARK_VISIBLE], lambda done, total: steps.append((done, total))))
    return plan, data, steps


@pytest.fixture(scope="module")
def reading(made, models_folder, enrolled):
    SHEETS.mkdir(parents=True, exist_ok=True)
    (SHEETS / "portrait.png").write_bytes(contact_sheet(made[1]))
    return read_film(made[1], models_folder, read_face(enrolled["face"]).embedding_array(), "AI · @민아")


def test_the_film_has_the_size_rate_length_and_codecs_of_its_plan(made, reading):
    plan, _, steps = made
    assert (reading.width_px, reading.height_px, reading.fps) == (512, 512, 24)
    assert reading.codecs == ("h264", "aac")
    assert reading.seconds >= 5
    assert abs(reading.seconds - plan.duration_ms / 1000) < 0.1
    assert abs(reading.sound_seconds - reading.seconds) < 0.15
    assert steps == [(n, plan.frames) for n in range(1, plan.frames + 1)]


def test_the_mouth_follows_the_speech_within_80_ms(reading):
    assert reading.mouth_r >= 0.5
    assert abs(reading.mouth_lag_ms) <= 80


def test_the_face_is_the_enrolled_one_on_95_of_100_frames(reading):
    assert (reading.similarity >= 0.6).mean() >= 0.95


def test_the_person_blinks_and_moves_the_head(reading):
    assert reading.blinks >= 2
    assert np.ptp(reading.yaw_deg) + np.ptp(reading.pitch_deg) > 4


def test_the_mark_is_in_every_frame_and_travels(reading):
    assert np.isfinite(reading.mark_at).all()
    assert np.ptp(reading.mark_at, axis=0).max() > 100


def test_another_mark_is_not_read_where_this_one_is(made, models_folder, reading):
    other = mark_scores(made[1], "ZQ # xyzwk", models_folder)
    assert np.median(other) < np.median(reading.mark_score) - 0.2


def test_without_a_calm_stretch_one_frame_is_turned_and_is_still_the_person(engine, models_folder, enrolled):
    face = read_face(enrolled["face"])
    one = msgspec.structs.replace(
        face,
        frames=(face.frames[face.best],),
        best=0,
        landmarks=face.landmark_array()[face.best : face.best + 1].astype("<f4").tobytes(),
        pose_deg=face.pose_array()[face.best : face.best + 1].astype("<f4").tobytes(),
    )
    plan = plan_from_prompt('at night: "One is enough."', "cameo-1", "mina", duration_ms=4200)
    data = film(engine.render(plan, {"cameo-1": {"face": msgspec.msgpack.encode(one)}}, [], lambda *_: None))
    read = read_film(data, models_folder, face.embedding_array(), "AI · @mina")
    assert (read.similarity >= 0.6).mean() >= 0.95
    assert read.blinks >= 2
    assert read.mouth_r >= 0.5


@pytest.mark.parametrize(
    ("likeness", "obligations", "error"),
    [
        ({}, [], LikenessError),
        ({"face": b"no asset"}, [], LikenessError),
        (None, ["gold_necklace"], ObligationError),
    ],
)
def test_it_refuses_to_render_without_a_readable_face_or_what_it_cannot_honour(engine, enrolled, likeness, obligations, error):
    plan = plan_from_prompt(PROMPT, "cameo-1", "mina")
    with pytest.raises(error):
        film(engine.render(plan, {"cameo-1": enrolled if likeness is None else likeness}, obligations, lambda *_: None))


def test_a_line_that_does_not_fit_is_refused_rather_than_cut(engine, enrolled):
    plan = plan_from_prompt('"short"', "cameo-1", "mina", duration_ms=1500)
    long = msgspec.structs.replace(plan.scenes[0], lines=(Line("cameo-1", "this is a very long line indeed " * 2),))
    with pytest.raises(EngineError, match="leaves"):
        film(engine.render(msgspec.structs.replace(plan, scenes=(long,)), {"cameo-1": enrolled}, [], lambda *_: None))


def test_an_engine_without_models_says_which_setting_is_missing(tmp_path):
    with pytest.raises(EngineError, match="CAMEO_MODELS"):
        PortraitEngine(tmp_path)
