"""What moves consent wakes a relay that waits; what does not, leaves it to its poll."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from streams.adapters.postgres_relay import RelaySession
from tests.world import World

if TYPE_CHECKING:
    from tests.conftest import Database

LONG_S = 3600.0


@pytest.fixture
def session(database: Database) -> Iterator[RelaySession]:
    made = RelaySession.open(database.dsn("relay"))
    yield made
    made.close()


def test_an_append_that_moves_consent_wakes_the_relay(database: Database, session: RelaySession) -> None:
    world = World(database.dsn, None)
    waiting = threading.Thread(target=session.wait, args=(LONG_S,))
    waiting.start()
    world.register()
    waiting.join()
    assert len(session.read(10).envelopes) == 1
    world.close()


def test_nobody_rings_for_what_moves_no_consent(database: Database, session: RelaySession) -> None:
    world = World(database.dsn, None)
    owner = world.register()
    cameo = world.activate_cameo(owner, ())
    while _rung(session):
        pass
    world.request(owner, cameo)
    assert not _rung(session)
    world.close()


def _rung(session: RelaySession) -> bool:
    return bool(list(session._connection.notifies(timeout=0.5, stop_after=1)))
