"""A small world to test in: people, cameos and requests, appended to a real ledger by the roles that may.

Does not start anything: see tests/keyholder_parts.py for a world with a keyholder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

from identity.keys.sealing import new_salt, plan_digest
from policy.core.opening import opening_events
from schemas import account, cameo, consent, generation, operation
from schemas.codec import event_of
from schemas.ids import SWITCH_STREAM, StreamKind, cameo_of, stream_id
from schemas.registry import Event
from serving.core.plan import canonical_bytes, plan_from_prompt
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, EventStore, NewEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.keys.wire import AssetSealedFields
    from schemas.envelope import Envelope, Sealed

ASSET = b"a likeness, as the keyholder sees it: bytes"
LEASE_US = 120_000_000
FACETS: tuple[cameo.Facet, ...] = ("face", "voice")


class Sealer(Protocol):
    """What a world needs of a keyholder."""

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]: ...

    def put_asset(self, cameo: str, owner: str, facet: cameo.Facet, asset: bytes) -> AssetSealedFields: ...


class World:
    """Appends what people do. Every method appends one or a few events and returns when they are durable.

    `sealer(role)` gives the keyholder as a role sees it; with None, fields stay unsealed and cameos have no assets.
    """

    def __init__(self, dsn: Callable[[str], str], sealer: Callable[[str], Sealer] | None, tenant: str = "main") -> None:
        """`dsn(role)`: conninfo of a database role."""
        self._dsn = dsn
        self._sealer = sealer
        self._tenant = tenant
        self._stores: dict[str, PostgresEventStore] = {}
        self._open = ExitStack()

    def close(self) -> None:
        """Close every connection."""
        self._open.close()
        self._stores.clear()

    def store(self, role: str) -> EventStore:
        """Give the ledger as a role; kept."""
        if role not in self._stores:
            self._stores[role] = self._open.enter_context(PostgresEventStore(self._dsn(role), self._tenant, max_connections=4))
        return self._stores[role]

    def append(
        self, role: str, stream: str, *events: Event, fields: Mapping[str, bytes] | None = None, sealed_for: str | None = None
    ) -> tuple[Envelope, ...]:
        """Append events to one stream as a role; `fields` are sealed beside the first, for an account."""
        ids = [f"event-{os.urandom(16).hex()}" for _ in events]
        sealed: Mapping[str, Sealed] = {}
        if fields and self._sealer is not None:
            sealed = self._sealer("api").seal(sealed_for or stream, stream, ids[0], fields)
        news = [NewEvent(stream, event, ids[at], sealed if at == 0 else {}) for at, event in enumerate(events)]
        outcome = self.store(role).append(Append(actor=role, events=news, correlation=stream))
        assert isinstance(outcome, Appended), outcome
        return outcome.envelopes

    def new(self, kind: StreamKind) -> str:
        """Name a new stream."""
        return stream_id(kind, os.urandom(16))

    def open_installation(self, bundle_sha256: str, engines: Sequence[str] = ("trivial", "portrait"), *, sandbox_use: bool = True) -> None:
        """Put the bundle in force, switch rendering and the engines on."""
        for stream, event in opening_events(bundle_sha256, engines, sandbox_use=sandbox_use):
            self.append("api", stream, event)

    # people

    def register(self, handle: str = "someone", *, region: str = "KR", minor: bool = False) -> str:
        """Register an account; gives it."""
        one = self.new("account")
        registered = account.AccountRegistered(region=region, locale="ko-KR", minor=minor)
        self.append("api", one, registered, fields={"handle": handle.encode()})
        return one

    def follow(self, who: str, whom: str) -> None:
        """Follow."""
        self.append("api", who, account.AccountFollowed(account=whom))

    def unfollow(self, who: str, whom: str) -> None:
        """Unfollow."""
        self.append("api", who, account.AccountUnfollowed(account=whom))

    def block(self, who: str, whom: str) -> None:
        """Block."""
        self.append("api", who, account.AccountBlocked(account=whom))

    def suspend(self, who: str) -> None:
        """Suspend an account."""
        self.append("api", who, account.AccountStandingChanged(standing="suspended", reason="test"))

    def switch(self, name: str, *, on: bool) -> None:
        """Throw a switch."""
        self.append("api", SWITCH_STREAM, operation.SwitchThrown(switch=name, on=on, reason="test"))

    # cameos

    def activate_cameo(
        self, owner: str, facets: Sequence[cameo.Facet] = FACETS, *, assurance: cameo.Profile = "basic", asset: bytes = ASSET
    ) -> str:
        """Activate the owner's own cameo, with one asset a facet; gives it. Nobody else may use it yet."""
        one, enrolment = cameo_of(owner), os.urandom(16).hex()
        started = cameo.EnrolmentStarted(
            enrolment=enrolment, owner=owner, profile=assurance, phrase=("one", "two"), movements=("left", "right", "up"),
            expires_at_us=time.time_ns() // 1000 + 120_000_000, consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        self.append("api", one, started)
        if self._sealer is not None:
            for facet in facets:
                self._sealer("worker").put_asset(one, owner, facet, asset)
        self.append("worker", one, cameo.EnrolmentActivated(enrolment=enrolment, assurance=assurance))
        only_me = consent.AudienceSet(audience="only_me", purposes=("personal",), facets=tuple(facets))
        self.append("api", one, only_me)
        return one

    def audience(self, one: str, audience: consent.Audience, purposes: Sequence[consent.Purpose] = ("personal",)) -> None:
        """Set who may use a cameo without a grant."""
        self.append("api", one, consent.AudienceSet(audience=audience, purposes=tuple(purposes), facets=FACETS))

    def grant(
        self, one: str, grantee: str, *, uses: int | None = None, until_us: int | None = None, from_us: int | None = None,
        review: bool = False, purposes: Sequence[consent.Purpose] = ("personal",), facets: Sequence[cameo.Facet] = FACETS,
    ) -> str:  # fmt: skip
        """Give a grant; gives its id."""
        grant = f"grant-{os.urandom(16).hex()}"
        given = consent.GrantGiven(
            grant=grant, grantee=grantee, purposes=tuple(purposes), facets=tuple(facets), from_us=from_us, until_us=until_us,
            uses=uses, review=review,
        )  # fmt: skip
        self.append("api", one, given)
        return grant

    def withdraw(self, one: str, grant: str, grantee: str, strength: consent.Strength = "stop") -> None:
        """Withdraw one grant."""
        self.append("api", one, consent.GrantWithdrawn(grant=grant, grantee=grantee, strength=strength))

    def revoke(self, one: str, strength: consent.Strength = "stop", who: str | None = None) -> tuple[Envelope, ...]:
        """Revoke everything, or what one account or app was given."""
        return self.append("api", one, consent.ConsentRevoked(account=who, strength=strength))

    def restrict(self, one: str, *categories: str) -> None:
        """Set a restriction."""
        name = f"restriction-{os.urandom(16).hex()}"
        self.append("api", one, consent.RestrictionSet(restriction=name, categories=categories, active=True))

    # generations

    def request(
        self, requester: str, *cameos: str, purpose: consent.Purpose = "personal", engine: str = "trivial",
        facets: Sequence[cameo.Facet] = FACETS, prompt: str = 'on a beach, saying "hello there"', mark: str = "@someone",
        duration_ms: int = 1000, fps: int = 24, remix_of: str | None = None,
    ) -> str:  # fmt: skip
        """Ask for a film; gives the generation."""
        one = self.new("generation")
        plan = canonical_bytes(plan_from_prompt(prompt, cameos[0], mark, duration_ms=duration_ms, fps=fps))
        salt = new_salt()
        requested = generation.GenerationRequested(
            requester=requester, cameos=tuple(generation.CameoUse(cameo=each, facets=tuple(facets)) for each in cameos),
            purpose=purpose, plan_digest=plan_digest(salt, plan), engine=engine, width_px=512, height_px=512,
            duration_ms=duration_ms, remix_of=remix_of,
        )  # fmt: skip
        fields = {"prompt": prompt.encode(), "plan": plan, "plan_salt": salt}
        self.append("api", one, requested, fields=fields, sealed_for=requester)
        return one

    def judge(self, one: str, finding: generation.Finding = "allowed", hard_blocks: Sequence[str] = ()) -> None:
        """Judge a request against the restrictions that stand now."""
        with self.store("judge").snapshot() as facts:
            request = facts.get(one, "request")
            assert request is not None
            ruled = {each["cameo"]: facts.get(each["cameo"], "restrictions") for each in request.value["cameos"]}
        verdicts = tuple(
            generation.Verdict(cameo=each, restrictions_revision=0 if fact is None else fact.revision, finding=finding, categories=())
            for each, fact in ruled.items()
        )
        judged = generation.GenerationJudged(
            plan_digest=request.value["plan_digest"], classifier="test/1", hard_blocks=tuple(hard_blocks), verdicts=verdicts
        )
        self.append("judge", one, judged)

    def lease(self, one: str, attempt: int = 1, lease_us: int = LEASE_US, replica: str = "replica-test") -> int:
        """Lease an attempt to a replica, from now on; gives its number."""
        with self.store("dispatcher").snapshot() as facts:
            until_us = facts.now_us() + lease_us
        self.append("dispatcher", one, generation.AttemptLeased(attempt=attempt, replica=replica, lease_until_us=until_us))
        return attempt

    def lose(self, one: str, attempt: int = 1, *, final: bool = False) -> None:
        """Record an attempt as lost."""
        lost = generation.AttemptLost(attempt=attempt, final=final, codes=("replica.lost",), uses=())
        self.append("dispatcher", one, lost)

    def cancel(self, one: str) -> None:
        """Take a request back."""
        self.append("api", one, generation.GenerationCancelled(uses=self._reserved(one)))

    def approve(self, one: str, each: str, film_sha256: str) -> None:
        """Approve a draft for one cameo."""
        self.append("api", one, generation.DraftApproved(cameo=each, film_sha256=film_sha256))

    def decline(self, one: str, each: str, film_sha256: str) -> None:
        """Decline a draft for one cameo."""
        self.append("api", one, generation.DraftDeclined(cameo=each, film_sha256=film_sha256, reason="test"))

    def ready(self, requester: str, *cameos: str, engine: str = "trivial", finding: generation.Finding = "allowed") -> str:
        """Ask, judge and lease the first attempt; gives the generation."""
        one = self.request(requester, *cameos, engine=engine)
        self.judge(one, finding)
        self.lease(one)
        return one

    # what is on record

    def events(self, stream: str) -> list[Event]:
        """Read a stream's events."""
        return [event_of(envelope) for envelope in self.store("auditor").read(stream)]

    def types(self, stream: str) -> list[str]:
        """List the wire names of a stream's events."""
        return [envelope.type for envelope in self.store("auditor").read(stream)]

    def uses_left(self, one: str, grant: str, limit: int) -> int:
        """Count the uses that a grant has left, as a stranger generation sees it."""
        with self.store("auditor").snapshot() as facts:
            return limit - facts.used(one, grant, "generation-" + "0" * 32).others

    def _reserved(self, one: str) -> tuple[generation.UseRef, ...]:
        with self.store("api").snapshot() as facts:
            started = facts.get(one, "started")
        return () if started is None else tuple(generation.UseRef(**use) for use in started.value["uses"])
