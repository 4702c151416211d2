"""Whatever is appended, the twin in memory and the ledger in Postgres answer alike and hold the same facts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import account, consent, generation
from schemas.ids import stream_id
from schemas.registry import Event
from streams.adapters.postgres import PostgresEventStore
from streams.errors import IdempotencyError
from streams.fakes import InMemoryEventStore
from streams.ports import AlreadyDone, Append, Appended, EventStore, Expired, NewEvent

if TYPE_CHECKING:
    from tests.conftest import Database

ROLES = ("api", "keyholder", "dispatcher")
KINDS = ("account", "cameo", "generation")
SMALL = st.integers(0, 2)
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "do": st.sampled_from(["register", "block", "unblock", "give", "revoke", "start", "release", "lose", "two"]),
            "own": SMALL,
            "cameo": SMALL,
            "grant": SMALL,
            "uses": st.sampled_from([None, 1, 2]),
            "expected": st.sampled_from([None, "right", "wrong"]),
            "holding": st.sampled_from([None, "right", "wrong"]),
            "not_after_us": st.sampled_from([None, None, None, 1, 2**52]),
            "key": st.sampled_from([None, None, "k0", "k1"]),
        }
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def stores(database: Database) -> Iterator[dict[str, EventStore]]:
    made = {role: PostgresEventStore(database.dsn(role), "main") for role in ROLES}
    yield dict(made)
    for store in made.values():
        store.close()


def event_of(step: dict[str, Any], cameo: str) -> tuple[str, str, list[Event]]:
    """Tell the role, the kind of stream and the events of a step."""
    use = (generation.UseRef(cameo=cameo, grant=f"g{step['grant']}"),)
    given_ = consent.GrantGiven(
        grant=f"g{step['grant']}", grantee="account-b", purposes=(), facets=(), from_us=None, until_us=None, uses=step["uses"], review=False
    )
    started = generation.GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, assets=(), uses=use)
    released = generation.GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256="f", key_id="k", holding={}, uses=use)
    revoked = consent.ConsentRevoked(account=None, strength="stop")
    table: dict[str, tuple[str, str, list[Event]]] = {
        "register": ("api", "account", [account.AccountRegistered(region="KR", locale="ko", minor=False)]),
        "block": ("api", "account", [account.AccountBlocked(account="x")]),
        "unblock": ("api", "account", [account.AccountUnblocked(account="x")]),
        "give": ("api", "cameo", [given_]),
        "revoke": ("api", "cameo", [revoked]),
        "start": ("keyholder", "generation", [started]),
        "release": ("keyholder", "generation", [released]),
        "lose": ("dispatcher", "generation", [generation.AttemptLost(attempt=1, final=True, codes=(), uses=use)]),
        "two": ("api", "cameo", [given_, revoked]),
    }
    return table[step["do"]]


class World:
    """The same streams in both stores."""

    def __init__(self) -> None:
        self.streams = {kind: [stream_id(kind, secrets.token_bytes(16)) for _ in range(3)] for kind in KINDS}  # type: ignore[arg-type]
        self.salt = secrets.token_hex(8)

    def append(self, step: dict[str, Any], twin: EventStore) -> tuple[str, Append]:
        held = self.streams["cameo"][step["cameo"]]
        role, kind, events = event_of(step, held)
        own = self.streams[kind][step["own"]]
        with twin.snapshot() as facts:
            revision = (facts.head(own) or (0, 0))[0]
            consent_revision = (facts.head(held) or (0, 0))[1]
        expected = {} if step["expected"] is None else {own: revision + (step["expected"] == "wrong")}
        holding = {} if step["holding"] is None else {held: consent_revision + (step["holding"] == "wrong")}
        return role, Append(
            actor="a",
            events=[NewEvent(own, event, secrets.token_hex(16)) for event in events],
            correlation="c",
            expected=expected,
            holding=holding,
            not_after_us=step["not_after_us"],
            idempotency_key=step["key"] and self.salt + step["key"],
        )

    def facts(self, store: EventStore) -> list[Any]:
        every = [stream for streams in self.streams.values() for stream in streams]
        with store.snapshot() as facts:
            heads = [(stream, facts.head(stream), facts.scan(stream, "")) for stream in every]
            uses = [
                facts.used(cameo, f"g{grant}", film)
                for cameo in self.streams["cameo"]
                for grant in range(3)
                for film in self.streams["generation"]
            ]
        return [heads, uses]

    def events(self, store: EventStore) -> list[Any]:
        every = [event for streams in self.streams.values() for stream in streams for event in store.read(stream)]
        return [(event.stream, event.revision, event.event_id, event.type, event.data) for event in every]


def answer(store: EventStore, append: Append) -> Any:
    """What is the same in every store: not positions, not times."""
    try:
        outcome = store.append(append)
    except IdempotencyError:
        return "IdempotencyError"
    match outcome:
        case Appended(envelopes):
            return [(envelope.stream, envelope.revision) for envelope in envelopes]
        case AlreadyDone(positions):
            return ("AlreadyDone", [event.event_id for event in store.read_positions(positions)])
        case Expired():
            return "Expired"
        case _:
            return outcome


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_twins_answer_and_remember_alike(stores: dict[str, EventStore], steps: list[dict[str, Any]]) -> None:
    world, twin = World(), InMemoryEventStore()
    for step in steps:
        role, append = world.append(step, twin)
        assert answer(stores[role], append) == answer(twin, append), step
    assert world.facts(stores["api"]) == world.facts(twin)
    assert world.events(stores["api"]) == world.events(twin)
