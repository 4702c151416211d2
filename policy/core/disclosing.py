"""Disclosing: which codes of an answer whom may be told. Does not put them into words.

Three readers. The operator and the auditor are told everything. A requester is told what concerns the requester, the
platform and what an owner lets the requester do; whatever else an owner has against it reads `consent.required`, and
then nothing more of any owner is told: "not for this purpose" beside `consent.required` would say that there is a
permission, and that something hidden stands before it. An owner who asks about others is told what the owner has said,
and of the others only that they may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from policy.core.codes import CodeTable

HIDING = "consent.required"
NOT_ELIGIBLE = "requester.not_eligible"
BLOCKED = "relationship.blocked"

OF_NO_OWNER = (
    "action.", "app.suspended", "bundle.", "content.blocked", "engine.", "feed.", "invitation.", "ledger.", "plan.", "policy.",
    "quota.", "requester.", "switch.", "verdict.",
)  # fmt: skip
"""Codes that rest on no owner's facts: they are told beside a hidden one. A code that is not named here hides with it."""
OF_THE_REQUESTER = ("app.suspended", "invitation.", "plan.", "quota.", "requester.")
"""Codes that rest on the requester's own facts, which are no owner's business."""


def told_to_requester(table: CodeTable, codes: Iterable[str]) -> tuple[str, ...]:
    """Turn codes into those that whoever asked may be told, sorted, once each. An unknown code is told as it is."""
    shown = {table[code].disclosed_as if code in table else code for code in codes}
    if HIDING in shown:
        shown = {code for code in shown if code == HIDING or code.startswith(OF_NO_OWNER)}
    return tuple(sorted(shown))


def told_to_owner(codes: Iterable[str], question: Mapping[str, Any], owner: str) -> tuple[str, ...]:
    """Turn codes into those that the owner of the cameos asked about may be told of somebody else."""
    own_block = any(cameo.get("owner") == owner and cameo.get("owner_blocks") is True for cameo in question["cameos"])
    return tuple(sorted({_to_owner(code, own_block=own_block) for code in codes}))


def _to_owner(code: str, *, own_block: bool) -> str:
    if code == BLOCKED:
        return BLOCKED if own_block else NOT_ELIGIBLE
    return NOT_ELIGIBLE if code.startswith(OF_THE_REQUESTER) else code
