"""A turn is its session's: it ends with whoever had it, after the append that was begun, and nothing is appended behind it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from schemas.cameo import EnrolmentRefused
from schemas.ids import cameo_of, stream_id
from streams.adapters import turns
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.turns import PostgresTurns
from streams.agents.errors import StateUnavailableError
from streams.errors import LedgerUnavailableError
from streams.ports import Append, NewEvent

WORKER = """
import os, sys
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.turns import PostgresTurns
from tests.integration.agents.test_turns import refusal
store = PostgresEventStore(os.environ["DSN"], "main")
with PostgresTurns(os.environ["DSN"], store).take() as turn:
    print("mine", flush=True)
    turn.append(refusal(sys.stdin.readline().strip()))
"""


class Workers:
    """Workers of one ledger, this process and others."""

    def __init__(self, dsn: str, store: PostgresEventStore) -> None:
        self.dsn = dsn
        self.store = store

    def turns(self, **words: float) -> PostgresTurns:
        return PostgresTurns(self.dsn, self.store, **words)

    @contextmanager
    def another(self) -> Iterator[subprocess.Popen[str]]:
        """A process that has the turn, and appends to the stream that it is told."""
        command = [sys.executable, "-c", WORKER]
        with subprocess.Popen(
            command, env={**os.environ, "DSN": self.dsn}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as started:
            assert started.stdout is not None
            assert started.stdout.readline() == "mine\n"
            yield started
            started.kill()


@pytest.fixture(scope="module")
def workers(database: Any) -> Iterator[Workers]:
    with PostgresEventStore(database.dsn("worker"), "main") as store:
        yield Workers(database.dsn("worker"), store)


def some_cameo() -> str:
    return cameo_of(stream_id("account", secrets.token_bytes(16)))


def refusal(cameo: str) -> Append:
    event = EnrolmentRefused(enrolment="e", codes=("media.unreadable",))
    return Append(actor="worker", events=[NewEvent(cameo, event, secrets.token_hex(16))], correlation="c")


def test_a_worker_that_is_killed_gives_its_turn_to_the_next(workers: Workers) -> None:
    with workers.another() as holder:
        with pytest.raises(StateUnavailableError), workers.turns(wait_s=0.05).take():
            pytest.fail("two turns")
        holder.kill()
        with workers.turns().take():
            pass


def test_the_next_turn_waits_for_an_append_whose_worker_is_killed(database: Any, workers: Workers) -> None:
    """Whether that append comes to be or not is settled when the next turn begins: its search sees it, or it never is."""
    cameo = some_cameo()
    with database.connect("worker") as outside, workers.another() as holder:
        outside.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (cameo,))
        assert holder.stdin is not None
        holder.stdin.write(f"{cameo}\n")
        holder.stdin.flush()
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while outside.execute(waits).fetchone() != (1,):
            assert holder.poll() is None
        holder.kill()
        with workers.turns().take():
            found = workers.store.read(cameo)
            outside.execute("SELECT pg_advisory_unlock_all()")
            time.sleep(0.5)  # longer than an append may take
            assert workers.store.read(cameo) == found


def test_whoever_stands_still_loses_the_turn_and_appends_nothing_behind_the_next(workers: Workers) -> None:
    cameo = some_cameo()
    with workers.turns(idle_s=0.5).take() as lost:
        with workers.turns().take() as turn:
            turn.append(refusal(cameo))
        with pytest.raises(LedgerUnavailableError):
            lost.append(refusal(cameo))
    assert len(workers.store.read(cameo)) == 1


def test_a_turn_is_waited_for_longer_than_whoever_stands_still_keeps_it() -> None:
    assert turns.IDLE_S < turns.WAIT_S
