"""What supersedes consent in a race, and the scenes in which it does. Does not race: see tests.chaos.race.driver."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from schemas import account, consent, generation, operation
from schemas.ids import SWITCH_STREAM
from schemas.registry import Event
from tests.chaos.race.checker import Acknowledged
from tests.world import FACETS, World

HOUR_US = 3_600_000_000
RULE = "friends"


@dataclass
class Scene:
    """The people of one race, and what they have."""

    world: World
    owner: str
    requester: str
    cameo: str
    generation: str
    grant: str
    engine: str
    passer: str = ""
    """Who passed the grant on to the requester, where the basis is `passed`."""
    group: str = ""
    region: str = "KR"
    source: str = ""
    """The film that this one is made from, where it is a remix."""


Superseding = Callable[[Scene], tuple[str, Event]]


@dataclass(frozen=True)
class Kind:
    """A way to supersede consent: the stream and the event, and who may append it. `aims`: what it refuses."""

    name: str
    basis: str
    event: Superseding
    role: str = "api"
    aims: tuple[str, ...] = ("open", "release")
    hides: bool = False
    """Whether a film that was released before is not served after it."""


def _cameo(event: Callable[[Scene], Event]) -> Superseding:
    return lambda s: (s.cameo, event(s))


def _suspended(who: Callable[[Scene], str]) -> Superseding:
    return lambda s: (who(s), account.AccountStandingChanged(standing="suspended", reason="race"))


def _blocks(who: Callable[[Scene], str], whom: Callable[[Scene], str]) -> Superseding:
    return lambda s: (who(s), account.AccountBlocked(account=whom(s)))


def _off(name: Callable[[Scene], str]) -> Superseding:
    return lambda s: (SWITCH_STREAM, operation.SwitchThrown(switch=name(s), on=False, reason="race"))


def _revoked(strength: consent.Strength, **scope: object) -> Superseding:
    return _cameo(lambda _: consent.ConsentRevoked(strength=strength, **({"account": None} | scope)))  # type: ignore[arg-type]


def _withdrawn(s: Scene) -> Event:
    return consent.GrantWithdrawn(grant=s.grant, grantee=s.requester, strength="stop")


def _narrowed(_: Scene) -> Event:
    return consent.AudienceSet(audience="only_me", purposes=("personal",), facets=FACETS)


def _taken_back(s: Scene) -> Event:
    return consent.ConsentRevoked(account=s.requester, strength="take_down")


TAKEN_DOWN = "taken down"
SWITCHED, REGION = "engine switched off", "region switched off"
PLANNED = "plan narrowed"
EVERYBODYS = {SWITCHED, REGION, PLANNED}
"""They move a stream that every decision holds: one such race at a time."""
OWN_STREAM = (
    Kind("revoked", "grant", _revoked("stop")),
    Kind(TAKEN_DOWN, "grant", _cameo(_taken_back), hides=True),
    Kind("withdrawn", "grant", _cameo(_withdrawn)),
    Kind("audience narrowed", "everyone", _cameo(_narrowed)),
    Kind("paused", "grant", _cameo(lambda _: consent.ConsentPaused())),
    Kind("held", "grant", _cameo(lambda _: consent.ConsentHeld()), role="worker"),
    Kind("group member removed", "group", _cameo(lambda s: consent.GroupMemberRemoved(group=s.group, account=s.requester))),
    Kind("group dissolved", "group", _cameo(lambda s: consent.GroupNamed(group=s.group, active=False))),
    Kind("purpose revoked", "everyone", _revoked("stop", purpose="personal")),
    Kind("facet revoked", "grant", _revoked("stop", facet="face")),
    Kind("group revoked", "group", _cameo(lambda s: consent.ConsentRevoked(account=s.group, strength="stop"))),
    Kind("passing on ended", "passed", _cameo(lambda s: consent.PassOnEnded(grant=s.grant, by=s.passer, to=s.requester))),
    Kind("audience rule removed", "rule", _cameo(lambda _: rule(active=False))),
)
OTHER_STREAM = (
    Kind("blocked by owner", "grant", _blocks(lambda s: s.owner, lambda s: s.requester)),
    Kind("blocked by requester", "grant", _blocks(lambda s: s.requester, lambda s: s.owner)),
    Kind("unfollowed", "mutuals", lambda s: (s.requester, account.AccountUnfollowed(account=s.owner))),
    Kind("owner suspended", "grant", _suspended(lambda s: s.owner)),
    Kind("requester suspended", "grant", _suspended(lambda s: s.requester)),
    Kind("requester died", "grant", lambda s: (s.requester, account.AccountDied())),
    Kind("passer suspended", "passed", _suspended(lambda s: s.passer)),
    Kind("passer blocked", "passed", _blocks(lambda s: s.owner, lambda s: s.passer)),
    Kind("source taken down", "remix", lambda s: (s.source, generation.GenerationTakenDown(codes=("t",), cause="race")), role="worker"),
    Kind("source removed", "remix", lambda s: (s.source, generation.GenerationRemoved(cameo=s.cameo, reason="race"))),
    Kind("removed", "grant", lambda s: (s.generation, generation.GenerationRemoved(cameo=s.cameo, reason="race")),
         aims=("release",), hides=True),
    Kind(SWITCHED, "grant", _off(lambda s: f"engine/{s.engine}")),
    Kind(REGION, "grant", _off(lambda s: f"region/{s.region}")),
    Kind(PLANNED, "grant", lambda s: (s.requester, plan(0)), aims=("open",)),
)  # fmt: skip
HIDES = {kind.name for kind in (*OWN_STREAM, *OTHER_STREAM) if kind.hides}
EXPIRY = "expired"
LAST_USE = "last use"
LAST_OF_PLAN = "last film of a plan"


def rule(*, active: bool) -> consent.AudienceSet:
    """Say one of the owner's rules, or take it back."""
    return consent.AudienceSet(audience="everyone", purposes=("personal",), facets=FACETS, rule=RULE, active=active)


