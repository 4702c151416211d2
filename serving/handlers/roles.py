"""Commands of roles: who looks at recordings, and who operates. One operator proposes, another confirms, the person redeems.

Each of the two is shown one code, and the person's token needs both: whoever made the account, or may read its other tokens, cannot
hold it alone. Codes are derived, keyed, from the proposal, and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, cast

from policy.ports import FactReader
from schemas.ids import SWITCH_STREAM
from schemas.operation import Role, RoleConfirmed, RoleEnded, RoleGiven, RoleProposed
from serving.core.proof import RECOVERY_BYTES, recovery_code, recovery_hash
from serving.core.switches import LAPSES_US
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk, anew_where_moved
from serving.handlers.tokens import NewToken, make_token
from serving.ports import AccessStore

HALVES: Final = ("first", "second")


@dataclass(frozen=True, slots=True)
class Appointment:
    """A role of somebody's, or a proposal of one."""

    role: Role
    account: str
    operators: tuple[str, ...]
    """Who appointed, or proposed and confirmed so far."""
    proposal: str | None = None
    until_us: int | None = None
    """When the proposal lapses: a day after its last step."""
    codes: tuple[str, ...] = ()
    """What whoever asked hands to the person; shown to them alone."""


def propose(desk: Desk, caller: Caller, account: str, role: Role, *, operators: int) -> Appointment:
    """Propose a role for an account; gives one code, or both where one operator is enough.

    `operators`: how many a house has by its settings, 1 or 2.
    """
    with desk.store.snapshot() as facts:
        desk.existing(facts, account, "account")
        needed = _needed(facts, role, operators)
    proposal = desk.id_for(caller, "role")
    event = RoleProposed(proposal=proposal, role=role, account=account, operator=caller.account)
    (written,) = desk.append(caller, [desk.event(SWITCH_STREAM, event)])
    codes = _codes(desk, proposal)[: 3 - needed]
    return Appointment(role, account, (caller.account,), proposal, written.time_us + LAPSES_US, codes)


def confirm(desk: Desk, caller: Caller, proposal: str) -> Appointment:
    """Confirm as another operator; gives the second code, to hand to the person oneself. Again, to who confirmed: the same."""

    def attempt() -> Appointment:
        with desk.store.snapshot() as facts:
            head = facts.head(SWITCH_STREAM)
            found, revision = _proposed(facts, proposal)
            now_us = facts.now_us()
        found = _dated(desk, found, revision, now_us)
        if caller.account == found.operators[0]:
            raise ForbiddenError("proposal.own", "you proposed this yourself", "another operator confirms it")
        if len(found.operators) == 1:
            operators = (*found.operators, caller.account)
            event = RoleConfirmed(proposal=proposal, role=found.role, account=found.account, operators=operators)
            desk.append(caller, [desk.event(SWITCH_STREAM, event)], expected={SWITCH_STREAM: 0 if head is None else head.revision})
            found = replace(found, operators=operators)
        if caller.account != found.operators[1]:
            raise NotFoundError("proposal.unknown", "there is no such proposal, or it was confirmed", "cameo role list")
        return replace(found, codes=_codes(desk, proposal)[1:])

    return anew_where_moved(attempt)


def redeem(desk: Desk, access: AccessStore, caller: Caller, codes: tuple[str, ...], *, operators: int) -> NewToken:
    """Take the role that both codes give, for the caller's account: a token with its scope alone. Once."""
    require_in_person(caller)

    def attempt() -> Role:
        with desk.store.snapshot() as facts:
            head, now_us = facts.head(SWITCH_STREAM), facts.now_us()
            found, revision, needed = _redeemed(desk, facts, caller, codes, operators)
        found = _dated(desk, found, revision, now_us)
        if len(found.operators) < needed:
            raise ConflictError("role.unconfirmed", "no second operator confirmed this", "ask them: cameo role confirm")
        event = RoleGiven(proposal=found.proposal or "", role=found.role, account=caller.account, operators=found.operators)
        desk.append(caller, [desk.event(SWITCH_STREAM, event)], expected={SWITCH_STREAM: 0 if head is None else head.revision})
        return found.role

    role = anew_where_moved(attempt)
    return make_token(access, desk.entropy(32), caller.account, frozenset({role}), label=role, now=datetime.now(UTC), until=caller.until)


