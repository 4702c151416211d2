"""Finds who may use a cameo and which cameos somebody may use, a page at a time. Decides no rule.

The ledger names who could come into question; everybody and everything that a page names was permitted by the policy,
on one reading of its facts. A token names the last candidate that was decided, so pages neither repeat nor leave out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from policy.core.supposing import STRANGER, Supposed, a_stranger
from policy.ports import FactReader
from schemas.consent import GroupMemberAdded
from serving.errors import InvalidError
from serving.handlers.asking import AskingDesk, Wish, answering
from serving.ports import Candidates

AT_ONCE = 64
"""Candidates gathered in one reading; unmeasured."""
SCANNED = 512
"""Candidates decided for one page at most: a page may hold fewer than asked for, or none, and still go on. Unmeasured."""
Question = dict[str, Any]
Listed = Callable[[Candidates, str, int], Sequence[str]]
Asked = Callable[[FactReader, str], Question]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page, in order of id; an empty token: nothing more. `position`: of the reading that it ends with."""

    names: tuple[str, ...]
    next_token: str
    position: int


@dataclass(frozen=True, slots=True)
class Everyone:
    """Whether somebody who has to do with nobody may; and how many accounts the owner's own settings keep out then."""

    may: bool
    exceptions: int = 0
    more_exceptions: bool = False


def everyone(desk: AskingDesk, cameo: str, owner: str, wish: Wish) -> Everyone:
    """Ask whether everyone may start with a cameo, and count whom its owner has kept out by name."""
    with desk.ledger.asking() as facts:
        anybody = _of_a_stranger(desk, facts, cameo, owner, wish)
        named = _kept_out(facts, cameo, owner)
        questions = [(one, _of_a_user(desk, cameo, wish)(facts, one)) for one in named[:SCANNED]]
    with answering():
        if not desk.asker.ask(anybody).outcome.permit:
            return Everyone(may=False)
        permitted = desk.asker.permitted(questions)
    return Everyone(may=True, exceptions=len(questions) - len(permitted), more_exceptions=len(named) > SCANNED)


def users(desk: AskingDesk, cameo: str, owner: str, wish: Wish, token: str, limit: int, kinds: Sequence[str]) -> Listing:
    """List who may start with a cameo: accounts; apps, for somebody who has to do with nobody; groups, for such a member."""
    one_user, through, member = _of_a_user(desk, cameo, wish), _of_an_app(desk, cameo, owner, wish), _of_a_group(desk, cameo, owner, wish)
    by_kind = {"account": one_user, "app": through, "group": member}

    def listed(facts: Candidates, after: str, many: int) -> Sequence[str]:
        return facts.requesters(cameo, owner, after, many, kinds)

    def asked(facts: FactReader, name: str) -> Question:
        return by_kind[name.partition("-")[0]](facts, name)

    return _page(desk, ("users", cameo, wish, tuple(kinds)), token, limit, listed, asked)


def usable(desk: AskingDesk, requester: str, wish: Wish, token: str, limit: int) -> Listing:
    """List the cameos with which a requester may start."""

    def listed(facts: Candidates, after: str, many: int) -> Sequence[str]:
        return facts.cameos(requester, wish.app, after, many)

    def asked(facts: FactReader, cameo: str) -> Question:
        return desk.asker.question(facts, wish.by(requester, cameo))

    return _page(desk, ("usable", requester, wish, ()), token, limit, listed, asked)


def _of_a_user(desk: AskingDesk, cameo: str, wish: Wish) -> Asked:
    return lambda facts, account: desk.asker.question(facts, wish.by(account, cameo))


def _of_an_app(desk: AskingDesk, cameo: str, owner: str, wish: Wish) -> Asked:
    return lambda facts, app: _of_a_stranger(desk, facts, cameo, owner, wish, app=app)


def _of_a_group(desk: AskingDesk, cameo: str, owner: str, wish: Wish) -> Asked:
    def asked(facts: FactReader, group: str) -> Question:
        joined = Supposed(facts, [(cameo, GroupMemberAdded(group=group, account=STRANGER))])
        return _of_a_stranger(desk, joined, cameo, owner, wish)

    return asked


def _of_a_stranger(desk: AskingDesk, facts: FactReader, cameo: str, owner: str, wish: Wish, app: str | None = None) -> Question:
    account = facts.get(owner, "account")
    region = "ZZ" if account is None else account.value["region"]
    return desk.asker.question(Supposed(facts, a_stranger(region)), wish.by(STRANGER, cameo, app=app))


def _kept_out(facts: FactReader, cameo: str, owner: str) -> list[str]:
    """List the accounts that an owner's own settings name against: blocks, and what was taken back from one account."""
    blocked = {key.partition("/")[2] for key, _ in facts.scan(owner, "blocks/")}
    revoked = {key.split("/")[1] for key, _ in facts.scan(cameo, "revoked/account-")}
    return sorted(blocked | revoked)


def _page(desk: AskingDesk, query: tuple[str, str, Wish, Sequence[str]], token: str, limit: int, listed: Listed, asked: Asked) -> Listing:
    after, scanned = _after(query, token), 0
    found: list[str] = []
    while True:
        with desk.ledger.asking() as facts:
            position = facts.position()
            names = listed(facts, after, AT_ONCE)
            questions = [(name, asked(facts, name)) for name in names]
        for name, question in questions:
            with answering():
                permitted = desk.asker.ask(question).outcome.permit
            after, scanned = name, scanned + 1
            if permitted:
                found.append(name)
            if len(found) >= limit or scanned >= SCANNED:
                return Listing(tuple(found), _token(query, after), position)
        if len(names) < AT_ONCE:
            return Listing(tuple(found), "", position)


def _token(query: tuple[str, str, Wish, Sequence[str]], last: str) -> str:
    return base64.urlsafe_b64encode(_digest(query) + last.encode()).decode().rstrip("=")


def _after(query: tuple[str, str, Wish, Sequence[str]], token: str) -> str:
    """Read where to go on. A token is of its own search alone. Raises InvalidError."""
    if not token:
        return ""
    try:
        given = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        given = b""
    if len(given) <= 8 or given[:8] != _digest(query) or not given[8:].isascii():
        raise InvalidError("cursor.invalid", "that is no page of this search", "begin without a cursor")
    return given[8:].decode()


def _digest(query: tuple[str, str, Wish, Sequence[str]]) -> bytes:
    what, whose, wish, kinds = query
    return hashlib.sha256(msgspec.json.encode([what, whose, asdict(wish), list(kinds)])).digest()[:8]
