"""Reviewers' votes become one outcome, judged by the worker itself; killed anywhere, done again, once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import pytest

from identity.core.context import FaceMatch
from identity.core.verdicts import REASONS, Said, fits, verdict
from schemas.account import PowerGiven
from schemas.cameo import EnrolmentAssessed, EnrolmentHeld, EnrolmentRefused, EnrolmentStarted, Facet
from schemas.case import CaseLooked, CaseOpened, CaseShown, CaseVoted
from schemas.evidence import EvidenceAdded, EvidenceOpened
from schemas.ids import SWITCH_STREAM, cameo_of, stream_id
from schemas.operation import RoleEnded, RoleGiven
from schemas.registry import Event
from streams.agents.reviewing import ReviewAgent
from streams.core.casework import appeal_id, case_id
from streams.ports import Append, Appended, NewEvent
from tests.unit.agents.test_verifying import CAMEO, OWNER, Bench

REA, SUN, KIM = (stream_id("account", bytes([n]) * 16) for n in (11, 12, 13))
OTHER = stream_id("account", bytes([2]) * 16)


class Killed(Exception):  # noqa: N818 -- what kills is no error of ours
    """The worker was killed here."""


class Review(Bench):
    """A held recording, reviewers, and the review agent."""

    def __init__(self, profile: str = "verified") -> None:
        super().__init__()
        self.appoint(REA, SUN, KIM, OWNER, OTHER)
        self.received = self.enrol(profile)
        self.name = self.case().stream
        self.cuts: list[bytes] = []
        self.likeness: Mapping[Facet, bytes] = {"face": b"a face", "voice": b"a voice"}
        self.kill: set[str] = set()
        self.worker = ReviewAgent(self.store, self, self, self, self)  # type: ignore[arg-type]

    @classmethod
    def unopened(cls, profile: str, refused: str = "") -> Review:
        """Give a recording that is assessed and held, or refused, without a case."""
        review = cls.__new__(cls)
        Bench.__init__(review)
        review.appoint(REA, SUN, KIM)
        review.kill, review.cuts, review.likeness = set(), [], {"face": b"a face"}
        review.worker = ReviewAgent(review.store, review, review, review, review)  # type: ignore[arg-type]
        review.received = review.receive(review.start(profile))
        enrolment = review.received.data["enrolment"]
        review.name = case_id(review.received.data["evidence"])
        assessed = EnrolmentAssessed(
            enrolment=enrolment, evidence=review.received.data["evidence"], profile=profile, checks=(), models=(),  # type: ignore[arg-type]
        )  # fmt: skip
        told = EnrolmentRefused(enrolment=enrolment, codes=(refused,)) if refused else EnrolmentHeld(enrolment=enrolment, codes=("c",))
        for event in (assessed, told):
            review.say("worker", event, CAMEO)
        return review

    def cut(self, recording: bytes) -> Mapping[Facet, bytes]:
        self.cuts.append(recording)
        self.die("cut")
        return self.likeness

    def put_asset(self, cameo: str, owner: str, facet: str, asset: bytes) -> None:
        self.keyholder.put_asset(cameo, owner, facet, asset)  # type: ignore[arg-type]
        self.sealed.append(facet)
        self.die(f"sealed {facet}")

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        self.die("forget")
        return self.api.destroy_evidence(evidence, reason)

    def die(self, where: str) -> None:
        if where in self.kill:
            self.kill.remove(where)
            raise Killed(where)

    def say(self, actor: str, event: Event, stream: str = "") -> None:
        new = NewEvent(stream or self.name, event, secrets.token_hex(16))
        assert isinstance(self.store.append(Append(actor=actor, events=[new], correlation="c")), Appended)

    def appoint(self, *reviewers: str, by: tuple[str, ...] = ("account-a", "account-b")) -> None:
        for one in reviewers:
            self.say("api", RoleGiven(proposal="p", role="reviewer", account=one, operators=by), SWITCH_STREAM)

    def types(self) -> list[str]:
        """The cameo's events, but the openings for reviewers, which follow from nothing here."""
        return [one for one in super().types() if one != "evidence.opened"]

    def look(self, reviewer: str, evidence: str | None, stream: str = "", *, opened: bool = True, shown: bool = True) -> None:
        self.say(reviewer, CaseLooked(evidence=evidence, blurred=True, purpose="overview"), stream)
        if opened and evidence is not None:
            self.say("keyholder", EvidenceOpened(evidence=evidence, key_id="k", purpose="review", role="api", by=reviewer), CAMEO)
        if shown and evidence is not None:
            self.say(reviewer, CaseShown(evidence=evidence, blurred=True, purpose="overview"), stream)

    def vote(
        self, reviewer: str, decision: str = "accept", *reasons: str, looks: bool = True, actor: str = "", stream: str = "", on: str | None = "",
    ) -> None:  # fmt: skip
        if looks:
            self.look(reviewer, self.received.data["evidence"] if on == "" else on, stream)
        voted = CaseVoted(reviewer=reviewer, decision=decision, reasons=reasons or ("review.one_live_person",))  # type: ignore[arg-type]
        self.say(actor or reviewer, voted, stream)
        self.worker.handle(self.store.read(stream or self.name)[-1])

    def outcome(self) -> str | None:
        with self.store.snapshot() as facts:
            fact = facts.get(self.name, "outcome")
        return None if fact is None else fact.value["outcome"]


