"""Operators try thresholds of their own on what was measured, and see what is held for a reviewer apart from errors."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from identity.core.assessment import CHECK_NAMES, Assessment, Polarity, measured, needed
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level, Profile
from identity.core.rates import Labelled, rate, rates
from identity.offline import ThresholdsError, answer, thresholds_of

TEXTURE = "texture.not_live"


def found(score: float, *, attack: float = 0.0) -> Assessment:
    """An upload in which everything passes but, perhaps, texture."""
    others = [n for n in sorted(needed(Profile.BASIC, Level.UPLOAD)) if n != 5]
    results = [measured(n, f"{CHECK_NAMES[n]}.made_up", 1.0, 1.0, "test", profile=Profile.BASIC) for n in others]
    results.append(measured(5, TEXTURE, score, 0.85, "test", profile=Profile.BASIC))
    fake = measured(4, "solid.made_up", attack, 1.0, "test", profile=Profile.BASIC, polarity=Polarity.LOWER_IS_LIVE)
    return Assessment((*results, fake), "0" * 64, "offline", Profile.BASIC, (), Fingerprint("0" * 64))


def tried(score: float, thresholds: dict[str, float]) -> tuple[bool, bool, tuple[str, ...]]:
    one = answer(Path("take.webm"), found(score), Profile.BASIC, thresholds, with_challenge=True)
    return one.accepted, one.held, one.codes


def test_an_upload_that_passes_everything_is_accepted_though_a_rule_wants_a_reviewer():
    assert tried(0.9, {}) == (True, False, ("review.level",))


@pytest.mark.parametrize(("limit", "accepted"), [(0.85, False), (0.70, True), (0.95, False)])
def test_a_threshold_given_for_this_run_decides(limit: float, *, accepted: bool):
    assert tried(0.8, {TEXTURE: limit})[0] is accepted


def test_thresholds_that_the_help_names_lift_what_media_written_by_software_is_refused_for():
    lower = Polarity.LOWER_IS_LIVE
    written = (
        measured(11, "injection.encoder", 4.0, 0.0, "test", profile=Profile.BASIC, polarity=lower),
        measured(11, "injection.timing", 0.0, 0.75, "test", profile=Profile.BASIC),
    )
    film = msgspec.structs.replace(found(0.9), results=(*found(0.9).results, *written))
    refused = answer(Path("film.mp4"), film, Profile.BASIC, {}, with_challenge=True)
    lifted = answer(Path("film.mp4"), film, Profile.BASIC, {"injection.encoder": 99, "injection.timing": 0}, with_challenge=True)
    assert (refused.accepted, refused.codes) == (False, ("injection.encoder", "injection.timing"))
    assert (lifted.accepted, lifted.codes) == (True, ("review.level",))


def test_a_threshold_for_another_measure_changes_nothing():
    assert tried(0.8, {"solid.flat": 0.1}) == (False, False, (TEXTURE,))


def test_the_limits_of_the_fused_probability_can_be_tried_and_a_doubt_is_neither_accepted_nor_refused():
    assert tried(0.9, {"review.doubtful": 0.0}) == (False, True, ("review.doubtful", "review.level"))
    assert tried(0.9, {"attack.likely": 0.0}) == (False, False, ("attack.likely",))


def test_what_needs_a_challenge_is_left_out_without_one():
    one = answer(Path("take.webm"), found(0.9), Profile.BASIC, {}, with_challenge=False)
    assert one.left_out == (2, 3, 6)
    assert {r.number for r in one.results}.isdisjoint(one.left_out)


@pytest.mark.parametrize("text", ["", "[1]", '{"solid.flat": "much"}'])
def test_a_table_of_thresholds_that_cannot_be_read_is_named(tmp_path: Path, text: str):
    table = tmp_path / "mine.json"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ThresholdsError, match=r"mine\.json"):
        thresholds_of(table)


def test_what_is_held_is_counted_beside_the_errors_and_is_none():
    told = rates(
        [Labelled("photo", accepted=False, held=True), Labelled("photo", accepted=True), Labelled(None, accepted=False, held=True)]
    )
    assert [(one.name, one.errors, one.held, one.count) for one in told] == [("BPCER", 0, 1, 1), ("APCER photo", 1, 1, 2)]
    with pytest.raises(ValueError, match="held"):
        rate("BPCER", 1, 2, 2)
