"""One history as it is played: who asks for what, what comes of it, and what every way says to it. Draws from seeds alone."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import get_args

from policy.ports import Answer
from schemas import generation
from schemas.generation import Action
from serving.keyholder.core import standing_of
from tests.chaos.model.cast import HOUR_US, OWNERS
from tests.chaos.model.commands import Scene, anything, reconciled
from tests.chaos.model.driving import Driving
from tests.chaos.model.requesting import drawn, misfits, would_be_permitted
from tests.chaos.model.spoilers import SPOILERS, Spoiler
from tests.chaos.model.spoiling import Spoilt, Target
from tests.chaos.model.stage import Stage, Wanted, digest_of
from tests.chaos.model.tally import Tally

ACTIONS: tuple[Action, ...] = get_args(Action)
RENDER: tuple[Action, ...] = ("start", "draft", "release")
TRIES = 12
"""How many requests are drawn until one would be permitted."""

NEAR = 2
"""How many films that share the spoilt one's people are asked about with it."""
MADE_TO_FIT = 3
"""How many films are asked for until one can lack what is to be spoilt."""


class History(Driving):
    """Plays one history on a stage and asks about it."""

    def __init__(self, stage: Stage, tally: Tally, seed: int) -> None:
        super().__init__(stage, tally)
        tally.histories += 1
        self.misfits: list[str] = []
        chance = Random(seed)
        self.codes = sorted(SPOILERS)
        """What is spoilt next, each in its turn: Hypothesis alone would favour some."""
        chance.shuffle(self.codes)
        stage.tell(*self.cast.opening(chance, stage.now_us()))
        stage.assets([(self.cast.cameos[at], self.cast.accounts[at]) for at in OWNERS])
        scene = self.scene(seed)
        for requested in misfits(self.cast):
            self.misfits.append(self.cast.new("generation"))
            stage.tell((self.misfits[-1], requested))
        stage.tell(*(Target(scene, one).judged() for one in self.misfits))
        for _ in range(5):
            self.request(chance.randrange(2**30))
        for one, far in zip(list(self.cast.generations), (2, 2, 1, 1), strict=False):
            self._advance(one, far)

    # what is done

    def act(self, seed: int) -> None:
        """Let one to three things happen, and ask."""
        scene = self.scene(seed)
        for _ in range(scene.chance.randrange(2, 6)):
            self.stage.tell(*anything(scene))
        self.ask(self.some(scene), scene)

    def request(self, seed: int, aim: str = "") -> None:
        """Ask for a film, most often one that would be permitted, and judge its plan. `aim`: a code that it shall be able to lack."""
        scene = self.scene(seed)
        one = self.cast.new("generation")
        for _ in range(TRIES if aim or scene.chance.random() < 0.9 else 1):
            requested = drawn(scene, aim)
            if would_be_permitted(scene, self.stage.bundle_sha256, one, requested):
                break
        else:
            self.stage.tell(*reconciled(scene, requested))
        self.stage.request(one, requested)
        self.cast.generations.append(one)
        self.stage.tell(Target(scene, one).judged())
        self.ask([one], scene)

    def proceed(self, seed: int) -> None:
        """Take one film a step further: start, release, approve, lose or take back."""
        scene = self.scene(seed)
        films = [one for one in self.cast.generations if standing_of(self.stage.facts, one).ended in (None, "released")]
        if not films:
            return
        one, step = scene.chance.choice(films[-6:]), scene.chance.random()
        standing = standing_of(self.stage.facts, one)
        if standing.released is not None:
            self._show(scene, one)
        elif step < 0.06:
            self.stage.tell((one, generation.GenerationCancelled(uses=standing.reserved)))
        elif standing.started is None or standing.lost >= standing.started.attempt:
            self._open(one, 1 if standing.started is None else standing.lost + 1)
        elif standing.draft is not None:
            self._answer(scene, one)
            self._release(one, standing.draft.attempt, drafted=True)
        elif step < 0.12:
            self.stage.tell((one, self._broken(scene, standing.started)))
        else:
            if step < 0.4:
                self.stage.tell(Target(scene, one).judged("uncertain"))
            self._release(one, standing.started.attempt)
        self.ask([one], scene)

    def spoil_next(self, seed: int) -> None:
        """Spoil what is next in turn."""
        self.codes.append(self.codes.pop(0))
        self.spoil(self.codes[-1], seed)

    def spoil(self, code: str, seed: int) -> None:
        """Make one requirement fail for a film that is otherwise permitted, ask, mend it, ask again."""
        scene = self.scene(seed)
        states, spoiler = SPOILERS[code]
        found = self._spoilt(scene, states, spoiler)
        for again in range(MADE_TO_FIT):
            if found is None:
                if code.startswith("remix."):
                    self._something_out(seed + again)
                self.request(seed + again, code)
                self._advance(self.cast.generations[-1], {"asked": 0, "started": 1, "released": 2}[states[-1]])
                found = self._spoilt(scene, states, spoiler)
        self.tally.spoilt[code, found is not None] += 1
        if found is None:
            return
        target, spoilt = found
        self.stage.tell(*spoilt.spoil)
        later = tuple(scene.now_us + HOUR_US * minutes // 60 for minutes in range(0, 56, 8))
        self.ask([target.generation], scene, spoilt.at_us or later, spoilt.film)
        self.ask([one for one in self._near(target) if one != target.generation][:NEAR], scene, film=spoilt.film)
        self.stage.tell(*spoilt.mend)
        if spoilt.rejudge:
            self.stage.tell(*(Target(scene, one).judged() for one in self.cast.generations))
        self.ask([target.generation], scene, later)

    def _spoilt(self, scene: Scene, states: tuple[str, ...], spoiler: Spoiler) -> tuple[Target, Spoilt] | None:
        """Find a film in one of these states that is permitted and that the spoiler fits."""
        for one in self._permitted(scene):
            target = Target(scene, one)
            if target.state in states and (spoilt := spoiler(target)) is not None:
                return target, spoilt
        return None

    def _something_out(self, seed: int) -> None:
        """See that there is a film that others could be made from."""
        if not any(self._permits(one, "serve") for one in self.cast.generations):
            self.request(seed, "remix")
            self._advance(self.cast.generations[-1], 2)

    def ask_misfits(self, seed: int) -> None:
        """Ask about those whom something speaks against from the first."""
        scene = self.scene(seed)
        self._ask([Wanted(one, "start", (scene.now_us, scene.now_us + scene.chance.randrange(HOUR_US))) for one in self.misfits])

    def look_through_time(self, seed: int) -> None:
        """Ask about one film at many times: the clock is a fact like any other."""
        scene = self.scene(seed)
        times = tuple(scene.now_us + hours * HOUR_US + edge for hours in (-2, -1, 0, 1, 2, 3, 4) for edge in (-1, 0))
        for one in self.some(scene)[:1]:
            self._ask([self._wanted(one, scene.chance.choice(RENDER), times)])

    # what is asked

    def scene(self, seed: int) -> Scene:
        """Look at what there is now."""
        return Scene(self.cast, self.stage.facts, Random(seed), self.stage.now_us())

    def some(self, scene: Scene) -> list[str]:
        """Draw films to ask about, the newest more often."""
        return scene.chance.sample(self.cast.generations[-8:], min(4, len(self.cast.generations)))

    def ask(self, films: Iterable[str], scene: Scene, at_us: tuple[int, ...] = (), film: str | None = None) -> None:
        """Ask about films: what could come next for each, and what else is drawn."""
        wanted: list[Wanted] = []
        for one in films:
            standing = standing_of(self.stage.facts, one)
            if standing.started is None:
                actions = ["start"]
            elif standing.released is None:
                actions = ["draft", "release"]
            else:
                actions = ["serve"]
            if scene.chance.random() < 0.25:
                actions.append(scene.chance.choice(ACTIONS))
            for action in dict.fromkeys(actions):
                later = scene.now_us + scene.chance.choice((1, 60_000_000, HOUR_US // 2))
                wanted.append(self._wanted(one, action, at_us or (scene.now_us, later), film))  # type: ignore[arg-type]
        self._ask(wanted)

    def _ask(self, wanted: list[Wanted]) -> list[Answer]:
        answers = self.stage.compare(wanted)
        asked = [one for one in wanted for _ in one.at_us]
        for one, answer in zip(asked, answers, strict=True):
            self.tally.count(one.action, answer)
        return answers

    def _permitted(self, scene: Scene) -> list[str]:
        """List films of which the next step is permitted, in random order."""
        films = list(self.cast.generations[-10:])
        scene.chance.shuffle(films)
        return [one for one in films if any(self._permits(one, action) for action in self._next(one))]

    def _next(self, one: str) -> tuple[Action, ...]:
        standing = standing_of(self.stage.facts, one)
        if standing.released is not None:
            return ("serve",)
        return ("start",) if standing.started is None else ("release", "draft")

    def _near(self, target: Target) -> list[str]:
        """List films that share the target's requester or cameo."""
        films = [Target(target.scene, one) for one in self.cast.generations[-10:]]
        return [one.generation for one in films if one.requester == target.requester or one.cameo == target.cameo]

    # steps

    def _advance(self, one: str, far: int) -> None:
        """Start a film, where that is permitted, and release it where `far` is 2."""
        if far and self._permits(one, "start"):
            self._open(one, 1)
            if far > 1 and self._permits(one, "release"):
                self._release(one, 1)

    @staticmethod
    def _broken(scene: Scene, started: generation.GenerationStarted) -> generation.AttemptLost | generation.GenerationStopped:
        """Lose the attempt, or end the film with it."""
        how, attempt = scene.chance.random(), started.attempt
        if how < 0.3:
            return generation.GenerationStopped(attempt=attempt, codes=("feed.stale",), process_gone_at_us=1, uses=started.uses)
        final = how < 0.6
        return generation.AttemptLost(attempt=attempt, final=final, codes=("replica.lost",), uses=started.uses if final else ())

    def _answer(self, scene: Scene, one: str) -> None:
        """Let a subject answer a draft: approve most often."""
        event = generation.DraftDeclined if scene.chance.random() < 0.2 else generation.DraftApproved
        terms = {"reason": "t"} if event is generation.DraftDeclined else {}
        target = Target(scene, one)
        self.stage.tell((one, event(cameo=target.cameo, film_sha256=digest_of(one), **terms)))  # type: ignore[arg-type]
