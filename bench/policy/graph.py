"""A population to ask about: people, cameos, audiences, grants, follows, blocks, standing; and who may, by brute force.

Nothing is kept: a person is drawn anew from their number, so that every system is filled with the same graph, whatever
its size. Does not know how anybody stores it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from schemas.cameo import Facet
from schemas.consent import Audience, Purpose

SEED = 20261121
PURPOSES: tuple[Purpose, ...] = ("personal", "parody", "advertising", "political", "education")
FACETS: tuple[tuple[Facet, ...], ...] = (("face",), ("face", "voice"))
AUDIENCES: tuple[Audience, ...] = ("only_me", "approved", "mutuals", "everyone")
GRANTS, FOLLOWS = 10, 20
NEAR = 40
"""People follow and block those whose number is at most so far from theirs: about a quarter of all follows are mutual."""
LONG_AGO_US, AGO_US, AHEAD_US, FAR_AHEAD_US = (year * 31_557_600_000_000 for year in (40, 50, 80, 130))


@dataclass(frozen=True, slots=True)
class Scope:
    """What something was given for."""

    purposes: tuple[Purpose, ...]
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """One person may use the cameo; UTC microseconds, None: unbounded."""

    grantee: int
    scope: Scope
    begins_us: int | None
    ends_us: int | None
    withdrawn: bool

    def stands(self, now_us: int) -> bool:
        """Tell whether it counts now."""
        return not self.withdrawn and (self.begins_us or 0) <= now_us and (self.ends_us is None or now_us < self.ends_us)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, their relations, and what they said about their cameo."""

    number: int
    suspended: bool
    follows: tuple[int, ...]
    blocks: tuple[int, ...]
    audience: Audience
    scope: Scope
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """May this account use the cameo of that one, for that?"""

    requester: int
    owner: int
    purpose: Purpose
    facets: tuple[Facet, ...]


class Population:
    """So many people, each with one cameo."""

    def __init__(self, size: int) -> None:
        """`size`: more than twice NEAR."""
        self.size = size
        self._one = lru_cache(4096)(self._drawn)

    def __iter__(self) -> Iterator[Person]:
        """Draw everybody, in order."""
        return map(self._drawn, range(self.size))

    def person(self, number: int) -> Person:
        """Draw one."""
        return self._one(number)

    def permits(self, asked: Asked, now_us: int) -> bool:
        """Answer from the model."""
        owner, requester = self.person(asked.owner), self.person(asked.requester)
        if owner.suspended or requester.suspended or owner.number in requester.blocks or requester.number in owner.blocks:
            return False
        if owner.number == requester.number:
            return True
        mutual = requester.number in owner.follows and owner.number in requester.follows
        audience = owner.audience == "everyone" or (owner.audience == "mutuals" and mutual)
        offered = [owner.scope] if audience else []
        offered += [one.scope for one in owner.grants if one.grantee == requester.number and one.stands(now_us)]
        return any(asked.purpose in scope.purposes and set(asked.facets) <= set(scope.facets) for scope in offered)

    def questions(self, count: int, now_us: int) -> list[Asked]:
        """Draw questions: half of them permit, half refuse, each half as it comes, both in one shuffled order."""
        chance = random.Random(SEED)
        wanted = {True: count // 2, False: count - count // 2}
        found: list[Asked] = []
        while len(found) < count:
            asked = self._question(chance)
            answer = self.permits(asked, now_us)
            if wanted[answer]:
                wanted[answer] -= 1
                found.append(asked)
        chance.shuffle(found)
        return found

    def _question(self, chance: random.Random) -> Asked:
        owner = self.person(chance.randrange(self.size))
        known = ([one.grantee for one in owner.grants], owner.follows, owner.blocks, [owner.number], [self._near(owner.number, chance)])
        among = chance.choice([each for each in known if each])
        return Asked(chance.choice(among), owner.number, chance.choice(PURPOSES), chance.choice(FACETS))

    def _near(self, number: int, chance: random.Random) -> int:
        return (number + chance.choice((-1, 1)) * chance.randint(1, NEAR)) % self.size

    def _drawn(self, number: int) -> Person:
        chance = random.Random(SEED * 1_000_003 + number)
        near = [step for step in range(-NEAR, NEAR + 1) if step]
        others = [(number + step) % self.size for step in chance.sample(range(1, self.size), GRANTS)]
        return Person(
            number=number,
            suspended=chance.random() < 0.02,
            follows=tuple((number + step) % self.size for step in chance.sample(near, FOLLOWS)),
            blocks=tuple((number + step) % self.size for step in chance.sample(near, chance.choice((0, 0, 1, 2)))),
            audience=chance.choices(AUDIENCES, (30, 30, 25, 15))[0],
            scope=_scope(chance),
            grants=tuple(_grant(other, chance) for other in others),
        )


def _scope(chance: random.Random) -> Scope:
    return Scope(tuple(sorted(chance.sample(PURPOSES, chance.randint(1, 3)))), chance.choices(FACETS, (30, 70))[0])


def _grant(grantee: int, chance: random.Random) -> Grant:
    window = chance.choices(((None, None), (AGO_US, AHEAD_US), (LONG_AGO_US, AGO_US), (AHEAD_US, FAR_AHEAD_US)), (60, 20, 10, 10))[0]
    return Grant(grantee, _scope(chance), *window, withdrawn=chance.random() < 0.05)
