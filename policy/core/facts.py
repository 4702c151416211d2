"""Facts: what each event makes true, key by key. Does not judge: requirements are Rego.

The fold is stateless: an event alone tells which facts it writes, so narrowing consent needs to read nothing, and the
ledger (exact facts) and the view (fast facts) apply the very same writes. A fact carries the revision of the event that
wrote it; "given before it was revoked" is a comparison of revisions.

Keys by stream:
  account     account · standing · follows/A · blocks/A
  cameo       owner · status · audience · grant/GRANTEE/G · withdrawn/GRANTEE/G/STRENGTH · revoked/all/STRENGTH ·
              revoked/ACCOUNT/STRENGTH · restrictions · restriction/R · preference/P · asset/FACET · enrolment · lock
  generation  request · verdict · attempt · started · progress · draft · approved/CAMEO · declined/CAMEO · released · ended · taken_down
  app app · policy bundle · switch switch/NAME
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, Literal

import msgspec

from schemas import account, cameo, consent, generation, operation
from schemas.registry import Event


class FactWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One fact to put (or, with `value` None, to delete) in the event's own stream."""

    key: str
    value: dict[str, Any] | None


class UseWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a grant's use counter; `limit` is read with `open` alone (None: unlimited)."""

    cameo: str
    grant: str
    step: Literal["open", "reserve", "consume", "return"]
    limit: int | None = None


def put(key: str, value: dict[str, Any] | None = None) -> tuple[FactWrite, ...]:
    """Write one fact."""
    return (FactWrite(key=key, value={} if value is None else value),)


def drop(key: str) -> tuple[FactWrite, ...]:
    """Delete one fact."""
    return (FactWrite(key=key, value=None),)


@singledispatch
def fold(event: Event) -> tuple[FactWrite, ...]:
    """Tell the facts that an event writes in its own stream. Most events of record write none."""
    del event
    return ()


def uses_of(event: Event, stream: str) -> tuple[UseWrite, ...]:
    """Tell the use counters that an event moves. `stream` is the event's own stream."""
    match event:
        case consent.GrantGiven():
            return (UseWrite(cameo=stream, grant=event.grant, step="open", limit=event.uses),)
        case generation.GenerationStarted():
            return tuple(UseWrite(cameo=use.cameo, grant=use.grant, step="reserve") for use in event.uses)
        case generation.GenerationReleased():
            return tuple(UseWrite(cameo=use.cameo, grant=use.grant, step="consume") for use in event.uses)
        case generation.GenerationRefused() | generation.GenerationCancelled() | generation.GenerationStopped() | generation.AttemptLost():
            return tuple(UseWrite(cameo=use.cameo, grant=use.grant, step="return") for use in event.uses)
        case _:
            return ()


@fold.register
def _(event: account.AccountRegistered) -> tuple[FactWrite, ...]:
    return put("account", {"region": event.region, "minor": event.minor}) + put("standing", {"standing": "good"})


@fold.register
def _(event: account.AccountStandingChanged) -> tuple[FactWrite, ...]:
    return put("standing", {"standing": event.standing})


@fold.register
def _(event: account.AccountFollowed) -> tuple[FactWrite, ...]:
    return put(f"follows/{event.account}")


@fold.register
def _(event: account.AccountUnfollowed) -> tuple[FactWrite, ...]:
    return drop(f"follows/{event.account}")


@fold.register
def _(event: account.AccountBlocked) -> tuple[FactWrite, ...]:
    return put(f"blocks/{event.account}")


@fold.register
def _(event: account.AccountUnblocked) -> tuple[FactWrite, ...]:
    return drop(f"blocks/{event.account}")


@fold.register
def _(event: cameo.EnrolmentStarted) -> tuple[FactWrite, ...]:
    return put("owner", {"account": event.owner}) + put(
        "enrolment",
        {"enrolment": event.enrolment, "profile": event.profile, "expires_at_us": event.expires_at_us, "state": "started"},
    )


@fold.register
def _(event: cameo.RecordingReceived) -> tuple[FactWrite, ...]:
    return put(
        "enrolment",
        {"enrolment": event.enrolment, "state": "received", "evidence": event.evidence, "key_id": event.key_id},
    )


@fold.register
def _(event: cameo.EnrolmentActivated) -> tuple[FactWrite, ...]:
    return put("enrolment", {"enrolment": event.enrolment, "state": "activated"}) + put(
        "status", {"status": "active", "assurance": event.assurance}
    )


@fold.register
def _(event: cameo.EnrolmentRefused) -> tuple[FactWrite, ...]:
    return put("enrolment", {"enrolment": event.enrolment, "state": "refused"})


@fold.register
def _(event: cameo.EnrolmentExpired) -> tuple[FactWrite, ...]:
    return put("enrolment", {"enrolment": event.enrolment, "state": "expired"})


