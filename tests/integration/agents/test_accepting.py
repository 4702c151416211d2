"""Two accounts with one face that both wait for reviewers, and are both accepted: one activates, the other is looked at anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from identity.core.profiles import Profile
from schemas.case import CaseLooked, CaseShown, CaseVoted
from schemas.envelope import Envelope
from schemas.ids import SWITCH_STREAM
from schemas.operation import RoleGiven, RoleProposed
from schemas.registry import Event
from streams.adapters.turns import PostgresTurns
from streams.agents.reviewing import ReviewAgent
from streams.core.casework import again_id, case_id
from streams.ports import Append, Appended, NewEvent
from tests.integration.agents.test_at_once import Bench, Worker, face
from tests.keyholder_parts import Keyholding

HELD = ("review.required",)


class Cutter:
    """Cuts something out of everything."""

    def cut(self, recording: bytes) -> dict[str, bytes]:
        return {"face": recording}

    def cut_thing(self, recording: bytes) -> dict[str, bytes]:
        raise AssertionError(recording)


class Waiting(Bench):
    """People with one face whose recordings are held, reviewers, and a review agent a worker."""

    def __init__(self, held: Keyholding) -> None:
        super().__init__(held)
        self.agents = [self.agent(worker) for worker in self.workers]
        self.reviewers = [held.world.register() for _ in range(2)]
        for one in self.reviewers:
            proposal, operators = os.urandom(16).hex(), ("account-a", "account-b")
            self.say("api", SWITCH_STREAM, RoleProposed(proposal=proposal, role="reviewer", account=one, operator=operators[0]))
            self.say("api", SWITCH_STREAM, RoleGiven(proposal=proposal, role="reviewer", account=one, operators=operators))

    def agent(self, worker: Worker) -> ReviewAgent:
        turns = PostgresTurns(self.held.installation.settings.dsn("worker"), worker.store)
        return ReviewAgent(worker.store, turns, self.held.client("worker"), Cutter(), worker.faces)  # type: ignore[arg-type]

    def say(self, actor: str, stream: str, event: Event) -> None:
        new = NewEvent(stream, event, os.urandom(16).hex())
        assert isinstance(self.held.world.store("api").append(Append(actor=actor, events=[new], correlation="c")), Appended)

    def hold(self, template: bytes) -> Envelope:
        """Hand a recording in that waits for two people; gives its event."""
        recording = os.urandom(8)
        received = self.hand_in(self.held.world.register(), recording, profile=Profile.VERIFIED)
        self.shown.show(lambda: template, [recording], 1)
        self.workers[0].verify.handle(received)
        assert self.outcome(received) == ("enrolment.held", HELD)
        return received

    def vote(self, case: str, evidence: str) -> None:
        """Have two people look and accept."""
        for one in self.reviewers:
            self.say(one, case, CaseLooked(evidence=evidence, blurred=True, purpose="overview"))
            self.held.client("api").get_evidence(evidence, "review", one)
            self.say(one, case, CaseShown(evidence=evidence, blurred=True, purpose="overview"))
            self.say(one, case, CaseVoted(reviewer=one, decision="accept", reasons=("review.one_live_person",)))

    def types(self, stream: str) -> list[str]:
        return [one.type for one in self.workers[0].store.read(stream)]


@pytest.fixture(scope="module")
def waiting(keyholding: Keyholding) -> Iterator[Waiting]:
    made = Waiting(keyholding)
    yield made
    for worker in made.workers:
        worker.close()


@pytest.mark.parametrize("together", [False, True], ids=["one after the other", "in one moment"])
def test_of_two_who_waited_with_one_face_and_are_accepted_one_activates_and_the_other_goes_to_other_people(
    waiting: Waiting, *, together: bool
) -> None:
    template = face()
    both = [waiting.hold(template) for _ in range(2)]
    cases = [case_id(one.data["evidence"]) for one in both]
    for case, one in zip(cases, both, strict=True):
        waiting.vote(case, one.data["evidence"])
    with ThreadPoolExecutor(2 if together else 1) as threads:
        list(threads.map(lambda agent, case: agent.settle(case), waiting.agents, cases))
    active = [one for one in both if "enrolment.activated" in waiting.types(one.stream)]
    (waits,) = [one for one in both if one not in active]
    (first,) = active
    assert together or first is both[0]
    second = again_id(case_id(waits.data["evidence"]))
    (opened,) = waiting.workers[0].store.read(second)
    assert (opened.data["kind"], opened.data["people"], opened.data["other_cameo"]) == ("known_face", 2, first.stream)
    assert "asset.sealed" not in waiting.types(waits.stream)
    waiting.vote(second, waits.data["evidence"])
    waiting.agents[1].settle(second)
    assert waiting.types(waits.stream)[-2:] == ["asset.sealed", "enrolment.activated"]
    assert waiting.types(again_id(second)) == []
