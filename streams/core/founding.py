"""Owns whether a case has grounds that the worker may act on. Does not count its votes: see casework.

The API's role takes votes and opens appeals, so an appeal may be invented whole. Everything that is asked here rests on events that
only the worker appends (`enrolment.assessed`, `enrolment.held`, `enrolment.refused`, and every case that is no appeal).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from identity.core.profiles import Profile
from identity.core.reviewing import DUE_US, wanted
from schemas.envelope import Envelope
from streams.core.casework import Case, Read, appeal_id, case_id, cases_about, cases_from

WORKER: Final = "worker"
SLACK_US: Final = 60 * 1_000_000
"""Between reading the clock and appending, and more."""
NOT_APPEALABLE: Final = ("challenge.", "replay.", "media.", "evidence.")
"""Facts, on which a second pair of eyes changes nothing: late, sent before, unreadable."""


def unfounded(case: Case, read: Read) -> str | None:
    """Tell why nothing may follow from a case, for the log; None: it has the grounds that its kind needs."""
    events = read(case.event.cameo)
    if case.kind == "distress" and case.event.evidence is None:
        return _no_call(case, events)
    assessed = _assessed(case, events)
    if assessed is None:
        return "its evidence is no assessed recording of its enrolment"
    if case.kind == "appeal":
        return _no_appeal(case, events, read)
    return _not_opened_so(case, Profile(assessed.data["profile"]), events, read)


def _assessed(case: Case, events: Sequence[Envelope]) -> Envelope | None:
    """Find the assessment of a case's own recording; None where the cameo's stream holds none."""
    mine = [
        one
        for one in events
        if one.data.get("evidence") == case.event.evidence and one.data.get("enrolment") == case.event.enrolment is not None
    ]
    received = any(one.type == "enrolment.recording_received" for one in mine)
    return next((one for one in mine if one.type == "enrolment.assessed"), None) if received else None


def _not_opened_so(case: Case, profile: Profile, events: Sequence[Envelope], read: Read) -> str | None:
    """Tell what about a case is not as the worker opens one: of a recording's assessment, or of an acceptance whose face is known."""
    asked = wanted(case.event.codes, profile, 0)
    opened = {one.case for one in cases_about(case.event.evidence or "", case.event.enrolment or "", read)}
    if case.opened.actor != WORKER or case.case not in opened:
        return "the worker opened no such case"
    if case.kind != asked.kind or case.event.people < asked.people:
        return f"its codes ask for a case {asked.kind} and {asked.people} people"
    if case.kind != "distress" and "enrolment.held" not in _told(case, events):
        return "its enrolment was never held"
    return None


def _no_call(case: Case, events: Sequence[Envelope]) -> str | None:
    """Tell what about a call for help in a re-verification is not as the worker opens one."""
    mine = [one for one in events if case.event.enrolment in (one.data.get("enrolment"), one.data.get("verification"))]
    named = any(one.type == "enrolment.recording_received" and case.case == case_id(one.data["evidence"]) for one in mine)
    if case.opened.actor != WORKER or not named or not any(one.type == "verification.answered" for one in mine):
        return "the worker answered no such re-verification"
    return None


def _no_appeal(case: Case, events: Sequence[Envelope], read: Read) -> str | None:
    """Tell what about an appeal is not as one may be made: its people, what it is against, and who may not judge it."""
    earlier = cases_from(case_id(case.event.evidence or ""), read)[-1:]
    against = next(((one.case, one.event.other, one.event.other_cameo) for one in earlier), (None, None, None))
    if case.case != appeal_id(case.event.enrolment or "") or case.event.people < 2:
        return "an appeal has its own name and two people"
    if (case.event.about, case.event.other, case.event.other_cameo) != against:
        return "it does not name the case that it is against"
    if case.event.due_us > case.opened.time_us + DUE_US + SLACK_US:
        return "it is due later than an appeal is"
    refused = _told(case, events).get("enrolment.refused")
    if refused is None or any(code.startswith(NOT_APPEALABLE) for code in refused.data["codes"]):
        return "what it is against was never refused by judging"
    return None


def _told(case: Case, events: Sequence[Envelope]) -> dict[str, Envelope]:
    """Give the last event of each type of a case's enrolment."""
    return {one.type: one for one in events if one.data.get("enrolment") == case.event.enrolment}
