"""Writes a population's rows straight into a view, in order of key, by the writer's own packing. Owns no packing.

What the feed would come to (tests/integration/policy/test_bench_view.py compares digests), without an event and a
transaction each: a million people would take the writer twenty minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from bench.view.people import GRANTS, REGISTERED, People, grant
from policy.adapters.view_layout import IDS, STATE, databases, encode_state
from policy.adapters.view_rows import EDGE_REVISION_BYTES, packed_head
from policy.adapters.view_writer import ViewWriter
from policy.core.facts import fold
from policy.core.packing import NUMBER_BYTES, pack_fact, pack_id, pack_plain
from policy.ports import Head
from schemas.ids import PARTITIONS, partition_of
from schemas.registry import Event

SHARE = 20_000
"""People a transaction."""
BEGUN = 3
"""Events of a cameo before its first grant."""
FOLLOWS, GRANT = pack_plain("follows"), pack_plain("grant")
NAMED_GRANT = pack_plain("grant-" + "0" * 32)[:-16]
Rows = Iterator[tuple[bytes, bytes]]


def build(folder: Path, people: People) -> None:
    """Write a new view of all of them, open in this process until `policy.adapters.view_layout.close`."""
    ViewWriter(folder).close()
    writer = ViewWriter(folder)
    view = databases(folder, write=True)
    written = _Written(people)
    for first in range(0, people.size, SHARE):
        some = range(first, min(first + SHARE, people.size))
        with view.environment.begin(write=True) as transaction:
            for database, rows in ((view.heads, written.heads(some)), (view.facts, written.facts(some)), (view.edges, written.edges(some))):
                with transaction.cursor(db=database) as cursor:
                    cursor.putmulti(rows, append=True)
    with view.environment.begin(write=True) as transaction, transaction.cursor(db=view.ids) as cursor:
        cursor.putmulti(written.ids(), append=True)
        state = msgspec.structs.replace(writer.state, applied=tuple(written.sequences), log_index=sum(written.sequences) - 1, event_id="e")
        transaction.put(STATE, encode_state(state), db=view.meta)
    writer.close()


class _Written:
    """What the writer would have written: an account's number is twice its person's, its cameo's the next."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._registered = sorted(_facts(REGISTERED, 1))
        self._terms: dict[tuple[int, int], bytes] = {}
        self.sequences = [0] * PARTITIONS

    def ids(self) -> Rows:
        """Every id, sorted."""
        people = self._people
        for names, odd in ((people.accounts, 0), (people.cameos, 1)):
            for item in sorted(pack_id(name) + _number(2 * person + odd) for person, name in enumerate(names)):
                yield IDS, item

    def heads(self, some: range) -> Rows:
        """Heads of some people's accounts and cameos."""
        people = self._people
        for person in some:
            account = 1 + len(people.followed(person))
            cameo = BEGUN + GRANTS
            for name, number, revision in ((people.accounts[person], 2 * person, account), (people.cameos[person], 2 * person + 1, cameo)):
                self.sequences[partition_of(name)] += revision
                yield _number(number), pack_id(name) + packed_head(Head(revision, revision))

    def facts(self, some: range) -> Rows:
        """Facts of some people's accounts and cameos, sorted."""
        for person in some:
            account, cameo = _number(2 * person), _number(2 * person + 1)
            for key, value in self._registered:
                yield account + key, value
            for key, value in sorted(self._of_cameo(person).items()):
                yield cameo + key, value

    def edges(self, some: range) -> Rows:
        """Whom some people follow, sorted."""
        for person in some:
            row = _number(2 * person) + FOLLOWS
            followed = enumerate(self._people.followed(person), 2)
            for item in sorted(_number(2 * other) + revision.to_bytes(EDGE_REVISION_BYTES) for revision, other in followed):
                yield row, item

    def _of_cameo(self, person: int) -> dict[bytes, bytes]:
        people = self._people
        found: dict[bytes, bytes] = {}
        for revision, event in enumerate(people.enrolled(person), 1):
            found.update(_facts(event, revision))
            for dropped in _dropped(event):
                found.pop(dropped, None)
        for place in range(GRANTS):
            grantee = _number(2 * people.grantees[person][place])
            found[GRANT + grantee + NAMED_GRANT + people.grant_id(person, place)] = self._grant(person, place)
        return found

    def _grant(self, person: int, place: int) -> bytes:
        kept = self._people.terms[person][place], place
        if kept not in self._terms:
            ((_, self._terms[kept]),) = _facts(grant(self._people, person, place), 1 + BEGUN + place, key=lambda _: b"")
        return self._terms[kept]


def _facts(event: Event, revision: int, key: Callable[[str], bytes] | None = None) -> Rows:
    for write in fold(event):
        if write.value is not None:
            yield (key or _key)(write.key), pack_fact(write.value, revision)


def _dropped(event: Event) -> Iterator[bytes]:
    return (_key(write.key) for write in fold(event) if write.value is None)


def _number(number: int) -> bytes:
    return number.to_bytes(NUMBER_BYTES)


@cache
def _key(key: str) -> bytes:
    return b"".join(pack_plain(segment) for segment in key.split("/"))
