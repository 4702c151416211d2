"""Events that several of these tests tell."""

from __future__ import annotations

import secrets

from schemas.cameo import EnrolmentStarted
from schemas.consent import GrantGiven
from schemas.generation import CameoUse, GenerationRequested


def started(owner: str) -> EnrolmentStarted:
    return EnrolmentStarted(
        enrolment=secrets.token_hex(16),
        owner=owner,
        profile="sandbox",
        phrase=("one",),
        movements=("left",),
        expires_at_us=2**52,
        consent_text_version="1",
        consent_text_sha256="0" * 64,
    )


def grant(name: str, grantee: str) -> GrantGiven:
    return GrantGiven(
        grant=name, grantee=grantee, purposes=("personal",), facets=("face",), from_us=None, until_us=None, uses=1, review=False
    )


def requested(asker: str, cameo: str) -> GenerationRequested:
    return GenerationRequested(
        requester=asker,
        cameos=(CameoUse(cameo=cameo, facets=("face",)),),
        purpose="personal",
        plan_digest="0" * 64,
        engine="trivial",
        width_px=64,
        height_px=64,
        duration_ms=1000,
    )
