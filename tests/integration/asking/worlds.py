"""Random worlds of consent, appended to a real ledger: people, cameos, apps, groups and what they said. Decides nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from random import Random
from typing import Any

from schemas import account, cameo, consent, operation
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from streams.ports import Append, Appended, EventStore, NewEvent

REGIONS = ("KR", "DE")
PURPOSES: tuple[consent.Purpose, ...] = ("personal", "parody", "training")
FACETS: tuple[cameo.Facet, ...] = ("face", "voice", "body")
STRENGTHS: tuple[consent.Strength, ...] = ("no_new_uses", "stop", "take_down")
HOUR_US = 3_600_000_000


@dataclass
class World:
    """What one seed made. `newcomers`: an account in each region that has to do with nobody, invited and with a plan."""

    store: EventStore
    worker: EventStore
    random: Random
    now_us: int
    people: list[str] = field(default_factory=list[str])
    owners: list[str] = field(default_factory=list[str])
    apps: list[str] = field(default_factory=list[str])
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    newcomers: dict[str, str] = field(default_factory=dict[str, str])
    regions: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def cameos(self) -> dict[str, str]:
        """Cameo → owner."""
        return {cameo_of(owner): owner for owner in self.owners}

    def append(self, stream: str, *events: Event) -> None:
        news = [NewEvent(stream, event, secrets.token_hex(16)) for event in events]
        store = self.worker if isinstance(events[0], cameo.EnrolmentActivated) else self.store
        outcome = store.append(Append(actor="test", events=news, correlation="test"))
        assert isinstance(outcome, Appended), outcome

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, choices: Any) -> Any:
        few = [one for one in choices if self.chance(0.6)]
        return tuple(few or choices[:1])


def make_world(store: EventStore, worker: EventStore, seed: int, now_us: int, people: int = 8, owners: int = 5) -> World:
    """Append one world."""
    world = World(store, worker, Random(seed), now_us)
    for region in REGIONS:
        world.newcomers[region] = _person(world, region, minor=False)
    world.people = [_person(world, world.random.choice(REGIONS), minor=world.chance(0.1)) for _ in range(people)]
    world.apps = [_app(world) for _ in range(2)]
    world.owners = world.people[:owners]
    for owner in world.owners:
        _cameo(world, owner)
    for one in world.people:
        _relations(world, one)
    for owner in world.owners:
        _consent(world, cameo_of(owner))
    world.people += world.newcomers.values()
    return world


def quiet_world(store: EventStore, worker: EventStore, seed: str) -> World:
    """Append three people of whom the first has an active cameo; nobody has said anything."""
    world = World(store, worker, Random(seed), 0)
    world.people = [_person(world, "KR", minor=False) for _ in range(3)]
    world.owners = world.people[:1]
    _cameo(world, world.owners[0], active=True)
    return world


def _person(world: World, region: str, *, minor: bool) -> str:
    one = stream_id("account", world.random.randbytes(16))
    world.regions[one] = region
    plan = account.PlanSet(plan="p", quota=f"quota-{one[8:]}", uses=None, duration_ms=None, from_us=0, until_us=None)
    invited = account.AccountInvited(invitation="i", by="operator")
    world.append(one, account.AccountRegistered(region=region, locale="en", minor=minor), invited, plan)
    return one


def _app(world: World) -> str:
    one = stream_id("app", world.random.randbytes(16))
    world.append(one, operation.AppRegistered(name="app", owner=world.people[0]))
    return one


def _cameo(world: World, owner: str, *, active: bool = False) -> None:
    started = cameo.EnrolmentStarted(
        enrolment="e", owner=owner, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
        consent_text_version="1", consent_text_sha256="0" * 64,
    )  # fmt: skip
    world.append(cameo_of(owner), started)
    if active or world.chance(0.9):
        world.append(cameo_of(owner), cameo.EnrolmentActivated(enrolment="e", assurance="basic"))


def _relations(world: World, one: str) -> None:
    for other in world.people:
        if other != one and world.chance(0.3):
            world.append(one, account.AccountFollowed(account=other))
        if other != one and world.chance(0.1):
            world.append(one, account.AccountBlocked(account=other))
    if world.chance(0.1):
        standing: Any = world.random.choice(("limited", "suspended"))
        world.append(one, account.AccountStandingChanged(standing=standing, reason="test"))


def _consent(world: World, one: str) -> None:
    for rule in ("", "rule-2")[: world.random.randint(0, 2)]:
        audience: Any = world.random.choice(("only_me", "approved", "mutuals", "everyone"))
        apps = (world.random.choice(world.apps),) if world.chance(0.2) else None
        regions = (world.random.choice(REGIONS),) if world.chance(0.3) else None
        world.append(one, consent.AudienceSet(
            audience=audience, purposes=world.some(PURPOSES), facets=world.some(FACETS), apps=apps, regions=regions, rule=rule,
        ))  # fmt: skip
    group = f"group-{world.random.randbytes(16).hex()}"
    world.groups[one] = [group]
    world.append(one, consent.GroupNamed(group=group, active=world.chance(0.9)))
    for member in world.people:
        if world.chance(0.25):
            world.append(one, consent.GroupMemberAdded(group=group, account=member))
    for _ in range(world.random.randint(0, 4)):
        _grant(world, one, group)
    if world.chance(0.3):
        who = world.random.choice([None, *world.people, *world.apps, group])
        world.append(one, consent.ConsentRevoked(account=who, strength=world.random.choice(STRENGTHS)))
    if world.chance(0.1):
        world.append(one, consent.ConsentPaused())


def _grant(world: World, one: str, group: str) -> None:
    grant = f"grant-{world.random.randbytes(16).hex()}"
    grantee = world.random.choice([*world.people, *world.people, group, *world.apps])
    begins, ends = world.random.choice([(None, None), (None, None), (world.now_us + HOUR_US, None), (None, world.now_us - HOUR_US)])
    world.append(one, consent.GrantGiven(
        grant=grant, grantee=grantee, purposes=world.some(PURPOSES), facets=world.some(FACETS), from_us=begins, until_us=ends,
        uses=world.random.choice((None, 1)), review=world.chance(0.2), pass_on=world.chance(0.5),
        duration_ms=world.random.choice((None, None, 1000, 60_000)),
    ))  # fmt: skip
    if grantee.startswith("account-") and world.chance(0.5):
        world.append(one, consent.GrantPassedOn(grant=grant, by=grantee, to=world.random.choice(world.people)))
    if world.chance(0.15):
        world.append(one, consent.GrantWithdrawn(grant=grant, grantee=grantee, strength=world.random.choice(STRENGTHS)))
