"""Every EventStore keeps this contract: the in-memory twin and the one in Postgres."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from schemas import account, consent, generation
from schemas.codec import encode
from schemas.envelope import Sealed
from schemas.errors import SchemaError
from schemas.ids import stream_id
from schemas.registry import Event
from streams.adapters.postgres import PostgresEventStore
from streams.core.tree import leaf_hash
from streams.errors import IdempotencyError
from streams.export import cloud_events
from streams.fakes import InMemoryEventStore
from streams.ports import AlreadyDone, Append, Appended, Conflict, EventStore, Exhausted, Expired, NewEvent


class Stores:
    """A store as each role; in memory they are one."""

    def __init__(self, roles: dict[str, EventStore]) -> None:
        self.roles = roles

    def __getattr__(self, role: str) -> EventStore:
        return self.roles.get(role) or self.roles["any"]


@pytest.fixture(scope="module", params=["memory", "postgres"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores({"any": InMemoryEventStore()})
        return
    database = request.getfixturevalue("database")
    made = {role: PostgresEventStore(database.dsn(role), "main") for role in ("api", "keyholder", "dispatcher", "judge")}
    yield Stores(made)
    for store in made.values():
        store.close()


def stream(kind: str) -> str:
    return stream_id(kind, secrets.token_bytes(16))  # type: ignore[arg-type]


def new(where: str, event: Event, **sealed: Sealed) -> NewEvent:
    return NewEvent(where, event, secrets.token_hex(16), sealed)


def append(*events: NewEvent, **words: object) -> Append:
    return Append(actor="account-test", events=events, correlation="c-1", **words)  # type: ignore[arg-type]


def registered() -> account.AccountRegistered:
    return account.AccountRegistered(region="KR", locale="ko", minor=False)


def done(outcome: object) -> Appended:
    assert isinstance(outcome, Appended), outcome
    return outcome


def grant(uses: int | None) -> consent.GrantGiven:
    return consent.GrantGiven(
        grant="g1", grantee="account-b", purposes=("personal",), facets=("face",), from_us=None, until_us=None, uses=uses, review=False
    )


def started(cameo: str) -> generation.GenerationStarted:
    return generation.GenerationStarted(
        attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, assets=(),
        uses=(generation.UseRef(cameo=cameo, grant="g1"),),
    )  # fmt: skip


def released(cameo: str) -> generation.GenerationReleased:
    return generation.GenerationReleased(
        attempt=1, decision="d", sealed_sha256="s", film_sha256="f", key_id="k", holding={},
        uses=(generation.UseRef(cameo=cameo, grant="g1"),),
    )  # fmt: skip


def lost(cameo: str) -> generation.AttemptLost:
    return generation.AttemptLost(attempt=1, final=True, codes=("x",), uses=(generation.UseRef(cameo=cameo, grant="g1"),))


def test_an_append_is_read_back_as_it_was_returned(stores: Stores) -> None:
    one = stream("account")
    handle = Sealed(key_id="k", nonce=b"\x00\xff", ciphertext=b"secret")
    written = done(stores.api.append(append(new(one, registered(), handle=handle), causation="cause", acting_as="a", app="b")))
    assert [(e.revision, e.type, e.sealed) for e in written.envelopes] == [(1, "account.registered", {"handle": handle})]
    assert list(stores.api.read(one)) == list(written.envelopes)
    assert list(stores.api.read_positions([written.envelopes[0].position])) == list(written.envelopes)
    assert written.envelopes[0] in list(stores.api.read_all(limit=2))
    assert encode(stores.api.read(one)[0]) == encode(written.envelopes[0])


def test_revisions_have_no_gap_and_time_never_runs_back_in_a_stream(stores: Stores) -> None:
    one = stream("account")
    for _ in range(3):
        stores.api.append(append(new(one, account.AccountBlocked(account="x")), new(one, account.AccountUnblocked(account="x"))))
    events = stores.api.read(one)
    assert [event.revision for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.time_us for event in events] == sorted(event.time_us for event in events)
    assert list(stores.api.read(one, after=4)) == list(events[4:])


def test_an_expected_revision_that_moved_conflicts_and_writes_nothing(stores: Stores) -> None:
    one = stream("account")
    done(stores.api.append(append(new(one, registered()), expected={one: 0})))
    outcome = stores.api.append(append(new(one, registered()), expected={one: 0}))
    assert outcome == Conflict(one, 0, 1)
    assert len(stores.api.read(one)) == 1


def test_without_an_expected_revision_it_appends_wherever_the_stream_stands(stores: Stores) -> None:
    one = stream("cameo")
    done(stores.api.append(append(new(one, grant(None)))))
    done(stores.api.append(append(new(one, consent.ConsentRevoked(account=None, strength="stop")))))
    assert stores.api.read(one)[-1].revision == 2


def test_a_held_stream_conflicts_when_its_consent_moved_and_only_then(stores: Stores) -> None:
    cameo, film = stream("cameo"), stream("generation")
    done(stores.api.append(append(new(cameo, grant(None)))))
    done(stores.api.append(append(new(cameo, recording()))))
    with stores.keyholder.snapshot() as snapshot:
        assert snapshot.head(cameo) == (2, 1)
    done(stores.keyholder.append(append(new(film, refused()), holding={cameo: 1})))
    done(stores.api.append(append(new(cameo, consent.ConsentRevoked(account=None, strength="stop")))))
    assert stores.keyholder.append(append(new(film, refused()), holding={cameo: 1})) == Conflict(cameo, 1, 3)
    assert len(stores.api.read(film)) == 1


def recording() -> Event:
    from schemas.cameo import RecordingReceived

    return RecordingReceived(enrolment="e", evidence="v", key_id="k", sha256="s", bytes=1, camera_label="c")


def refused() -> generation.GenerationRefused:
    return generation.GenerationRefused(attempt=None, action="start", codes=("c",), decision=None, reported_by="keyholder", uses=())


def test_a_stream_that_does_not_exist_is_held_at_zero(stores: Stores) -> None:
    absent, film = stream("app"), stream("generation")
    done(stores.keyholder.append(append(new(film, refused()), holding={absent: 0})))
    assert stores.keyholder.append(append(new(film, refused()), holding={absent: 1})) == Conflict(absent, 1, 0)


def test_it_refuses_when_its_time_has_come(stores: Stores) -> None:
    film = stream("generation")
    outcome = stores.keyholder.append(append(new(film, refused()), not_after_us=1))
    assert isinstance(outcome, Expired)
    assert outcome.not_after_us == 1
    assert outcome.now_us > 1
    assert stores.api.read(film) == []


def test_facts_follow_from_events_with_the_revision_that_wrote_them(stores: Stores) -> None:
    one, other = stream("account"), stream("account")
    stores.api.append(append(new(one, registered()), new(one, account.AccountFollowed(account=other))))
    with stores.api.snapshot() as snapshot:
        assert snapshot.get(one, "account") == ({"region": "KR", "minor": False}, 1)
        assert snapshot.get(one, f"follows/{other}") == ({}, 2)
        assert snapshot.get(one, "blocks/x") is None
        assert snapshot.scan(one, "follows/") == [(f"follows/{other}", ({}, 2))]
        assert snapshot.head(other) is None
    stores.api.append(append(new(one, account.AccountUnfollowed(account=other))))
    with stores.api.snapshot() as snapshot:
        assert snapshot.get(one, f"follows/{other}") is None


def test_a_stream_with_many_facts_reads_the_same(stores: Stores) -> None:
    one = stream("account")
    others = sorted(stream("account") for _ in range(150))
    for start in range(0, 150, 50):
        stores.api.append(append(*(new(one, account.AccountFollowed(account=other)) for other in others[start : start + 50])))
    stores.api.append(append(new(one, registered())))
    with stores.api.snapshot() as snapshot:
        assert [key for key, _ in snapshot.scan(one, "follows/")] == [f"follows/{other}" for other in others]
        assert snapshot.get(one, f"follows/{others[100]}") == ({}, others.index(others[100]) + 1)
        assert snapshot.get(one, "standing") == ({"standing": "good"}, 151)
        assert snapshot.get(one, "none") is None
        assert snapshot.head(one) == (151, 151)


def test_a_snapshot_does_not_see_what_is_appended_after_it_began(stores: Stores) -> None:
    one, later = stream("account"), stream("account")
    stores.api.append(append(new(one, registered())))
    with stores.api.snapshot() as snapshot:
        now_us = snapshot.now_us()
        stores.api.append(append(new(one, account.AccountBlocked(account="x")), new(later, registered())))
        assert snapshot.head(one) == (1, 1)
        assert snapshot.get(one, "blocks/x") is None
        assert snapshot.head(later) is None
        assert snapshot.now_us() == now_us


def test_of_two_uses_exactly_two_are_given_and_a_returned_one_is_given_again(stores: Stores) -> None:
    cameo, films = stream("cameo"), [stream("generation") for _ in range(4)]
    done(stores.api.append(append(new(cameo, grant(2)))))
    done(stores.keyholder.append(append(new(films[0], started(cameo)))))
    done(stores.keyholder.append(append(new(films[1], started(cameo)))))
    assert stores.keyholder.append(append(new(films[2], started(cameo)))) == Exhausted(cameo, "g1")
    assert stores.api.read(films[2]) == []
    with stores.api.snapshot() as snapshot:
        assert snapshot.used(cameo, "g1", films[0])[:2] == (1, True)
        assert snapshot.used(cameo, "g1", films[2])[:2] == (2, False)
    done(stores.keyholder.append(append(new(films[0], started(cameo)))))  # its own reservation stands
    done(stores.dispatcher.append(append(new(films[0], lost(cameo)))))
    done(stores.keyholder.append(append(new(films[2], started(cameo)))))
    done(stores.keyholder.append(append(new(films[2], released(cameo)))))
    done(stores.dispatcher.append(append(new(films[2], lost(cameo)))))  # a consumed use does not come back
    assert stores.keyholder.append(append(new(films[3], started(cameo)))) == Exhausted(cameo, "g1")


def test_a_use_of_a_grant_that_was_never_given_is_refused(stores: Stores) -> None:
    cameo, film = stream("cameo"), stream("generation")
    assert stores.keyholder.append(append(new(film, started(cameo)))) == Exhausted(cameo, "g1")


def test_an_unlimited_grant_is_counted_and_never_exhausted(stores: Stores) -> None:
    cameo = stream("cameo")
    done(stores.api.append(append(new(cameo, grant(None)))))
    for _ in range(3):
        done(stores.keyholder.append(append(new(stream("generation"), started(cameo)))))
    with stores.api.snapshot() as snapshot:
        assert snapshot.used(cameo, "g1", "generation-x")[:2] == (3, False)


def test_the_same_key_and_request_is_done_once(stores: Stores) -> None:
    one, key = stream("account"), secrets.token_hex(8)
    first = done(stores.api.append(append(new(one, registered()), idempotency_key=key)))
    again = stores.api.append(append(new(one, registered()), idempotency_key=key, expected={one: 0}))
    assert again == AlreadyDone((first.envelopes[0].position,))
    assert len(stores.api.read(one)) == 1


def test_the_same_key_for_another_request_raises(stores: Stores) -> None:
    one, key = stream("account"), secrets.token_hex(8)
    stores.api.append(append(new(one, registered()), idempotency_key=key))
    with pytest.raises(IdempotencyError):
        stores.api.append(append(new(one, account.AccountBlocked(account="x")), idempotency_key=key))


def test_a_request_digest_stands_for_events_that_are_drawn_anew(stores: Stores) -> None:
    key = secrets.token_hex(8)
    first = done(stores.api.append(append(new(stream("account"), registered()), idempotency_key=key, request_sha256="r")))
    again = stores.api.append(append(new(stream("account"), registered()), idempotency_key=key, request_sha256="r"))
    assert again == AlreadyDone((first.envelopes[0].position,))


def test_an_event_id_is_written_once(stores: Stores) -> None:
    one = stream("account")
    event = new(one, registered())
    first = done(stores.api.append(append(event)))
    assert stores.api.append(append(event)) == AlreadyDone((first.envelopes[0].position,))
    with pytest.raises(IdempotencyError):
        stores.api.append(append(event, new(one, registered())))


def test_what_is_outside_the_vocabulary_is_refused_before_it_is_sent(stores: Stores) -> None:
    with pytest.raises(SchemaError):
        stores.api.append(append(new(stream("cameo"), registered())))
    with pytest.raises(SchemaError):
        stores.api.append(append(new(stream("account"), registered(), face=Sealed(key_id="k", nonce=b"", ciphertext=b""))))
    with pytest.raises(SchemaError):
        stores.api.append(append(new(stream("account"), registered(), handle=Sealed(key_id="k", nonce=b"", ciphertext=bytes(60_000)))))
    with pytest.raises(ValueError, match="not written"):
        stores.api.append(append(new(stream("account"), registered()), expected={stream("account"): 0}))


def test_the_log_numbers_without_gap_and_hashes_the_very_envelopes(stores: Stores) -> None:
    entries = stores.api.read_log(limit=10_000)
    assert [entry.index for entry in entries] == list(range(len(entries)))
    assert all(entry.leaf_hash == leaf_hash(encode(entry.envelope)) for entry in entries)


def test_every_event_is_exported_as_a_cloudevent_above_a_position(stores: Stores) -> None:
    one = stream("account")
    handle = Sealed(key_id="k", nonce=b"n", ciphertext=b"c")
    first, second = done(
        stores.api.append(append(new(one, registered(), handle=handle), new(one, account.AccountBlocked(account="x"))))
    ).envelopes
    events = list(cloud_events(stores.api, after=first.position - 1))
    assert [(event["id"], event["stream"], event["revision"], event["position"]) for event in events] == [
        (e.event_id, one, e.revision, e.position) for e in (first, second)
    ]
    assert events[1]["data"] == {"account": "x"}
    assert events[0]["sealed"]["handle"]["key_id"] == "k"
    assert {event["specversion"] for event in events} == {"1.0"}
    assert [event["position"] for event in cloud_events(stores.api)][-2:] == [first.position, second.position]
