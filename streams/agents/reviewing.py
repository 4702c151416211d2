"""Owns what follows from reviewers' votes: activation, refusal, lapse. Does not vote, and does not take votes: the API does.

The votes are judged here again on the ledger's own facts, and a case without grounds of the worker's own is left alone; what the
API's role can still bring about is said in docs/review.md. Durable at its end, in one append: the case closed, and the enrolment
activated or refused. The likeness is cut and sealed before that, and the face searched for again, in a turn (streams.agents.ports):
one that became known since, and that nobody was shown, opens another case in place of the activation. Killed at any point it is done
again: sealing anew retires what an earlier try sealed, and the append is known by the case's idempotency key.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Sequence
from typing import Protocol

from identity.core.verdicts import LAPSED, REFUSED, told
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentActivated, EnrolmentRefused
from schemas.case import CaseClosed, CaseOpened
from schemas.envelope import Envelope
from schemas.ids import StreamKind
from schemas.registry import Event
from streams.agents.accepting import Acceptance, AcceptKeys, Cutter
from streams.agents.errors import HandlingError
from streams.agents.evidence import GONE
from streams.agents.ports import KnownSearch, Turn, Turns
from streams.core.accepting import another
from streams.core.casework import DISTRESS_ACTIVATED, Case, again_id, case_of, is_current, is_waiting, stands
from streams.core.changes import Change
from streams.core.founding import unfounded
from streams.core.verification import REFRESH_US, lock_of
from streams.ports import AlreadyDone, Append, Appended, Conflict, EventStore, NewEvent, Outcome

log = logging.getLogger(__name__)

ACTOR = "worker"
TRIES = 5
LEFT = frozenset({"enrolment.recording_received", "evidence.added"})
"""What may leave evidence of an enrolment."""
MOOT = "superseded"
"""Why the evidence of an enrolment is destroyed that its person began anew."""


class ReviewKeys(AcceptKeys, Protocol):
    """The part of the keyholder that what follows from votes needs."""

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy a recording and record it; may be called again."""
        ...


