"""The consent model once more, in plain Python: what the Rego must answer. Never asked in production.

Written from the model, not from the Rego, and compared with it on random histories. A requirement is a function that
says whether it is met; a fact that is missing raises KeyError, and the requirement is not met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from policy.ports import Answer
from policy.reference_ways import STAGES, Way, chosen_way, ways_to

Facts = dict[str, Any]
Met = Callable[[Facts], bool]

RENDER = ("start", "draft", "release")
SINCE_START = ("draft", "release")
EVERY = (*RENDER, "serve")
CLOSED_REGIONS = ("ZZ",)
FOR_MINORS = ("personal", "parody", "education")
OWN_OF_A_MINOR = ("personal", "education")
PURPOSES = ("personal", "parody", "advertising", "political", "education", "training")
FOLLOWS = {
    "assurance.sandbox": "cameo.inactive",
    "consent.stopped": "generation.unstarted",
    "consent.taken_down": "generation.unstarted",
    "content.blocked": "verdict.missing",
    "content.restricted": "verdict.missing",
    "quota.exhausted": "plan.required",
    "requester.limited": "requester.suspended",
    "switch.region": "requester.region",
}


def judge(asked: Facts, bundle_sha256: str) -> Answer:
    """Answer one input as the bundle with that digest must."""
    action = asked.get("action")
    required = [(code, met) for code, (actions, met) in requirements(bundle_sha256).items() if action in actions]
    unmet = {code for code, met in required if not _is_met(met, asked)} if required else {"action.unknown"}
    chosen = {place: way for place in range(len(asked.get("cameos", ()))) if (way := chosen_way(asked, place)) is not None}
    ends = [way["until_us"] for way in chosen.values() if way["until_us"] is not None]
    return Answer(
        permit=not unmet,
        unmet=tuple(sorted(code for code in unmet if FOLLOWS.get(code) not in unmet)),
        obligations=tuple(sorted(set(_obligations(asked)))),
        basis={asked["cameos"][place]["cameo"]: way["basis"] for place, way in chosen.items()},
        review=tuple(sorted(_reviewers(asked, chosen))),
        not_after_us=min(ends, default=None),
        bundle_sha256=bundle_sha256,
    )


def requirements(bundle_sha256: str) -> dict[str, tuple[tuple[str, ...], Met]]:
    """Tell for each code the actions that ask for it, and when it is met."""
    return {
        "bundle.superseded": (EVERY, lambda a: a["bundle"]["active_sha256"] == bundle_sha256),
        "switch.render": (RENDER, lambda a: a["switches"]["render"]),
        "switch.engine": (RENDER, lambda a: a["switches"]["engine/" + a["engine"]["name"]]),
        "switch.region": (RENDER, lambda a: a["switches"].get("region/" + a["requester"]["region"], True)),
        "invitation.required": (("start",), lambda a: not a["switches"].get("invitations", False) or a["requester"]["invited"]),
        "plan.required": (("start",), lambda a: not a["switches"].get("plans", False) or _planned(a["requester"]["plan"], a["now_us"])),
        "quota.exhausted": (("start",), lambda a: not a["switches"].get("plans", False) or _fits(a, a["requester"]["plan"])),
        "requester.died": (RENDER, lambda a: not a["requester"]["died"]),
        "requester.suspended": (RENDER, lambda a: a["requester"]["standing"] != "suspended"),
        "requester.limited": (("start",), lambda a: a["requester"].get("standing") == "good" or all(_own(a, c) for c in a["cameos"])),
        "requester.region": (RENDER, lambda a: a["requester"]["region"] not in CLOSED_REGIONS),
        "requester.minor": (RENDER, lambda a: not a["requester"]["minor"] or a["purpose"] in FOR_MINORS),
        "app.suspended": (RENDER, lambda a: a["app"] is None or a["app"]["standing"] == "good"),
        "cameo.inactive": (EVERY, each(lambda _, c: c["status"] == "active")),
        "owner.suspended": (RENDER, each(lambda _, c: c["owner_standing"] != "suspended")),
        "owner.minor": (RENDER, each(lambda a, c: not c["owner_minor"] or (_own(a, c) and a["purpose"] in OWN_OF_A_MINOR))),
        "assurance.sandbox": (RENDER, each(_assured)),
        "relationship.blocked": (RENDER, each(lambda _, c: not (c["owner_blocks"] | c["requester_blocks"]))),
        "consent.required": (RENDER, lambda a: bool(a["cameos"]) and _all(a, lambda place: bool(ways_to(a, place)["standing"]))),
        "consent.paused": (RENDER, each(lambda _, c: not c["paused"])),
        "consent.expired": (RENDER, _passes("in_time")),
        "purpose.not_permitted": (RENDER, _passes("for_purpose")),
        "facet.not_permitted": (RENDER, _passes("for_facets")),
        "app.not_permitted": (RENDER, _passes("for_app")),
        "region.not_permitted": (RENDER, _passes("for_region")),
        "remix.not_permitted": (RENDER, _passes("for_remix")),
        "uses.exhausted": (RENDER, _passes("left")),
        "minutes.exhausted": (RENDER, _passes("lasting")),
        "remix.source_gone": (RENDER, _source_is_out),
        "purpose.training": (RENDER, _training),
        "verdict.missing": (RENDER, _judged),
        "content.blocked": (RENDER, lambda a: a["generation"]["verdict"]["hard_blocks"] == []),
        "content.restricted": (RENDER, lambda a: all(v["finding"] != "refused" for v in a["generation"]["verdict"]["verdicts"])),
        "obligation.unsupported": (RENDER, each(_kept)),
        "generation.unstarted": ((*SINCE_START, "serve"), lambda a: bool(a["generation"]["started"]) and each(_has_start)(a)),
        "consent.stopped": (SINCE_START, _undisturbed("stop", "take_down")),
        "consent.taken_down": (("serve",), _undisturbed("take_down")),
        "review.required": (("release",), _reviewed),
        "review.declined": (SINCE_START, each(lambda a, c: "declined" not in c or c["declined"] != a["generation"]["film_sha256"])),
        "film.unreleased": (("serve",), _film_is_out),
        "generation.taken_down": (("serve",), lambda a: not a["generation"]["taken_down"]),
        "generation.removed": (EVERY, each(lambda _, c: not c["removed"])),
    }


def each(met: Callable[[Facts, Facts], bool]) -> Met:
    """Ask it of every cameo."""
    return lambda asked: all(met(asked, cameo) for cameo in asked["cameos"])


def _is_met(met: Met, asked: Facts) -> bool:
    try:
        return met(asked)
    except KeyError:
        return False


def _all(asked: Facts, met: Callable[[int], bool]) -> bool:
    return all(met(place) for place in range(len(asked["cameos"])))


def _own(asked: Facts, cameo: Facts) -> bool:
    return cameo["owner"] == asked["requester"]["account"]


def _assured(asked: Facts, cameo: Facts) -> bool:
    if cameo["assurance"] != "sandbox":
        return cameo["assurance"] in ("basic", "verified")
    return asked["switches"].get("sandbox_use", False) or _own(asked, cameo)


def _source_is_out(asked: Facts) -> bool:
    remix = asked["generation"]["remix"]
    if remix is None:
        return True
    return remix["out"] and not remix["removed"] and set(remix["cameos"]) <= {cameo["cameo"] for cameo in asked["cameos"]}


def _planned(plan: Facts, now_us: int) -> bool:
    return plan["from_us"] <= now_us and (plan["until_us"] is None or now_us < plan["until_us"])


def _fits(asked: Facts, allowance: Facts) -> bool:
    """Say whether one film more, of the length that is asked for, stays within a number of films and a length in all."""
    uses, length_ms = allowance["uses"], allowance["duration_ms"]
    many = uses is not None and allowance["used_by_others"] >= uses
    return not many and (length_ms is None or allowance["used_ms_by_others"] + asked["generation"]["duration_ms"] <= length_ms)


def _training(asked: Facts) -> bool:
    if asked["purpose"] != "training":
        return asked["purpose"] in PURPOSES
    return all(not _own(asked, c) or any("training" in rule["purposes"] for rule in c["audiences"]) for c in asked["cameos"])


def _judged(asked: Facts) -> bool:
    verdict = asked["generation"]["verdict"]
    judged = {(one["cameo"], one["restrictions_revision"]) for one in verdict["verdicts"]}
    here = {(cameo["cameo"], cameo["restrictions_revision"]) for cameo in asked["cameos"]}
    return verdict["plan_digest"] == asked["generation"]["plan_digest"] and here <= judged


def _kept(asked: Facts, cameo: Facts) -> bool:
    return all(wish["optional"] or wish["obligation"] in asked["engine"]["honours"] for wish in cameo["preferences"])


def _has_start(_: Facts, cameo: Facts) -> bool:
    return cameo["started_revision"] >= 0


def _film_is_out(asked: Facts) -> bool:
    film = asked["generation"]["film_sha256"]
    return any(asked["generation"].get(key, {}).get("film_sha256") == film for key in ("released", "draft"))


def _reviewed(asked: Facts) -> bool:
    chosen = {place: way for place in range(len(asked["cameos"])) if (way := chosen_way(asked, place)) is not None}
    waiting = _reviewers(asked, chosen)
    return all(cameo["cameo"] not in waiting or cameo["approved"] == asked["generation"]["film_sha256"] for cameo in asked["cameos"])


def _undisturbed(*strengths: str) -> Met:
    """Say whether nothing of these strengths came after the start."""

    def met(asked: Facts) -> bool:
        cameos = {cameo["cameo"]: cameo for cameo in asked["cameos"]}
        grants = {(c["cameo"], g["grant"]): g for c in asked["cameos"] for g in c["grants"]}
        for use in asked["generation"]["started"]["uses"]:
            if use["cameo"].startswith("account-"):
                continue
            grant, since = grants[use["cameo"], use["grant"]], cameos[use["cameo"]]["started_revision"]
            if set(grant["withdrawn"]) & set(strengths) or any(grant["revoked"][strength] > since for strength in strengths):
                return False
        return all(c["revoked"][strength] <= c["started_revision"] for c in asked["cameos"] for strength in strengths)

    return met


def _passes(stage: str) -> Met:
    """Say whether some way came through this stage, wherever one came to it."""
    before = STAGES[STAGES.index(stage) - 1]

    def met(asked: Facts) -> bool:
        return _all(asked, lambda place: not ways_to(asked, place)[before] or bool(ways_to(asked, place)[stage]))

    return met


def _reviewers(asked: Facts, chosen: dict[int, Way]) -> set[str]:
    if asked.get("action") not in RENDER:
        return set()
    cameos = asked["cameos"]
    by_grant = {cameos[place]["cameo"] for place, way in chosen.items() if way["review"]}
    verdicts = asked["generation"].get("verdict", {"verdicts": []})["verdicts"]
    uncertain = {verdict["cameo"] for verdict in verdicts if verdict["finding"] == "uncertain"}
    return by_grant | (uncertain & {cameo["cameo"] for cameo in cameos})


def _obligations(asked: Facts) -> Iterator[str]:
    if asked.get("action") not in RENDER:
        return
    for cameo in asked["cameos"]:
        for wish in cameo.get("preferences", ()):
            if not wish["optional"] or wish["obligation"] in asked["engine"]["honours"]:
                yield wish["obligation"]
