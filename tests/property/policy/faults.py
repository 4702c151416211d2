"""Faults: each changes a case, most of them so that one requirement refuses. Does not say which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemas import account, cameo, consent, generation, operation
from schemas.registry import Event
from tests.property.policy.cases import (
    APP,
    ENGINE,
    FILM,
    GENERATION,
    GROUP,
    HOUR_US,
    NOW_US,
    OTHER,
    OWNERS,
    PASSER,
    QUOTA,
    REQUESTER,
    SOURCE,
    Case,
    filmed,
    given,
)

Fault = Callable[[Case], Case]
Told = Callable[[Case], tuple[str, Event]]


def _late(*told: Told) -> Fault:
    """Let something happen last."""
    return lambda case: replace(case, late=(*case.late, *(tell(case) for tell in told)))


def _early(case: Case, *events: tuple[str, Event]) -> Case:
    return replace(case, early=(*case.early, *events))


def _first(**changes: Any) -> Fault:
    """Change the first subject."""
    return lambda case: replace(case, subjects=(replace(case.subjects[0], **changes), *case.subjects[1:]))


def _case(**changes: Any) -> Fault:
    return lambda case: replace(case, **changes)


def _without(stream: Callable[[Case], str]) -> Fault:
    return lambda case: replace(case, dropped=(*case.dropped, stream(case)))


def _both(*faults: Fault) -> Fault:
    def spoil(case: Case) -> Case:
        for fault in faults:
            case = fault(case)
        return case

    return spoil


def _owner(case: Case) -> str:
    return case.subjects[0].owner


def _cameo(case: Case) -> str:
    return case.subjects[0].cameo


def _by_cameo(event: Event) -> Told:
    return lambda case: (_cameo(case), event)


def _of(stream: str, event: Event) -> Told:
    return lambda _: (stream, event)


def _revoked(strength: Any, **scope: Any) -> Fault:
    return _late(_by_cameo(consent.ConsentRevoked(**({"account": None} | scope), strength=strength)))


def _given_again(case: Case) -> Case:
    return replace(case, late=(*case.late, *given(case.subjects[0])))


def _withdrawn(strength: Any) -> Fault:
    return _late(lambda case: (_cameo(case), consent.GrantWithdrawn(grant="g1", grantee=case.subjects[0].holder, strength=strength)))


def _standing(who: Callable[[Case], str], standing: Any) -> Fault:
    return _late(lambda case: (who(case), account.AccountStandingChanged(standing=standing, reason="test")))


def _switched(name: str, *, on: bool) -> Fault:
    return _late(_of("switch-main", operation.SwitchThrown(switch=name, on=on, reason="test")))


def _taken_by_another(case: Case, owner: str, allowance: str) -> Case:
    """Let another film, of 5 s, take a use of a grant or a quota."""
    use = (generation.UseRef(cameo=owner, grant=allowance),)
    taken = generation.GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=use, assets=())
    return _early(case, filmed(OTHER, (_cameo(case),))[0], (OTHER, taken))


def _grant_taken(case: Case) -> Case:
    return _taken_by_another(case, _cameo(case), "g1")


def _planned(**limits: Any) -> Fault:
    terms = {"uses": None, "duration_ms": None, "from_us": 0, "until_us": NOW_US + HOUR_US} | limits
    plan = account.PlanSet(plan="maker", quota=QUOTA, **terms)
    return _both(lambda case: _early(case, (REQUESTER, plan)), _switched("plans", on=True))


def _quota_taken(case: Case) -> Case:
    return _taken_by_another(case, REQUESTER, QUOTA)


def _remix(case: Case) -> Case:
    subjects = tuple(replace(one, remix=True) for one in case.subjects)
    return replace(case, subjects=subjects, source=tuple(one.cameo for one in subjects))


REMOVED = generation.GenerationRemoved(cameo="cameo-" + "a" * 32, reason="r")

OPERATION: dict[str, Fault] = {
    "unknown action": _case(action="remix"),
    "another bundle in force": _case(bundle="0" * 64),
    "no bundle in force": _without(lambda _: "policy-main"),
    "rendering off": _switched("render", on=False),
    "engine off": _switched(f"engine/{ENGINE}", on=False),
    "region off": _switched("region/KR", on=False),
    "another region off": _switched("region/JP", on=False),
    "no switches": _without(lambda _: "switch-main"),
    "sandbox opened": _switched("sandbox_use", on=True),
    "invitations": _switched("invitations", on=True),
    "invited": _both(
        lambda case: _early(case, (REQUESTER, account.AccountInvited(invitation="i", by=OWNERS[0]))), _switched("invitations", on=True)
    ),
    "plans": _switched("plans", on=True),
    "planned": _planned(uses=1, duration_ms=5000),
    "plan over": _planned(until_us=NOW_US),
    "plan to come": _planned(from_us=NOW_US + 1),
    "quota of films spent": _both(_planned(uses=1), _quota_taken),
    "quota of length spent": _both(_planned(duration_ms=9999), _quota_taken),
    "quota to the last": _both(_planned(uses=2, duration_ms=10_000), _quota_taken),
}

PEOPLE: dict[str, Fault] = {
    "requester suspended": _standing(lambda _: REQUESTER, "suspended"),
    "requester limited": _standing(lambda _: REQUESTER, "limited"),
    "requester unknown": _without(lambda _: REQUESTER),
    "requester dead": _late(_of(REQUESTER, account.AccountDied())),
    "closed region": _case(region="ZZ"),
    "requester minor": _case(minor=True),
    "minor for advertising": _both(_first(purposes=("advertising",)), _case(minor=True, purpose="advertising")),
    "app unknown": _both(_case(app=APP), _without(lambda _: APP)),
    "app suspended": _both(_case(app=APP), _late(_of(APP, operation.AppStandingChanged(standing="suspended", reason="test")))),
    "cameo erased": _late(_by_cameo(cameo.SubjectKeyDestroyed(key_id="k"))),
    "cameo unknown": _without(_cameo),
    "owner suspended": _standing(_owner, "suspended"),
    "owner unknown": _without(_owner),
    "owner dead": _late(lambda case: (_owner(case), account.AccountDied())),
    "owner minor": _first(minor=True),
    "sandbox enrolment": _first(assurance="sandbox"),
    "owner blocks": _late(lambda case: (_owner(case), account.AccountBlocked(account=REQUESTER))),
    "requester blocks": _late(lambda case: (REQUESTER, account.AccountBlocked(account=_owner(case)))),
    "unfollowed": _late(lambda case: (_owner(case), account.AccountUnfollowed(account=REQUESTER))),
}

GIVEN: dict[str, Fault] = {
    "nothing given": _first(basis="nothing"),
    "audience closed": _late(_by_cameo(consent.AudienceSet(audience="only_me", purposes=(), facets=()))),
    "audience gone": _late(_by_cameo(consent.AudienceSet(audience="only_me", purposes=(), facets=(), active=False))),
    "audience opened": lambda case: replace(case, late=(*case.late, *given(replace(case.subjects[0], basis="everyone", apps=None)))),
    "a second rule": _late(
        _by_cameo(consent.AudienceSet(audience="everyone", purposes=("parody",), facets=("body",), regions=("JP",), rule="r1"))
    ),
    "other app": _first(apps=("app-" + "0" * 32,)),
    "this app": _first(apps=(APP,)),
    "other region": _first(regions=("JP", "DE")),
    "this region": _first(regions=("KR",)),
    "window over": _first(until_us=NOW_US),
    "window to come": _first(from_us=NOW_US + HOUR_US),
    "other purpose": _case(purpose="advertising"),
    "training": _both(_first(purposes=("personal", "training")), _case(purpose="training")),
    "more facets": _case(asked_facets=("face", "body")),
    "used up": _both(_first(uses=1), _grant_taken),
    "length used up": _both(_first(duration_ms=9999), _grant_taken),
    "length to the last": _both(_first(duration_ms=10_000), _grant_taken),
    "paused": _late(_by_cameo(consent.ConsentPaused())),
    "paused and resumed": _late(_by_cameo(consent.ConsentPaused()), _by_cameo(consent.ConsentResumed())),
    "held": _late(_by_cameo(consent.ConsentHeld())),
    "held and enrolled anew": _late(
        _by_cameo(consent.ConsentHeld()), _by_cameo(cameo.EnrolmentActivated(enrolment="e2", assurance="basic"))
    ),
    "left the group": _late(_by_cameo(consent.GroupMemberRemoved(group=GROUP, account=REQUESTER))),
    "group dissolved": _late(_by_cameo(consent.GroupNamed(group=GROUP, active=False))),
    "passed on without leave": _first(pass_on=False),
    "no longer passed on": _late(_by_cameo(consent.PassOnEnded(grant="g1", by=PASSER, to=REQUESTER))),
    "whoever passed it on is suspended": _standing(lambda _: PASSER, "suspended"),
    "whoever passed it on is blocked": _late(lambda case: (_owner(case), account.AccountBlocked(account=PASSER))),
    "remix": _remix,
    "remix not permitted": _both(_remix, _first(remix=False)),
    "remix of what was taken down": _both(_remix, _late(_of(SOURCE, generation.GenerationTakenDown(codes=(), cause="c")))),
    "remix of what was removed": _both(_remix, _late(_of(SOURCE, REMOVED))),
    "remix of nothing": _both(_remix, _without(lambda _: SOURCE)),
    "remix without a subject": _both(_remix, lambda case: replace(case, source=(*(case.source or ()), "cameo-" + "0" * 32))),
}

WORK: dict[str, Fault] = {
    "unjudged": _case(judged=False),
    "judged for another plan": _case(judged_plan="d2"),
    "restricted since": _late(_by_cameo(consent.RestrictionSet(restriction="r", categories=("politics",), active=True))),
    "hard block": _case(hard_blocks=("violence",)),
    "against the rules": _first(finding="refused"),
    "uncertain": _first(finding="uncertain"),
    "review": _first(review=True),
    "reviewed": _first(review=True, approved=True),
    "wish": _late(_by_cameo(consent.PreferenceSet(preference="p", obligation="necklace", optional=False, active=True))),
    "optional wish": _late(_by_cameo(consent.PreferenceSet(preference="q", obligation="visible_mark", optional=True, active=True))),
    "unstarted": _case(started=False),
    "declined": _late(lambda case: (GENERATION, generation.DraftDeclined(cameo=_cameo(case), film_sha256=FILM, reason="r"))),
    "unreleased": _case(released=False),
    "other film": _case(film="f2" * 32),
    "no film": _case(film=None),
    "taken down": _late(_of(GENERATION, generation.GenerationTakenDown(codes=(), cause="c"))),
    "removed": _late(lambda case: (GENERATION, generation.GenerationRemoved(cameo=_cameo(case), reason="r"))),
}

SCOPES: dict[str, dict[str, Any]] = {
    "all": {},
    "one": {"account": REQUESTER},
    "the app": {"account": APP},
    "the group": {"account": GROUP},
    "whoever passed it on": {"account": PASSER},
    "another": {"account": OWNERS[1]},
    "the purpose": {"purpose": "personal"},
    "another purpose": {"purpose": "parody"},
    "the facet": {"facet": "face"},
    "another facet": {"facet": "body"},
}
STRENGTHS = ("no_new_uses", "stop", "take_down")

TAKEN_BACK: dict[str, Fault] = {
    f"{strength} from {name}": _revoked(strength, **scope) for name, scope in SCOPES.items() for strength in STRENGTHS
}
TAKEN_BACK |= {f"{strength} and given again": _both(_revoked(strength), _given_again) for strength in STRENGTHS}
TAKEN_BACK |= {f"withdrawn, {strength}": _withdrawn(strength) for strength in STRENGTHS}

FAULTS: dict[str, Fault] = OPERATION | PEOPLE | GIVEN | WORK | TAKEN_BACK
