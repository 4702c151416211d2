"""Owns what a call for help looks like to whoever watches its person: as if the word had not been said. Stores and shows nothing.

A word that a person set (`account.distress_set`) and says in a recording asks for help: nothing becomes active, and everything
that the person is shown is what it would have been without the word. What is true stands in the record and in the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from identity.core.assessment import Activated, Assessment, Decision, NeedsReview, Refused
from identity.core.profiles import Profile
from identity.core.reviewing import wanted
from policy.ports import FactReader
from schemas.cameo import EnrolmentHeld, Level
from schemas.case import CaseOpened
from schemas.consent import ConsentHeld
from schemas.envelope import Envelope
from schemas.registry import Event
from schemas.verification import VerificationAnswered
from streams.core.casework import DISTRESS_ACTIVATED, REVIEWED, Read, case_id
from streams.core.verification import REFRESH_US

HEARD = "distress.heard"
WORD_SET = "account.distress_set"
UNSHOWN = frozenset({WORD_SET, "consent.held"})
WORDS = 6
"""The check that the word itself makes fail: the phrase is to be said exactly."""
Seeming = Literal["activated", "as it is"]


def as_if_unsaid(assessment: Assessment) -> Assessment:
    """Read an assessment as if the word had not stood beside the phrase."""
    results = tuple(msgspec.structs.replace(one, passed=True) if one.number == WORDS else one for one in assessment.results)
    return msgspec.structs.replace(assessment, results=results)


def codes_of(decision: Decision) -> tuple[str, ...]:
    """Tell the codes of the case that a call for help opens, by what would have been decided without the word."""
    match decision:
        case Activated():
            return (HEARD, DISTRESS_ACTIVATED)
        case NeedsReview() | Refused():
            return (HEARD, *decision.codes)


def held_of(enrolment: str) -> Event:
    """Tell the event that stands where an activation would: nothing is active by it."""
    return EnrolmentHeld(enrolment=enrolment, codes=("review.required",))


def hold_of(facts: FactReader, cameo: str) -> tuple[Event, ...]:
    """Tell the event that holds an active cameo after a call for help, so that whatever is said of it meanwhile lets nobody use it."""
    status = facts.get(cameo, "status")
    active = status is not None and status.value["status"] == "active" and facts.get(cameo, "held") is None
    return (ConsentHeld(),) if active else ()


def answered_of(verification: str, level: Level, codes: tuple[str, ...]) -> VerificationAnswered:
    """Tell the event of a re-verification that called for help: nobody passes by it. `codes`: what speaks against it without the word."""
    return VerificationAnswered(verification=verification, outcome="failed", level=level, codes=codes or ("review.required",))


def call_of(cameo: str, verification: str, codes: tuple[str, ...], now_us: int) -> CaseOpened:
    """Write down the case of a re-verification that called for help. It has no recording: that goes at once, as after every answer."""
    told = (HEARD, *(codes or (DISTRESS_ACTIVATED,)))
    wish = wanted(told, Profile.BASIC, now_us)
    return CaseOpened(
        kind=wish.kind, cameo=cameo, enrolment=verification, evidence=None, codes=told, people=wish.people, due_us=wish.due_us
    )  # fmt: skip


def seeming(facts: FactReader, events: Sequence[Envelope]) -> dict[str, Seeming]:
    """Tell which enrolments of a cameo's events called for help, and whether each has to look active."""
    found: dict[str, Seeming] = {}
    for event in events:
        if event.type == "enrolment.recording_received":
            case = facts.get(case_id(event.data["evidence"]), "case")
            if case is not None and case.value["kind"] == "distress":
                found[event.data["enrolment"]] = "activated" if DISTRESS_ACTIVATED in case.value["codes"] else "as it is"
    return found


def status_seen(cameo: str, facts: FactReader, read: Read) -> dict[str, str] | None:
    """Tell a cameo's status as its owner, and whoever asks them, is shown it; None: there is none yet.

    Never asked by what decides: the policy reads the fact itself.
    """
    status = facts.get(cameo, "status")
    if status is not None or facts.head(cameo) is None:
        return None if status is None else status.value
    shown = [one for one in as_shown(facts, read(cameo)) if one.type == "enrolment.activated"]
    return {"status": "active", "assurance": shown[-1].data["assurance"]} if shown else None


def as_shown(facts: FactReader, events: Sequence[Envelope]) -> list[Envelope]:
    """Write a person's events as they are shown them: those that a call for help changed, as they would be without it.

    That a word was set is left out, as is that one was said (`consent.held`), and who looked at an accepted recording beside somebody
    else's (`_of_another_case`); revisions are counted anew, so that no gap tells of it.
    """
    others = _of_another_case(events)
    kept = [one for one in events if one.type not in UNSHOWN and one.event_id not in others]
    calls = seeming(facts, kept)
    shown = _as_unsaid(kept, calls) if calls else kept
    if len(shown) == len(events):
        return shown
    return [msgspec.structs.replace(one, revision=place) for place, one in enumerate(shown, 1)]


def _of_another_case(events: Sequence[Envelope]) -> set[str]:
    """Find the openings of a recording for reviewers after it made its cameo active: its own case was over, so they were another's.

    To tell its person would tell them that somebody enrols who looks like them.
    """
    recorded: dict[str, str] = {}
    active: set[str] = set()
    found: set[str] = set()
    for one in events:
        if one.type == "enrolment.recording_received":
            recorded[one.data["evidence"]] = one.data["enrolment"]
        elif one.type == "enrolment.activated":
            active.add(one.data["enrolment"])
        elif one.type == "evidence.opened" and one.data["purpose"] == REVIEWED and recorded.get(one.data["evidence"]) in active:
            found.add(one.event_id)
    return found


def _as_unsaid(events: Sequence[Envelope], calls: dict[str, Seeming]) -> list[Envelope]:
    """Write the events of a cameo as they would be if no word had been said in the enrolments `calls`."""
    begun = {one.data["enrolment"]: one.data["profile"] for one in events if one.type == "enrolment.started"}
    levels = {one.data["enrolment"]: one.data.get("level", "upload") for one in events if one.type == "enrolment.assessed"}
    shown: list[Envelope] = []
    asked = {one.data["evidence"] for one in events if one.type == "enrolment.recording_received" and one.data["enrolment"] in calls}
    for event in events:
        enrolment: str = event.data.get("enrolment", "")
        if event.type == "evidence.opened" and event.data["purpose"] == REVIEWED and event.data["evidence"] in asked:
            continue  # nobody would have looked at what a machine accepts
        if event.type == "enrolment.held" and calls.get(enrolment) == "activated":
            refresh_us = event.time_us + REFRESH_US
            data = {"enrolment": enrolment, "assurance": begun[enrolment], "level": levels[enrolment], "refresh_by_us": refresh_us}
            shown.append(msgspec.structs.replace(event, type="enrolment.activated", version=2, data=data))
        elif event.type == "verification.answered" and calls.get(event.data["verification"]) == "activated":
            shown.append(msgspec.structs.replace(event, data=event.data | {"outcome": "passed", "codes": ()}))
        elif event.type == "enrolment.assessed" and enrolment in calls:
            checks = [one | {"passed": True} if one["number"] == WORDS else one for one in event.data["checks"]]
            shown.append(msgspec.structs.replace(event, data=event.data | {"checks": checks}))
        else:
            shown.append(event)
    return shown
