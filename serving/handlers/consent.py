"""Commands of consent: audiences, revocations, pauses, restrictions, preferences. Grants, groups and requests have modules of their own.

Who may give each, and whether it widens or narrows, is in serving.core.commands. Withdrawing and revoking of one's own
need no look-up of ownership, for the caller's cameo follows from the caller's account, and no keyholder; a rule's own words
are sealed, so setting one needs an active cameo and the keyholder.
"""

from __future__ import annotations

import re

from policy.ports import FactReader
from schemas.cameo import Facet
from schemas.consent import (
    AudienceSet,
    ConsentPaused,
    ConsentResumed,
    ConsentRevoked,
    PreferenceSet,
    Purpose,
    RestrictionSet,
    Strength,
)
from schemas.ids import is_stream
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.authority import Authority, Check, carry_out
from serving.handlers.desk import Caller, Desk
from serving.judge.lexicon import categories_of
from streams.core.seeming import status_seen

CLOSED = frozenset({"only_me", "approved"})
"""Audiences that let nobody in without a grant."""
RULES = 64
"""Audience rules of a cameo, as many as the policy reads at every decision. A house rule, unmeasured."""
RESTRICTIONS = 200
"""Rules in an owner's own words, and as many preferences: the judge reads each for every plan. A house rule, unmeasured."""
_RULE = re.compile(r"^[a-z0-9][a-z0-9_.\-]{0,39}$")


def set_audience(desk: Desk, caller: Caller, rule: AudienceSet) -> None:
    """Set one rule of who may use the cameo without a grant of their own; a rule of the same name is replaced."""
    if rule.rule and not _RULE.fullmatch(rule.rule):
        raise InvalidError("audience.rule", f"no name for a rule: {rule.rule!r}", "1 to 40 of a-z, 0-9, dot, dash, underscore")

    def fits(facts: FactReader, authority: Authority) -> None:
        for app in rule.apps or ():
            if not is_stream("app", app):
                raise NotFoundError("app.unknown", f"{app!r} is no app's id", "ask the app for its id")
            desk.existing(facts, app, "app")
        there = [key for key, _ in facts.scan(authority.cameo, "audience/")]
        if len(there) >= RULES and f"audience/{rule.rule}" not in there:
            raise ConflictError("audience.too_many", f"a cameo has at most {RULES} rules", "remove one: cameo audience remove")

    name = "audience/close" if rule.audience in CLOSED else "audience/open"
    carry_out(desk, caller, name, lambda a: [desk.event(a.cameo, rule)], check=fits if rule.rule or name == "audience/open" else None)


def remove_audience(desk: Desk, caller: Caller, rule: str) -> None:
    """Remove one rule; may be said twice."""
    if rule and not _RULE.fullmatch(rule):
        raise NotFoundError("audience.unknown", f"you set no rule {rule!r}", "list them: cameo audience list")
    event = AudienceSet(rule=rule, audience="only_me", purposes=(), facets=(), active=False)
    carry_out(desk, caller, "audience/close", lambda a: [desk.event(a.cameo, event)])


def revoke(
    desk: Desk,
    caller: Caller,
    strength: Strength,
    *,
    account: str | None = None,
    purpose: Purpose | None = None,
    facet: Facet | None = None,
) -> int:
    """Withdraw everything given so far: from everyone, or of one account, app, group, purpose or facet. Returns the position."""
    if sum(scope is not None for scope in (account, purpose, facet)) > 1:
        raise InvalidError("revocation.scope", "one scope at a time: whom, a purpose, or a facet", "revoke once for each")
    event = ConsentRevoked(account=account, strength=strength, purpose=purpose, facet=facet)
    return carry_out(desk, caller, "consent/revoke", lambda a: [desk.event(a.cameo, event)])[0].position


def pause(desk: Desk, caller: Caller) -> None:
    """Let nothing of the cameo start or be released, whoever asks; what was given stays given."""
    carry_out(desk, caller, "consent/pause", lambda a: [desk.event(a.cameo, ConsentPaused())])


