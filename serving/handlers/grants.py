"""Commands of grants: give, withdraw, pass on, take back what was passed on. Requests for them have a module of their own."""

from __future__ import annotations

from dataclasses import dataclass

from policy.ports import FactReader
from schemas.cameo import Facet
from schemas.consent import GrantGiven, GrantPassedOn, GrantWithdrawn, PassOnEnded, Purpose, Strength
from schemas.ids import cameo_of
from serving.core.scopes import grantee_of, kind_of_grantee
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.authority import Authority, carry_out
from serving.handlers.desk import Caller, Desk
from streams.ports import NewEvent

PASSES = 50
"""People to whom one grant is passed on at once. A house rule, unmeasured."""
STANDING = 64
"""Grants to one grantee that stand at once: each is read at every decision about them. A house rule, unmeasured."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a grant permits."""

    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    from_us: int | None = None
    until_us: int | None = None
    uses: int | None = None
    duration_ms: int | None = None
    """Length of film in all."""
    review: bool = False
    pass_on: bool = False
    remix: bool = False
    price_minor: int | None = None
    price_currency: str | None = None

    def given(self, grant: str, grantee: str) -> GrantGiven:
        """Make the event of a grant on these terms."""
        return GrantGiven(
            grant=grant, grantee=grantee, purposes=self.purposes, facets=self.facets, from_us=self.from_us, until_us=self.until_us,
            uses=self.uses, review=self.review, duration_ms=self.duration_ms, pass_on=self.pass_on, remix=self.remix,
            price_minor=self.price_minor, price_currency=self.price_currency,
        )  # fmt: skip

    def require_sense(self, now_us: int | None = None) -> None:
        """Raise InvalidError where nobody could ever use them."""
        if self.until_us is not None and self.from_us is not None and self.until_us <= self.from_us:
            raise InvalidError("grant.window", "the grant would end before it begins", "choose a later end")
        if now_us is not None and self.until_us is not None and self.until_us <= now_us:
            raise InvalidError("grant.window", "the grant would have ended already", "choose a later end")
        if self.uses is not None and self.uses < 1:
            raise InvalidError("grant.uses", "a grant has at least one use", "leave `uses` out for no limit")
        if self.duration_ms is not None and self.duration_ms < 1:
            raise InvalidError("grant.minutes", "a grant has some length", "leave `minutes` out for no limit")


def give_grant(desk: Desk, caller: Caller, grantee: str, terms: Terms, note: str) -> str:
    """Give a grant to an account, an app or a group of one's own, and return its id."""
    terms.require_sense()

    def fits(facts: FactReader, authority: Authority) -> None:
        terms.require_sense(facts.now_us())
        require_grantee(desk, facts, authority, grantee)

    grant = desk.id_for(caller, "grant")
    event = terms.given(grant, grantee)
    carry_out(
        desk, caller, "grant/give",
        lambda a: [desk.event(a.cameo, event, sealed_for=a.subject, fields={"note": note})], check=fits,
    )  # fmt: skip
    return grant


def require_grantee(desk: Desk, facts: FactReader, authority: Authority, grantee: str) -> None:
    """Raise CommandError where a grant cannot be given to this grantee."""
    if grantee == authority.subject:
        raise InvalidError("grant.self", "one needs no grant for one's own cameo", "name another account")
    kind = kind_of_grantee(grantee)
    if kind == "group":
        if facts.get(authority.cameo, f"group/{grantee}") is None:
            raise NotFoundError("group.unknown", f"there is no group {grantee}", "list them: cameo group list")
    else:
        desk.existing(facts, grantee, kind)
    given = {key.rpartition("/")[2] for key, _ in facts.scan(authority.cameo, f"grant/{grantee}/")}
    ended = {key.split("/")[2] for key, _ in facts.scan(authority.cameo, f"withdrawn/{grantee}/")}
    if len(given - ended) >= STANDING:
        raise ConflictError("grant.too_many", f"at most {STANDING} grants to one grantee stand at once", "withdraw one of them")


def withdraw_grant(desk: Desk, caller: Caller, grant: str, strength: Strength) -> None:
    """Withdraw one grant. Narrowing: never answers that the stream moved."""
    found: list[str] = []

    def there(facts: FactReader, authority: Authority) -> None:
        found[:] = [require_given(facts, authority.cameo, grant)]

    carry_out(
        desk, caller, "grant/withdraw",
        lambda a: [desk.event(a.cameo, GrantWithdrawn(grant=grant, grantee=found[0], strength=strength))], check=there,
    )  # fmt: skip


def require_given(facts: FactReader, cameo: str, grant: str) -> str:
    """Find to whom a grant was given; raises NotFoundError."""
    for key, _ in facts.scan(cameo, "grant/"):
        if key.rpartition("/")[2] == grant:
            return grantee_of(key)
    raise NotFoundError("grant.unknown", f"you gave no grant {grant}", "list your grants: cameo grant list")


def pass_on(desk: Desk, caller: Caller, owner: str, grant: str, to: str) -> None:
    """Let somebody else use a grant of the caller's that may be passed on, out of the same allowance. May be said twice."""
    cameo = cameo_of(owner)
    done: list[bool] = []
    if to in (caller.account, owner):
        raise InvalidError("grant.self", "they need no grant of yours", "name another account")

    def fits(facts: FactReader, authority: Authority) -> None:
        given = facts.get(cameo, f"grant/{authority.subject}/{grant}")
        if given is None:
            raise NotFoundError("grant.unknown", f"you were given no grant {grant}", "list them: cameo grant received")
        if not given.value["pass_on"]:
            raise ForbiddenError("grant.not_passable", "this grant may not be passed on", "ask its owner to let you")
        desk.existing(facts, to, "account")
        passed = [key for key, _ in facts.scan(cameo, "passed/") if key.endswith(f"/{grant}/{authority.subject}")]
        done[:] = [f"passed/{to}/{grant}/{authority.subject}" in passed]
        if len(passed) >= PASSES and not done[0]:
            raise ConflictError("grant.passed_too_often", f"a grant is passed on to at most {PASSES}", "take one back")

    carry_out(
        desk, caller, "grant/pass_on",
        lambda a: [] if done[0] else [desk.event(cameo, GrantPassedOn(grant=grant, by=a.subject, to=to))], check=fits, opens=False,
    )  # fmt: skip


def end_pass_on(desk: Desk, caller: Caller, owner: str, grant: str, to: str) -> None:
    """Take back what was passed on, as who passed it on or as the owner. May be said twice."""
    cameo = cameo_of(owner)
    by: list[str] = []

    def there(facts: FactReader, authority: Authority) -> None:
        passers = [key.rpartition("/")[2] for key, _ in facts.scan(cameo, f"passed/{to}/{grant}/")]
        by[:] = [one for one in passers if authority.subject in (owner, one)]

    def events(_: Authority) -> list[NewEvent]:
        return [desk.event(cameo, PassOnEnded(grant=grant, by=one, to=to)) for one in by]

    carry_out(desk, caller, "grant/pass_on_end", events, check=there)
