"""Commands of consent: audience, grants, revocations, restrictions, preferences. The owner alone gives them.

Narrowing expects no revision, so nobody's append can make it wait. Withdrawing and revoking also need no look-up of
ownership, for the caller's cameo follows from the caller's account, and no keyholder; a rule's own words are sealed, so
setting one needs an active cameo and the keyholder.
"""

from __future__ import annotations

from schemas.cameo import Facet
from schemas.consent import (
    Audience,
    AudienceSet,
    ConsentRevoked,
    GrantGiven,
    GrantWithdrawn,
    PreferenceSet,
    Purpose,
    RestrictionSet,
    Strength,
)
from schemas.ids import cameo_of
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.desk import Caller, Desk
from serving.judge.lexicon import categories_of


def set_audience(desk: Desk, caller: Caller, audience: Audience, purposes: tuple[Purpose, ...], facets: tuple[Facet, ...]) -> None:
    """Say who may use the caller's cameo without a grant of their own."""
    cameo = _own_cameo(desk, caller)
    desk.append(caller, [desk.event(cameo, AudienceSet(audience=audience, purposes=purposes, facets=facets))])


def give_grant(
    desk: Desk,
    caller: Caller,
    *,
    grantee: str,
    purposes: tuple[Purpose, ...],
    facets: tuple[Facet, ...],
    from_us: int | None,
    until_us: int | None,
    uses: int | None,
    review: bool,
    note: str,
) -> str:
    """Give a grant to an account or app and return its id."""
    cameo = _own_cameo(desk, caller)
    if until_us is not None and from_us is not None and until_us <= from_us:
        raise InvalidError("grant.window", "the grant would end before it begins", "choose a later end")
    if uses is not None and uses < 1:
        raise InvalidError("grant.uses", "a grant has at least one use", "leave `uses` out for no limit")
    if grantee == caller.account:
        raise InvalidError("grant.self", "you need no grant for your own cameo", "name another account")
    with desk.store.snapshot() as facts:
        desk.existing(facts, grantee, "account" if grantee.startswith("account-") else "app")
        now_us = facts.now_us()
    if until_us is not None and until_us <= now_us:
        raise InvalidError("grant.window", "the grant would have ended already", "choose a later end")
    grant = desk.id_for(caller, "grant")
    event = GrantGiven(
        grant=grant, grantee=grantee, purposes=purposes, facets=facets,
        from_us=from_us, until_us=until_us, uses=uses, review=review,
    )  # fmt: skip
    desk.append(caller, [desk.event(cameo, event, sealed_for=caller.account, fields={"note": note})])
    return grant


def withdraw_grant(desk: Desk, caller: Caller, grant: str, strength: Strength) -> None:
    """Withdraw one grant. Narrowing: never answers that the stream moved."""
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        found = [key for key, _ in facts.scan(cameo, "grant/") if key.rpartition("/")[2] == grant]
    if not found:
        raise NotFoundError("grant.unknown", f"you gave no grant {grant}", "list your grants")
    grantee = found[0].split("/")[1]
    desk.append(caller, [desk.event(cameo, GrantWithdrawn(grant=grant, grantee=grantee, strength=strength))])


def revoke(desk: Desk, caller: Caller, account: str | None, strength: Strength) -> int:
    """Withdraw everything given so far, from everyone or one account. Returns the ledger position."""
    cameo = cameo_of(caller.account)
    written = desk.append(caller, [desk.event(cameo, ConsentRevoked(account=account, strength=strength))])
    return written[0].position


def restrict(desk: Desk, caller: Caller, text: str) -> tuple[str, tuple[str, ...]]:
    """Set a rule in the owner's own words; returns its id and the categories it was understood to mean.

    A rule that is not understood restricts all the same: the judge finds such plans uncertain.
    """
    cameo = _own_cameo(desk, caller)
    words = _personal(text)
    restriction = desk.id_for(caller, "restriction")
    categories = categories_of(words)
    event = RestrictionSet(restriction=restriction, categories=categories, active=True)
    desk.append(caller, [desk.event(cameo, event, sealed_for=caller.account, fields={"text": words})])
    return restriction, categories


def lift_restriction(desk: Desk, caller: Caller, restriction: str) -> None:
    """Remove a rule."""
    cameo = _own_cameo(desk, caller)
    if desk.snapshot_fact(cameo, f"restriction/{restriction}") is None:
        raise NotFoundError("restriction.unknown", f"you set no rule {restriction}", "list your rules")
    desk.append(caller, [desk.event(cameo, RestrictionSet(restriction=restriction, categories=(), active=False))])


def prefer(desk: Desk, caller: Caller, text: str, obligation: str, *, optional: bool) -> str:
    """Set something that is always applied; returns its id."""
    cameo = _own_cameo(desk, caller)
    preference = desk.id_for(caller, "preference")
    event = PreferenceSet(preference=preference, obligation=obligation, optional=optional, active=True)
    desk.append(caller, [desk.event(cameo, event, sealed_for=caller.account, fields={"text": _personal(text)})])
    return preference


def drop_preference(desk: Desk, caller: Caller, preference: str) -> None:
    """Remove a preference."""
    cameo = _own_cameo(desk, caller)
    fact = desk.snapshot_fact(cameo, f"preference/{preference}")
    if fact is None:
        raise NotFoundError("preference.unknown", f"you set no preference {preference}", "list your preferences")
    event = PreferenceSet(preference=preference, obligation=fact.value["obligation"], optional=fact.value["optional"], active=False)
    desk.append(caller, [desk.event(cameo, event)])


def _own_cameo(desk: Desk, caller: Caller) -> str:
    cameo = cameo_of(caller.account)
    status = desk.snapshot_fact(cameo, "status")
    if status is None or status.value["status"] != "active":
        raise ConflictError("cameo.inactive", "you have no active cameo", "enrol first: cameo enrol start")
    return cameo


def _personal(text: str) -> str:
    words = " ".join(text.split())
    if not 1 <= len(words) <= 500:
        raise InvalidError("text.length", "1 to 500 characters are read", "say it shorter")
    return words
