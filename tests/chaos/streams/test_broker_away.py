"""Kafka is away: the fast path permits nothing new, what is narrowed is on record all the same, and is in the view once Kafka is back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from policy.adapters.view import ViewReader
from schemas.account import AccountRegistered
from schemas.consent import ConsentRevoked
from schemas.ids import cameo_of, stream_id
from streams.adapters.kafka import ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from streams.topics import TOPICS
from tests.view_parts import code, until

if TYPE_CHECKING:
    from schemas.registry import Event
    from tests.conftest import Database
    from tests.parts import Installation, KafkaPart


@pytest.fixture
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


def append(store: PostgresEventStore, stream: str, event: Event) -> None:
    assert isinstance(
        store.append(Append(actor=stream, events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="c")), Appended
    )


def test_while_the_broker_is_away_the_view_refuses_revoking_works_and_it_is_seen_after_the_return(
    installation: Installation, kafka: str, kafka_part: KafkaPart, store: PostgresEventStore
) -> None:
    ensure_topics(kafka, TOPICS)
    installation.start("relay", "streams.relay")
    installation.start("feeder", "streams.feeder")
    view = ViewReader(installation.settings.view)
    ann = stream_id("account", secrets.token_bytes(16))
    append(store, ann, AccountRegistered(region="KR", locale="ko", minor=False))
    until(lambda: view.head(ann) is not None and code(view) is None)

    kafka_part.running.kill()
    until(lambda: code(view) == "feed.stale")
    revoked = [cameo_of(stream_id("account", number.to_bytes(16))) for number in range(200)]
    for cameo in revoked:
        append(store, cameo, ConsentRevoked(strength="stop", account=None))
        assert code(view) == "feed.stale"
    with store.snapshot() as exact:
        assert exact.get(revoked[-1], "revoked/all/stop") is not None
    assert view.head(revoked[0]) is None

    kafka_part.restart()
    back_s = time.monotonic()
    until(lambda: code(view) is None)
    assert all(view.get(cameo, "revoked/all/stop") is not None for cameo in revoked)
    print(f"fresh, with {len(revoked)} revocations, {(time.monotonic() - back_s) * 1000:.0f} ms after the broker's return")
    view.close()
