"""Owns the examples of how a sentence becomes a plan."""

import pytest

from serving.core.plan import PlanError, canonical_bytes, plan_from_bytes, plan_from_prompt


def test_the_quoted_passage_is_what_the_cameo_says() -> None:
    plan = plan_from_prompt('She stands on a beach, saying "hello there, friend"', "cameo-1", "mina")
    scene = plan.scenes[0]
    assert scene.lines[0].text == "hello there, friend"
    assert scene.lines[0].cameo == "cameo-1"
    assert scene.setting == "beach"
    assert "hello" not in scene.action


@pytest.mark.parametrize(
    ("prompt", "setting", "spoken"),
    [
        ("숲에서 웃으며 “안녕하세요”", "forest", "안녕하세요"),
        ("밤 거리에서 「반가워요」 라고 말한다", "city", "반가워요"),
        ("a quiet portrait", "studio", ""),
        ("under the stars: 'we made it'", "space", "we made it"),
        ("it's a rainy city street", "city", ""),
        ('says "the sea is blue" in the studio', "studio", "the sea is blue"),
    ],
)
def test_a_word_outside_the_quotation_picks_the_setting(prompt: str, setting: str, spoken: str) -> None:
    scene = plan_from_prompt(prompt, "cameo-1", "민아").scenes[0]
    assert scene.setting == setting
    assert [line.text for line in scene.lines] == ([spoken] if spoken else [])


def test_equal_plans_have_equal_bytes_and_survive_the_round_trip() -> None:
    one = plan_from_prompt('city "hi"', "cameo-1", "민아")
    two = plan_from_prompt('city "hi"', "cameo-1", "민아")
    assert canonical_bytes(one) == canonical_bytes(two)
    assert plan_from_bytes(canonical_bytes(one)) == one
    assert (one.frames, one.duration_ms, one.cameos) == (120, 5000, ("cameo-1",))


@pytest.mark.parametrize("sizes", [{"width_px": 511}, {"height_px": 8}, {"fps": 0}, {"duration_ms": 0}, {"duration_ms": 10**9}])
def test_sizes_that_no_engine_can_make_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(PlanError):
        plan_from_prompt("x", "cameo-1", "mina", **sizes)


@pytest.mark.parametrize("handle", ["", "   ", "x" * 41])
def test_a_mark_without_a_usable_handle_is_refused(handle: str) -> None:
    with pytest.raises(PlanError):
        plan_from_prompt("x", "cameo-1", handle)


def test_an_endless_line_and_foreign_bytes_are_refused() -> None:
    with pytest.raises(PlanError):
        plan_from_prompt('"' + "word " * 100 + '"', "cameo-1", "mina")
    with pytest.raises(PlanError):
        plan_from_bytes(b'{"scenes": 3}')
