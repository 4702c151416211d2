"""Commands of the review desk: find a case, look at it, vote. Activates nothing: the worker does. Appeals have a module of their own.

Whom a case concerns, on either side, and who act for them, are told that there is no such case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from identity.core.verdicts import PURPOSES, fits
from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from schemas.account import CasesListed
from schemas.case import CaseLooked, CaseShown, CaseVoted, Vote
from schemas.registry import Event
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk, anew_where_moved
from serving.overview_ports import CaseListed, Overview
from streams.core.assured import SANDBOX
from streams.core.casework import LISTENED, REVIEWED, Case, barred, case_of, hand_of, lookers

SHOW = "show"
"""Also the purpose of a look at what was measured and said."""
Render = Callable[..., bytes]
"""Makes what is shown of the recordings that were opened. Raises ConflictError where that cannot be done."""
UNKNOWN = ("case.unknown", "there is no such case for you", "list them: cameo case list")


class CaseKeys(Protocol):
    """The part of the keyholder that the review desk needs."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> Mapping[str, bytes]:
        """Open the words of an appeal."""
        ...

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        """Open evidence for a person; on record when it returns."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as a reviewer reads it: what was measured with scores, and nobody's name."""

    case: Case
    checks: Sequence[Mapping[str, Any]]
    level: str | None
    attack_micro: int | None
    asked: Mapping[str, Any]
    text: str | None
    looked: bool
    voted: bool
    votes: int
    documents: Sequence[Mapping[str, Any]] = ()
    """Of each document whether its portrait was compared, and how alike it is."""


def listed(
    desk: Desk, overview: Overview, caller: Caller, kind: str | None, state: str, due_before_us: int | None, limit: int,
    after: tuple[int, str] | None,
) -> tuple[list[CaseListed], tuple[int, str] | None]:  # fmt: skip
    """List the cases that the caller may see, oldest due first, and where the next page begins; on record before it is shown."""
    require_in_person(caller)
    rows = overview.cases(kind, state, due_before_us, limit + 1, after)  # nobody is named in them
    last = rows[limit - 1] if len(rows) > limit else None
    shown = [row for row in rows[:limit] if _found(desk, caller, row.case) is not None]
    if shown:
        event = CasesListed(kind=kind, state=state, shown=len(shown))
        desk.append(_each_time(caller), [desk.event(caller.account, event)], quietly=True)
    return shown, None if last is None else (last.due_us, last.case)


def show(desk: Desk, keyholder: CaseKeys, caller: Caller, name: str) -> Shown:
    """Read one case: codes, scores and levels; an appeal's words, which are sealed for its writer. On record before it is read."""
    case = _require(desk, caller, name)
    _record(desk, caller, case, CaseLooked(evidence=None, blurred=True, purpose=SHOW))
    checks, level, attack = (), None, None
    asked, documents = dict[str, Any](), list[dict[str, Any]]()
    for one in desk.store.read(case.event.cameo):
        if case.event.enrolment not in (one.data.get("enrolment"), one.data.get("verification")):
            continue
        if one.type in {"enrolment.started", "verification.started"}:
            wanted = ("profile", "way", "purpose", "language", "phrase", "movements", "light", "without", "subject")
            asked = {name: one.data[name] for name in wanted if name in one.data} | {"guardian": one.data.get("guardian") is not None}
        elif one.type == "enrolment.recording_received" and one.data.get("phrase"):
            asked = {**asked, "phrase": one.data["phrase"], "movements": one.data["movements"]}
        elif one.type == "enrolment.assessed":
            checks, level, attack = one.data["checks"], one.data.get("level"), one.data.get("attack_micro")
        elif one.type == "evidence.compared":
            documents.append({name: one.data[name] for name in ("code", "similarity_micro", "threshold_micro")})
    mine = [one for one in case.events if one.actor == caller.account]
    looked, voted = caller.account in lookers(case, desk.store.read), any(one.type == "case.voted" for one in mine)
    votes = sum(one.type == "case.voted" for one in case.events)
    text = _words(keyholder, case)
    return Shown(case, checks, level, attack, asked, text, looked, voted, votes, documents)


def look(
    desk: Desk, keyholder: CaseKeys, caller: Caller, name: str, purpose: str | None, render: Render, *, other: bool = False,
    document: bool = False, sound: bool = False,
) -> bytes:  # fmt: skip
    """Show a case's recording to the caller: on record before it is opened, and again once `render` made of it what is shown.

    `other`: beside that of the face it may be. `document`: the newest document that was added, in its place. `sound`: it is heard and
    not seen, which is no look for a vote. `purpose` is a code of `PURPOSES` for a clear view; None: it is shown blurred.

    Raises CommandError, KeyholderRefusedError; then nothing was shown, and only the attempt is on record.
    """
    if sound and purpose != LISTENED:
        raise InvalidError("review.purpose", "sound needs the reason of its own", f"choose {LISTENED}")
    if purpose is not None and purpose not in PURPOSES:
        raise InvalidError("review.purpose", "a clear view needs a reason", f"choose of {', '.join(PURPOSES)}")
    case = _require(desk, caller, name)
    _require_hand(desk, caller)
    _require_open(case)
    wanted = [case.event.evidence] if case.event.evidence is not None else []
    if document:
        wanted = _documents(desk, case)
    if other:
        wanted += _others(desk, case)
    if not wanted or (other and len(wanted) < 2):
        raise ConflictError("evidence.none", "there is no recording to show", "judge by the codes")
    blurred, why = purpose is None, purpose or "overview"
    _record(desk, caller, case, *(CaseLooked(evidence=evidence, blurred=blurred, purpose=why) for evidence in wanted))
    picture = render(*(keyholder.get_evidence(evidence, REVIEWED, caller.account) for evidence in wanted))
    _record(desk, caller, case, *(CaseShown(evidence=evidence, blurred=blurred, purpose=why) for evidence in wanted))
    return picture


