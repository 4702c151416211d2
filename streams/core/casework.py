"""Owns reading a case from the ledger: what it is about, who may not judge it, which votes count. Decides nothing: see identity.

Asked alike by the API, before a vote is written, and by the worker, before anything follows from votes: the worker trusts no vote
that the API should not have written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from identity.core.verdicts import Said, Verdict, verdict
from policy.ports import FactReader
from schemas.case import CaseKind, CaseOpened
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import SWITCH_STREAM, is_stream, stream_id

Read = Callable[[str], Sequence[Envelope]]
LOOKED = "case.looked"
SHOWN = "case.shown"
REVIEWED = "review"
"""The purpose for which a reviewer opens evidence (identity.keys.rights)."""
LISTENED = "listen"
"""The purpose of a look that shows no picture."""
DISTRESS_ACTIVATED = "distress.activated"
"""In the codes of a call for help: the person is shown what an activation looks like. See docs/review.md."""


class Case(NamedTuple):
    """A case as it stands."""

    case: str
    opened: Envelope
    event: CaseOpened
    events: tuple[Envelope, ...]
    outcome: str | None
    """`accept`, `refuse` or `lapsed`; None: open."""

    @property
    def revision(self) -> int:
        """The last revision that was read."""
        return self.events[-1].revision

    @property
    def kind(self) -> CaseKind:
        """What it is about."""
        return self.event.kind


def case_id(evidence: str) -> str:
    """Name the case that an assessment opens: derived from its evidence, so that it is opened once."""
    return stream_id("case", hashlib.sha256(b"cameo/case/" + evidence.encode()).digest()[:16])


def appeal_id(enrolment: str) -> str:
    """Name the appeal against a refusal: derived, so that there is one."""
    return stream_id("case", hashlib.sha256(b"cameo/appeal/" + enrolment.encode()).digest()[:16])


def again_id(case: str) -> str:
    """Name the case that follows an accepted one whose face was found to be known: derived, so that there is one."""
    return stream_id("case", hashlib.sha256(b"cameo/again/" + case.encode()).digest()[:16])


def case_of(name: str, events: Sequence[Envelope]) -> Case | None:
    """Read a case from its stream's events; None where there is none."""
    if not is_stream("case", name) or not events or events[0].type != "case.opened":
        return None
    closed = next((one.data["outcome"] for one in events if one.type == "case.closed"), None)
    return Case(name, events[0], cast(CaseOpened, event_of(events[0])), tuple(events), closed)


def cases_from(name: str, read: Read) -> tuple[Case, ...]:
    """Read a case and those that its acceptance led to, in order; none where there is none.

    The API's role, which may invent an appeal under any name, puts none behind a case: only the worker opens what is no appeal.
    """
    found: list[Case] = []
    while (case := case_of(name, read(name))) is not None and not (found and case.kind == "appeal"):
        found.append(case)
        if case.outcome != "accept":
            break
        name = again_id(name)
    return tuple(found)


def cases_about(evidence: str, enrolment: str, read: Read) -> tuple[Case, ...]:
    """Read all cases about a recording: from its assessment on, and from the appeal against its refusal on."""
    return (*cases_from(case_id(evidence), read), *cases_from(appeal_id(enrolment), read))


def barred(case: Case, facts: FactReader, read: Read) -> frozenset[str]:
    """Tell which accounts may not judge a case, nor see it: whom it concerns, on either side, and who act for them.

    Of an appeal also everybody who voted on what is appealed against.
    """
    found: set[str] = set()
    owner = facts.get(case.event.cameo, "owner")
    if owner is not None:
        found |= {owner.value["account"], *_holders(facts, owner.value["account"])}
    for cameo in {case.event.other, case.event.other_cameo}:
        other = facts.get(cameo, "owner") if cameo is not None and is_stream("cameo", cameo) else None
        if other is not None:
            found |= {other.value["account"], *_holders(facts, other.value["account"])}
    for past in read(case.event.cameo):
        if past.type == "enrolment.started" and past.data["enrolment"] == case.event.enrolment and past.data.get("guardian"):
            found.add(past.data["guardian"])
    if case.event.about is not None:
        found |= {one.actor for one in read(case.event.about) if one.type == "case.voted"}
    return frozenset(found)


