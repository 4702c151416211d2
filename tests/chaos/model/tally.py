"""Counts what a run has shown: decisions, permits, and how often each requirement was the only refusal. Judges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from policy.codes import codes
from policy.ports import Answer
from schemas.generation import Action

ALONE = 50
"""How often each requirement must be the only one unmet in 20,000 decisions."""
UNASKABLE = frozenset({"action.unknown"})
"""Not an action of any generation: asked in tests/property/policy."""


@dataclass
class Tally:
    """One run's counts."""

    decisions: int = 0
    permitted: int = 0
    alone: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    actions: Counter[Action] = field(default_factory=Counter[Action])
    histories: int = 0
    done: Counter[str] = field(default_factory=Counter[str])
    """Opens, releases and servings by what became of them."""
    spoilt: Counter[tuple[str, bool]] = field(default_factory=Counter[tuple[str, bool]])
    """What was to be the only refusal, and whether there was a film to spoil."""

    def count(self, action: Action, answer: Answer) -> None:
        """Count one decision that every way gave."""
        self.decisions += 1
        self.permitted += answer.permit
        self.actions[action] += 1
        self.refused.update(answer.unmet)
        if len(answer.unmet) == 1:
            self.alone[answer.unmet[0]] += 1

    @property
    def share(self) -> float:
        """The part that was permitted."""
        return self.permitted / max(1, self.decisions)

    def seldom(self, times: int = ALONE) -> dict[str, int]:
        """Tell the requirements that were the only refusal fewer times."""
        required = {code.code for code in codes().values() if code.requirement is not None} - UNASKABLE
        return {code: self.alone[code] for code in sorted(required) if self.alone[code] < times}

    def __str__(self) -> str:
        lines = [
            f"{self.histories} histories, {self.decisions} decisions, {100 * self.share:.1f} % permitted, by action {dict(self.actions)}",
            f"opens, releases, servings: {dict(self.done)}",
            "nothing to spoil: " + ", ".join(f"{code} {count}" for (code, found), count in sorted(self.spoilt.items()) if not found),
            "alone: " + ", ".join(f"{code} {count}" for code, count in self.alone.most_common()),
        ]
        return "\n".join(lines)