@pytest.fixture
def review() -> Review:
    return Review()


def test_two_people_activate_at_level_reviewed_after_the_likeness_lies_sealed(review: Review) -> None:
    review.vote(REA)
    assert review.outcome() is None
    review.vote(SUN)
    active = review.store.read(CAMEO)[-1]
    assert (active.type, active.data["level"], active.data["assurance"], active.actor) == (
        "enrolment.activated", "reviewed", "verified", "worker",
    )  # fmt: skip
    assert (review.outcome(), review.sealed) == ("accept", ["face", "voice"])


def test_one_person_is_enough_where_only_the_level_is_low() -> None:
    review = Review("basic")
    review.vote(REA)
    assert review.types()[-1] == "enrolment.activated"


@pytest.mark.parametrize(
    "cheat",
    [
        "twice",
        "one operator's two",
        "dismissed",
        "never appointed",
        "unseen",
        "asked to see",
        "shown unopened",
        "opened for another",
        "seen another recording",
        "for another",
        "the subject",
        "their guardian",
    ],
)
def test_a_vote_that_the_api_should_not_have_written_activates_nothing(review: Review, cheat: str) -> None:
    review.vote(REA)
    match cheat:
        case "twice":
            review.vote(REA)
        case "unseen":
            review.vote(SUN, looks=False)
        case "one operator's two":
            review.appoint(REA, SUN, by=("account-a",))
            review.vote(SUN)
        case "dismissed":
            review.say("api", RoleEnded(role="reviewer", account=REA, reason="r"), SWITCH_STREAM)
            review.vote(SUN)
        case "never appointed":
            review.vote(stream_id("account", b"x" * 16))
        case "asked to see":
            review.look(SUN, review.received.data["evidence"], shown=False)
            review.vote(SUN, looks=False)
        case "shown unopened":
            review.look(SUN, review.received.data["evidence"], opened=False)
            review.vote(SUN, looks=False)
        case "opened for another":
            review.look(KIM, review.received.data["evidence"], shown=False)
            review.look(SUN, review.received.data["evidence"], opened=False)
            review.vote(SUN, looks=False)
        case "seen another recording":
            review.vote(SUN, on="evidence-of-a-document")
        case "for another":
            review.vote(SUN, actor=REA)
        case "the subject":
            review.vote(OWNER)
        case _:
            given = PowerGiven(power="p", holder=SUN, kind="guardian", may=("revoke",), from_us=None, until_us=None)
            review.say(OWNER, given, OWNER)
            review.vote(SUN)
    assert review.outcome() is None
    assert "enrolment.activated" not in review.types()


@pytest.mark.parametrize("votes", [("refuse", "accept"), ("accept", "refuse")])
def test_no_acceptance_of_one_operators_reviewers_takes_a_refusal_of_theirs_back(review: Review, votes: tuple[str, str]) -> None:
    review.appoint(REA, SUN, by=("account-a",))
    handle, review.worker.handle = review.worker.handle, lambda _: ()  # type: ignore[method-assign]
    for reviewer, decision in zip((REA, SUN), votes, strict=True):
        review.vote(reviewer, decision, "review.not_live" if decision == "refuse" else "review.one_live_person")
    handle(review.store.read(review.name)[-1])
    assert review.outcome() == "refuse"


def test_the_owner_of_the_face_that_is_known_does_not_count() -> None:
    review = Review.__new__(Review)
    Bench.__init__(review)
    review.appoint(REA, SUN, OTHER)
    review.resembles = (FaceMatch("cameo", cameo_of(OTHER), 520_000),)
    began = EnrolmentStarted(
        enrolment="o", owner=OTHER, profile="basic", phrase=(), movements=(), expires_at_us=1, consent_text_version="1",
        consent_text_sha256="0" * 64,
    )  # fmt: skip
    review.say(OTHER, began, cameo_of(OTHER))
    review.kill, review.cuts, review.likeness = set(), [], {"face": b"f"}
    review.worker = ReviewAgent(review.store, review, review, review, review)  # type: ignore[arg-type]
    review.received = review.enrol("basic")
    review.name = review.case().stream
    review.vote(REA)
    review.vote(OTHER)
    assert review.outcome() is None
    review.vote(SUN)
    assert review.outcome() == "accept"


