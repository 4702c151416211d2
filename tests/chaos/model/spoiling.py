"""What makes each requirement the only one unmet, and what mends it again. Does not ask; the answers say whether it worked.

A spoiler takes one generation that is otherwise permitted. `spoil` makes it refused, `mend` makes it permitted again (empty
where nothing can). A spoiler that does not fit the generation gives None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schemas import consent, generation
from tests.chaos.model.cast import FACETS, PURPOSES, Told
from tests.chaos.model.commands import Scene


@dataclass(frozen=True)
class Spoilt:
    """Events that spoil and that mend. `film`, `at_us`: how to ask instead of as usual."""

    spoil: list[Told] = field(default_factory=list)
    mend: list[Told] = field(default_factory=list)
    film: str | None = None
    at_us: tuple[int, ...] = ()
    rejudge: bool = False
    """Mended by judging anew every film of that cameo."""


class Target:
    """The generation that is spoilt, and one of its cameos."""

    def __init__(self, scene: Scene, one: str) -> None:
        self.scene, self.generation = scene, one
        fact = scene.facts.get(one, "request")
        assert fact is not None
        self.asked: dict[str, Any] = fact.value
        self.requester: str = self.asked["requester"]
        used = scene.chance.choice(self.asked["cameos"])
        self.cameo: str = used["cameo"]
        self.facets: list[str] = used["facets"]
        self.owner = scene.cast.owner_of(self.cameo)

    @property
    def own(self) -> bool:
        return self.owner == self.requester

    @property
    def state(self) -> str:
        """Tell how far it came: asked, started, released."""
        return "released" if self.has("released") else "started" if self.has("started") else "asked"

    def has(self, key: str) -> bool:
        """Tell whether a fact of the generation stands."""
        return self.scene.facts.get(self.generation, key) is not None

    def region(self) -> str:
        fact = self.scene.facts.get(self.requester, "account")
        assert fact is not None
        return fact.value["region"]

    def judged(self, finding: str = "allowed", blocks: tuple[str, ...] = ()) -> Told:
        """Judge the plan against the restrictions that stand."""

        def verdict(one: str) -> generation.Verdict:
            ruled = self.scene.facts.get(one, "restrictions")
            told: Any = finding if one == self.cameo else "allowed"
            return generation.Verdict(cameo=one, restrictions_revision=0 if ruled is None else ruled.revision, finding=told, categories=())

        verdicts = tuple(verdict(one) for one in sorted({used["cameo"] for used in self.asked["cameos"]}))
        digest = self.asked["plan_digest"]
        return self.generation, generation.GenerationJudged(plan_digest=digest, classifier="t", hard_blocks=blocks, verdicts=verdicts)

    def instead(self, **terms: object) -> Spoilt | None:
        """Leave the requester one grant, with these terms, in place of every way there was."""
        if self.own:
            return None
        cast = self.scene.cast
        gone: list[Told] = [(self.cameo, consent.ConsentRevoked(account=self.requester, strength="no_new_uses"))]
        free = {"purposes": PURPOSES, "facets": FACETS}
        return Spoilt([*gone, cast.given(self.cameo, self.requester, **(free | terms))], [self.free()])

    def free(self) -> Told:
        """Give the requester everything."""
        return self.scene.cast.given(self.cameo, self.requester, purposes=PURPOSES, facets=FACETS)
