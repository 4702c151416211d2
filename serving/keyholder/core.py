"""Owns which attempt may still do what, and which refusals end a generation. Pure; consent is policy's, not judged here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from policy.ports import FactReader
from schemas.generation import AssetRef, DraftReleased, GenerationReleased, GenerationStarted, UseRef

TRANSIENT = frozenset(
    {
        "bundle.superseded",
        "clock.astray",
        "consent.contended",
        "ledger.behind",
        "ledger.unavailable",
        "policy.unavailable",
        "verdict.missing",
    }
)
"""Codes that speak of the platform's state, not of anybody's consent: they refuse an attempt, never the generation."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """The attempt that was leased last."""

    attempt: int
    replica: str
    lease_until_us: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a generation stands, as far as its attempts are concerned; from the facts of one snapshot."""

    generation: str
    revision: int
    now_us: int
    engine: str | None
    """None: no such generation was requested."""
    plan_digest: str | None
    lease: Lease | None
    lost: int
    """The newest attempt that was lost; 0: none."""
    started: GenerationStarted | None
    draft: DraftReleased | None
    released: GenerationReleased | None
    ended: str | None
    taken_down: bool
    """Or removed by one of its subjects."""

    @property
    def reserved(self) -> tuple[UseRef, ...]:
        """The uses that an end of this generation returns or consumes."""
        return () if self.started is None else self.started.uses


def standing_of(reader: FactReader, generation: str) -> Standing:
    """Read where a generation stands."""

    def value(key: str) -> dict[str, Any] | None:
        fact = reader.get(generation, key)
        return None if fact is None else fact.value

    head, request, ended, lost = reader.head(generation), value("request"), value("ended"), value("lost")
    return Standing(
        generation=generation,
        revision=0 if head is None else head.revision,
        now_us=reader.now_us(),
        engine=None if request is None else request["engine"],
        plan_digest=None if request is None else request["plan_digest"],
        lease=msgspec.convert(value("attempt"), Lease | None),
        lost=0 if lost is None else lost["attempt"],
        started=msgspec.convert(value("started"), GenerationStarted | None),
        draft=msgspec.convert(value("draft"), DraftReleased | None),
        released=msgspec.convert(value("released"), GenerationReleased | None),
        ended=None if ended is None else ended["as"],
        taken_down=value("taken_down") is not None or bool(reader.scan(generation, "removed/")),
    )


def attempt_refusal(now: Standing, attempt: int) -> str | None:
    """Tell why an attempt may do nothing any more; None when it is the current one and its lease runs."""
    if now.engine is None:
        return "generation.unknown"
    if now.ended is not None:
        return "generation.ended"
    if now.lease is None or now.lease.attempt != attempt or now.lost >= attempt:
        return "attempt.superseded"
    if now.now_us >= now.lease.lease_until_us:
        return "attempt.lease_expired"
    return None


def open_refusal(now: Standing, attempt: int, public_key: str, engine: str) -> str | None:
    """Tell why an attempt may not be opened for this public key; None when it may."""
    refusal = attempt_refusal(now, attempt)
    if refusal is not None:
        return refusal
    if engine != now.engine:
        return "engine.mismatch"
    if now.draft is not None and now.draft.attempt == attempt:
        return "attempt.already_released"
    if now.started is not None and now.started.attempt == attempt and now.started.public_key != public_key:
        return "attempt.key_bound"
    return None


def release_refusal(now: Standing, attempt: int) -> str | None:
    """Tell why an attempt may not release; None when it was started and is the current one."""
    refusal = attempt_refusal(now, attempt)
    if refusal is not None:
        return refusal
    if now.started is None or now.started.attempt != attempt:
        return "attempt.not_started"
    if now.draft is not None and now.draft.attempt == attempt:
        return "attempt.already_released"
    return None


def draft_refusal(now: Standing) -> str | None:
    """Tell why a draft may not be shown or released; None when there is one that waits. Its lease has done its work."""
    if now.engine is None:
        return "generation.unknown"
    if now.ended is not None:
        return "generation.ended"
    if now.draft is None or now.started is None or now.started.attempt != now.draft.attempt:
        return "draft.missing"
    return None


def started_for(now: Standing, attempt: int, public_key: str) -> GenerationStarted | None:
    """Find the start that a repeated call asks for again."""
    started = now.started
    if started is None or started.attempt != attempt or started.public_key != public_key:
        return None
    return started


def moved(reader: FactReader, holding: Mapping[str, int]) -> bool:
    """Tell whether anything that was held stands elsewhere now."""
    for stream, held in holding.items():
        head = reader.head(stream)
        if (0 if head is None else head.consent_revision) != held:
            return True
    return False


def uses_of_basis(basis: Mapping[str, str], reserved: Iterable[UseRef] = (), quota: UseRef | None = None) -> tuple[UseRef, ...]:
    """List the grants that permit, unlimited ones too: the record tells by which grant, the counter how often.

    `reserved`: what an earlier start of the same generation has reserved; it stays listed, or nothing would return it.
    `quota`: the requester's own allowance, where plans are asked for; one generation takes one month's, also where its
    second attempt begins in the next.
    """
    named = {(cameo, grant) for cameo, grant in basis.items() if grant != "owner" and not grant.startswith("audience/")}
    named.update((use.cameo, use.grant) for use in reserved)
    if quota is not None and all(use.cameo != quota.cameo for use in reserved):
        named.add((quota.cameo, quota.grant))
    return tuple(UseRef(cameo=cameo, grant=grant) for cameo, grant in sorted(named))


def quota_of(asked: Mapping[str, Any]) -> UseRef | None:
    """Find the requester's quota in a policy input; None where plans are not asked for."""
    plan = asked["requester"].get("plan")
    if plan is None or not asked["switches"].get("plans", False):
        return None
    return UseRef(cameo=asked["requester"]["account"], grant=plan["quota"])


def assets_of(reader: FactReader, cameos: Iterable[tuple[str, Iterable[str]]]) -> tuple[AssetRef, ...] | None:
    """List the newest asset of every facet asked for; None when one is missing."""
    found: list[AssetRef] = []
    for cameo, facets in cameos:
        for facet in facets:
            fact = reader.get(cameo, f"asset/{facet}")
            if fact is None:
                return None
            found.append(msgspec.convert(fact.value | {"cameo": cameo, "facet": facet}, AssetRef))
    return tuple(found)


def ends_generation(codes: Iterable[str]) -> bool:
    """Tell whether a refusal with these codes is about consent, and so ends the generation."""
    return not all(code in TRANSIENT for code in codes)


def may_view(viewer: str, requester: str, owners: Iterable[str]) -> bool:
    """Tell whether an account may see a released film: whoever asked for it, and whoever is in it."""
    return viewer == requester or viewer in set(owners)
