"""Owns who may ask the keyholder for what: role × endpoint, role × purpose × event. Everything else is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

ENDPOINTS: dict[str, frozenset[str]] = {
    "/v1/seal": frozenset({"api", "worker", "judge"}),
    "/v1/unseal": frozenset({"api", "worker", "judge"}),
    "/v1/unseal-at": frozenset({"worker"}),
    "/v1/evidence/put": frozenset({"api"}),
    "/v1/evidence/get": frozenset({"api", "worker"}),
    "/v1/evidence/destroy": frozenset({"api", "worker"}),
    "/v1/subjects/destroy": frozenset({"api"}),
    "/v1/assets/put": frozenset({"worker"}),
    "/v1/rekey": frozenset({"worker"}),
    "/v1/film": frozenset({"api"}),
    "/v1/draft": frozenset({"api"}),
    "/v1/release-draft": frozenset({"api", "dispatcher"}),
    "/v1/keys/roots": frozenset({"operator"}),
    "/v1/keys/rotate": frozenset({"operator"}),
    "/v1/keys/rewrap": frozenset({"operator"}),
    "/v1/health": frozenset({"operator", "api", "worker", "judge", "dispatcher", "auditor"}),
    "/v1/open": frozenset({"replica"}),
    "/v1/release": frozenset({"replica"}),
}
"""`replica` is not a token: it is whoever signs with the replicas' key."""

FIELDS: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("judge", "judge"): {
        "generation.requested": ("prompt", "plan", "plan_salt"),
        "consent.restriction_set": ("text",),
    },
    ("worker", "compare"): {"enrolment.assessed": ("template",), "face.protected": ("template",)},
    ("worker", "replay"): {"enrolment.assessed": ("fingerprints",), "verification.answered": ("fingerprints",)},
    ("worker", "distress"): {"account.distress_set": ("word",)},
    ("worker", "notify"): {"account.registered": ("handle",)},
    ("api", "show"): {
        "account.registered": ("handle",),
        "consent.grant_given": ("note",),
        "consent.group_named": ("name",),
        "consent.access_requested": ("message",),
        "consent.restriction_set": ("text",),
        "consent.preference_set": ("text",),
        "generation.requested": ("prompt",),
        "generation.reported": ("text",),
        "generation.appealed": ("text",),
        "case.opened": ("text",),
        "app.registered": ("contact",),
        "face.protected": ("name",),
    },
    ("api", "export"): {
        "account.registered": ("handle",),
        "consent.grant_given": ("note",),
        "consent.group_named": ("name",),
        "consent.access_requested": ("message",),
        "consent.restriction_set": ("text",),
        "consent.preference_set": ("text",),
        "generation.requested": ("prompt", "plan"),
        "generation.reported": ("text",),
        "generation.appealed": ("text",),
        "case.opened": ("text",),
        "app.registered": ("contact",),
    },
    ("keyholder", "render"): {"generation.requested": ("plan", "plan_salt")},
}
"""(role, purpose) → wire name → the fields that may be read."""

RECORDED: Final[dict[str, Literal["beside", "apart"]]] = {
    "enrolment.assessed": "beside",
    "verification.answered": "beside",
    "face.protected": "apart",
    "account.distress_set": "apart",
}
"""Wire names whose fields are what somebody is known by: each opening is an event of the keyholder's, durable before a byte is given out.

`beside`: `biometric.opened` in the same stream, which its person sees. `apart`: `opening.made` in `opening-main`, which is in
nobody's own audit: that a word for danger was opened must not be seen by who watches the person. Many at a time: always apart.
"""
MOST_AT_ONCE: Final = 2000
"""Events that one asking opens: so many templates and marks are 10 MB."""

EVIDENCE: dict[tuple[str, str], bool] = {
    ("worker", "assess"): False,
    ("worker", "verify"): False,
    ("api", "review"): True,
    ("api", "export"): True,
}
"""(role, purpose) for which evidence may be opened → whether it is for a person, who is then named in the record.

`review`: for a reviewer of the review desk; `export`: for the person themselves, and nobody else (see `opens_for`).
"""


def opens_for(role: str, purpose: str, by: str | None, subjects: Sequence[str]) -> bool:
    """Tell whether evidence of these subjects may be opened by a role, for a purpose and a person."""
    personal = EVIDENCE.get((role, purpose))
    if personal is None or personal != (by is not None):
        return False
    return purpose != "export" or list(subjects) == [by]


def may_call(role: str, endpoint: str) -> bool:
    """Tell whether a role may ask at an endpoint."""
    return role in ENDPOINTS.get(endpoint, frozenset())


def readable(role: str, purpose: str, wire_name: str) -> tuple[str, ...]:
    """Tell which sealed fields of an event a role may read for a purpose; empty: none."""
    return FIELDS.get((role, purpose), {}).get(wire_name, ())
