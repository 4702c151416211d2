"""Opens, releases and shows films through a stage, and holds each against what the model says. Does not choose them."""

from __future__ import annotations

from policy.ports import Answer
from schemas import generation
from schemas.generation import Action
from serving.keyholder.core import ends_generation, standing_of
from tests.chaos.model.commands import Scene
from tests.chaos.model.counting import recount
from tests.chaos.model.spoiling import Target
from tests.chaos.model.stage import HONOURS, LEASE_US, Outcome, Stage, Wanted, digest_of, expected
from tests.chaos.model.tally import Tally


class Driving:
    """One history's people, on a stage, and what the keyholder must do for them."""

    def __init__(self, stage: Stage, tally: Tally) -> None:
        self.stage, self.tally, self.cast = stage, tally, stage.begin()

    def _wanted(self, one: str, action: Action, at_us: tuple[int, ...], film: str | None = None) -> Wanted:
        return Wanted(one, action, at_us, HONOURS, None if action == "start" else film or digest_of(one))

    def _permits(self, one: str, action: Action) -> bool:
        wanted = self._wanted(one, action, ())
        return expected(self.stage.facts, self.stage.bundle_sha256, wanted, self.stage.now_us())[2].permit

    def _open(self, one: str, attempt: int) -> None:
        now_us = self.stage.now_us()
        self.stage.tell((one, generation.AttemptLeased(attempt=attempt, replica="replica-test", lease_until_us=now_us + LEASE_US)))
        answer = expected(self.stage.facts, self.stage.bundle_sha256, Wanted(one, "start", ()), now_us)[2]
        found = self.stage.open(one, attempt)
        self.tally.done[f"open {found.outcome}"] += 1
        assert found == (Outcome("opened") if answer.permit else Outcome("refused", answer.unmet)), (one, found, answer)
        self._ended(one, answer)
        for use in standing_of(self.stage.facts, one).reserved:
            recount(self.stage.facts, self.cast.generations, use)

    def _show(self, scene: Scene, one: str) -> None:
        answer = expected(self.stage.facts, self.stage.bundle_sha256, self._wanted(one, "serve", ()), scene.now_us)[2]
        found = self.stage.show(one, Target(scene, one).requester)
        self.tally.done[f"serve {found.outcome}"] += 1
        assert found == (Outcome("shown") if answer.permit else Outcome("refused", answer.unmet)), (one, found, answer)

    def _release(self, one: str, attempt: int, *, drafted: bool = False) -> None:
        film = digest_of(one)
        release, draft = (
            expected(self.stage.facts, self.stage.bundle_sha256, Wanted(one, action, (), film_sha256=film), self.stage.now_us())[2]
            for action in ("release", "draft")
        )
        found = self.stage.release_draft(one) if drafted else self.stage.release(one, attempt)
        self.tally.done[f"release {found.outcome}"] += 1
        if release.permit:
            assert found == Outcome("released"), (one, found)
        elif release.review and draft.permit:
            assert found == Outcome("draft", release.unmet), (one, found, release, draft)
        else:
            assert found == Outcome("refused", release.unmet), (one, found, release)
            self._ended(one, release)

    def _ended(self, one: str, answer: Answer) -> None:
        ends = not answer.permit and ends_generation(answer.unmet)
        assert (standing_of(self.stage.facts, one).ended == "refused") is ends
