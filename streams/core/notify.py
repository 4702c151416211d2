"""Owns who hears of which event: notifications for owners, subjects and requesters. Does not look up or send anything.

A notification names its audience, not its readers: `owner` of the event's cameo, `subjects` and `requester` of the
event's generation, or one `account`. The view `projection.inbox` joins them to accounts, so nothing here reads state.
A requester gets the codes of a refusal; subjects do not, or one subject would learn of another.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Literal, NamedTuple

from schemas import account, cameo, case, consent, evidence, generation
from schemas.registry import Event, by_class
from streams.core.casework import DISTRESS_ACTIVATED
from streams.core.changes import Change, Put, Row, Seen

Audience = Literal["owner", "subjects", "requester", "account", "operators"]
"""`operators` are told by the ways out of the installation; nobody's inbox holds it."""


ACTED_FOR = "acted_for:"
"""How the kind of the notice begins that a subject gets of each act of a guardian, agent or executor; the event's name follows."""


ANSWERS = frozenset({"approved", "changed", "refused"})


class Notice(NamedTuple):
    """One notification: to whom, of what, with which codes."""

    audience: Audience
    kind: str
    codes: tuple[str, ...] = ()
    account: str | None = None
    stream: str | None = None
    """What it is about, where that is not the event's own stream."""


@singledispatch
def notices(event: Event) -> tuple[Notice, ...]:
    """Tell the notifications of one event. Most events make none."""
    del event
    return ()


def notify(event: Event, at: Seen) -> tuple[Change, ...]:
    """Tell the rows of an event's notifications, and of the outbox through which they leave."""
    changes: list[Change] = []
    told: dict[str, int] = {}
    for notice in (*notices(event), *_acted(event, at)):
        nth = told[notice.audience] = told.get(notice.audience, 0) + 1
        key = f"{at.event_id}/{notice.audience}" + ("" if nth == 1 else f"/{nth}")
        row: Row = {
            "stream": notice.stream or at.stream,
            "revision": at.revision,
            "audience": notice.audience,
            "account": notice.account,
            "kind": notice.kind,
            "codes": list(notice.codes),
            "time_us": at.time_us,
        }
        changes.append(Put("notifications", {"notification": key}, row))
    return tuple(changes)


def _acted(event: Event, at: Seen) -> tuple[Notice, ...]:
    """Tell a subject of each act that somebody else did for them."""
    return () if at.acting_as is None else (Notice("account", ACTED_FOR + by_class(type(event)).name, account=at.acting_as),)


@notices.register
def _(event: account.AccountStandingChanged) -> tuple[Notice, ...]:
    return (Notice("account", f"account.{event.standing}"),)


@notices.register
def _(event: cameo.EnrolmentActivated) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "enrolment.activated"),)


@notices.register
def _(event: case.CaseOpened) -> tuple[Notice, ...]:
    """Operators hear of a call for help; its person is told what an activation tells, where one is shown (streams.core.seeming)."""
    if event.kind != "distress":
        return ()
    shown = (Notice("owner", "enrolment.activated", stream=event.cameo),) if DISTRESS_ACTIVATED in event.codes else ()
    return (Notice("operators", "case.distress"), *shown)


@notices.register
def _(event: cameo.EnrolmentRefused) -> tuple[Notice, ...]:
    return (Notice("owner", "enrolment.refused", event.codes),)


@notices.register
def _(event: cameo.EnrolmentExpired) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "enrolment.expired"),)


@notices.register
def _(event: cameo.RefreshDue) -> tuple[Notice, ...]:
    return (Notice("owner", "refresh.due" if event.over else "refresh.soon"),)


@notices.register
def _(event: cameo.EnrolmentLocked) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "enrolment.locked"),)


@notices.register
def _(event: evidence.EvidenceDestroyed) -> tuple[Notice, ...]:
    return (Notice("owner", "evidence.destroyed", (event.reason,)),)


@notices.register
def _(event: consent.GrantGiven) -> tuple[Notice, ...]:
    return _to(event.grantee, "grant.given")


@notices.register
def _(event: consent.GrantWithdrawn) -> tuple[Notice, ...]:
    return _to(event.grantee, "grant.withdrawn")


@notices.register
def _(event: consent.ConsentRevoked) -> tuple[Notice, ...]:
    return () if event.account is None else _to(event.account, "consent.revoked")


@notices.register
def _(event: consent.GrantPassedOn) -> tuple[Notice, ...]:
    return (Notice("owner", "grant.passed_on"), *_to(event.to, "grant.passed_on"))


@notices.register
def _(event: consent.PassOnEnded) -> tuple[Notice, ...]:
    return (Notice("owner", "grant.pass_on_ended"), *_to(event.to, "grant.pass_on_ended"), *_to(event.by, "grant.pass_on_ended"))


@notices.register
def _(event: consent.AccessRequested) -> tuple[Notice, ...]:
    del event
    return (Notice("owner", "access.requested"),)


@notices.register
def _(event: consent.AccessAnswered) -> tuple[Notice, ...]:
    """Whoever is ignored hears nothing."""
    return _to(event.requester, f"access.{event.answer}") if event.answer in ANSWERS else ()


@notices.register
def _(event: account.PowerGiven) -> tuple[Notice, ...]:
    return (Notice("account", "power.given"), *_to(event.holder, "power.held"))


@notices.register
def _(event: account.PowerEnded) -> tuple[Notice, ...]:
    return (Notice("account", "power.ended"), *_to(event.holder, "power.ended"))


@notices.register
def _(event: account.PlanSet) -> tuple[Notice, ...]:
    del event
    return (Notice("account", "plan.set"),)


@notices.register
def _(event: account.StepUpSet) -> tuple[Notice, ...]:
    return (Notice("account", "step_up.on" if event.on else "step_up.off"),)


@notices.register
def _(event: account.RecoveryBegun) -> tuple[Notice, ...]:
    del event
    return (Notice("account", "recovery.begun"),)


@notices.register
def _(event: account.AccountInvited) -> tuple[Notice, ...]:
    del event
    return (Notice("account", "account.invited"),)


@notices.register
def _(event: generation.GenerationRemoved) -> tuple[Notice, ...]:
    """Which of its subjects removed it is not told."""
    del event
    return (Notice("requester", "generation.removed"),)


@notices.register
def _(event: generation.AppealAnswered) -> tuple[Notice, ...]:
    return (Notice("requester", f"appeal.{event.outcome}"),)


def _to(stream: str, kind: str) -> tuple[Notice, ...]:
    """Tell an account or app; a group reads nothing, and its members are not told that they are in it."""
    return () if stream.startswith("group-") else (Notice("account", kind, account=stream),)


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
