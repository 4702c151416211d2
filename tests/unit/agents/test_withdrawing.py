"""Withdrawn consent takes down what it reaches, once, and has assets sealed anew."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import pytest

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from schemas.consent import ConsentRevoked, GrantWithdrawn, Strength
from schemas.envelope import Envelope
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from streams.agents.withdrawing import RekeyAgent, TakeDownAgent
from streams.core.reach import Released, reached
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent

OWNER, FRIEND, APP = (stream_id(kind, bytes([n]) * 16) for kind, n in (("account", 1), ("account", 2), ("app", 3)))
CAMEO = cameo_of(OWNER)
FILM = Released(stream_id("generation", bytes(16)), frozenset({"all", FRIEND, APP}), frozenset({"g1"}), 0)
OTHER = Released(stream_id("generation", bytes([9]) * 16), frozenset({"all", OWNER}), frozenset(), 0)


class Films:
    def __init__(self, *films: Released) -> None:
        self.films = films

    def showing(self, cameo: str) -> Sequence[Released]:
        assert cameo == CAMEO
        return self.films


class CountingKeyholder:
    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.error = error

    def rekey(self, cameo: str) -> object:
        self.asked.append(cameo)
        if self.error is not None:
            raise self.error
        return ()


def appended(store: InMemoryEventStore, *events: Event) -> list[Envelope]:
    new = [NewEvent(CAMEO, event, secrets.token_hex(16)) for event in events]
    outcome = store.append(Append(actor=OWNER, events=new, correlation="c-7"))
    assert isinstance(outcome, Appended)
    return list(outcome.envelopes)


@pytest.mark.parametrize(
    ("event", "films"),
    [
        (ConsentRevoked(account=None, strength="take_down"), {FILM, OTHER}),
        (ConsentRevoked(account=FRIEND, strength="take_down"), {FILM}),
        (ConsentRevoked(account=APP, strength="take_down"), {FILM}),
        (ConsentRevoked(account=None, strength="stop"), set()),
        (GrantWithdrawn(grant="g1", grantee=FRIEND, strength="take_down"), {FILM}),
        (GrantWithdrawn(grant="g2", grantee=FRIEND, strength="take_down"), set()),
        (GrantWithdrawn(grant="g1", grantee=FRIEND, strength="no_new_uses"), set()),
    ],
)
def test_a_withdrawal_reaches_the_films_it_names(event: ConsentRevoked | GrantWithdrawn, films: set[Released]) -> None:
    assert {film for film in (FILM, OTHER) if reached(event, 1, film)} == films


def test_a_reached_film_is_taken_down_once_with_its_cause() -> None:
    store = InMemoryEventStore()
    (revoked,) = appended(store, ConsentRevoked(account=None, strength="take_down"))
    agent = TakeDownAgent(store, Films(FILM))
    agent.handle(revoked)
    agent.handle(revoked)
    (taken,) = store.read(FILM.generation)
    assert (taken.type, taken.causation, taken.data["cause"]) == ("generation.taken_down", revoked.event_id, revoked.event_id)
    assert taken.correlation == "c-7"


@pytest.mark.parametrize("strength", ["no_new_uses", "stop"])
def test_weaker_withdrawals_take_nothing_down(strength: Strength) -> None:
    store = InMemoryEventStore()
    (revoked,) = appended(store, ConsentRevoked(account=None, strength=strength))
    TakeDownAgent(store, Films(FILM)).handle(revoked)
    assert not store.read(FILM.generation)


def test_a_run_of_withdrawals_is_rekeyed_once() -> None:
    store, keyholder = InMemoryEventStore(), CountingKeyholder()
    events = appended(
        store,
        ConsentRevoked(account=None, strength="stop"),
        GrantWithdrawn(grant="g1", grantee=FRIEND, strength="stop"),
        ConsentRevoked(account=FRIEND, strength="stop"),
    )
    agent = RekeyAgent(store, keyholder)
    for event in events:
        agent.handle(event)
    assert keyholder.asked == [CAMEO]


@pytest.mark.parametrize("code", ["likeness.missing", "key.destroyed"])
def test_a_cameo_without_assets_needs_no_rekey(code: str) -> None:
    store, keyholder = InMemoryEventStore(), CountingKeyholder(KeyholderRefusedError((code,)))
    (revoked,) = appended(store, ConsentRevoked(account=None, strength="stop"))
    assert RekeyAgent(store, keyholder).handle(revoked) == ()
    assert keyholder.asked


@pytest.mark.parametrize("error", [KeyholderUnavailableError("down"), KeyholderRefusedError(("right.missing",))])
def test_a_rekey_that_could_not_be_done_is_not_forgotten(error: Exception) -> None:
    store = InMemoryEventStore()
    (revoked,) = appended(store, ConsentRevoked(account=None, strength="stop"))
    with pytest.raises(type(error)):
        RekeyAgent(store, CountingKeyholder(error)).handle(revoked)
