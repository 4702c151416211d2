"""Runs another policy over recorded decisions, one at a time through one OPA. Reads no record itself: decisions come to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from policy.core.simulating import Recorded, Simulated, question_under
from policy.served import serving
from schemas.registry import newest

DECIDED = "generation.decided"


def simulate(policy: Path, opa: Path, recorded: Iterable[tuple[int, Recorded]]) -> Simulated:
    """Answer recorded decisions by a bundle or folder, as if it had been in force; each comes with its event's version.

    An event of an older version has an input of another form: it is counted and not asked. Raises PolicyError.
    """
    version = newest(DECIDED)
    with serving(policy, opa) as tried:
        found = Simulated(bundle_sha256=tried.bundle_sha256)
        for written, one in recorded:
            if written != version:
                found.older_form += 1
            else:
                found.add(one, tried.engine.evaluate(question_under(one.data, tried.bundle_sha256)))
    return found
