"""Owns the names of what an enrolment can be worth: profiles, and the levels that they rest on. Does not decide."""

from enum import StrEnum
from typing import Final


class Profile(StrEnum):
    """The assurance asked for, as the design names it."""

    SANDBOX = "sandbox"
    BASIC = "basic"
    VERIFIED = "verified"


class Level(StrEnum):
    """What was done to tell a person from a recording, weakest first."""

    UPLOAD = "upload"
    STEPWISE = "stepwise"
    LIGHT = "light"
    REVIEWED = "reviewed"


ORDER: Final = tuple(Level)
LEAST: Final[dict[Profile, Level]] = {Profile.SANDBOX: Level.UPLOAD, Profile.BASIC: Level.STEPWISE, Profile.VERIFIED: Level.REVIEWED}
"""What a profile needs to become active. An upload cannot tell a person from a portrait that is animated well: docs/enrolment.md."""


def reaches(level: Level, least: Level) -> bool:
    """Tell whether a level is at least another."""
    return ORDER.index(level) >= ORDER.index(least)
