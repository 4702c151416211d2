"""The worker through the loss of Kafka and of Postgres: it waits, comes back by itself, and nothing is lost or done twice."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest

from schemas import account
from schemas.ids import stream_id
from streams.adapters.postgres import PostgresEventStore
from streams.agents.parking import list_parked
from streams.ports import Append, Appended, NewEvent
from tests.conftest import Database
from tests.parts import Installation, KafkaPart, PostgresPart, Running

DEADLINE_S = 90.0


def until(what: Callable[[], Any], why: str) -> Any:
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        if found := what():
            return found
        time.sleep(0.05)
    pytest.fail(f"never: {why}")


class Scene:
    def __init__(self, installation: Installation, database: Database) -> None:
        self.database = database
        installation.run("streams.topics")
        self.relay = installation.start("relay", "streams.relay")
        self.worker: Running = installation.start("worker", "streams.worker")

    def register(self) -> str:
        stream = stream_id("account", secrets.token_bytes(16))
        events = (
            NewEvent(stream, account.AccountRegistered(region="KR", locale="ko", minor=False), secrets.token_hex(16)),
            NewEvent(stream, account.AccountStandingChanged(standing="limited", reason="r"), secrets.token_hex(16)),
        )
        with PostgresEventStore(self.database.dsn("api"), "main") as store:
            assert isinstance(store.append(Append(actor=stream, events=events, correlation="c")), Appended)
        return stream

    def projected(self, stream: str) -> bool:
        with self.database.connect("api") as connection:
            rows = connection.execute("SELECT agent, revision FROM agents.applied WHERE stream = %s", (stream,)).fetchall()
            return dict(rows) == {"project": 2, "notify": 2}

    def told(self, stream: str) -> int:
        with self.database.connect("api") as connection:
            row = connection.execute("SELECT count(*) FROM projection.notifications WHERE stream = %s", (stream,)).fetchone()
            return row[0] if row else 0


@pytest.fixture(scope="module")
def scene(kafka: str, installation: Installation, database: Database) -> Scene:
    del kafka
    return Scene(installation, database)


def test_kafka_is_killed_and_restarted_under_the_worker(scene: Scene, kafka_part: KafkaPart) -> None:
    before = scene.register()
    until(lambda: scene.projected(before), "projected before")
    kafka_part.running.kill()
    during = scene.register()
    kafka_part.restart()
    after = scene.register()
    for one in (during, after):
        until(lambda one=one: scene.projected(one), "projected after Kafka came back")
        assert scene.told(one) == 1
    assert scene.worker.process.poll() is None


def test_postgres_is_killed_and_restarted_under_the_worker(scene: Scene, postgres_part: PostgresPart) -> None:
    before = scene.register()
    postgres_part.running.kill()
    postgres_part.restart()
    after = scene.register()
    for one in (before, after):
        until(lambda one=one: scene.projected(one), "projected after Postgres came back")
        assert scene.told(one) == 1
    assert scene.worker.process.poll() is None
    with scene.database.connect("api") as connection:
        assert list_parked(connection) == []