class ReviewAgent:
    """Carries out what reviewers decided, one case after the other."""

    name = "review"
    kinds: frozenset[StreamKind] = frozenset({"case"})

    def __init__(self, store: EventStore, turns: Turns, keyholder: ReviewKeys, cutter: Cutter, faces: KnownSearch) -> None:
        self._store = store
        self._turns = turns
        self._keyholder = keyholder
        self._cutter = cutter
        self._faces = faces
        self._left: set[str] = set()
        """Cases without grounds that an operator was told of by the log, once a process."""

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Settle a case that was voted on; every other event is only counted."""
        if envelope.type == "case.voted":
            self.settle(envelope.stream)
        return ()

    def settle(self, name: str) -> None:
        """Close a case where its votes, its time or its person's new enrolment say so. May be called at any time, again.

        A case without grounds (streams.core.founding) is logged and left as it is; an appeal without grounds is closed, and moves nothing.
        """
        acceptance: Acceptance | None = None
        for _ in range(TRIES):
            case = case_of(name, self._store.read(name))
            if case is None or case.outcome is not None:
                return
            if self._is_left(case):
                if case.kind == "appeal":  # the API's role wrote it: it moves nothing, and keeps no evidence nor its place in the queue
                    self._close(case, 0, (CaseClosed(outcome="lapsed"),))
                return
            with self._store.snapshot() as facts:
                head, now_us = facts.head(case.event.cameo), facts.now_us()
                waits = is_waiting(case, facts) and DISTRESS_ACTIVATED not in case.event.codes
                current, said = is_current(case, facts), stands(case, facts, self._store.read, now_us)
            if current and said == "open":
                return
            if current and said == "accept":
                acceptance = acceptance or Acceptance(case, self._store.read, self._keyholder, self._cutter, self._faces)
                done = self._accept(case, acceptance)
            else:
                events = self._following(case, said, now_us, waits=waits) if current else (CaseClosed(outcome="lapsed"),)
                done = self._close(case, 0 if head is None else head.revision, events)
            if isinstance(done, Appended | AlreadyDone):
                self._forget(case, current=current)
                return
            if done is not None and not isinstance(done, Conflict):
                raise HandlingError(f"the outcome of {name} was not appended: {done}")
        raise HandlingError(f"{name} kept moving")

    def _is_left(self, case: Case) -> bool:
        why = unfounded(case, self._store.read)
        if why is not None and case.case not in self._left:
            self._left.add(case.case)
            log.error("%s is not acted on, look at who wrote it: %s", case.case, why)
        return why is not None

    def _accept(self, case: Case, acceptance: Acceptance) -> Outcome | None:
        """Activate what people accepted, unless a face that they were not shown is known by now: then others look at both.

        It searches before its turn, so that the likeness is cut for nobody who has to wait on, and in its turn, which alone counts.
        None: what it rests on moved, and everything is to be read again.
        """
        if acceptance.new_face() is None:
            acceptance.cut()
        with self._turns.take() as turn:
            hit = acceptance.new_face()
            if hit is None and not acceptance.is_cut:
                return None
            sealed = hit is None and acceptance.seal()
            with self._store.snapshot() as facts:
                head, now_us = facts.head(case.event.cameo), facts.now_us()
                if not is_current(case, facts) or stands(case, facts, self._store.read, now_us) != "accept":
                    return None
            if hit is not None:
                events = another(case, hit, acceptance.profile, now_us)
            elif sealed:
                events = (CaseClosed(outcome="accept"), self._active(case, acceptance, now_us))
            else:
                events = self._refused(case, "refuse", ("evidence.destroyed",), now_us)
            return self._close(case, 0 if head is None else head.revision, events, turn)

    def _active(self, case: Case, acceptance: Acceptance, now_us: int) -> Event:
        name, profile = case.event.enrolment or "", acceptance.profile.value
        return EnrolmentActivated(enrolment=name, assurance=profile, level="reviewed", refresh_by_us=now_us + REFRESH_US)

    def _following(self, case: Case, said: str, now_us: int, *, waits: bool) -> tuple[Event, ...]:
        """Tell the events of a verdict that accepts nothing."""
        if case.kind == "distress" and not waits:  # nothing of the enrolment moves: it has to go on looking as it does
            return (CaseClosed(outcome="refuse"),)
        if case.kind == "distress":  # it looks as if people looked at it, and they do not accept it
            return self._refused(case, "refuse", (REFUSED,), now_us)
        if said == "lapsed":
            return self._refused(case, "lapsed", (LAPSED,), now_us)
        reasons = (one for past in case.events if past.type == "case.voted" for one in past.data["reasons"])
        return self._refused(case, "refuse", told(reasons), now_us)

    def _refused(self, case: Case, outcome: str, codes: tuple[str, ...], now_us: int) -> tuple[Event, ...]:
        closed = CaseClosed(outcome="lapsed" if outcome == "lapsed" else "refuse")
        if case.kind == "appeal":  # the refusal stands, and counts once
            return (closed,)
        lock = () if outcome == "lapsed" else lock_of(self._store.read(case.event.cameo), now_us)
        return (closed, EnrolmentRefused(enrolment=case.event.enrolment or "", codes=codes), *lock)

    def _close(self, case: Case, revision: int, events: Sequence[Event], turn: Turn | None = None) -> Outcome:
        again, cameo = again_id(case.case), case.event.cameo
        places = [case.case if isinstance(one, CaseClosed) else again if isinstance(one, CaseOpened) else cameo for one in events]
        heads = {case.case: case.revision, cameo: revision, again: 0}
        return (turn or self._store).append(
            Append(
                actor=ACTOR,
                events=[NewEvent(place, one, secrets.token_hex(16)) for place, one in zip(places, events, strict=True)],
                correlation=case.opened.correlation,
                causation=case.events[-1].event_id,
                expected={place: heads[place] for place in places},
                idempotency_key=f"review/{case.case}",
                request_sha256=hashlib.sha256(case.case.encode()).hexdigest(),
            )
        )

    def _forget(self, case: Case, *, current: bool) -> None:
        """Destroy at once what an enrolment left that nobody waits for any more, its documents too; whoever is erased has nothing left."""
        if current or case.kind == "appeal":
            return
        mine = [one for one in self._store.read(case.event.cameo) if one.data.get("enrolment") == case.event.enrolment]
        for evidence in [one.data["evidence"] for one in mine if one.type in LEFT]:
            try:
                self._keyholder.destroy_evidence(evidence, MOOT)
            except KeyholderRefusedError as error:
                if not GONE.intersection(error.codes):
                    raise
