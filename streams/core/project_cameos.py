"""Owns what events of accounts, enrolment and consent change in the projections. Does not apply it."""

from __future__ import annotations

from schemas import account, cameo, consent, evidence
from schemas.ids import cameo_of
from streams.core.changes import Change, Delete, Put, Row, Seen, Update, Value, project, row_of


@project.register
def _(event: account.AccountRegistered, at: Seen) -> tuple[Change, ...]:
    return row_of(
        "accounts",
        "account",
        at,
        cameo=cameo_of(at.stream),
        handle=at.clear.get("handle"),
        region=event.region,
        locale=event.locale,
        minor=event.minor,
        standing="good",
        registered_us=at.time_us,
    )


@project.register
def _(event: account.AccountStandingChanged, at: Seen) -> tuple[Change, ...]:
    return row_of("accounts", "account", at, standing=event.standing)


@project.register
def _(event: account.AccountFollowed, at: Seen) -> tuple[Change, ...]:
    return (Put("relations", {"account": at.stream, "other": event.account, "kind": "follows"}, {"since_us": at.time_us}),)


@project.register
def _(event: account.AccountUnfollowed, at: Seen) -> tuple[Change, ...]:
    return (Delete("relations", {"account": at.stream, "other": event.account, "kind": "follows"}),)


@project.register
def _(event: account.AccountBlocked, at: Seen) -> tuple[Change, ...]:
    return (Put("relations", {"account": at.stream, "other": event.account, "kind": "blocks"}, {"since_us": at.time_us}),)


@project.register
def _(event: account.AccountUnblocked, at: Seen) -> tuple[Change, ...]:
    return (Delete("relations", {"account": at.stream, "other": event.account, "kind": "blocks"}),)


@project.register
def _(event: cameo.EnrolmentStarted, at: Seen) -> tuple[Change, ...]:
    begun: Row = {"status": "enrolling", "assurance": "none"}
    enrolment: Row = {
        "cameo": at.stream,
        "owner": event.owner,
        "profile": event.profile,
        "way": event.way,
        "purpose": event.purpose,
        "subject": event.subject,
        "state": "started",
        "codes": [],
        "started_us": at.time_us,
        "expires_at_us": event.expires_at_us,
    }
    return (
        Put("cameos", {"cameo": at.stream}, {"owner": event.owner}, begun),
        Put("enrolments", {"enrolment": event.enrolment}, enrolment),
    )


def _enrolment(enrolment: str, **row: Value) -> Change:
    return Update("enrolments", {"enrolment": enrolment}, row)


@project.register
def _(event: cameo.RecordingReceived, at: Seen) -> tuple[Change, ...]:
    return (_enrolment(event.enrolment, state="received", evidence=event.evidence, received_us=at.time_us),)


@project.register
def _(event: cameo.EnrolmentAssessed, at: Seen) -> tuple[Change, ...]:
    unmet = [check.code for check in event.checks if not check.passed]
    return (_enrolment(event.enrolment, state="assessed", unmet=unmet, level=event.level, assessed_us=at.time_us),)


@project.register
def _(event: cameo.EnrolmentHeld, at: Seen) -> tuple[Change, ...]:
    del at
    return (_enrolment(event.enrolment, state="in_review", codes=list(event.codes)),)


@project.register
def _(event: cameo.EnrolmentActivated, at: Seen) -> tuple[Change, ...]:
    active: Row = {
        "status": "active",
        "assurance": event.assurance,
        "level": event.level,
        "refresh_by_us": event.refresh_by_us,
        "activated_us": at.time_us,
    }
    return (_enrolment(event.enrolment, state="activated", codes=[], decided_us=at.time_us), *row_of("cameos", "cameo", at, **active))


@project.register
def _(event: cameo.EnrolmentRefused, at: Seen) -> tuple[Change, ...]:
    return (_enrolment(event.enrolment, state="refused", codes=list(event.codes), decided_us=at.time_us),)


@project.register
def _(event: cameo.EnrolmentExpired, at: Seen) -> tuple[Change, ...]:
    return (_enrolment(event.enrolment, state="expired", decided_us=at.time_us),)


@project.register
def _(event: cameo.EnrolmentLocked, at: Seen) -> tuple[Change, ...]:
    return row_of("cameos", "cameo", at, locked_until_us=event.until_us)


@project.register
def _(event: evidence.EvidenceDestroyed, at: Seen) -> tuple[Change, ...]:
    return (Update("enrolments", {"evidence": event.evidence}, {"evidence_destroyed_us": at.time_us}),)


@project.register
def _(event: cameo.SubjectKeyDestroyed, at: Seen) -> tuple[Change, ...]:
    del event
    return (
        *row_of("cameos", "cameo", at, status="erased", assurance="none"),
        Update("accounts", {"cameo": at.stream}, {"handle": None}),
    )


@project.register
def _(event: consent.AudienceSet, at: Seen) -> tuple[Change, ...]:
    if event.rule:  # the named rules are read from the ledger
        return ()
    if not event.active:
        return row_of("cameos", "cameo", at, audience="only_me", purposes=[], facets=[])
    return row_of("cameos", "cameo", at, audience=event.audience, purposes=list(event.purposes), facets=list(event.facets))


@project.register
def _(event: consent.ConsentPaused, at: Seen) -> tuple[Change, ...]:
    del event
    return row_of("cameos", "cameo", at, paused=True)


@project.register
def _(event: consent.ConsentResumed, at: Seen) -> tuple[Change, ...]:
    del event
    return row_of("cameos", "cameo", at, paused=False)


@project.register
def _(event: consent.GrantGiven, at: Seen) -> tuple[Change, ...]:
    row: Row = {
        "grantee": event.grantee,
        "purposes": list(event.purposes),
        "facets": list(event.facets),
        "from_us": event.from_us,
        "until_us": event.until_us,
        "uses": event.uses,
        "review": event.review,
        "duration_ms": event.duration_ms,
        "pass_on": event.pass_on,
        "remix": event.remix,
        "price_minor": event.price_minor,
        "price_currency": event.price_currency,
        "given_us": at.time_us,
    }
    return (Put("grants", {"cameo": at.stream, "grant_id": event.grant}, row),)


@project.register
def _(event: consent.GrantWithdrawn, at: Seen) -> tuple[Change, ...]:
    where: Row = {"cameo": at.stream, "grant_id": event.grant}
    return (Update("grants", where, {"withdrawn": event.strength, "withdrawn_us": at.time_us}),)


@project.register
def _(event: consent.ConsentRevoked, at: Seen) -> tuple[Change, ...]:
    last = Update("cameos", {"cameo": at.stream}, {"revoked_us": at.time_us})
    if event.purpose is not None or event.facet is not None:  # a part of each grant, which the ledger tells
        return (last,)
    where: Row = {"cameo": at.stream} if event.account is None else {"cameo": at.stream, "grantee": event.account}
    ended: Row = {"revoked": event.strength, "revoked_us": at.time_us}
    return (Update("grants", where, ended), last)
