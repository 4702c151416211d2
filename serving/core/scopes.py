"""Owns how what consent is given to, or taken from, is named in facts: accounts, apps, groups. Reads no fact."""

from __future__ import annotations

import re
from typing import Literal

_GROUP = re.compile(r"^group-[0-9a-f]{32}$")
GranteeKind = Literal["account", "app", "group"]


def group_named(drawn: str) -> str:
    """Name a group by 32 drawn hexadecimal digits."""
    return f"group-{drawn}"


def is_group(name: str) -> bool:
    """Tell whether a name, from anybody, is a group's id: it becomes a key of facts."""
    return _GROUP.fullmatch(name) is not None


def kind_of_grantee(grantee: str) -> GranteeKind:
    """Tell what a grantee is, by its id."""
    if is_group(grantee):
        return "group"
    return "app" if grantee.startswith("app-") else "account"


def grantee_of(key: str) -> str:
    """Read the grantee from a grant's key."""
    return key.split("/")[1]
