"""Commands of powers: who may act for somebody, written down; and recording that a person died.

A subject gives agents powers and names executors; guardians of minors and executors of the dead are recorded by the operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from policy.ports import FactReader
from schemas.account import AccountDied, Power, PowerEnded, PowerGiven, PowerKind
from schemas.consent import ConsentRevoked
from schemas.ids import cameo_of
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.apps import require_in_person
from serving.handlers.authority import Authority, carry_out
from serving.handlers.desk import Caller, Desk
from serving.ports import AccessStore

POWERS = 20
"""Powers over one account at once. A house rule, unmeasured."""
EVERY: tuple[Power, ...] = get_args(Power)


@dataclass(frozen=True, slots=True)
class Written:
    """A power as it is written down."""

    holder: str
    kind: PowerKind
    may: tuple[Power, ...]
    from_us: int | None = None
    until_us: int | None = None


def give_power(desk: Desk, caller: Caller, written: Written) -> str:
    """Let somebody act for the caller, as an agent now or as an executor after death; returns the power's id."""
    require_in_person(caller)
    if written.kind == "guardian":
        raise ForbiddenError("power.recorded", "the operator records guardians", "ask the operator")
    power = desk.id_for(caller, "power")
    event = _given(power, written)

    def fits(facts: FactReader, authority: Authority) -> None:
        account = facts.get(authority.subject, "account")
        if account is not None and account.value["minor"]:
            raise ForbiddenError("power.minor", "a minor's guardian is recorded by the operator", "ask the operator")
        _fits(desk, facts, authority.subject, written)

    carry_out(desk, caller, "power/give", lambda a: [desk.event(a.subject, event)], check=fits, opens=False)
    return power


def record_power(desk: Desk, caller: Caller, subject: str, written: Written) -> str:
    """Record a guardian of a minor or an executor of the dead (operator); returns the power's id."""
    power = desk.id_for(caller, "power")
    with desk.store.snapshot() as facts:
        desk.existing(facts, subject, "account")
        account, died = facts.get(subject, "account"), facts.get(subject, "died") is not None
        minor = account is not None and account.value["minor"]
        if not {"guardian": minor and not died, "executor": died, "agent": False}[written.kind]:
            raise ConflictError("power.kind", f"no {written.kind} is recorded for them", "guardians of minors, executors of the dead")
        _fits(desk, facts, subject, written)
    desk.append(caller, [desk.event(subject, _given(power, written))])
    return power


def end_power(desk: Desk, caller: Caller, subject: str, power: str, *, operator: bool = False) -> None:
    """End a power, as its subject, its holder or the operator. May be said twice; raises CommandError."""
    found: list[str] = []

    def there(facts: FactReader, _: Authority) -> None:
        held = [(key.split("/")[1], fact.value["kind"]) for key, fact in facts.scan(subject, "power/") if key.endswith(f"/{power}")]
        holder, kind = held[0] if held else ("", "")
        if not operator and caller.account not in (subject, holder):
            raise NotFoundError("power.unknown", "there is no such power", "list them: cameo power list")
        if kind == "guardian" and not operator and caller.account == subject:
            raise ForbiddenError("power.recorded", "a guardian is recorded by the operator", "ask the operator")
        found[:] = [holder] if held else []

    carry_out(
        desk, caller, "power/end",
        lambda _: [desk.event(subject, PowerEnded(power=power, holder=holder)) for holder in found], check=there,
    )  # fmt: skip


def record_death(desk: Desk, access: AccessStore, caller: Caller, account: str) -> None:
    """Record that a person died (operator): their consents are revoked in the same append, and their tokens end.

    What they permitted ends; what was released stays out until an executor takes it down. May be said twice.
    """
    with desk.store.snapshot() as facts:
        desk.existing(facts, account, "account")
        died = facts.get(account, "died") is not None
    if not died:
        revoked = ConsentRevoked(account=None, strength="stop")
        desk.append(caller, [desk.event(account, AccountDied()), desk.event(cameo_of(account), revoked)])
    for token in access.tokens_of(account):
        access.remove_token(account, token.token_id)


def _given(power: str, written: Written) -> PowerGiven:
    return PowerGiven(
        power=power, holder=written.holder, kind=written.kind, may=tuple(dict.fromkeys(written.may)),
        from_us=written.from_us, until_us=written.until_us,
    )  # fmt: skip


def _fits(desk: Desk, facts: FactReader, subject: str, written: Written) -> None:
    if written.holder == subject:
        raise InvalidError("power.self", "nobody needs a power over themselves", "name another account")
    if not written.may:
        raise InvalidError("power.empty", "that power would permit nothing", f"choose of {', '.join(EVERY)}")
    ends = written.until_us
    if ends is not None and (ends <= facts.now_us() or ends <= (written.from_us or 0)):
        raise InvalidError("power.window", "the power would have ended already, or before it begins", "choose a later end")
    desk.existing(facts, written.holder, "account")
    if len(facts.scan(subject, "power/")) >= POWERS:
        raise ConflictError("power.too_many", f"at most {POWERS} powers over one account", "end one: cameo power end")
