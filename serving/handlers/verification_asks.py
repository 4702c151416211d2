"""Commands of re-verification, of who asks: ask an owner, list what one is asked, decline, tell what came of it.

The party learns `waiting`, `passed` (with an assertion) or `lapsed`: never that an answer failed or was declined, nor whether there
is a cameo, nor by how many questions it may still put.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from schemas.cameo import Level
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.core.assertion import Passed, sign
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.desk import Caller, Desk
from serving.handlers.verifications import UNKNOWN, mine, passed
from serving.verification_ports import Ask, VerificationBook
from streams.core.assured import SANDBOX, assurance_of
from streams.core.seeming import as_shown

OPEN: Final = 3
"""Asks of one party to one owner that wait. A house rule."""
LIVES: Final = timedelta(hours=24)
State = Literal["waiting", "passed", "lapsed"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a party is told of its ask."""

    state: State
    assertion: str | None = None


def ask(desk: Desk, book: VerificationBook, caller: Caller, owner: str, audience: str, nonce: str, level: Level) -> Ask:
    """Ask an owner; whether they have a cameo, or block who asks, changes nothing of the answer."""
    if owner == caller.account:
        raise InvalidError("verification.self", "you need not ask yourself", "prove yourself: cameo verification prove")
    with desk.store.snapshot() as facts:
        asked_at = datetime.fromtimestamp(facts.now_us() / 1e6, UTC)  # by the ledger's clock: its answer is looked for after it
    until = datetime.now(UTC) + LIVES
    wish = Ask(desk.id_for(caller, "ask"), caller.account, caller.app, owner, audience, nonce, level, asked_at, until)
    kept = book.add_ask(wish, OPEN)
    if kept is None:
        raise ConflictError("verification.too_many", f"{OPEN} of your questions to them are open", "wait for an answer")
    return kept


def asked(desk: Desk, book: VerificationBook, caller: Caller, limit: int) -> list[Ask]:
    """List what the caller is asked, newest first, without what passed and without those of people they block."""
    found = book.asks_to(caller.account, limit)
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        history = as_shown(facts, desk.store.read(cameo)) if any(one.verification for one in found) else list[Envelope]()
        return [one for one in found if facts.get(caller.account, f"blocks/{one.party}") is None and passed(history, one) is None]


def decline(book: VerificationBook, caller: Caller, ask_id: str) -> None:
    """Do not answer; who asked is not told."""
    book.decline(mine(book, caller, ask_id).ask)


def told(desk: Desk, book: VerificationBook, caller: Caller, ask_id: str, seed: bytes, tenant: str) -> Told:
    """Tell a party what came of its ask."""
    wish = book.ask_of(ask_id)
    if wish is None or wish.party != caller.account or wish.app != caller.app:
        raise NotFoundError(*UNKNOWN)
    cameo = cameo_of(wish.owner)
    history: Sequence[Envelope] = () if wish.verification is None else desk.store.read(cameo)
    answer = passed(history, wish)
    if answer is not None:
        worth = assurance_of([one for one in history if one.revision < answer.revision]) or SANDBOX
        said = Passed(
            answer.data["verification"], cameo, wish.audience, wish.nonce, answer.data["level"], answer.time_us // 1_000_000, worth
        )  # fmt: skip
        book.close(wish.ask)
        return Told("passed", sign(seed, tenant, said))
    return Told("waiting" if datetime.now(UTC) < wish.expires_at else "lapsed")
