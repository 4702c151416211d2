"""Commands of access requests: ask an owner for a grant, take it back; the owner approves, changes, refuses, ignores.

Somebody whom the owner blocks is answered like anybody, and the owner is shown nothing: the request is kept in the book of
requests alone, not in the ledger. How long an answer takes is made alike by the route (serving.api.routes.requests).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

import msgspec

from policy.ports import FactReader
from schemas.cameo import Facet
from schemas.consent import AccessAnswered, AccessRequested, Purpose
from schemas.ids import cameo_of
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.authority import Authority, carry_out
from serving.handlers.desk import Caller, Desk
from serving.handlers.grants import Terms, require_grantee
from serving.ports import RequestBook, SentRequest
from streams.core.seeming import status_seen
from streams.errors import IdempotencyError
from streams.ports import NewEvent

OPEN = 5
"""Unanswered requests of one requester to one cameo. A house rule."""
ANSWERED = frozenset({"approved", "changed", "refused"})
UNKNOWN = ("request.unknown", "there is no such open request", "list them: cameo request list")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for."""

    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]
    from_us: int | None
    until_us: int | None
    uses: int | None
    duration_ms: int | None


def ask(desk: Desk, book: RequestBook, caller: Caller, owner: str, wish: Wish, message: str) -> str:
    """Ask an owner for a grant, and return the request's id. The message is sealed for who asks."""
    cameo = cameo_of(owner)
    if owner == caller.account:
        raise InvalidError("grant.self", "you need no grant for your own cameo", "name another account")
    blocked = _blocked(desk, caller, owner, wish)
    asked = {"cameo": cameo, "message": message, **asdict(wish)}
    sent = SentRequest(
        request=desk.id_for(caller, "request"), requester=caller.account, cameo=cameo, digest=desk.request_digest(asked),
        event_id=desk.entropy(16).hex(), asked_at=datetime.now(UTC),
    )  # fmt: skip
    kept = book.add_request(sent, OPEN)
    if kept is None:
        raise ConflictError("request.too_many", f"{OPEN} of your requests to them are unanswered", "withdraw one, or wait")
    if kept.digest != sent.digest:
        raise IdempotencyError
    event = AccessRequested(request=kept.request, requester=caller.account, **asdict(wish))
    prepared = desk.event(cameo, event, sealed_for=caller.account, fields={"message": message}, event_id=kept.event_id)
    if not blocked:
        desk.append(caller, [prepared], request=asked, quietly=True)
    return kept.request


def withdraw(desk: Desk, book: RequestBook, caller: Caller, request: str) -> None:
    """Take a request back, as who asked. May be said twice."""
    kept = book.request_of(request)
    if kept is None or kept.requester != caller.account:
        raise NotFoundError(*UNKNOWN)
    if kept.state in ANSWERED:
        raise ConflictError("request.answered", f"it was answered: {kept.state}", "there is nothing to take back")
    if desk.snapshot_fact(kept.cameo, f"asked/{caller.account}/{request}") is not None:
        event = AccessAnswered(request=request, requester=caller.account, answer="withdrawn", grant=None)
        desk.append(caller, [desk.event(kept.cameo, event)], quietly=True)
    book.answer_request(request, "withdrawn")


def refuse(desk: Desk, book: RequestBook, caller: Caller, request: str, answer: Literal["refused", "ignored"]) -> None:
    """Refuse a request, or ignore it: who asked then hears nothing. May be said twice."""
    _answer(desk, book, caller, request, answer, None, "")


def approve(desk: Desk, book: RequestBook, caller: Caller, request: str, changed: Terms | None, note: str) -> str:
    """Give the grant that was asked for, or on `changed` terms; returns its id, the same however often it is approved."""
    return _answer(desk, book, caller, request, "approved" if changed is None else "changed", changed, note) or ""


def _answer(
    desk: Desk,
    book: RequestBook,
    caller: Caller,
    request: str,
    answer: Literal["approved", "changed", "refused", "ignored"],
    changed: Terms | None,
    note: str,
) -> str | None:
    gives = answer in ("approved", "changed")
    grant = hashlib.sha256(f"cameo/grant/{request}".encode()).hexdigest()[:32] if gives else None
    found: list[tuple[str, Terms]] = []

    def there(facts: FactReader, authority: Authority) -> None:
        found[:] = _open(facts, authority.cameo, request)
        if found and gives:
            requester, terms = found[0][0], changed or found[0][1]
            terms.require_sense(facts.now_us())
            require_grantee(desk, facts, authority, requester)

    def events(authority: Authority) -> list[NewEvent]:
        if not found:
            return []
        requester, asked = found[0]
        answered = AccessAnswered(request=request, requester=requester, answer=answer, grant=grant)
        told = [desk.event(authority.cameo, answered)]
        if grant is None:
            return told
        given = (changed or asked).given(grant, requester)
        return [desk.event(authority.cameo, given, sealed_for=authority.subject, fields={"note": note}), *told]

    command = {"approved": "request/approve", "changed": "request/change"}.get(answer, "request/refuse")
    carry_out(desk, caller, command, events, check=there)
    if not found:
        return _again(book, cameo_of(caller.subject), request, answer)
    if book.request_of(request) is not None:
        book.answer_request(request, answer, grant)
    return grant


def _again(book: RequestBook, cameo: str, request: str, answer: str) -> str | None:
    """Answer a retry as it was answered; raises NotFoundError or ConflictError."""
    kept = book.request_of(request)
    if kept is None or kept.cameo != cameo or kept.state in ("open", "withdrawn"):
        raise NotFoundError(*UNKNOWN)
    if kept.state != answer:
        raise ConflictError("request.answered", f"you answered it: {kept.state}", "give or withdraw a grant: cameo grant")
    return kept.grant


def _open(facts: FactReader, cameo: str, request: str) -> list[tuple[str, Terms]]:
    for key, fact in facts.scan(cameo, "asked/"):
        _, requester, name = key.split("/")
        if name == request:
            return [(requester, msgspec.convert(fact.value, Terms))]
    return []


def _blocked(desk: Desk, caller: Caller, owner: str, wish: Wish) -> bool:
    """Tell whether the owner blocks who asks; raises CommandError for what may be told."""
    with desk.store.snapshot() as facts:
        desk.existing(facts, owner, "account")
        Terms(**asdict(wish)).require_sense(facts.now_us())
        status = status_seen(cameo_of(owner), facts, desk.store.read)
        if status is None or status["status"] != "active":
            raise NotFoundError("cameo.unknown", "they have no cameo", "check the handle")
        if facts.get(caller.account, f"blocks/{owner}") is not None:
            raise ConflictError("account.blocked", "you block them", "lift the block first: cameo account unblock")
        return facts.get(owner, f"blocks/{caller.account}") is not None
