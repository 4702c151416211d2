"""Owns how a grant stands, for its owner to see: whether it still counts, and what is left of it. The policy decides, not this."""

from __future__ import annotations

from typing import Any

from policy.core.ways import STRENGTHS
from policy.ports import Fact, FactReader, Used
from serving.core.scopes import is_group


class CameoFacts:
    """A cameo's facts, read once: a list of its grants asks many things of them."""

    def __init__(self, reader: FactReader, cameo: str) -> None:
        self._reader, self._cameo = reader, cameo
        self._facts = dict(reader.scan(cameo, ""))
        self._passed: dict[str, list[str]] = {}
        for key in self._facts:
            if key.startswith("passed/"):
                _, to, grant, _ = key.split("/")
                self._passed.setdefault(grant, []).append(to)

    @property
    def now_us(self) -> int:
        """The time of the reading."""
        return self._reader.now_us()

    def grants(self) -> list[tuple[str, Fact]]:
        """List the grants, newest first."""
        given = [(key, fact) for key, fact in self._facts.items() if key.startswith("grant/")]
        return sorted(given, key=lambda one: (one[1].revision, one[0].rpartition("/")[2]), reverse=True)

    def revision(self, key: str) -> int:
        """Tell the revision of a fact; 0: there is none."""
        fact = self._facts.get(key)
        return 0 if fact is None else fact.revision

    def passed_to(self, grant: str) -> list[str]:
        """List to whom a grant was passed on."""
        return sorted(self._passed.get(grant, ()))

    def used(self, grant: str) -> Used:
        """Count what was taken of a grant."""
        return self._reader.used(self._cameo, grant, "")


def grant_told(facts: CameoFacts, key: str, fact: Fact) -> dict[str, Any]:
    """Tell a grant's terms, its state, and uses and length that are left (null: no limit)."""
    _, grantee, grant = key.split("/")
    given, now_us = fact.value, facts.now_us
    used = facts.used(grant)
    uses_left = None if given["uses"] is None else max(0, given["uses"] - used.others)
    left_ms = None if given["duration_ms"] is None else max(0, given["duration_ms"] - used.others_ms)
    open_now = {
        "purposes": [one for one in given["purposes"] if not _taken(facts, f"purpose:{one}", fact.revision)],
        "facets": [one for one in given["facets"] if not _taken(facts, f"facet:{one}", fact.revision)],
    }
    state = _state(facts, grantee, grant, fact)
    if state == "standing" and not all(open_now.values()):
        state = "revoked"
    elif state == "standing" and 0 in (uses_left, left_ms):
        state = "used_up"
    elif state == "standing" and (given["from_us"] or 0) > now_us:
        state = "not_begun"
    return {
        "grant": grant, "grantee": grantee, "state": state, **given, **open_now,
        "uses_left": uses_left, "duration_left_ms": left_ms, "used": used.others,
        "passed_to": facts.passed_to(grant),
        "given_revision": fact.revision,
    }  # fmt: skip


def _state(facts: CameoFacts, grantee: str, grant: str, fact: Fact) -> str:
    if any(facts.revision(f"withdrawn/{grantee}/{grant}/{strength}") for strength in STRENGTHS):
        return "withdrawn"
    if any(_taken(facts, scope, fact.revision) for scope in ("all", grantee)):
        return "revoked"
    if is_group(grantee) and not facts.revision(f"group/{grantee}"):
        return "group_dissolved"
    until_us = fact.value["until_us"]
    return "ended" if until_us is not None and until_us <= facts.now_us else "standing"


def _taken(facts: CameoFacts, scope: str, given: int) -> bool:
    return any(facts.revision(f"revoked/{scope}/{strength}") > given for strength in STRENGTHS)
