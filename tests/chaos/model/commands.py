"""What people and operators do at random: every event of consent that the schemas know. Does not ask or judge anything."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from policy.fakes import InMemoryFacts
from schemas import account, cameo, consent, generation, operation
from schemas.ids import SWITCH_STREAM
from tests.chaos.model.cast import FACETS, HOUR_US, OBLIGATION, PURPOSES, REGIONS, STRENGTHS, USUAL, Cast, Told
from tests.chaos.model.stage import digest_of

STANDINGS: tuple[account.Standing, ...] = ("good", "good", "limited", "suspended")
RULES = ("", "", "family", "work")


class Scene:
    """What is there while somebody acts: the cast, what stands, the time, and chance."""

    def __init__(self, cast: Cast, facts: InMemoryFacts, chance: Random, now_us: int) -> None:
        self.cast, self.facts, self.chance, self.now_us = cast, facts, chance, now_us

    def some(self, of: tuple[str, ...]) -> tuple[str, ...]:
        """Draw a part of these, in order, at least one."""
        kept = tuple(one for one in of if self.chance.random() < 0.7)
        return kept or (self.chance.choice(of),)

    def who(self) -> str:
        """Draw somebody who asks."""
        return self.chance.choice(self.cast.requesters)

    def time_us(self) -> int | None:
        """Draw a time hours away, or none."""
        return self.chance.choice((None, None, self.now_us + self.chance.choice((-2, -1, 1, 2, 4)) * HOUR_US))


def _audience(scene: Scene, one: str) -> list[Told]:
    chance = scene.chance
    audience: consent.Audience = chance.choice(("everyone", "everyone", "mutuals", "approved", "only_me"))
    rule = consent.AudienceSet(
        audience=audience, purposes=scene.some(PURPOSES[:5]), facets=scene.some(FACETS), remix=chance.random() < 0.6,  # type: ignore[arg-type]
        apps=chance.choice((None, None, scene.some(tuple(scene.cast.apps)))), regions=chance.choice((None, None, scene.some(REGIONS))),
        rule=chance.choice(RULES), active=chance.random() < 0.8,
    )  # fmt: skip
    return [(one, rule)]


def _grant(scene: Scene, one: str) -> list[Told]:
    chance = scene.chance
    grantee = chance.choice((scene.who(), scene.who(), chance.choice(scene.cast.apps), scene.cast.groups[one]))
    terms = {
        "purposes": scene.some(PURPOSES), "facets": scene.some(FACETS), "from_us": scene.time_us(), "until_us": scene.time_us(),
        "uses": chance.choice((None, None, 0, 1, 2)), "duration_ms": chance.choice((None, None, 900, 2500)),
        "review": chance.random() < 0.3, "pass_on": chance.random() < 0.4, "remix": chance.random() < 0.6,
    }  # fmt: skip
    return [scene.cast.given(one, grantee, **terms)]


def _withdraw(scene: Scene, one: str) -> list[Told]:
    given = scene.cast.grants[one]
    if not given:
        return []
    grant = scene.chance.choice(given)
    return [(one, consent.GrantWithdrawn(grant=grant.grant, grantee=grant.grantee, strength=scene.chance.choice(STRENGTHS)))]


def _revoke(scene: Scene, one: str) -> list[Told]:
    chance = scene.chance
    whom = (None, scene.who(), scene.who(), chance.choice(scene.cast.apps), scene.cast.groups[one])
    strength = chance.choice(STRENGTHS)
    scope = chance.randrange(4)
    if scope == 0:
        return [(one, consent.ConsentRevoked(account=None, strength=strength, purpose=chance.choice(PURPOSES)))]
    if scope == 1:
        return [(one, consent.ConsentRevoked(account=None, strength=strength, facet=chance.choice(FACETS)))]
    return [(one, consent.ConsentRevoked(account=chance.choice(whom), strength=strength))]


def _pause(scene: Scene, one: str) -> list[Told]:
    paused = scene.facts.get(one, "paused") is not None
    return [(one, consent.ConsentResumed() if paused else consent.ConsentPaused())]


def _call(scene: Scene, one: str) -> list[Told]:
    """A word for danger is said; later its person enrols anew."""
    held, status = scene.facts.get(one, "held") is not None, scene.facts.get(one, "status")
    if status is None or status.value["status"] != "active":
        return []
    return [(one, seen_anew(one, status.value["assurance"]) if held else consent.ConsentHeld())]


def seen_anew(one: str, assurance: cameo.Profile) -> cameo.EnrolmentActivated:
    """What ends a hold: the same person, enrolled once more."""
    return cameo.EnrolmentActivated(enrolment=f"again-{one[-8:]}", assurance=assurance)


def _group(scene: Scene, one: str) -> list[Told]:
    group, chance = scene.cast.groups[one], scene.chance
    if chance.random() < 0.2:
        return [(one, consent.GroupNamed(group=group, active=scene.facts.get(one, f"group/{group}") is None))]
    members = [key.split("/")[1] for key, _ in scene.facts.scan(one, "member/")]
    if members and chance.random() < 0.5:
        return [(one, consent.GroupMemberRemoved(group=group, account=chance.choice(members)))]
    return [(one, consent.GroupMemberAdded(group=group, account=scene.who()))]


def _pass_on(scene: Scene, one: str) -> list[Told]:
    given = [grant for grant in scene.cast.grants[one] if grant.grantee.startswith("account-")]
    if not given:
        return []
    grant, to = scene.chance.choice(given), scene.who()
    passed = scene.facts.get(one, f"passed/{to}/{grant.grant}/{grant.grantee}") is not None
    change = consent.PassOnEnded if passed else consent.GrantPassedOn
    return [(one, change(grant=grant.grant, by=grant.grantee, to=to))]


def _restrict(scene: Scene, one: str) -> list[Told]:
    rule = scene.chance.choice(("r1", "r2"))
    active = scene.facts.get(one, f"restriction/{rule}") is None
    return [(one, consent.RestrictionSet(restriction=rule, categories=("politics",), active=active))]


def _prefer(scene: Scene, one: str) -> list[Told]:
    obligation, optional = scene.chance.choice(((OBLIGATION, False), ("gold_necklace", True), ("gold_necklace", False)))
    active = scene.facts.get(one, "preference/p1") is None
    return [(one, consent.PreferenceSet(preference="p1", obligation=obligation, optional=optional, active=active))]


def _ask_access(scene: Scene, one: str) -> list[Told]:
    who = scene.who()
    asked = consent.AccessRequested(
        request="q1", requester=who, purposes=USUAL, facets=FACETS, from_us=None, until_us=None, uses=1, duration_ms=None
    )
    return [(one, asked), (one, consent.AccessAnswered(request="q1", requester=who, answer="ignored", grant=None))]


def _follow(scene: Scene, one: str) -> list[Told]:
    who, whom = scene.who(), scene.cast.owner_of(one)
    if scene.chance.random() < 0.5:
        who, whom = whom, who
    follows = scene.facts.get(who, f"follows/{whom}") is not None
    return [(who, account.AccountUnfollowed(account=whom) if follows else account.AccountFollowed(account=whom))]


def _block(scene: Scene, one: str) -> list[Told]:
    who, whom = scene.who(), scene.cast.owner_of(one)
    if scene.chance.random() < 0.5:
        who, whom = whom, who
    blocks = scene.facts.get(who, f"blocks/{whom}") is not None
    return [(who, account.AccountUnblocked(account=whom) if blocks else account.AccountBlocked(account=whom))]


def _standing(scene: Scene, one: str) -> list[Told]:
    del one
    standing = scene.chance.choice(STANDINGS)
    if scene.chance.random() < 0.2:
        return [(scene.chance.choice(scene.cast.apps), operation.AppStandingChanged(standing=standing, reason="t"))]
    return [(scene.who(), account.AccountStandingChanged(standing=standing, reason="t"))]


def _power(scene: Scene, one: str) -> list[Told]:
    who, holder = scene.cast.owner_of(one), scene.who()
    if scene.facts.get(who, f"power/{holder}/w1") is not None:
        return [(who, account.PowerEnded(power="w1", holder=holder))]
    given = account.PowerGiven(power="w1", holder=holder, kind="agent", may=("grants", "rules"), from_us=None, until_us=None)
    ended = account.PowerEnded(power="w1", holder=holder)
    return [(who, given), (who, ended)] if scene.chance.random() < 0.5 else [(who, given)]


def _account(scene: Scene, one: str) -> list[Told]:
    del one
    who = scene.who()
    invited = account.AccountInvited(invitation=scene.cast.new("invitation"), by=scene.cast.accounts[0])
    return [(who, scene.chance.choice((invited, scene.cast.plan(scene.chance, scene.now_us), account.StepUpSet(on=True))))]


def _switch(scene: Scene, one: str) -> list[Told]:
    """Throw a switch, often back to how it is installed: it is everybody's."""
    del one
    name, usual = scene.chance.choice((("region/KR", True), ("sandbox_use", False), ("plans", False), ("invitations", False)))
    fact = scene.facts.get(SWITCH_STREAM, f"switch/{name}")
    thrown = usual if fact is None else fact.value["on"]
    return [(SWITCH_STREAM, operation.SwitchThrown(switch=name, on=not thrown, reason="t"))]


