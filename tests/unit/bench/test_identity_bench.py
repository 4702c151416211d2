"""The identity bench keeps people in one half, counts what it says it counts, and fits in the direction that a check points."""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path

import pytest

from bench.identity import cache, fit, tables
from bench.identity.cases import Case
from bench.identity.clips.sound import Spliced
from bench.identity.clips.taken import Taken
from bench.identity.clips.windows import WINDOWS, shot, shots
from bench.identity.figures import equal_error, others
from bench.identity.judging import Judged, given
from bench.identity.people import half_of
from identity.core.assessment import Polarity, measured
from identity.core.effects import Effect, effect_of
from identity.core.fusion import attack_probability
from identity.core.profiles import Profile


def case(name: str, kind: str | None, half: str = "fit", **changed) -> Case:
    sound = Spliced(("theo",), (1, 2), 0)
    return Case(name, kind, f"person-{name[0]}", half, Taken("clip", 0.0, 1.0), sound, ("left",), ("one",), **changed)


def judged(name: str, kind: str | None, texture: float, sway: float = 0.0, outcome: str = "clear", **changed) -> Judged:
    results = (
        measured(5, "texture.not_live", texture, 0.85, "test", profile=Profile.BASIC),
        measured(11, "still.made_up", sway, 0.5, "test", profile=Profile.BASIC, polarity=Polarity.LOWER_IS_LIVE),
    )
    return Judged(case(name, kind, **changed), "upload", outcome, (), results, 0)


def test_a_person_is_in_one_half_and_every_window_is_of_a_person_in_one():
    assert {half_of(window.person) for window in WINDOWS} == {"fit", "report"}
    assert len({(window.person, half_of(window.person)) for window in WINDOWS}) == len({window.person for window in WINDOWS})


def test_there_are_as_many_bona_fide_recordings_as_were_asked_for_and_no_two_are_the_same():
    every = [one.taken for one in shots()]
    assert len(every) >= 120
    assert len(set(every)) == len(every)


def test_a_mirrored_and_a_reversed_window_ask_for_what_is_then_seen():
    window = next(w for w in WINDOWS if w.movements == ("left", "right", "left"))
    assert shot(window, "M").movements == ("right", "left", "right")
    turn = next(w for w in WINDOWS if w.movements == ("down", "up"))
    assert shot(turn, "R").movements == ("up", "down")


def test_other_phrases_are_never_what_was_said():
    for phrase in itertools.permutations(("one", "two", "castle", "nine"), 3):
        assert len(others(phrase, "seed")) == 4
        assert phrase not in others(phrase, "seed")


def test_the_equal_error_rate_of_two_sets_apart_is_nothing_and_of_one_set_half():
    assert equal_error([0.8, 0.9], [0.1, 0.2]) == 0
    assert equal_error([0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4]) == pytest.approx(0.5, abs=0.13)


def test_what_is_kept_is_made_once_and_again_when_its_recipe_or_its_maker_changes(monkeypatch, tmp_path):
    monkeypatch.setenv("CAMEO_BENCH_CACHE", str(tmp_path))
    made = []
    for recipe, source in (("a", "1"), ("a", "1"), ("b", "1"), ("a", "2")):
        cache.kept(recipe, "block", source, lambda: made.append(1))
    assert len(made) == 3


def test_kinds_are_counted_apart_and_what_is_held_is_neither_passed_nor_refused():
    found = [
        judged("a1", "photo_flat", 0.1, outcome="refused"),
        judged("b2", "photo_flat", 0.9, outcome="doubted"),
        judged("c3", "photo_flat", 0.9),
        judged("d4", None, 0.9, outcome="refused"),
    ]
    (row,) = tables.by_kind(found)
    assert (row["name"], row["hits"], row["n"], row["doubted"], row["people"]) == ("photo_flat", 1, 3, 1, 3)
    (person,) = tables.by_person(found)
    assert (person["hits"], person["n"]) == (1, 1)


def test_a_check_that_was_given_to_a_case_is_not_counted_for_it():
    free = judged("a1", "photo_flat", 0.1, own_voice=True)
    assert given(free.case) == {6, 8}
    texture = next(row for row in tables.by_check([free]) if row["number"] == 5)
    assert texture["physical"]["hits"] == int(effect_of("texture.not_live") is Effect.REFUSE)
    assert texture["physical"]["n"] == 1


def fitted() -> fit.Fitted:
    people = [judged(f"{p}{k}", None, 0.9 - 0.01 * k, sway=1.0) for p in "abc" for k in range(6)]
    faked = [judged(f"{p}{k}", "photo_flat", 0.3 + 0.01 * k, sway=0.2) for p in "defg" for k in range(6)]
    return fit.fit([*people, *faked, judged("z9", None, 0.0, half="report"), judged("z8", "photo_flat", 1.0, half="report")], "2026-01-01")


def test_the_fit_never_looks_at_the_other_half_and_points_only_where_a_check_does():
    found = fitted()
    assert (found.bona_fide, found.attacks, found.people) == (18, 24, 3)
    weights = {one.code: one.weight for one in found.model.weights}
    assert weights["texture.not_live"] < 0
    assert "still.made_up" not in weights, "attacks sway less here, which the check's polarity does not allow to count against"


def test_the_published_weights_read_back_as_they_were_fitted(tmp_path):
    page = tmp_path / "published.py"
    found = fitted().model
    fit.publish(found, page)
    spec = importlib.util.spec_from_file_location("published", page)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PUBLISHED["review_micro"] == found.review_micro
    live, flat = judged("a1", None, 0.9).results, judged("b1", "photo_flat", 0.1).results
    assert attack_probability(live, found) < attack_probability(flat, found)
    assert [w["code"] for w in module.PUBLISHED["weights"]] == [w.code for w in found.weights]
    assert Path(page).read_text().startswith('"""Owns the published weights')
