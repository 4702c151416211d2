"""The identity bench on a handful of recordings of fictional actors: the same code as `make bench-identity`, in small."""

from __future__ import annotations

from contextlib import closing

import pytest

from bench.identity.attacks.animated import Animated
from bench.identity.attacks.paper import Paper
from bench.identity.attacks.stills import Shown
from bench.identity.cases import Case
from bench.identity.clips.film import Stage
from bench.identity.clips.rendering import record
from bench.identity.clips.sound import Synthetic
from bench.identity.features import Reader
from bench.identity.judging import judge
from bench.identity.making import Made
from bench.identity.tables import by_check, by_kind
from identity.extraction import extract
from identity.handlers import sha256_of

PHRASE = ("castle", "one", "seven")


def attack(kind: str, pictures, **changed) -> Case:
    return Case(f"{kind}-0", kind, "actor", "fit", pictures, Synthetic(PHRASE, "jm_kumo", 0.4), pictures.movements, PHRASE, **changed)


@pytest.fixture(scope="module")
def seen(models, loaded, tmp_path_factory):
    """Each attack made and read twice: what was read, and what was missing the second time; and one file as the product reads it."""
    with pytest.MonkeyPatch.context() as patch, closing(Stage(models)) as stage:
        patch.setenv("CAMEO_BENCH_CACHE", str(tmp_path_factory.mktemp("bench")))
        paper = Paper(Shown("maeve.jpg", actor=True), "flat", ("left", "up"), 1)
        moved = Animated(Shown("joon.jpg", actor=True), ("left",), PHRASE, "jm_kumo", shaded=False, seed=1)
        cases = [
            attack("photo_flat", paper, own_voice=True),
            attack("late_answer", paper, own_voice=True, late=True),
            attack("animated", moved),
        ]
        reader = Reader(loaded)
        made = []
        for case in cases:
            recording = record(case, stage)
            made.append(Made(case, sha256_of(recording.path), reader.features(recording)))
            assert reader.missing(recording) == ()
        product = extract(recording.path, loaded)
        yield made, product


def test_a_print_is_not_taken_for_a_person_and_a_late_answer_is_late(seen):
    made, _ = seen
    judged = [judge(one, way, {}, turn_round_ms=300) for one in made for way in ("upload", "stepwise")]
    outcomes = {(one.case.kind, one.way): one for one in judged}
    assert outcomes["photo_flat", "upload"].outcome == "refused"
    assert "challenge.expired" in outcomes["late_answer", "upload"].codes
    assert outcomes["animated", "upload"].outcome != "activated", "an upload never activates in basic"
    rows = {row["name"]: row["n"] for row in by_kind(judged)}
    assert rows == {"photo_flat": 2, "late_answer": 2, "animated": 2}
    assert {row["number"] for row in by_check(judged)} >= {1, 2, 3, 4, 5, 6, 8, 9, 11}


def test_an_attacker_who_takes_three_seconds_is_not_activated_step_by_step(seen):
    made, _ = seen
    slow = judge(made[2], "stepwise", {}, turn_round_ms=3000)
    assert slow.outcome in ("refused", "doubted")
    assert any(code.startswith("live.") for code in slow.codes)


def test_what_is_put_together_from_blocks_is_what_the_product_reads(seen):
    made, product = seen
    features = made[2].features
    assert repr(features.sound) == repr(product.sound), "nan is like nan"
    assert features.media == product.media
    assert [one.live_probability for one in features.samples] == pytest.approx(
        [one.live_probability for one in product.samples], nan_ok=True
    )
    assert (features.face.landmarks == product.face.landmarks).all()
