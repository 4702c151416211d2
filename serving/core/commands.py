"""Owns what each command of consent is: whether it widens, and by which written power somebody else may give it. Carries out none.

Widening lets somebody do what nobody permitted before: it rests on facts, is held to them, and waits for step-up where that is on.
Narrowing takes back: of one's own it rests on nothing, expects no revision, and needs the keyholder only to seal one's own words.
Arranging does neither: it names, asks or tells.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from schemas.account import Power

Direction = Literal["widens", "narrows", "arranges"]


class Command(NamedTuple):
    """What a command does to consent. `powers`: any one of them lets its holder give it for the subject; none: nobody else may."""

    direction: Direction
    powers: frozenset[Power] = frozenset()

    @property
    def widens(self) -> bool:
        """Whether more is permitted after it."""
        return self.direction == "widens"


def _by(direction: Direction, *powers: Power) -> Command:
    return Command(direction, frozenset(powers))


ANY = "consent/look"
COMMANDS: dict[str, Command] = {
    "account/follow": _by("widens"),
    "account/unfollow": _by("narrows"),
    "account/block": _by("narrows"),
    "account/unblock": _by("widens"),
    "audience/open": _by("widens", "audience"),
    "audience/close": _by("narrows", "audience", "revoke"),
    "grant/give": _by("widens", "grants"),
    "grant/withdraw": _by("narrows", "revoke"),
    "grant/pass_on": _by("widens"),
    "grant/pass_on_end": _by("narrows", "revoke"),
    "consent/revoke": _by("narrows", "revoke"),
    "consent/pause": _by("narrows", "revoke"),
    "consent/resume": _by("widens", "audience"),
    "group/name": _by("arranges", "grants"),
    "group/add": _by("widens", "grants"),
    "group/remove": _by("narrows", "grants", "revoke"),
    "group/dissolve": _by("narrows", "grants", "revoke"),
    "request/ask": _by("arranges"),
    "request/withdraw": _by("arranges"),
    "request/approve": _by("widens", "requests"),
    "request/change": _by("widens", "grants"),
    "request/refuse": _by("narrows", "requests"),
    "rule/set": _by("narrows", "rules"),
    "rule/lift": _by("widens", "rules"),
    "preference/set": _by("narrows", "rules"),
    "preference/drop": _by("widens", "rules"),
    "draft/approve": _by("widens", "review"),
    "draft/decline": _by("narrows", "review"),
    "film/remove": _by("narrows", "review"),
    "film/report": _by("arranges", "review"),
    ANY: _by("arranges", *get_args(Power)),
    "power/give": _by("widens"),
    "power/end": _by("narrows"),
}
"""Every command of consent by its name."""

LIVING, DEAD = frozenset({"guardian", "agent"}), frozenset({"executor"})


def counting_kinds(*, died: bool) -> frozenset[str]:
    """Tell which kinds of power count: guardians and agents act for the living, executors for the dead."""
    return DEAD if died else LIVING