def _film(scene: Scene, one: str) -> list[Told]:
    if not scene.cast.generations:
        return []
    film = scene.chance.choice(scene.cast.generations)
    choices: tuple[object, ...] = (
        generation.GenerationReported(report="x", cameo=one, reason="t"),
        generation.GenerationAppealed(appeal="a1", codes=("consent.required",)),
        generation.GenerationRemoved(cameo=one, reason="t"),
        generation.GenerationTakenDown(codes=("t",), cause="t"),
        generation.DraftApproved(cameo=one, film_sha256=digest_of(film)),
        generation.DraftDeclined(cameo=one, film_sha256=digest_of(film), reason="t"),
    )
    return [(film, scene.chance.choices(choices, (2, 2, 1, 1, 3, 1))[0])]  # type: ignore[list-item]


COMMANDS: dict[Callable[[Scene, str], list[Told]], int] = {
    _audience: 6, _grant: 8, _withdraw: 3, _revoke: 4, _pause: 2, _call: 1, _group: 4, _pass_on: 4, _restrict: 2, _prefer: 2, _ask_access: 1,
    _follow: 5, _block: 3, _standing: 3, _power: 1, _account: 2, _switch: 1, _film: 3,
}  # fmt: skip
"""Each with its weight."""


def anything(scene: Scene) -> list[Told]:
    """Draw one thing that somebody does; nothing where it has no object yet."""
    (act,) = scene.chance.choices(list(COMMANDS), list(COMMANDS.values()))
    return act(scene, scene.chance.choice(scene.cast.owned))