def test_one_dissent_refuses_and_the_person_is_told_what_may_be_told(review: Review) -> None:
    review.vote(REA)
    review.vote(SUN, "refuse", "review.not_live", "review.somebody_else")
    refused = review.store.read(CAMEO)[-1]
    assert (refused.type, list(refused.data["codes"])) == ("enrolment.refused", ["review.refused", "review.not_live"])
    assert (review.outcome(), review.cuts) == ("refuse", [])


def test_a_case_that_nobody_decides_in_time_lapses_and_refuses(review: Review) -> None:
    review.worker.settle(review.name)
    assert review.outcome() is None
    review.now_us = review.case().data["due_us"]
    review.worker.settle(review.name)
    assert review.outcome() == "lapsed"
    assert list(review.store.read(CAMEO)[-1].data["codes"]) == ["review.lapsed"]


def test_whoever_began_anew_is_not_refused_and_the_earlier_recording_and_its_documents_are_destroyed(review: Review) -> None:
    documents = [review.api.put_evidence(OWNER, CAMEO, bytes([n])) for n in range(2)]
    for kept in documents:
        enrolment = review.received.data["enrolment"]
        added = EvidenceAdded(enrolment=enrolment, evidence=kept.evidence, kind="document", key_id=kept.key_id, sha256=kept.sha256, bytes=1)
        review.append(added)
    again = review.start("sandbox")
    review.vote(REA)
    review.vote(SUN)
    assert review.outcome() == "lapsed"
    with review.store.snapshot() as facts:
        fact = facts.get(CAMEO, "enrolment")
    assert fact is not None
    assert (fact.value["enrolment"], fact.value["state"]) == (again, "started")
    for evidence in (review.received.data["evidence"], *(kept.evidence for kept in documents)):
        with pytest.raises(Exception, match=r"key\.destroyed"):
            review.keyholder.get_evidence(evidence, "assess")


@pytest.mark.parametrize("where", ["cut", "sealed face", "sealed voice", "append", "after append"])
def test_killed_between_steps_it_is_done_again_and_ends_once(review: Review, where: str) -> None:
    review.vote(REA)
    append, calls = review.store.append, []

    def dying(wanted: Append) -> object:
        if wanted.actor == "worker" and not calls:
            calls.append(wanted)
            if where == "after append":
                append(wanted)
            raise Killed(where)
        return append(wanted)

    if "append" in where:
        review.store.append = dying  # type: ignore[method-assign, assignment]
    review.kill = {where}
    with pytest.raises(Killed):
        review.vote(SUN)
    review.worker.handle(review.store.read(review.name)[-1])
    review.worker.settle(review.name)
    assert review.types().count("enrolment.activated") == 1
    assert [one.type for one in review.store.read(review.name)].count("case.closed") == 1
    assert set(review.sealed) == {"face", "voice"}


def test_a_recording_that_is_gone_or_without_a_face_is_refused(review: Review) -> None:
    review.likeness = {}
    review.vote(REA)
    review.vote(SUN)
    assert list(review.store.read(CAMEO)[-1].data["codes"]) == ["evidence.destroyed"]
    assert "enrolment.activated" not in review.types()


def test_an_appeal_is_judged_by_other_people_and_activates(review: Review) -> None:
    review.vote(REA, "refuse", "review.cannot_tell")
    appeal = appeal_id(review.received.data["enrolment"])
    event = CaseOpened(
        kind="appeal", cameo=CAMEO, enrolment=review.received.data["enrolment"], evidence=review.received.data["evidence"],
        codes=("review.refused",), people=2, due_us=review.now_us + 1000, about=review.name,
    )  # fmt: skip
    review.say(OWNER, event, appeal)
    review.vote(REA, stream=appeal)
    review.vote(SUN, stream=appeal)
    assert review.types()[-1] == "enrolment.refused"
    review.vote(KIM, stream=appeal)
    assert review.types()[-1] == "enrolment.activated"


def test_a_vote_names_reasons_of_its_own_decision_and_help_is_never_accepted() -> None:
    assert fits("verified", "accept", ("review.one_live_person",))
    assert not fits("verified", "accept", ())
    assert not fits("verified", "accept", ("review.not_live",))
    assert not fits("verified", "refuse", ("review.help_given",))
    assert fits("distress", "refuse", ("review.help_given",))
    assert not any(fits("distress", "accept", (reason,)) for reason in REASONS)
    assert verdict("distress", 1, [Said("a", "accept")], due_us=2, now_us=1) == "open"
