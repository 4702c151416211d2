"""The golden situations on a real ledger: every event by a role that may, read and judged by the keyholder's exact path.

Each situation has streams of its own; the switches and the bundle in force are the installation's, so a situation puts
them back. The reading's time is the situation's, that a limit can be met to the microsecond.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from policy.core.opening import opening_events
from policy.ports import FactReader
from policy.situations import NAMES, NOW_US, named, without
from schemas import operation
from schemas.codec import event_data, read_event
from schemas.ids import POLICY_STREAM, SWITCH_STREAM
from schemas.registry import Event, by_class
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.exact import Asked, Exact
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from tests.conftest import Database
from tests.golden.policy.situations import Situation, answer, situations
from tests.policy_parts import ServedPolicy

ROLES = ("api", "worker", "judge", "keyholder", "dispatcher")
ID = re.compile(r"(account|cameo|app|group|generation)-[0-9a-f]{32}")
ALL = situations()


class AtItsTime:
    """The ledger as the keyholder reads it, but for the time of a reading."""

    def __init__(self, store: PostgresEventStore) -> None:
        self.read_all, self._store = store.read_all, store

    @contextmanager
    def snapshot(self) -> Iterator[FactReader]:
        with self._store.snapshot() as reader:
            reader.now_us = lambda: NOW_US  # type: ignore[method-assign]
            yield reader


class Ledger:
    """Appends as the roles that may, and asks as the keyholder does."""

    def __init__(self, database: Database, served: ServedPolicy, folder: Path, kept: ExitStack) -> None:
        self.bundle_sha256 = served.bundle.sha256
        self._stores = {role: kept.enter_context(PostgresEventStore(database.dsn(role), "main", max_connections=1)) for role in ROLES}
        with psycopg.connect(database.superuser) as connection:
            self._rights = set(connection.execute("SELECT type, role FROM ledger.rights").fetchall())
        checkpoint = Checkpoint(folder / "checkpoint")
        kept.callback(checkpoint.close)
        store: Any = AtItsTime(self._stores["keyholder"])
        self.exact = Exact(store, served.engine, checkpoint, lambda kind: f"{kind}-{os.urandom(16).hex()}")
        self.append(list(opening_events(self.bundle_sha256, ["portrait"])))

    def append(self, events: list[tuple[str, Event]]) -> None:
        """Append in order: what one role may in a row is one append."""
        for role, together in groupby(events, lambda told: self._role(told[1])):
            news = [NewEvent(stream, event, f"event-{os.urandom(16).hex()}") for stream, event in together]
            outcome = self._stores[role].append(Append(actor=role, events=news, correlation=news[0].stream))
            assert isinstance(outcome, Appended), (outcome, news)

    def restore(self, events: list[tuple[str, Event]]) -> None:
        """Put back what a situation changed for the whole installation."""
        thrown = {event.switch for stream, event in events if stream == SWITCH_STREAM and isinstance(event, operation.SwitchThrown)}
        back: list[tuple[str, Event]] = [
            (SWITCH_STREAM, operation.SwitchThrown(switch=name, on=name.startswith(("render", "engine/", "region/")), reason="test"))
            for name in sorted(thrown)
        ]
        if any(stream == POLICY_STREAM for stream, _ in events):
            back.append((POLICY_STREAM, operation.BundleActivated(bundle_sha256=self.bundle_sha256, label="test")))
        self.append(back)

    def _role(self, event: Event) -> str:
        return next(role for role in ROLES if (by_class(type(event)).name, role) in self._rights)


@pytest.fixture(scope="module")
def ledger(database: Database, served: ServedPolicy, short_tmp: Path) -> Iterator[Ledger]:
    with ExitStack() as kept:
        yield Ledger(database, served, short_tmp, kept)


def own(situation: Situation, value: Any) -> Any:
    """Name every stream and group anew, for this situation alone."""

    def renamed(found: re.Match[str]) -> str:
        return f"{found[1]}-{hashlib.sha256(f'{situation.name}/{found[0]}'.encode()).hexdigest()[:32]}"

    return msgspec.json.decode(ID.sub(renamed, msgspec.json.encode(value).decode()))


def told(situation: Situation) -> list[tuple[str, Event]]:
    found: list[tuple[str, Event]] = []
    for stream, event in situation.events():
        kind = by_class(type(event))
        found.append((own(situation, stream), read_event(kind.name, kind.version, own(situation, event_data(event)))))
    return found


@pytest.mark.parametrize("situation", ALL, ids=lambda one: one.name)
def test_the_keyholder_answers_as_written(situation: Situation, ledger: Ledger) -> None:
    events = told(situation)
    ledger.append(events)
    try:
        ask = {"action": "start", "attempt": 1} | named(situation.raw.get("ask", {}))
        ask["honours"] = tuple(ask.get("honours", ()))
        reading = ledger.exact.read(Asked(own(situation, NAMES["generation"]), **ask))
        assert reading is not None
        without(reading.input, situation.raw.get("without", ()))
        answered = msgspec.json.decode(msgspec.json.encode(ledger.exact.answer(reading)))
        assert answered == own(situation, answer(situation, ledger.bundle_sha256))
    finally:
        ledger.restore(events)