def end(desk: Desk, access: AccessStore, caller: Caller, account: str, role: Role, reason: str) -> None:
    """End a role at once, with every token that has its scope (operator). Votes on cases that are open count no more."""
    if desk.snapshot_fact(SWITCH_STREAM, f"role/{role}/{account}") is None:
        raise NotFoundError("role.unknown", f"that account was never appointed {role}", "cameo role list")
    desk.append(caller, [desk.event(SWITCH_STREAM, RoleEnded(role=role, account=account, reason=reason))])
    for token in access.tokens_of(account):
        if role in token.scopes:
            access.remove_token(account, token.token_id)


def listed(desk: Desk) -> tuple[list[Appointment], list[Appointment]]:
    """List who has which role and who appointed them, and the proposals that have not lapsed."""
    with desk.store.snapshot() as facts:
        now_us = facts.now_us()
        held = [
            (*key.split("/")[1:], fact.value["operators"]) for key, fact in facts.scan(SWITCH_STREAM, "role/") if not fact.value["ended"]
        ]
        proposed = [_proposed(facts, key.partition("/")[2]) for key, _ in facts.scan(SWITCH_STREAM, "role_proposal/")]
    given = [Appointment(cast(Role, role), account, tuple(operators)) for role, account, operators in held]
    waiting: list[Appointment] = []
    for one, revision in proposed:
        try:
            waiting.append(_dated(desk, one, revision, now_us))
        except ConflictError:
            continue
    return given, waiting


def _needed(facts: FactReader, role: Role, operators: int) -> int:
    """Tell how many operators an appointment takes: two, but in a house of one, and for the first operator beside the one it began with."""
    founding = role == "operator" and not list(facts.scan(SWITCH_STREAM, "role/operator/"))
    return 1 if operators < 2 or founding else 2


def _redeemed(desk: Desk, facts: FactReader, caller: Caller, codes: tuple[str, ...], operators: int) -> tuple[Appointment, int, int]:
    given = {recovery_hash(code) for code in codes}
    for key, fact in facts.scan(SWITCH_STREAM, "role_proposal/"):
        proposal = key.partition("/")[2]
        if fact.value["account"] == caller.account and given == {recovery_hash(code) for code in _codes(desk, proposal)}:
            found, revision = _proposed(facts, proposal)
            return found, revision, _needed(facts, found.role, operators)
    raise InvalidError(
        "role.invalid", "these are not the two codes of a proposal for you", "ask both operators for theirs, or to propose it anew"
    )


def _proposed(facts: FactReader, proposal: str) -> tuple[Appointment, int]:
    fact = facts.get(SWITCH_STREAM, f"role_proposal/{proposal}")
    if fact is None:
        raise NotFoundError("proposal.unknown", "there is no such proposal, or it was redeemed", "cameo role list")
    return Appointment(fact.value["role"], fact.value["account"], tuple(fact.value["operators"]), proposal), fact.revision


def _dated(desk: Desk, one: Appointment, revision: int, now_us: int) -> Appointment:
    """Date a proposal; raises ConflictError (proposal.lapsed). Never inside a snapshot: it reads on a connection of its own."""
    until_us = desk.store.read(SWITCH_STREAM, revision - 1)[0].time_us + LAPSES_US
    if now_us >= until_us:
        raise ConflictError("proposal.lapsed", "nobody went on with this within a day", "propose it anew")
    return replace(one, until_us=until_us)


def _codes(desk: Desk, proposal: str) -> tuple[str, ...]:
    drawn = (bytes.fromhex(desk.request_digest(["cameo/role/1", proposal, half])) for half in HALVES)
    return tuple(recovery_code(one[:RECOVERY_BYTES]) for one in drawn)