def plan(uses: int | None) -> account.PlanSet:
    """Set a plan of so many films, with a counter of its own."""
    now_us = time.time_ns() // 1000
    return account.PlanSet(
        plan="raced", quota=f"quota-{os.urandom(16).hex()}", uses=uses, duration_ms=None, from_us=now_us - HOUR_US, until_us=None
    )


def let_in(scene: Scene, basis: str, uses: int | None) -> None:
    """Permit the requester in one of the ways that there are."""
    world, one = scene.world, scene.cameo
    match basis:
        case "group":
            scene.group = f"group-{os.urandom(16).hex()}"
            member = consent.GroupMemberAdded(group=scene.group, account=scene.requester)
            world.append("api", one, consent.GroupNamed(group=scene.group, active=True), member)
            scene.grant = world.grant(one, scene.group, uses=uses)
        case "passed":
            scene.passer = world.register("passer")
            scene.grant = f"grant-{os.urandom(16).hex()}"
            given = consent.GrantGiven(
                grant=scene.grant, grantee=scene.passer, purposes=("personal",), facets=FACETS, from_us=None, until_us=None,
                uses=uses, review=False, pass_on=True,
            )  # fmt: skip
            world.append("api", one, given, consent.GrantPassedOn(grant=scene.grant, by=scene.passer, to=scene.requester))
        case "rule":
            world.append("api", one, rule(active=True))
        case "remix":
            world.append("api", one, consent.AudienceSet(audience="everyone", purposes=("personal",), facets=FACETS, remix=True))
        case "everyone" | "mutuals":
            world.audience(one, "everyone" if basis == "everyone" else "mutuals")
            world.follow(scene.owner, scene.requester)
            world.follow(scene.requester, scene.owner)
        case _:
            scene.grant = world.grant(one, scene.requester, uses=uses)


def superseded(kind: Kind, scene: Scene) -> tuple[Acknowledged, int]:
    """Supersede consent; tell when its client knew that it was durable, and Postgres's time of it."""
    stream, event = kind.event(scene)
    (appended,) = scene.world.append(kind.role, stream, event)
    return Acknowledged(appended.event_id, time.time_ns() // 1000), appended.time_us
