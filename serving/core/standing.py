"""Owns how a grant stands, for its owner to see: whether it still counts, and what is left of it. The policy decides, not this."""

from __future__ import annotations

from typing import Any

from policy.core.ways import STRENGTHS
from policy.ports import Fact, FactReader
from serving.core.scopes import is_group


def grant_told(facts: FactReader, cameo: str, key: str, fact: Fact) -> dict[str, Any]:
    """Tell a grant's terms, its state, and uses and length that are left (null: no limit)."""
    _, grantee, grant = key.split("/")
    given, now_us = fact.value, facts.now_us()
    used = facts.used(cameo, grant, "")
    uses_left = None if given["uses"] is None else max(0, given["uses"] - used.others)
    left_ms = None if given["duration_ms"] is None else max(0, given["duration_ms"] - used.others_ms)
    open_now = {
        "purposes": [one for one in given["purposes"] if not _taken(facts, cameo, f"purpose:{one}", fact.revision)],
        "facets": [one for one in given["facets"] if not _taken(facts, cameo, f"facet:{one}", fact.revision)],
    }
    state = _state(facts, cameo, grantee, grant, fact)
    if state == "standing" and not all(open_now.values()):
        state = "revoked"
    elif state == "standing" and 0 in (uses_left, left_ms):
        state = "used_up"
    elif state == "standing" and (given["from_us"] or 0) > now_us:
        state = "not_begun"
    return {
        "grant": grant, "grantee": grantee, "state": state, **given, **open_now,
        "uses_left": uses_left, "duration_left_ms": left_ms, "used": used.others,
        "passed_to": sorted(one.split("/")[1] for one, _ in facts.scan(cameo, "passed/") if f"/{grant}/" in one),
        "given_revision": fact.revision,
    }  # fmt: skip


def _state(facts: FactReader, cameo: str, grantee: str, grant: str, fact: Fact) -> str:
    if facts.scan(cameo, f"withdrawn/{grantee}/{grant}/"):
        return "withdrawn"
    if any(_taken(facts, cameo, scope, fact.revision) for scope in ("all", grantee)):
        return "revoked"
    if is_group(grantee) and facts.get(cameo, f"group/{grantee}") is None:
        return "group_dissolved"
    until_us = fact.value["until_us"]
    return "ended" if until_us is not None and until_us <= facts.now_us() else "standing"


def _taken(facts: FactReader, cameo: str, scope: str, given: int) -> bool:
    found = (facts.get(cameo, f"revoked/{scope}/{strength}") for strength in STRENGTHS)
    return any(one is not None and one.revision > given for one in found)