@fold.register
def _(event: cameo.EnrolmentLocked) -> tuple[FactWrite, ...]:
    return put("lock", {"until_us": event.until_us, "failures": event.failures})


@fold.register(cameo.AssetSealed)
@fold.register(cameo.AssetRekeyed)
def _(event: cameo.AssetSealed | cameo.AssetRekeyed) -> tuple[FactWrite, ...]:
    return put(f"asset/{event.facet}", {"asset": event.asset, "version": event.version, "key_id": event.key_id})


@fold.register
def _(event: cameo.SubjectKeyDestroyed) -> tuple[FactWrite, ...]:
    del event
    return put("status", {"status": "erased", "assurance": "none"})


@fold.register
def _(event: consent.AudienceSet) -> tuple[FactWrite, ...]:
    return put("audience", {"audience": event.audience, "purposes": list(event.purposes), "facets": list(event.facets)})


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
        },
    )


@fold.register
def _(event: consent.GrantWithdrawn) -> tuple[FactWrite, ...]:
    return put(f"withdrawn/{event.grantee}/{event.grant}/{event.strength}")


@fold.register
def _(event: consent.ConsentRevoked) -> tuple[FactWrite, ...]:
    return put(f"revoked/{event.account or 'all'}/{event.strength}")


@fold.register
def _(event: consent.RestrictionSet) -> tuple[FactWrite, ...]:
    one = f"restriction/{event.restriction}"
    changed = put(one, {"categories": list(event.categories)}) if event.active else drop(one)
    return put("restrictions") + changed


@fold.register
def _(event: consent.PreferenceSet) -> tuple[FactWrite, ...]:
    key = f"preference/{event.preference}"
    return put(key, {"obligation": event.obligation, "optional": event.optional}) if event.active else drop(key)


@fold.register
def _(event: generation.GenerationRequested) -> tuple[FactWrite, ...]:
    return put(
        "request",
        {
            "requester": event.requester,
            "app": event.app,
            "cameos": [{"cameo": use.cameo, "facets": list(use.facets)} for use in event.cameos],
            "purpose": event.purpose,
            "plan_digest": event.plan_digest,
            "engine": event.engine,
        },
    )


@fold.register
def _(event: generation.GenerationJudged) -> tuple[FactWrite, ...]:
    return put("verdict", msgspec.to_builtins(event))


@fold.register
def _(event: generation.AttemptLeased) -> tuple[FactWrite, ...]:
    return put("attempt", {"attempt": event.attempt, "replica": event.replica, "lease_until_us": event.lease_until_us})


@fold.register
def _(event: generation.GenerationStarted) -> tuple[FactWrite, ...]:
    return put("started", msgspec.to_builtins(event))


@fold.register
def _(event: generation.GenerationProgressed) -> tuple[FactWrite, ...]:
    return put("progress", {"attempt": event.attempt, "permille": event.permille})


@fold.register
def _(event: generation.DraftReleased) -> tuple[FactWrite, ...]:
    return put("draft", msgspec.to_builtins(event))


@fold.register
def _(event: generation.DraftApproved) -> tuple[FactWrite, ...]:
    return put(f"approved/{event.cameo}", {"film_sha256": event.film_sha256})


@fold.register
def _(event: generation.DraftDeclined) -> tuple[FactWrite, ...]:
    return put(f"declined/{event.cameo}", {"film_sha256": event.film_sha256})


@fold.register
def _(event: generation.GenerationReleased) -> tuple[FactWrite, ...]:
    return put("released", msgspec.to_builtins(event)) + put("ended", {"as": "released"})


@fold.register
def _(event: generation.GenerationRefused) -> tuple[FactWrite, ...]:
    return put("ended", {"as": "refused", "codes": list(event.codes)})


@fold.register
def _(event: generation.GenerationCancelled) -> tuple[FactWrite, ...]:
    del event
    return put("ended", {"as": "cancelled"})


@fold.register
def _(event: generation.GenerationStopped) -> tuple[FactWrite, ...]:
    return put("ended", {"as": "stopped", "codes": list(event.codes)})


@fold.register
def _(event: generation.AttemptLost) -> tuple[FactWrite, ...]:
    lost = put("lost", {"attempt": event.attempt})
    return lost + put("ended", {"as": "lost", "codes": list(event.codes)}) if event.final else lost


@fold.register
def _(event: generation.GenerationTakenDown) -> tuple[FactWrite, ...]:
    return put("taken_down", {"codes": list(event.codes)})


@fold.register
def _(event: operation.AppRegistered) -> tuple[FactWrite, ...]:
    return put("app", {"owner": event.owner, "standing": "good"})


@fold.register
def _(event: operation.BundleActivated) -> tuple[FactWrite, ...]:
    return put("bundle", {"bundle_sha256": event.bundle_sha256})


@fold.register
def _(event: operation.SwitchThrown) -> tuple[FactWrite, ...]:
    return put(f"switch/{event.switch}", {"on": event.on})
