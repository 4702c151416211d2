"""Commands of invitations: make codes, list them, redeem one. An invitation is asked for only while the switch `invitations` is on.

A code is shown once and kept as its hash; it is good once, for a while. That somebody was invited is an event of their account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.account import AccountInvited
from serving.core.proof import RECOVERY_BYTES, recovery_code, recovery_hash
from serving.errors import ConflictError, ForbiddenError, InvalidError
from serving.handlers.desk import Caller, Desk
from serving.overview_ports import Invitation, InvitationStore

OPERATOR = "operator"
MOST = 4
"""Codes that an invited account may make in all; an operator as many as they like. A house rule."""
LIVES_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation with its code, shown once."""

    invitation: Invitation
    code: str


def make(desk: Desk, invitations: InvitationStore, caller: Caller) -> NewInvitation:
    """Make a code: an operator any number, an invited account four in all. Raises ForbiddenError, ConflictError."""
    operates = OPERATOR in caller.scopes
    if not operates and desk.snapshot_fact(caller.account, "invited") is None:
        raise ForbiddenError("invitation.not_invited", "you were not invited yourself", "redeem a code first: cameo invite redeem")
    code = recovery_code(desk.entropy(RECOVERY_BYTES))
    made = invitations.add(_giver(caller), recovery_hash(code), LIVES_S, None if operates else MOST)
    if made is None:
        raise ConflictError(
            "invitation.exhausted", f"you have made {MOST} codes, and there are no more", "ask the operator for further ones"
        )
    return NewInvitation(made, code)


def listed(invitations: InvitationStore, caller: Caller) -> Sequence[Invitation]:
    """List the codes that the caller made, without the codes."""
    return invitations.of(_giver(caller))


def redeem(desk: Desk, invitations: InvitationStore, caller: Caller, code: str) -> None:
    """Redeem a code for the caller's account; once it is done, again has no effect. Raises InvalidError (invitation.invalid)."""
    if desk.snapshot_fact(caller.account, "invited") is not None:
        return
    found = invitations.redeem(recovery_hash(code), caller.account)
    if found is None or not _stands(desk, found[1]):
        raise InvalidError(
            "invitation.invalid", "there is no such code, or it was used, or it expired", "ask whoever gave it for another one"
        )
    desk.append(caller, [desk.event(caller.account, AccountInvited(invitation=found[0], by=found[1]))], request=["invited", found[0]])


def invite(desk: Desk, caller: Caller, account: str) -> None:
    """Invite an account without a code (operator)."""
    with desk.store.snapshot() as facts:
        desk.existing(facts, account, "account")
    event = AccountInvited(invitation=desk.id_for(caller, "invitation"), by=OPERATOR)
    desk.append(caller, [desk.event(account, event)])


def _giver(caller: Caller) -> str:
    return OPERATOR if OPERATOR in caller.scopes else caller.account


def _stands(desk: Desk, giver: str) -> bool:
    if giver == OPERATOR:
        return True
    standing = desk.snapshot_fact(giver, "standing")
    return standing is not None and standing.value["standing"] == "good"
