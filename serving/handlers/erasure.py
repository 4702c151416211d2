"""The command by which an enrolled person is forgotten: everything taken back, their keys destroyed, their name removed.

What it does not do: the record keeps pseudonymous ids, codes and ciphertext that nobody can open any more, and still verifies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from identity.keys.wire import Destroyed
from schemas.consent import ConsentRevoked
from schemas.ids import cameo_of
from serving.errors import InvalidError
from serving.handlers.accounts import normal_handle
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk
from serving.ports import AccessStore


class Destroyer(Protocol):
    """Destroys a subject's keys (the keyholder)."""

    def destroy_subject(self, account: str, cameos: Sequence[str]) -> Destroyed:
        """Destroy the key that all others of an account hang on, and record it. May be called again."""
        ...


def erase(desk: Desk, keyholder: Destroyer, access: AccessStore, caller: Caller, handle: str, things: Sequence[str] = ()) -> Destroyed:
    """Forget the caller, who says their own handle to confirm; tells what was looked at to show it. Cannot be undone.

    In this order, so that a try that was broken off can be made again: revoke with take-down, destroy the keys of evidence,
    assets, films and sealed fields, remove the handle and every token. Also for who never enrolled.
    `things`: the cameos of the caller's pets and things, which go with them. Raises CommandError.
    """
    require_in_person(caller)
    if access.account_of(normal_handle(handle)) != caller.account:
        raise InvalidError("erasure.confirm", "that is not your handle", "say your own handle to confirm")
    cameo = cameo_of(caller.account)
    if desk.snapshot_fact(cameo, "owner") is not None:
        desk.append(caller, [desk.event(cameo, ConsentRevoked(account=None, strength="take_down"))])
    for thing in things:
        desk.append(caller, [desk.event(thing, ConsentRevoked(account=None, strength="take_down"))])
    destroyed = keyholder.destroy_subject(caller.account, (cameo, *things))
    access.forget(caller.account)
    return destroyed
