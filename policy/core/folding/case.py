"""Folds events of cases: what is open, what each reviewer said. Does not judge them."""

from __future__ import annotations

from policy.core.folding.base import FactWrite, fold, put
from schemas import case


@fold.register
def _(event: case.CaseOpened) -> tuple[FactWrite, ...]:
    value = {
        "kind": event.kind, "cameo": event.cameo, "enrolment": event.enrolment, "evidence": event.evidence,
        "codes": list(event.codes), "people": event.people, "due_us": event.due_us, "other": event.other, "about": event.about,
    }  # fmt: skip
    return put("case", value)


@fold.register
def _(event: case.CaseVoted) -> tuple[FactWrite, ...]:
    return put(f"vote/{event.reviewer}", {"decision": event.decision, "reasons": list(event.reasons)})


@fold.register
def _(event: case.CaseClosed) -> tuple[FactWrite, ...]:
    return put("outcome", {"outcome": event.outcome})
