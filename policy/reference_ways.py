"""The ways in which an owner lets somebody in, in plain Python, for the reference. Does not judge requirements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Facts = dict[str, Any]
Way = dict[str, Any]

COUNTING = {"start": ("no_new_uses", "stop", "take_down"), "draft": ("stop", "take_down"), "release": ("stop", "take_down")}
STAGES = ("standing", "in_time", "for_purpose", "for_facets", "for_app", "for_region", "for_remix", "left", "lasting")

FREE: Way = {
    "from_us": None, "until_us": None, "uses": None, "used_by_others": 0, "duration_ms": None, "used_ms_by_others": 0,
    "review": False, "apps": None, "regions": None, "remix": True,
}  # fmt: skip
"""A way without limits."""


def ways_to(asked: Facts, place: int) -> dict[str, list[Way]]:
    """Tell what is left after each stage of the ways in which the owner lets the requester in."""
    cameo, now_us = asked["cameos"][place], asked["now_us"]
    kept: dict[str, Callable[[Way], bool]] = {
        "in_time": lambda way: (way["from_us"] or 0) <= now_us and (way["until_us"] is None or now_us < way["until_us"]),
        "for_purpose": lambda way: asked["purpose"] in way["purposes"],
        "for_facets": lambda way: bool(cameo["facets"]) and set(cameo["facets"]) <= set(way["facets"]),
        "for_app": lambda way: way["apps"] is None or (asked["app"] is not None and asked["app"]["app"] in way["apps"]),
        "for_region": lambda way: way["regions"] is None or asked["requester"].get("region") in way["regions"],
        "for_remix": lambda way: asked["generation"]["remix"] is None or way["remix"],
        "left": lambda way: way["uses"] is None or way["used_by_others"] < way["uses"],
        "lasting": lambda way: (
            way["duration_ms"] is None or way["used_ms_by_others"] + asked["generation"]["duration_ms"] <= way["duration_ms"]
        ),
    }
    ways = list(_standing(asked, cameo))
    found = {"standing": ways}
    for stage in STAGES[1:]:
        ways = [way for way in ways if kept[stage](way)]
        found[stage] = ways
    return found


def _standing(asked: Facts, cameo: Facts) -> Iterator[Way]:
    action = asked.get("action")
    if action not in COUNTING:
        return
    started = asked["generation"].get("started", {"uses": []})
    reserved = {use["grant"] for use in started["uses"] if use["cameo"] == cameo["cameo"] and action != "start"}
    if not reserved and cameo.get("owner") == asked["requester"]["account"]:
        yield FREE | {"basis": "owner", "rank": 0, "purposes": [asked["purpose"]], "facets": cameo["facets"]}
    if "revoked" not in cameo:
        return
    for rule in cameo["audiences"]:
        if not reserved and rule["revision"] > _last(cameo["revoked"], action) and _in(rule["audience"], cameo):
            yield FREE | rule | {"basis": "audience/" + rule["rule"], "rank": 1}
    for grant in cameo["grants"]:
        begun = action == "start" or grant["grant"] in reserved
        taken_back = max(_last(cameo["revoked"], action), _last(grant["revoked"], action))
        withdrawn = set(grant["withdrawn"]) & set(COUNTING[action])
        if grant["reachable"] and begun and grant["revision"] > taken_back and not withdrawn and _passable(grant):
            yield grant | {"basis": grant["grant"], "rank": 2, "apps": None, "regions": None}


def _last(revoked: dict[str, int], action: str) -> int:
    return max(revoked[strength] for strength in COUNTING[action])


def _passable(grant: Facts) -> bool:
    via = grant["via"]
    return via is None or (grant["pass_on"] and via.get("standing") == "good" and via.get("blocked") is False)


def _in(audience: str, cameo: Facts) -> bool:
    return audience == "everyone" or (audience == "mutuals" and cameo.get("owner_follows", False) and cameo.get("requester_follows", False))


def chosen_way(asked: Facts, place: int) -> Way | None:
    """Tell the way that is taken to the cameo at this place; None where none is open."""

    def order(way: Way) -> tuple[Any, ...]:
        return (way["rank"], way["review"], way["uses"] is not None, way["duration_ms"] is not None, way["basis"])

    return min(ways_to(asked, place)["lasting"], key=order, default=None)
