"""Commands of groups: people an owner gives grants to at once. A group lives in its owner's cameo; its name is sealed."""

from __future__ import annotations

from policy.ports import FactReader
from schemas.consent import GroupMemberAdded, GroupMemberRemoved, GroupNamed
from serving.core.scopes import group_named
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.authority import Authority, Check, carry_out
from serving.handlers.desk import Caller, Desk
from streams.ports import NewEvent

GROUPS = 64
MEMBERS = 1000
"""Of one group; both are house rules, so that a decision reads a bounded number of facts. Unmeasured."""
NAME_MAX = 80


def make_group(desk: Desk, caller: Caller, name: str) -> str:
    """Make a group without members and return its id."""
    words = _named(name)
    group = group_named(desk.id_for(caller, "group"))

    def fits(facts: FactReader, authority: Authority) -> None:
        if len(facts.scan(authority.cameo, "group/")) >= GROUPS and facts.get(authority.cameo, f"group/{group}") is None:
            raise ConflictError("group.too_many", f"a cameo has at most {GROUPS} groups", "dissolve one: cameo group dissolve")

    _name(desk, caller, group, words, fits)
    return group


def rename_group(desk: Desk, caller: Caller, group: str, name: str) -> None:
    """Give a group another name."""
    _name(desk, caller, group, _named(name), _there(group))


def dissolve_group(desk: Desk, caller: Caller, group: str) -> None:
    """End a group: grants to it let nobody in any more. Its members are not told."""
    event = GroupNamed(group=group, active=False)
    carry_out(desk, caller, "group/dissolve", lambda a: [desk.event(a.cameo, event)], check=_there(group))


def add_members(desk: Desk, caller: Caller, group: str, accounts: tuple[str, ...]) -> int:
    """Add accounts to a group, those that are not in it; returns how many were added."""
    new: list[str] = []

    def fits(facts: FactReader, authority: Authority) -> None:
        _there(group)(facts, authority)
        for account in accounts:
            if account == authority.subject:
                raise InvalidError("group.self", "the owner is in no group of theirs", "leave yourself out")
            desk.existing(facts, account, "account")
        members = members_of(facts, authority.cameo, group)
        new[:] = [account for account in dict.fromkeys(accounts) if account not in members]
        if len(members) + len(new) > MEMBERS:
            raise ConflictError("group.full", f"a group has at most {MEMBERS} members, and {len(members)} are in it", "make another group")

    def events(authority: Authority) -> list[NewEvent]:
        return [desk.event(authority.cameo, GroupMemberAdded(group=group, account=account)) for account in new]

    carry_out(desk, caller, "group/add", events, check=fits)
    return len(new)


def remove_member(desk: Desk, caller: Caller, group: str, account: str) -> None:
    """Take an account out of a group; may be said twice."""
    event = GroupMemberRemoved(group=group, account=account)
    carry_out(desk, caller, "group/remove", lambda a: [desk.event(a.cameo, event)], check=_there(group))


def members_of(facts: FactReader, cameo: str, group: str) -> frozenset[str]:
    """Tell who is in a group."""
    keys = (key.split("/") for key, _ in facts.scan(cameo, "member/"))
    return frozenset(account for _, account, of in keys if of == group)


def _name(desk: Desk, caller: Caller, group: str, words: str, check: Check) -> None:
    event = GroupNamed(group=group, active=True)
    carry_out(
        desk, caller, "group/name",
        lambda a: [desk.event(a.cameo, event, sealed_for=a.subject, fields={"name": words})], check=check,
    )  # fmt: skip


def _there(group: str) -> Check:
    def there(facts: FactReader, authority: Authority) -> None:
        if facts.get(authority.cameo, f"group/{group}") is None:
            raise NotFoundError("group.unknown", f"there is no group {group}", "list them: cameo group list")

    return there


def _named(name: str) -> str:
    words = " ".join(name.split())
    if not 1 <= len(words) <= NAME_MAX:
        raise InvalidError("group/name", f"a name has 1 to {NAME_MAX} characters", "choose another name")
    return words
