"""Owns who hears of which event: notifications for owners, subjects and requesters. Does not look up or send anything.

A notification names its audience, not its readers: `owner` of the event's cameo, `subjects` and `requester` of the
event's generation, or one `account`. The view `projection.inbox` joins them to accounts, so nothing here reads state.
A requester gets the codes of a refusal; subjects do not, or one subject would learn of another.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Literal, NamedTuple

from schemas import account, cameo, consent, generation
from schemas.registry import Event
from streams.core.changes import Change, Put, Row, Seen

Audience = Literal["owner", "subjects", "requester", "account"]


class Notice(NamedTuple):
    """One notification: to whom, of what, with which codes."""

    audience: Audience
    kind: str
    codes: tuple[str, ...] = ()
    account: str | None = None


@singledispatch
def notices(event: Event) -> tuple[Notice, ...]:
    """Tell the notifications of one event. Most events make none."""
    del event
    return ()


def notify(event: Event, at: Seen) -> tuple[Change, ...]:
    """Tell the rows of an event's notifications, and of the outbox through which they leave."""
    changes: list[Change] = []
    for notice in notices(event):
        key = f"{at.event_id}/{notice.audience}"
        row: Row = {
            "stream": at.stream,
            "revision": at.revision,
            "audience": notice.audience,
            "account": notice.account,
            "kind": notice.kind,
            "codes": list(notice.codes),
            "time_us": at.time_us,
        }
        changes.append(Put("notifications", {"notification": key}, row))
    return tuple(changes)


@notices.register
def _(event: account.AccountStandingChanged) -> tuple[Notice, ...]:
    return (Notice("account", f"account.{event.standing}"),)


@notices.register
def _(event: cameo.EnrolmentActivated) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "enrolment.activated"),)


@notices.register
def _(event: cameo.EnrolmentRefused) -> tuple[Notice, ...]:
    return (Notice("owner", "enrolment.refused", event.codes),)


@notices.register
def _(event: cameo.EnrolmentExpired) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "enrolment.expired"),)


@notices.register
def _(event: cameo.EnrolmentLocked) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "enrolment.locked"),)


@notices.register
def _(event: cameo.EvidenceDestroyed) -> tuple[Notice, ...]:
    return (Notice("owner", "evidence.destroyed", (event.reason,)),)


@notices.register
def _(event: consent.GrantGiven) -> tuple[Notice, ...]:
    return (Notice("account", "grant.given", account=event.grantee),)


@notices.register
def _(event: consent.GrantWithdrawn) -> tuple[Notice, ...]:
    return (Notice("account", "grant.withdrawn", account=event.grantee),)


@notices.register
def _(event: consent.ConsentRevoked) -> tuple[Notice, ...]:
    return () if event.account is None else (Notice("account", "consent.revoked", account=event.account),)


@notices.register
def _(event: generation.GenerationRequested) -> tuple[Notice, ...]:
    del event
    return (Notice("subjects", "generation.requested"),)


@notices.register
def _(event: generation.GenerationStarted) -> tuple[Notice, ...]:
    del event
    return (Notice("subjects", "generation.started"),)


@notices.register
def _(event: generation.DraftReleased) -> tuple[Notice, ...]:
    del event
    return (Notice("subjects", "draft.review_wanted"), Notice("requester", "draft.in_review"))


@notices.register
def _(event: generation.DraftDeclined) -> tuple[Notice, ...]:
    del event
    return (Notice("requester", "draft.declined"),)


@notices.register
def _(event: generation.GenerationReleased) -> tuple[Notice, ...]:
    del event
    return (Notice("subjects", "generation.released"), Notice("requester", "generation.released"))


@notices.register
def _(event: generation.GenerationRefused) -> tuple[Notice, ...]:
    return (Notice("subjects", "generation.refused"), Notice("requester", "generation.refused", event.codes))


@notices.register
def _(event: generation.GenerationStopped) -> tuple[Notice, ...]:
    return (Notice("subjects", "generation.stopped"), Notice("requester", "generation.stopped", event.codes))


@notices.register
def _(event: generation.AttemptLost) -> tuple[Notice, ...]:
    return (Notice("requester", "generation.lost", event.codes),) if event.final else ()


@notices.register
def _(event: generation.GenerationTakenDown) -> tuple[Notice, ...]:
    return (Notice("subjects", "generation.taken_down"), Notice("requester", "generation.taken_down", event.codes))
