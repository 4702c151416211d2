"""Engines by name, and the obligations that each honours, for who asks before any engine is at hand. Runs none."""

from __future__ import annotations

from collections.abc import Mapping

HONOURS: Mapping[str, tuple[str, ...]] = {"portrait": ("visible_mark",), "trivial": ("visible_mark",)}
"""As the engines themselves say (`Engine.honours`), which a test holds this to."""

OBLIGATIONS: Mapping[str, tuple[str, str]] = {
    "visible_mark": ("A mark that moves over the film and names its maker.", "만든 사람을 알리는 표시가 영상 위에서 움직입니다."),
    "wear": ("Something you always wear, as a gold necklace.", "금목걸이처럼 항상 착용하는 것."),
    "name": ("What you are called in the film, as Min.", "영상에서 불리는 이름."),
    "setting": ("Where you are shown, or never are.", "등장하는 장소."),
}
"""Kinds of preference, in English and Korean: what a person may ask of every film. Others can be named, and no engine knows them."""
