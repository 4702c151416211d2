"""Folds events of consent: audiences, grants, revocations, groups, rules. Does not judge them."""

from __future__ import annotations

import msgspec

from policy.core.folding.base import FactWrite, drop, fold, put
from schemas import consent

AUDIENCE_TERMS = ("audience", "purposes", "facets", "apps", "regions", "remix")
ASKED_TERMS = ("purposes", "facets", "from_us", "until_us", "uses", "duration_ms")


def revoked_scope(event: consent.ConsentRevoked) -> str:
    """Name what a revocation reaches: all, or the one scope that it names."""
    if event.purpose is not None:
        return f"purpose:{event.purpose}"
    return f"facet:{event.facet}" if event.facet is not None else event.account or "all"


@fold.register
def _(event: consent.AudienceSet) -> tuple[FactWrite, ...]:
    key = f"audience/{event.rule}"
    rule = msgspec.to_builtins(event)
    return put(key, {name: rule[name] for name in AUDIENCE_TERMS}) if event.active else drop(key)


@fold.register
def _(event: consent.GrantGiven) -> tuple[FactWrite, ...]:
    return put(
        f"grant/{event.grantee}/{event.grant}",
        {
            "purposes": list(event.purposes),
            "facets": list(event.facets),
            "from_us": event.from_us,
            "until_us": event.until_us,
            "uses": event.uses,
            "review": event.review,
            "duration_ms": event.duration_ms,
            "pass_on": event.pass_on,
            "remix": event.remix,
        },
    )


@fold.register
def _(event: consent.GrantWithdrawn) -> tuple[FactWrite, ...]:
    return put(f"withdrawn/{event.grantee}/{event.grant}/{event.strength}")


@fold.register
def _(event: consent.ConsentRevoked) -> tuple[FactWrite, ...]:
    return put(f"revoked/{revoked_scope(event)}/{event.strength}")


@fold.register
def _(event: consent.ConsentPaused) -> tuple[FactWrite, ...]:
    del event
    return put("paused")


@fold.register
def _(event: consent.ConsentResumed) -> tuple[FactWrite, ...]:
    del event
    return drop("paused")


@fold.register
def _(event: consent.ConsentHeld) -> tuple[FactWrite, ...]:
    del event
    return put("held")


@fold.register
def _(event: consent.GroupNamed) -> tuple[FactWrite, ...]:
    return put(f"group/{event.group}") if event.active else drop(f"group/{event.group}")


@fold.register
def _(event: consent.GroupMemberAdded) -> tuple[FactWrite, ...]:
    return put(f"member/{event.account}/{event.group}")


@fold.register
def _(event: consent.GroupMemberRemoved) -> tuple[FactWrite, ...]:
    return drop(f"member/{event.account}/{event.group}")


@fold.register
def _(event: consent.GrantPassedOn) -> tuple[FactWrite, ...]:
    return put(f"passed/{event.to}/{event.grant}/{event.by}")


@fold.register
def _(event: consent.PassOnEnded) -> tuple[FactWrite, ...]:
    return drop(f"passed/{event.to}/{event.grant}/{event.by}")


@fold.register
def _(event: consent.AccessRequested) -> tuple[FactWrite, ...]:
    terms = msgspec.to_builtins(event)
    return put(f"asked/{event.requester}/{event.request}", {name: terms[name] for name in ASKED_TERMS})


@fold.register
def _(event: consent.AccessAnswered) -> tuple[FactWrite, ...]:
    return drop(f"asked/{event.requester}/{event.request}")


@fold.register
def _(event: consent.RestrictionSet) -> tuple[FactWrite, ...]:
    one = f"restriction/{event.restriction}"
    changed = put(one, {"categories": list(event.categories)}) if event.active else drop(one)
    return put("restrictions") + changed


@fold.register
def _(event: consent.PreferenceSet) -> tuple[FactWrite, ...]:
    key = f"preference/{event.preference}"
    return put(key, {"obligation": event.obligation, "optional": event.optional}) if event.active else drop(key)