def reconciled(scene: Scene, requested: generation.GenerationRequested) -> list[Told]:
    """Let everybody make up with whoever asks, so that what is asked is permitted again."""
    who, facts, good = requested.requester, scene.facts, account.AccountStandingChanged(standing="good", reason="t")
    told: list[Told] = [(who, good)]
    if requested.app is not None:
        told.append((requested.app, operation.AppStandingChanged(standing="good", reason="t")))
    for used in requested.cameos:
        owner = scene.cast.owner_of(used.cameo)
        told += [(owner, good), scene.cast.given(used.cameo, who, purposes=PURPOSES)]
        told += [(one, account.AccountUnblocked(account=other)) for one, other in ((who, owner), (owner, who))]
        if facts.get(used.cameo, "paused") is not None:
            told.append((used.cameo, consent.ConsentResumed()))
        status = facts.get(used.cameo, "status")
        if facts.get(used.cameo, "held") is not None and status is not None:
            told.append((used.cameo, seen_anew(used.cameo, status.value["assurance"])))
        wishes = [(key.partition("/")[2], fact.value["obligation"]) for key, fact in facts.scan(used.cameo, "preference/")]
        told += [
            (used.cameo, consent.PreferenceSet(preference=name, obligation=wish, optional=False, active=False)) for name, wish in wishes
        ]
    return told