def vote(desk: Desk, caller: Caller, name: str, decision: Vote, reasons: Sequence[str]) -> None:
    """Vote on a case, once, after looking at it. The worker carries out what follows."""

    def attempt() -> None:
        case = _require(desk, caller, name)
        mine = [one for one in case.events if one.actor == caller.account]
        before = next((one for one in mine if one.type == "case.voted"), None)
        if before is not None:
            if (before.data["decision"], list(before.data["reasons"])) == (decision, list(dict.fromkeys(reasons))):
                return
            raise ConflictError("case.voted", "you voted on this already", "another person has to look now")
        _require_open(case)
        if not fits(case.kind, decision, reasons):
            raise InvalidError("review.reasons", "a vote names reasons of its own decision and kind", "see GET /v1/review-reasons")
        if caller.account not in lookers(case, desk.store.read):
            how = "show" if case.event.evidence is None else "look"
            raise ConflictError("case.not_looked", "it was not shown to you", f"look first: cameo case {how}")
        hand = _require_hand(desk, caller)
        if decision == "accept":
            _require_another_hand(desk, hand, case)
        event = CaseVoted(reviewer=caller.account, decision=decision, reasons=tuple(dict.fromkeys(reasons)))
        desk.append(caller, [desk.event(case.case, event)], expected={case.case: case.revision})

    anew_where_moved(attempt)


def _record(desk: Desk, caller: Caller, case: Case, *events: Event) -> None:
    desk.append(_each_time(caller), [desk.event(case.case, one) for one in events], quietly=True)


def _each_time(caller: Caller) -> Caller:
    """Leave the idempotency key out: each look is an event, also the same one again."""
    return replace(caller, idempotency_key=None)


def _others(desk: Desk, case: Case) -> list[str]:
    """Find the recording of the other cameo that its known face is of: of its last activation; none where it is destroyed.

    The sandbox makes no face known; of the protected list and of refused attackers there is no recording.
    """
    if case.event.other is None or not case.event.other.startswith("cameo-"):
        return []
    events = desk.store.read(case.event.other)
    active = [one.data["enrolment"] for one in events if one.type == "enrolment.activated" and one.data["assurance"] != SANDBOX][-1:]
    gone = {one.data["evidence"] for one in events if one.type == "evidence.destroyed"}
    assessed = [one.data["evidence"] for one in events if one.type == "enrolment.assessed" and one.data["enrolment"] in active]
    return [one for one in assessed[-1:] if one not in gone]


def _documents(desk: Desk, case: Case) -> list[str]:
    events = desk.store.read(case.event.cameo)
    gone = {one.data["evidence"] for one in events if one.type == "evidence.destroyed"}
    added = [one.data for one in events if one.type == "evidence.added" and one.data["enrolment"] == case.event.enrolment]
    return [one["evidence"] for one in added if one["evidence"] not in gone][-1:]


def _found(desk: Desk, caller: Caller, name: str) -> Case | None:
    case = case_of(name, desk.store.read(name) if name.startswith("case-") else ())
    if case is None:
        return None
    with desk.store.snapshot() as facts:
        return None if caller.account in barred(case, facts, desk.store.read) else case


def _require(desk: Desk, caller: Caller, name: str) -> Case:
    require_in_person(caller)
    case = _found(desk, caller, name)
    if case is None:
        raise NotFoundError(*UNKNOWN)
    return case


def _require_hand(desk: Desk, caller: Caller) -> str:
    with desk.store.snapshot() as facts:
        hand = hand_of(facts, caller.account)
    if hand is None:
        raise ForbiddenError("reviewer.not_appointed", "nobody appointed you a reviewer", "ask two operators: cameo role propose")
    return hand


def _require_another_hand(desk: Desk, hand: str, case: Case) -> None:
    """Refuse an acceptance that would count as one person's with another vote: one operator alone appointed both."""
    with desk.store.snapshot() as facts:
        others = {hand_of(facts, one.actor) for one in case.events if one.type == "case.voted"}
    if hand in others:
        raise ConflictError(
            "case.same_hand",
            "who voted on this was appointed by the same one operator as you",
            "somebody whom two operators appointed votes",
        )


def _require_open(case: Case) -> None:
    if case.outcome is not None:
        raise ConflictError("case.closed", f"this case is over: {case.outcome}", "nothing is left to do")


def _words(keyholder: CaseKeys, case: Case) -> str | None:
    if not case.opened.sealed:
        return None
    try:
        found = keyholder.unseal(case.case, case.opened.event_id, SHOW).get("text")
    except (KeyholderRefusedError, KeyholderUnavailableError):
        return None
    return None if found is None else found.decode()