def is_look(case: Case, one: Envelope) -> bool:
    """Tell whether an event is a look at a case's own recording: a document, its sound, or the other side's, does not stand for it.

    A recording was looked at when a picture of it was shown. Of a call for help asking to look is enough: nothing becomes active by
    its vote, its recording may not be there, and somebody has to be able to close it.
    """
    if one.type != (LOOKED if case.kind == "distress" else SHOWN) or one.data["purpose"] == LISTENED:
        return False
    return case.event.evidence is None or one.data["evidence"] == case.event.evidence


def lookers(case: Case, read: Read) -> frozenset[str]:
    """Tell who looked at a case's recording: it was shown to them, and the keyholder's own record says that it was opened for them."""
    looked = {one.actor for one in case.events if is_look(case, one)}
    if case.kind == "distress" or not looked:
        return frozenset(looked)
    opened = {
        one.data.get("by")
        for one in read(case.event.cameo)
        if one.type == "evidence.opened" and one.data["evidence"] == case.event.evidence and one.data["purpose"] == REVIEWED
    }
    return frozenset(looked & opened)


def hand_of(facts: FactReader, account: str) -> str | None:
    """Tell as whom a reviewer counts: themselves, if two operators appointed them; None: nobody did, or their role was ended.

    Whom one operator alone appointed counts as that operator: all of theirs are one person, and the operator is the same one.
    """
    role = facts.get(SWITCH_STREAM, f"role/reviewer/{account}")
    if role is None or role.value["ended"]:
        return None
    operators = role.value["operators"]
    return account if len(operators) > 1 else operators[0]


def counting(case: Case, facts: FactReader, without: frozenset[str], looked_at: frozenset[str]) -> tuple[Said, ...]:
    """Tell the votes that count: of appointed people who looked at the recording before, voted for themselves, and are not barred.

    `looked_at`: who looked at all (`lookers`); that it was before is told by the case's own events. A vote stands under the name of
    whom it counts as (`hand_of`).
    """
    looked: set[str] = set()
    votes: list[Said] = []
    for one in case.events:
        if is_look(case, one) and one.actor in looked_at:
            looked.add(one.actor)
        elif one.type == "case.voted" and one.actor in looked and one.actor == one.data["reviewer"] and one.actor not in without:
            hand = hand_of(facts, one.actor)
            again = hand in {said.reviewer for said in votes} and one.data["decision"] == "accept"  # it takes no refusal back
            votes += [] if hand is None or again else [Said(hand, one.data["decision"])]
    return tuple(votes)


def stands(case: Case, facts: FactReader, read: Read, now_us: int) -> Verdict:
    """Tell what follows from the votes of a case now."""
    counted = counting(case, facts, barred(case, facts, read), lookers(case, read))
    return verdict(case.kind, case.event.people, counted, case.event.due_us, now_us)


def is_current(case: Case, facts: FactReader) -> bool:
    """Tell whether the enrolment that a case is about still waits for it: the person may have begun anew, or be erased.

    A call for help waits for nothing but somebody who sees to it.
    """
    return case.kind == "distress" or is_waiting(case, facts)


def is_waiting(case: Case, facts: FactReader) -> bool:
    """Tell whether the enrolment of a case is its person's last one and undecided, or refused where that is appealed."""
    fact, status = facts.get(case.event.cameo, "enrolment"), facts.get(case.event.cameo, "status")
    if fact is None or fact.value["enrolment"] != case.event.enrolment or (status is not None and status.value["status"] == "erased"):
        return False
    return fact.value["state"] == ("refused" if case.kind == "appeal" else "in_review")


def _holders(facts: FactReader, account: str) -> set[str]:
    return {key.split("/")[1] for key, _ in facts.scan(account, "power/")}