def resume(desk: Desk, caller: Caller) -> None:
    """End the pause; without one, nothing is written."""
    paused: list[bool] = []

    def look(facts: FactReader, authority: Authority) -> None:
        paused[:] = [facts.get(authority.cameo, "paused") is not None]

    carry_out(
        desk, caller, "consent/resume", lambda a: [desk.event(a.cameo, ConsentResumed())] if paused[0] else [], check=look, opens=False
    )


def restrict(desk: Desk, caller: Caller, text: str) -> tuple[str, tuple[str, ...]]:
    """Set a rule in the owner's own words; returns its id and the categories it was understood to mean.

    A rule that is not understood restricts all the same: the judge finds such plans uncertain.
    """
    words = personal(text)
    restriction = desk.id_for(caller, "restriction")
    categories = categories_of(words)
    event = RestrictionSet(restriction=restriction, categories=categories, active=True)
    carry_out(
        desk, caller, "rule/set",
        lambda a: [desk.event(a.cameo, event, sealed_for=a.subject, fields={"text": words})], check=_room(desk, restriction, "restriction"),
    )  # fmt: skip
    return restriction, categories


def lift_restriction(desk: Desk, caller: Caller, restriction: str) -> None:
    """Remove a rule."""

    def there(facts: FactReader, authority: Authority) -> None:
        if facts.get(authority.cameo, f"restriction/{restriction}") is None:
            raise NotFoundError("restriction.unknown", f"you set no rule {restriction}", "list your rules")

    event = RestrictionSet(restriction=restriction, categories=(), active=False)
    carry_out(desk, caller, "rule/lift", lambda a: [desk.event(a.cameo, event)], check=there, opens=False)


def prefer(desk: Desk, caller: Caller, text: str, obligation: str, *, optional: bool) -> str:
    """Set something that is always applied; returns its id."""
    words = personal(text)
    preference = desk.id_for(caller, "preference")
    event = PreferenceSet(preference=preference, obligation=obligation, optional=optional, active=True)
    carry_out(
        desk, caller, "preference/set",
        lambda a: [desk.event(a.cameo, event, sealed_for=a.subject, fields={"text": words})], check=_room(desk, preference, "preference"),
    )  # fmt: skip
    return preference


def drop_preference(desk: Desk, caller: Caller, preference: str) -> None:
    """Remove a preference."""
    found: list[PreferenceSet] = []

    def there(facts: FactReader, authority: Authority) -> None:
        fact = facts.get(authority.cameo, f"preference/{preference}")
        if fact is None:
            raise NotFoundError("preference.unknown", f"you set no preference {preference}", "list your preferences")
        found[:] = [PreferenceSet(preference=preference, active=False, **fact.value)]

    carry_out(desk, caller, "preference/drop", lambda a: [desk.event(a.cameo, found[0])], check=there, opens=False)


def _room(desk: Desk, name: str, kind: str) -> Check:
    """Look whether one more fits: an active cameo, and not too many."""

    def fits(facts: FactReader, authority: Authority) -> None:
        status = status_seen(authority.cameo, facts, desk.store.read)
        if status is None or status["status"] != "active":
            raise ConflictError("cameo.inactive", "there is no active cameo", "enrol first: cameo enrol start")
        there = [key for key, _ in facts.scan(authority.cameo, f"{kind}/")]
        if len(there) >= RESTRICTIONS and f"{kind}/{name}" not in there:
            raise ConflictError(f"{kind}.too_many", f"a cameo has at most {RESTRICTIONS} of them", "lift one that you no longer need")

    return fits


def personal(text: str) -> str:
    """Fold the spaces of somebody's own words; raises InvalidError where they are none, or more than 500 characters."""
    words = " ".join(text.split())
    if not 1 <= len(words) <= 500:
        raise InvalidError("text.length", "1 to 500 characters are read", "say it shorter")
    return words
