"""Counts the uses of an allowance from the films alone, and holds the counter and its limits against that. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

from policy.fakes import InMemoryFacts
from schemas.generation import UseRef
from serving.keyholder.core import standing_of

NOBODY = "generation-" + "0" * 32


def recount(facts: InMemoryFacts, films: Sequence[str], use: UseRef) -> None:
    """Assert that a counter says what the films that run or are out took, and that they took no more than there was."""
    standings = {one: standing_of(facts, one) for one in films}
    holders = [one for one, now in standings.items() if use in now.reserved and now.ended in (None, "released")]
    taken_ms = sum(fact.value["duration_ms"] for one in holders if (fact := facts.get(one, "request")) is not None)
    counted = facts.used(use.cameo, use.grant, NOBODY)
    assert (counted.others, counted.others_ms) == (len(holders), taken_ms), (use, counted, holders)
    for limits in _limits(facts, use):
        assert limits["uses"] is None or len(holders) <= limits["uses"], (use, holders)
        assert limits["duration_ms"] is None or taken_ms <= limits["duration_ms"], (use, holders)


def _limits(facts: InMemoryFacts, use: UseRef) -> list[dict[str, int | None]]:
    """Find what the grant, or the plan with that quota, allows; the plan may be another one by now."""
    if use.cameo.startswith("account-"):
        plan = facts.get(use.cameo, "plan")
        return [plan.value] if plan is not None and plan.value["quota"] == use.grant else []
    return [fact.value for key, fact in facts.scan(use.cameo, "grant/") if key.endswith("/" + use.grant)]
