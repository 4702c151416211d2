"""Owns what a person is asked to look at, by how many, and until when. Does not ask them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from identity.core.profiles import Profile
from schemas.case import CaseKind

DUE_US: Final = 72 * 3600 * 1_000_000
"""Three days, then it lapses, which refuses. A choice, unmeasured."""
DISTRESS_DUE_US: Final = 2 * 3600 * 1_000_000
"""Two hours for a call for help. A choice, unmeasured."""
_KINDS: Final[tuple[tuple[str, CaseKind], ...]] = (
    ("distress.heard", "distress"),
    ("face.known", "known_face"),
    ("review.guardian", "guardian"),
    ("review.person_in_thing", "thing"),
    ("review.accessible", "accessible"),
    ("review.required", "verified"),
    ("review.level", "level"),
)
"""The first code that is there names the case."""
TWO: Final[frozenset[CaseKind]] = frozenset({"verified", "known_face", "appeal"})
"""Two people must agree."""


class Wanted(msgspec.Struct, frozen=True):
    """A case to open."""

    kind: CaseKind
    people: int
    due_us: int


def wanted(codes: Sequence[str], profile: Profile, now_us: int) -> Wanted:
    """Tell which case an answer that needs a reviewer opens."""
    found: list[CaseKind] = [named for code, named in _KINDS if code in codes]
    kind: CaseKind = found[0] if found else "doubtful"
    people = 2 if kind != "distress" and (profile is Profile.VERIFIED or kind in TWO) else 1
    return Wanted(kind, people, now_us + (DISTRESS_DUE_US if kind == "distress" else DUE_US))
