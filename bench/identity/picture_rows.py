"""Owns which measures of the picture's signs go into the results, as rows. Measures nothing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Final

from bench.results import Row

REAL_KINDS: Final = ("real", "noisy", "slow")
ATTACKS: Final[dict[str, tuple[str, ...]]] = {
    "screen.moire": ("screen", "found_tvl_fake", "found_nht_train", "found_manikantha"),
    "screen.bezel": ("screen", "print_flat", "print_bent", "eyes", "found_tvl_fake", "found_nht_train", "found_manikantha"),
    "screen.eyes": ("eyes",),
    "still.shading": (
        "animated_bare",
        "animated_webcam",
        "animated_armed",
        "animated_relit_0.6",
        "animated_relit_1.2",
        "animated_relit_2.4",
    ),
    "still.texture": ("animated_bare", "animated_webcam", "animated_armed"),
    "still.background": ("animated_bare", "animated_webcam", "animated_armed"),
    "generated.rhythm": ("animated_bare", "found_vasa"),
    "generated.flicker": ("animated_bare", "animated_webcam", "found_vasa"),
    "face.jumped": ("swap",),
}
"""Sign -> the kinds of clip it is for: what goes into the results."""


def rows_of(told: list[dict[str, Any]]) -> list[Row]:
    """What a sign named among real clips (whole, noisy, slow) and among what it is for, a half."""
    rows: list[Row] = []
    for (sign, attacks), half in itertools.product(ATTACKS.items(), ("fit", "told")):
        for what, kinds in (("real", REAL_KINDS), *((kind, (kind,)) for kind in attacks)):
            found = [one for one in told if one["sign"] == sign and one["half"] == half and one["kind"] in kinds]
            if count := sum(one["n"] for one in found):
                rows.append(Row(f"{sign}: {what} clips named, {half}", "clips", sum(one["named"] for one in found), None, count))
    return rows


def solid_rows(told: Mapping[str, Any]) -> list[Row]:
    """What the rule of solidity did with real heads and with swung prints, a half."""
    rows: list[Row] = []
    for half in ("fit", "told"):
        one = told[half]
        people = f"{one['people']} people, {half}"
        rows += [
            Row(f"solid: stretches of real heads refused, {people}", "stretches", one["real_refused"], None, one["real"]),
            Row(f"solid: swung prints passed, {half}", "prints", one["prints_passed"], None, one["prints"]),
            Row(f"solid: swung prints solid by depth alone, {half}", "prints", one["prints_solid_by_depth"], None, one["prints"]),
        ]
    return rows
