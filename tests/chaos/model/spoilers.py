"""The table of spoilers, one for each requirement that a film can come to lack. Does not apply them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemas import account, consent, generation, operation
from schemas.ids import POLICY_STREAM, SWITCH_STREAM
from tests.chaos.model.cast import FACETS, HOUR_US, PURPOSES, Told
from tests.chaos.model.spoiling import Spoilt, Target
from tests.chaos.model.stage import digest_of


def _thrown(name: str, *, on: bool) -> Told:
    return SWITCH_STREAM, operation.SwitchThrown(switch=name, on=on, reason="t")


def _standings(who: str, standing: account.Standing) -> Spoilt:
    change = account.AccountStandingChanged
    return Spoilt([(who, change(standing=standing, reason="t"))], [(who, change(standing="good", reason="t"))])


def _turned(name: str) -> Callable[[Target], Spoilt]:
    return lambda _: Spoilt([_thrown(name, on=False)], [_thrown(name, on=True)])


def _of_region(target: Target) -> Spoilt:
    return _turned(f"region/{target.region()}")(target)


def _bundle(target: Target) -> Spoilt:
    stands = target.scene.facts.get(POLICY_STREAM, "bundle")
    assert stands is not None
    new, old = "0" * 64, stands.value["bundle_sha256"]
    return Spoilt(
        [(POLICY_STREAM, operation.BundleActivated(bundle_sha256=new, label="t"))],
        [(POLICY_STREAM, operation.BundleActivated(bundle_sha256=old, label="t"))],
    )


def _unplanned(target: Target) -> Spoilt:
    """Ask for plans: of somebody without one, or when the one there is has ended."""
    on, off, plan = _thrown("plans", on=True), _thrown("plans", on=False), target.scene.facts.get(target.requester, "plan")
    now_us = target.scene.now_us
    if plan is None:
        return Spoilt([on], [off])
    ended = account.PlanSet(
        plan="p", quota=target.scene.cast.new("quota"), uses=None, duration_ms=None, from_us=now_us - HOUR_US, until_us=now_us
    )
    return Spoilt([(target.requester, ended), on], [off], at_us=(now_us - 1, now_us, now_us + 1, now_us + HOUR_US // 2, now_us + HOUR_US))


def _unquoted(target: Target) -> Spoilt:
    cast, now_us, chance = target.scene.cast, target.scene.now_us, target.scene.chance
    uses, duration_ms = chance.choice(((0, None), (None, 1), (0, 1)))
    spent = account.PlanSet(plan="p", quota=cast.new("quota"), uses=uses, duration_ms=duration_ms, from_us=now_us - HOUR_US, until_us=None)
    more = account.PlanSet(plan="p", quota=cast.new("quota"), uses=None, duration_ms=None, from_us=now_us - HOUR_US, until_us=None)
    plans = _thrown("plans", on=True)
    return Spoilt([(target.requester, spent), plans], [(target.requester, more), _thrown("plans", on=False)])


def _uninvited(target: Target) -> Spoilt | None:
    if target.scene.facts.get(target.requester, "invited") is not None:
        return None
    return Spoilt([_thrown("invitations", on=True)], [_thrown("invitations", on=False)])


def _app(target: Target) -> Spoilt | None:
    app = target.asked["app"]
    if app is None:
        return None
    change = operation.AppStandingChanged
    return Spoilt([(app, change(standing="suspended", reason="t"))], [(app, change(standing="good", reason="t"))])


def _blocked(target: Target) -> Spoilt | None:
    if target.own:
        return None
    who, whom = target.scene.chance.sample((target.owner, target.requester), 2)
    return Spoilt([(who, account.AccountBlocked(account=whom))], [(who, account.AccountUnblocked(account=whom))])


def _paused(target: Target) -> Spoilt:
    return Spoilt([(target.cameo, consent.ConsentPaused())], [(target.cameo, consent.ConsentResumed())])


def _required(target: Target) -> Spoilt | None:
    if target.own:
        return None
    scope = target.scene.chance.choice((None, target.requester, target.requester))
    strength: Any = target.scene.chance.choice(("no_new_uses", "stop"))
    return Spoilt([(target.cameo, consent.ConsentRevoked(account=scope, strength=strength))], [target.free()])


def _expired(target: Target) -> Spoilt | None:
    now_us = target.scene.now_us
    found = target.instead(until_us=now_us + HOUR_US) if target.scene.chance.random() < 0.5 else target.instead(from_us=now_us - HOUR_US)
    edges = tuple(now_us + hours * HOUR_US + edge for hours in (-3, -2, -1, 1, 2, 3) for edge in (-1, 0))
    return None if found is None else Spoilt(found.spoil, found.mend, at_us=edges)


def _ruled(target: Target, **terms: object) -> Spoilt | None:
    """Leave the requester one rule of the audience, with these terms."""
    if target.own:
        return None
    gone = consent.ConsentRevoked(account=target.requester, strength="no_new_uses")
    rule = consent.AudienceSet(audience="everyone", purposes=PURPOSES, facets=FACETS, remix=True, rule="one", **terms)  # type: ignore[arg-type]
    return Spoilt([(target.cameo, gone), (target.cameo, rule)], [target.free()])


def _but(of: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    return tuple(one for one in of if one not in left_out)


def _restricted_since(target: Target) -> Spoilt:
    ruled = consent.RestrictionSet(restriction="r9", categories=("politics",), active=True)
    return Spoilt([(target.cameo, ruled)], rejudge=True)


def _judged_as(finding: str, blocks: tuple[str, ...] = ()) -> Callable[[Target], Spoilt]:
    return lambda target: Spoilt([target.judged(finding, blocks)], [target.judged()])


def _unsupported(target: Target) -> Spoilt:
    wish = consent.PreferenceSet(preference="p9", obligation="gold_necklace", optional=False, active=True)
    none = consent.PreferenceSet(preference="p9", obligation="gold_necklace", optional=False, active=False)
    return Spoilt([(target.cameo, wish)], [(target.cameo, none)])


def _after_start(strength: consent.Strength) -> Callable[[Target], Spoilt]:
    """Revoke after the start, then give again: what began before is over all the same."""

    def spoil(target: Target) -> Spoilt:
        gone: Told = (target.cameo, consent.ConsentRevoked(account=target.requester, strength=strength))
        again: Told = (target.cameo, consent.AudienceSet(audience="everyone", purposes=PURPOSES, facets=FACETS, remix=True, rule="two"))
        return Spoilt([gone, again])

    return spoil


def _declined(target: Target) -> Spoilt:
    film = digest_of(target.generation)
    return Spoilt([(target.generation, generation.DraftDeclined(cameo=target.cameo, film_sha256=film, reason="t"))])


def _taken_down(target: Target) -> Spoilt:
    return Spoilt([(target.generation, generation.GenerationTakenDown(codes=("t",), cause="t"))])


def _removed(target: Target) -> Spoilt:
    return Spoilt([(target.generation, generation.GenerationRemoved(cameo=target.cameo, reason="t"))])


def _source_gone(target: Target) -> Spoilt | None:
    source = target.asked["remix_of"]
    if source is None:
        return None
    down = generation.GenerationTakenDown(codes=("t",), cause="t")
    gone = generation.GenerationRemoved(cameo=target.cameo, reason="t")
    return Spoilt([(source, target.scene.chance.choice((down, gone)))])


Spoiler = Callable[[Target], Spoilt | None]
NOW, RENDERED, SERVED = ("asked",), ("asked", "started"), ("released",)
"""The states of a film in which the requirement is asked and can be what is missing."""
SPOILERS: dict[str, tuple[tuple[str, ...], Spoiler]] = {
    "switch.render": (RENDERED, _turned("render")),
    "switch.engine": (RENDERED, lambda target: _turned("engine/" + target.asked["engine"])(target)),
    "switch.region": (RENDERED, _of_region),
    "bundle.superseded": (("asked", "started", "released"), _bundle),
    "plan.required": (NOW, _unplanned),
    "quota.exhausted": (NOW, _unquoted),
    "invitation.required": (NOW, _uninvited),
    "requester.suspended": (RENDERED, lambda target: _standings(target.requester, "suspended")),
    "requester.limited": (NOW, lambda target: None if target.own else _standings(target.requester, "limited")),
    "owner.suspended": (RENDERED, lambda target: None if target.own else _standings(target.owner, "suspended")),
    "app.suspended": (RENDERED, _app),
    "relationship.blocked": (RENDERED, _blocked),
    "consent.paused": (RENDERED, _paused),
    "consent.required": (NOW, _required),
    "consent.expired": (NOW, _expired),
    "purpose.not_permitted": (NOW, lambda target: target.instead(purposes=_but(PURPOSES, target.asked["purpose"]))),
    "facet.not_permitted": (NOW, lambda target: target.instead(facets=_but(FACETS, *target.facets))),
    "app.not_permitted": (NOW, lambda target: _ruled(target, apps=_but(tuple(target.scene.cast.apps), target.asked["app"]))),
    "region.not_permitted": (NOW, lambda target: _ruled(target, regions=("FR",))),
    "remix.not_permitted": (NOW, lambda target: None if target.asked["remix_of"] is None else target.instead(remix=False)),
    "uses.exhausted": (NOW, lambda target: target.instead(uses=0)),
    "minutes.exhausted": (NOW, lambda target: target.instead(duration_ms=target.asked["duration_ms"] - 1)),
    "verdict.missing": (RENDERED, _restricted_since),
    "content.blocked": (RENDERED, _judged_as("allowed", ("minors",))),
    "content.restricted": (RENDERED, _judged_as("refused")),
    "review.required": (("started",), _judged_as("uncertain")),
    "obligation.unsupported": (RENDERED, _unsupported),
    "consent.stopped": (("started",), _after_start("stop")),
    "consent.taken_down": (SERVED, _after_start("take_down")),
    "review.declined": (("started",), _declined),
    "film.unreleased": (SERVED, lambda _: Spoilt(film="f" * 64)),
    "generation.taken_down": (SERVED, _taken_down),
    "generation.removed": (("started", "released"), _removed),
    "remix.source_gone": (RENDERED, _source_gone),
}
"""By the code that they aim at."""
