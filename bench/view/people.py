"""A population for the view: everybody has a cameo, an audience, ten grants and twenty follows, under random ids. Writes nothing.

Drawn with numpy at once, so that a million people are there in seconds; `history` tells one of them as events, for the
view that the feed would make of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from schemas import account, cameo, consent
from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.ids import cameo_of
from schemas.registry import Event

SEED = 20261121
GRANTS, FOLLOWS = 10, 20
PURPOSES: tuple[Purpose, ...] = ("personal", "parody", "advertising", "political", "education")
FACETS: tuple[tuple[Facet, ...], ...] = (("face",), ("face", "voice"))
TERMS = 200
"""So many different terms of grants; three in ten end some day, one in ten counts its uses."""
DAY_US = 86_400_000_000
REGISTERED = account.AccountRegistered(region="KR", locale="ko", minor=False)


class People:
    """So many people, numbered from 0."""

    def __init__(self, size: int) -> None:
        self.size = size
        chance = np.random.default_rng(SEED)
        self._ids = chance.bytes(16 * size)
        self._grant_ids = chance.bytes(16 * size * GRANTS)
        self.grantees = chance.integers(0, size, (size, GRANTS)).tolist()
        self.terms = chance.integers(0, TERMS, (size, GRANTS)).tolist()
        self.follows = chance.integers(0, size, (size, FOLLOWS)).tolist()

    @cached_property
    def accounts(self) -> list[str]:
        """Everybody's account."""
        return [f"account-{self._ids[16 * n : 16 * n + 16].hex()}" for n in range(self.size)]

    @cached_property
    def cameos(self) -> list[str]:
        """Everybody's cameo."""
        return [cameo_of(one) for one in self.accounts]

    def grant_id(self, person: int, place: int) -> bytes:
        """Tell the 16 bytes of a grant's id."""
        at = 16 * (person * GRANTS + place)
        return self._grant_ids[at : at + 16]

    def enrolment(self, person: int) -> str:
        """Name somebody's enrolment."""
        return f"challenge-{self._ids[16 * person : 16 * person + 16].hex()}"

    def audience(self, person: int) -> consent.AudienceSet:
        """Tell an audience."""
        kinds = ("only_me", "approved", "mutuals", "everyone")
        return consent.AudienceSet(audience=kinds[person % 4], purposes=PURPOSES[: 1 + person % 3], facets=FACETS[person % 2])

    def followed(self, person: int) -> list[int]:
        """Tell whom somebody follows: at most twenty, each once."""
        return [other for other in dict.fromkeys(self.follows[person]) if other != person]

    def enrolled(self, person: int) -> tuple[Event, ...]:
        """Tell how somebody's cameo began."""
        name = self.enrolment(person)
        started = cameo.EnrolmentStarted(
            enrolment=name, owner=self.accounts[person], profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
            consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        return started, cameo.EnrolmentActivated(enrolment=name, assurance="basic"), self.audience(person)

    def history(self, person: int) -> Iterator[tuple[str, Event]]:
        """Tell what happened to one of them."""
        mine, seen = self.accounts[person], self.cameos[person]
        yield mine, REGISTERED
        for other in self.followed(person):
            yield mine, account.AccountFollowed(account=self.accounts[other])
        for event in self.enrolled(person):
            yield seen, event
        for place in range(GRANTS):
            yield seen, grant(self, person, place)


def grant(people: People, person: int, place: int) -> consent.GrantGiven:
    """Tell one grant."""
    terms = people.terms[person][place]
    return consent.GrantGiven(
        grant=f"grant-{people.grant_id(person, place).hex()}",
        grantee=people.accounts[people.grantees[person][place]],
        purposes=PURPOSES[terms % 3 : terms % 3 + 1 + terms % 2],
        facets=FACETS[terms % 2],
        from_us=None,
        until_us=1_800_000_000_000_000 + terms * DAY_US if terms % 10 < 3 else None,
        uses=terms % 7 + 1 if terms % 10 == 9 else None,
        review=terms % 5 == 0,
    )
