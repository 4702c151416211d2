"""An acceptance searches for the face again: who became known since, and was shown to nobody, is looked at before anything activates."""

from __future__ import annotations

import pytest

from identity.core.context import FaceMatch
from identity.core.faces import KnownKind
from schemas.case import CaseOpened
from schemas.envelope import Envelope
from schemas.ids import cameo_of, stream_id
from streams.agents.errors import HandlingError
from streams.core.accepting import unshown
from streams.core.casework import again_id, appeal_id, case_of, cases_about
from streams.ports import Append
from tests.unit.agents.test_reviewing import KIM, OTHER, OWNER, REA, SUN, Killed, Review
from tests.unit.agents.test_verifying import CAMEO

TWIN, THIRD = cameo_of(OTHER), cameo_of(stream_id("account", bytes([3]) * 16))


def hit(ref: str, similarity_micro: int = 700_000, kind: KnownKind = "cameo", cameo: str | None = None) -> FaceMatch:
    return FaceMatch(kind, ref, similarity_micro, ref if kind == "cameo" else cameo)


class KnownFromTheStart(Review):
    """Somebody whose face was known when they enrolled."""

    def enrol(self, profile: str = "sandbox") -> Envelope:
        self.resembles = (hit(TWIN),)
        return super().enrol(profile)


class Sandbox(Review):
    """Somebody who was refused in the sandbox."""

    def enrol(self, profile: str = "sandbox") -> Envelope:
        self.assessor.failing = {6}
        return super().enrol(profile)

    def case(self) -> Envelope:
        return self.received


def accept(review: Review, case: str = "", by: tuple[str, ...] = (REA, SUN)) -> None:
    for reviewer in by:
        review.vote(reviewer, stream=case)


def opened(review: Review) -> list[Envelope]:
    return [one for one in review.store.read_all() if one.type == "case.opened"]


@pytest.fixture
def review() -> Review:
    return Review()


@pytest.mark.parametrize(
    "found", [hit(TWIN), hit("entry", kind="protected"), hit("try", kind="attacker", cameo=TWIN)], ids=lambda one: one.kind
)
def test_a_face_that_became_known_while_it_waited_is_looked_at_by_two_and_nothing_activates(review: Review, found: FaceMatch) -> None:
    before = review.types()
    review.resembles = (found,)
    accept(review)
    first, second = opened(review)
    assert (review.outcome(), second.stream, second.actor) == ("accept", again_id(first.stream), "worker")
    assert (second.data["kind"], second.data["people"], list(second.data["codes"])) == ("known_face", 2, ["face.known"])
    assert (second.data["other"], second.data["other_cameo"]) == (found.ref, found.cameo)
    assert (review.types(), review.cuts, review.sealed) == (before, [], []), "its person is told nothing new, and nothing is sealed"
    assert all(found.ref not in str(one.data) for one in review.store.read(CAMEO))
    with review.store.snapshot() as facts:
        assert facts.get(CAMEO, "enrolment").value["state"] == "in_review"  # type: ignore[union-attr]


def test_who_was_shown_does_not_come_again_and_each_new_one_does_once(review: Review) -> None:
    second, third = again_id(review.name), again_id(again_id(review.name))
    review.resembles = (hit(THIRD, 600_000), hit(TWIN))
    accept(review)
    accept(review, second)
    assert [one.data.get("other") for one in opened(review)] == [None, TWIN, THIRD]
    assert "enrolment.activated" not in review.types()
    accept(review, third)
    assert (review.types()[-1], len(opened(review)), review.sealed) == ("enrolment.activated", 3, ["face", "voice"])


def test_the_known_face_that_its_first_case_showed_is_no_new_one() -> None:
    review = KnownFromTheStart()
    accept(review)
    assert (review.types()[-1], len(opened(review))) == ("enrolment.activated", 1)


def test_one_dissent_in_the_second_case_refuses(review: Review) -> None:
    review.resembles = (hit(TWIN),)
    accept(review)
    review.vote(KIM, "refuse", "review.somebody_else", stream=again_id(review.name))
    assert (review.types()[-1], review.sealed) == ("enrolment.refused", [])


def test_the_second_case_lapses_when_its_person_begins_anew(review: Review) -> None:
    review.resembles = (hit(TWIN),)
    accept(review)
    review.start("verified")
    review.worker.settle(again_id(review.name))
    assert review.store.read(again_id(review.name))[-1].data["outcome"] == "lapsed"


def test_a_face_that_becomes_known_before_its_turn_comes_is_seen_and_the_likeness_stays_unsealed(review: Review) -> None:
    def twin_activates() -> None:
        review.resembles = (hit(TWIN),)

    review.meanwhile = twin_activates
    accept(review)
    assert ([one.data.get("other") for one in opened(review)], review.sealed) == ([None, TWIN], [])


def test_a_face_that_is_erased_before_its_turn_comes_holds_nobody_up(review: Review) -> None:
    def twin_is_erased() -> None:
        review.resembles = ()

    review.resembles, review.meanwhile = (hit(TWIN),), twin_is_erased
    accept(review)
    assert (review.types()[-1], review.sealed) == ("enrolment.activated", ["face", "voice"])


