"""Simulating: what another policy would have answered to recorded questions, and who would have noticed. Asks nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from policy.ports import Answer

Direction = Literal["now refused", "now permitted", "other reasons"]
KEPT_FLIPS = 1000
"""Flips that are kept one by one; beyond it they are only counted, so that memory is bounded."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded decision: the data of a `generation.decided` event and where it stands."""

    generation: str
    position: int
    time_us: int
    data: dict[str, Any]


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that would be another. `gained` and `lost`: codes that refuse now, and that no longer do."""

    direction: Direction
    decision: str
    generation: str
    position: int
    action: str
    requester: str | None
    purpose: str | None
    gained: tuple[str, ...]
    lost: tuple[str, ...]


class Simulated(msgspec.Struct, kw_only=True):
    """What a simulation found. `requests`: generations asked about; `requesters`: who would notice, with how many flips."""

    bundle_sha256: str
    decisions: int = 0
    same: int = 0
    older_form: int = 0
    directions: Counter[str] = msgspec.field(default_factory=Counter)
    gained: Counter[str] = msgspec.field(default_factory=Counter)
    lost: Counter[str] = msgspec.field(default_factory=Counter)
    requesters: Counter[str] = msgspec.field(default_factory=Counter)
    flips: list[Flip] = msgspec.field(default_factory=list)

    @property
    def flipped(self) -> int:
        """Count the decisions that would be permitted where they were refused, or refused where they were permitted."""
        return self.directions["now refused"] + self.directions["now permitted"]

    def add(self, recorded: Recorded, answer: Answer) -> None:
        """Compare one answer with what was recorded."""
        self.decisions += 1
        flip = flip_of(recorded, answer)
        if flip is None:
            self.same += 1
            return
        self.directions[flip.direction] += 1
        self.gained.update(flip.gained)
        self.lost.update(flip.lost)
        if flip.direction != "other reasons" and flip.requester is not None:
            self.requesters[flip.requester] += 1
        if len(self.flips) < KEPT_FLIPS:
            self.flips.append(flip)


def question_under(data: Mapping[str, Any], bundle_sha256: str) -> dict[str, Any]:
    """Take a recorded input as it was, but with this bundle in force where the one that answered then was."""
    asked: dict[str, Any] = data["input"]
    in_force = asked.get("bundle", {}).get("active_sha256") == data["bundle_sha256"]
    return asked | {"bundle": {"active_sha256": bundle_sha256}} if in_force else asked


def flip_of(recorded: Recorded, answer: Answer) -> Flip | None:
    """Tell how an answer differs from what was recorded; None where it is permitted, or refused for the same reasons, as then."""
    data = recorded.data
    before, after = set(data["codes"]), set(answer.unmet)
    if data["permit"] == answer.permit and before == after:
        return None
    changed = data["permit"] != answer.permit
    direction: Direction = "other reasons" if not changed else "now permitted" if answer.permit else "now refused"
    asked = data["input"]
    return Flip(
        direction=direction, decision=data["decision"], generation=recorded.generation, position=recorded.position,
        action=data["action"], requester=asked.get("requester", {}).get("account"), purpose=asked.get("purpose"),
        gained=tuple(sorted(after - before)), lost=tuple(sorted(before - after)),
    )  # fmt: skip
