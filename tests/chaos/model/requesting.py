"""Draws what is asked for: films that would be permitted, and those that lack one thing for ever. Appends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from schemas import generation
from serving.keyholder.core import standing_of
from tests.chaos.model.cast import CLOSED, DEAD, ENGINE, INACTIVE, MINOR, OWNERS, PURPOSES, REQUESTERS, SANDBOX, USUAL, Cast
from tests.chaos.model.commands import Scene
from tests.chaos.model.spoiling import Target
from tests.chaos.model.stage import Wanted, expected


def drawn(scene: Scene, aim: str = "") -> generation.GenerationRequested:
    """Draw a request. `aim`: a code that the film shall be able to lack."""
    chance, cast = scene.chance, scene.cast
    source = _source(scene, always=aim.startswith("remix."))
    cameos = chance.sample(cast.owned, chance.choice((1, 1, 1, 2)))
    if source is not None:
        cameos = list(dict.fromkeys([*(use["cameo"] for use in Target(scene, source).asked["cameos"]), *cameos[:1]]))
    others = [cast.accounts[at] for at in REQUESTERS]
    if aim == "invitation.required":
        others = [one for one in others if scene.facts.get(one, "invited") is None] or others
    return asking(
        chance.choice(others if aim else [*cast.requesters, *others]), cameos, chance.choice((*USUAL, *PURPOSES)),
        app=chance.choice(cast.apps if aim == "app.suspended" else (None, None, *cast.apps)),
        facets=chance.choice((("face",), ("face",), ("voice",), ("face", "voice"))), remix_of=source,
    )  # fmt: skip


def _source(scene: Scene, *, always: bool) -> str | None:
    """Draw a film that is out, to make another one from."""
    out = [one for one in scene.cast.generations if standing_of(scene.facts, one).released and not standing_of(scene.facts, one).taken_down]
    return scene.chance.choice(out) if out and (always or scene.chance.random() < 0.4) else None


def asking(
    requester: str, cameos: Iterable[str], purpose: str, *, app: str | None = None, facets: tuple[str, ...] = ("face",),
    remix_of: str | None = None,
) -> generation.GenerationRequested:  # fmt: skip
    """Make a request for a second of film."""
    uses = tuple(generation.CameoUse(cameo=one, facets=facets) for one in cameos)  # type: ignore[arg-type]
    return generation.GenerationRequested(
        requester=requester, cameos=uses, purpose=purpose, plan_digest="d1", engine=ENGINE, width_px=512, height_px=512,  # type: ignore[arg-type]
        duration_ms=1000, app=app, remix_of=remix_of,
    )  # fmt: skip


def would_be_permitted(scene: Scene, bundle_sha256: str, one: str, requested: generation.GenerationRequested) -> bool:
    """Tell whether a request, judged well, could start now."""
    facts = scene.facts
    tried = type(facts)(now_us=scene.now_us)
    tried.heads, tried.facts, tried.uses = dict(facts.heads), {**facts.facts, one: {}}, facts.uses
    tried.append(one, requested)
    tried.append(*Target(Scene(scene.cast, tried, Random(0), scene.now_us), one).judged())
    return expected(tried, bundle_sha256, Wanted(one, "start", ()), scene.now_us)[2].permit


def misfits(cast: Cast) -> list[generation.GenerationRequested]:
    """Ask for films that lack one thing for ever: who asks, or whose cameo it is."""
    people, cameos, open_to_all = cast.accounts, cast.cameos, cast.owned[0]
    dan = people[REQUESTERS[0]]
    return [
        asking(people[DEAD], [open_to_all], "personal"), asking(people[MINOR], [open_to_all], "advertising"),
        asking(people[CLOSED], [open_to_all], "personal"), asking(dan, [cameos[MINOR]], "personal"),
        asking(dan, [cameos[SANDBOX]], "personal"), asking(dan, [cameos[INACTIVE]], "personal"),
        asking(people[OWNERS[1]], [cast.owned[1]], "training"),
    ]  # fmt: skip