def test_where_nobody_can_search_nothing_is_accepted_yet(review: Review) -> None:
    review.resembles = None
    review.vote(REA)
    with pytest.raises(HandlingError, match="cannot be searched"):
        review.vote(SUN)
    assert (review.outcome(), review.types()[-1]) == (None, "enrolment.held")
    review.resembles = ()
    review.worker.settle(review.name)
    assert review.types()[-1] == "enrolment.activated"


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_the_append_it_opens_the_second_case_once(review: Review, *, after: bool) -> None:
    review.resembles = (hit(TWIN),)
    review.vote(REA)
    append = review.store.append

    def dying(wanted: Append) -> object:
        if wanted.actor != "worker":
            return append(wanted)
        if after:
            append(wanted)
        raise Killed

    review.store.append = dying  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        review.vote(SUN)
    review.store.append = append  # type: ignore[method-assign]
    review.worker.handle(review.store.read(review.name)[-1])
    review.worker.settle(review.name)
    assert [one.type for one in review.store.read(again_id(review.name))] == ["case.opened"]
    assert "enrolment.activated" not in review.types()


def appealed(review: Review, about: str | None, other: str | None = None) -> str:
    enrolment, evidence = review.received.data["enrolment"], review.received.data["evidence"]
    event = CaseOpened(
        kind="appeal", cameo=CAMEO, enrolment=enrolment, evidence=evidence, codes=("review.refused",), people=2,
        due_us=review.now_us + 1000, about=about, other=other, other_cameo=other,
    )  # fmt: skip
    review.say(OWNER, event, appeal_id(enrolment))
    return appeal_id(enrolment)


def test_an_accepted_appeal_waits_again_and_its_person_is_told_what_anybody_may_be(review: Review) -> None:
    review.vote(REA, "refuse", "review.cannot_tell")
    appeal = appealed(review, review.name)
    review.resembles = (hit(TWIN),)
    accept(review, appeal, (SUN, KIM))
    held = review.store.read(CAMEO)[-1]
    assert (held.type, list(held.data["codes"])) == ("enrolment.held", ["review.doubtful"])
    accept(review, again_id(appeal), (REA, SUN))
    assert review.types()[-1] == "enrolment.held", "who refused it judges it no more"
    accept(review, again_id(appeal), (KIM,))
    assert (review.types()[-1], len(opened(review))) == ("enrolment.activated", 3)


def test_an_appeal_is_against_the_last_of_the_cases(review: Review) -> None:
    review.resembles = (hit(TWIN),)
    accept(review)
    second = again_id(review.name)
    review.vote(REA, "refuse", "review.somebody_else", stream=second)
    accept(review, appealed(review, second, TWIN), (SUN, KIM))
    assert review.types()[-1] == "enrolment.activated"


@pytest.mark.parametrize("forged", ["before its case was accepted", "not by the worker", "an appeal"])
def test_a_second_case_that_no_acceptance_led_to_moves_nothing(review: Review, forged: str) -> None:
    second = again_id(review.name)
    data = {"kind": "known_face", "codes": ("face.known",), "other": TWIN} | ({"kind": "appeal"} if forged == "an appeal" else {})
    event = CaseOpened(
        cameo=CAMEO, enrolment=review.received.data["enrolment"], evidence=review.received.data["evidence"], people=2,
        due_us=review.now_us + 1000, **data,  # type: ignore[arg-type]
    )  # fmt: skip
    review.say("worker" if forged.startswith("before") else OWNER, event, second)
    accept(review, second)
    assert review.types()[-1] == "enrolment.held"
    found = cases_about(event.evidence or "", event.enrolment or "", review.store.read)
    assert [one.case for one in found] == [review.name]


def test_the_sandbox_is_searched_for_nobody() -> None:
    review = Sandbox("sandbox")
    review.resembles = None
    accept(review, appealed(review, None))
    assert (review.types()[-1], review.store.read(CAMEO)[-1].data["assurance"]) == ("enrolment.activated", "sandbox")


def test_further_tries_of_whoever_was_shown_are_shown_and_an_appeal_shows_nobody(review: Review) -> None:
    case = case_of(review.name, review.store.read(review.name))
    assert case is not None
    first = case._replace(event=CaseOpened(**{**case.opened.data, "other": "try", "other_cameo": TWIN}))
    assert unshown([hit("try", kind="attacker", cameo=TWIN), hit("try 2", kind="attacker", cameo=TWIN)], [first]) is None
    assert unshown([hit(TWIN)], [first]) == hit(TWIN), "a try has no picture: who is active by now has one"
    assert unshown([hit("try 2", kind="attacker", cameo=THIRD)], [first]) == hit("try 2", kind="attacker", cameo=THIRD)
    invented = first._replace(event=CaseOpened(**{**case.opened.data, "kind": "appeal", "other": TWIN}))
    assert unshown([hit(TWIN)], [invented]) == hit(TWIN)
