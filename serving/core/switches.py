"""The operator's switches: their names, what each position does, and which way they widen. Throws none."""

from __future__ import annotations

import re

NAMES = "render, engine/<name>, region/<XX>, sandbox_use, plans, invitations"
_SWITCH = re.compile(r"render|sandbox_use|plans|invitations|engine/[a-z0-9_]{1,40}|region/[A-Z]{2}")
_ON_NARROWS = frozenset({"plans", "invitations"})
"""On, these ask for more before a film starts; all others permit when they are on."""
LAPSES_US = 24 * 3600 * 1_000_000
"""After this a proposal must be made anew; a house rule."""


def is_switch(name: str) -> bool:
    """Tell whether there is a switch of that name."""
    return _SWITCH.fullmatch(name) is not None


def widens(switch: str, *, on: bool) -> bool:
    """Tell whether this position permits more than the other one."""
    return on is not (switch in _ON_NARROWS)


def without_a_throw(switch: str) -> bool:
    """Tell the position of a switch that nobody ever threw: regions are on, all others off."""
    return switch.startswith("region/")
