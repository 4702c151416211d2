"""Owns what an acceptance comes to when its face is searched for again: which hit is new, and what follows. Does not search or append."""

from __future__ import annotations

from collections.abc import Sequence

from identity.core.faces import FaceMatch
from identity.core.profiles import Profile
from identity.core.reviewing import wanted
from schemas.cameo import EnrolmentHeld
from schemas.case import CaseClosed, CaseOpened
from schemas.registry import Event
from streams.core.casework import Case
from streams.core.telling import held_as

CODES = ("face.known",)


def unshown(matches: Sequence[FaceMatch], cases: Sequence[Case]) -> FaceMatch | None:
    """Give the nearest known face that no reviewer of these cases of one enrolment was shown; None: there is none.

    Tries of a refused attacker under a cameo that was shown are shown with it: else each of them would ask for people of its own.
    Appeals do not count: the API's role writes them, and they name what the case named that they are against.
    """
    ours = [case.event for case in cases if case.kind != "appeal"]
    refs = {one.other for one in ours}
    tried = (refs | {one.other_cameo for one in ours}) - {None}
    new = [one for one in matches if one.ref not in refs and not (one.kind == "attacker" and one.cameo in tried)]
    return max(new, key=lambda one: one.similarity_micro, default=None)


def another(case: Case, hit: FaceMatch, profile: Profile, now_us: int) -> tuple[Event, ...]:
    """Tell the events of an accepted case whose face is known by now: it ends, and other people look at both.

    Its enrolment is held already, and says nothing new; a refusal that was appealed is held again, with the code that anybody may have,
    and who voted for it judges the next case as little as the appeal.
    """
    wish = wanted(CODES, profile, now_us)
    name = case.event.enrolment or ""
    opened = CaseOpened(
        kind=wish.kind, cameo=case.event.cameo, enrolment=name, evidence=case.event.evidence, codes=CODES,
        people=wish.people, due_us=wish.due_us, other=hit.ref, other_cameo=hit.cameo, about=case.event.about,
    )  # fmt: skip
    held = (EnrolmentHeld(enrolment=name, codes=held_as(CODES)),) if case.kind == "appeal" else ()
    return (CaseClosed(outcome="accept"), opened, *held)
