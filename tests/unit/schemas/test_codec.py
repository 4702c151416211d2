"""The codec refuses what the vocabulary does not know."""

from __future__ import annotations

import pytest

from schemas import codec
from schemas.account import AccountBlocked
from schemas.envelope import Envelope, Sealed, associated_data
from schemas.errors import RegistryError, SchemaError, UnknownEventError
from schemas.ids import PARTITIONS, cameo_of, partition_of, stream_id, stream_kind
from schemas.registry import Event, by_class, by_wire, event

ACCOUNT = stream_id("account", bytes(range(16)))


def envelope(**changes: object) -> Envelope:
    fields: dict[str, object] = {
        "tenant": "main",
        "stream": ACCOUNT,
        "revision": 1,
        "position": 7,
        "event_id": "e1",
        "type": "account.blocked",
        "version": 1,
        "actor": ACCOUNT,
        "acting_as": None,
        "app": None,
        "correlation": "c1",
        "causation": None,
        "time_us": 1_700_000_000_000_000,
        "data": {"account": "account-" + "1" * 32},
        "sealed": {},
    }
    return Envelope(**(fields | changes))  # type: ignore[arg-type]


def test_an_envelope_survives_the_round_trip() -> None:
    assert codec.decode(codec.encode(envelope())) == envelope()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"type": "account.cloned"}, UnknownEventError),
        ({"version": 2}, UnknownEventError),
        ({"data": {"account": "a", "extra": 1}}, SchemaError),
        ({"data": {"account": 3}}, SchemaError),
        ({"data": {}}, SchemaError),
        ({"envelope": 2}, SchemaError),
        ({"sealed": {"handle": Sealed(key_id="k", nonce=b"n", ciphertext=b"c")}}, SchemaError),
    ],
)
def test_what_is_unknown_is_refused(change: dict[str, object], error: type[Exception]) -> None:
    data = codec.canonical(envelope(**change))
    with pytest.raises(error):
        codec.decode(data)


def test_bytes_that_are_not_canonical_are_refused() -> None:
    with pytest.raises(SchemaError, match="canonical"):
        codec.decode(b" " + codec.encode(envelope()))


def test_floating_point_is_refused() -> None:
    with pytest.raises(SchemaError, match="floating point"):
        codec.canonical({"score": 0.5})


def test_an_envelope_too_large_for_a_log_leaf_is_refused() -> None:
    sealed = {"note": Sealed(key_id="k", nonce=b"n", ciphertext=b"x" * 60_000)}
    with pytest.raises(SchemaError, match="at most"):
        codec.encode(envelope(sealed=sealed))


def test_a_wire_name_is_given_once() -> None:
    with pytest.raises(RegistryError):

        @event("account.blocked", 1, stream="account")
        class Again(Event):  # pyright: ignore[reportUnusedClass]
            account: str

    assert by_wire("account.blocked", 1).cls is AccountBlocked


def test_an_unregistered_class_is_refused() -> None:
    with pytest.raises(UnknownEventError):
        by_class(Event)


def test_a_sealed_field_is_bound_to_its_place() -> None:
    here = associated_data("main", ACCOUNT, "e1", "handle", "k1")
    for other in (
        associated_data("evil", ACCOUNT, "e1", "handle", "k1"),
        associated_data("main", ACCOUNT, "e2", "handle", "k1"),
        associated_data("main", ACCOUNT, "e1", "note", "k1"),
        associated_data("main", ACCOUNT, "e1", "handle", "k2"),
    ):
        assert other != here


def test_streams_are_placed_for_ever() -> None:
    assert partition_of(ACCOUNT) == 16
    assert {partition_of(stream_id("account", i.to_bytes(16))) for i in range(1000)} == set(range(PARTITIONS))


def test_one_account_has_one_personal_cameo() -> None:
    assert cameo_of(ACCOUNT) == cameo_of(ACCOUNT)
    assert stream_kind(cameo_of(ACCOUNT)) == "cameo"
    with pytest.raises(ValueError, match="no account"):
        cameo_of(cameo_of(ACCOUNT))


@pytest.mark.parametrize("name", ["", "account-", "account-xyz", "../account-" + "0" * 32, "account-" + "0" * 33])
def test_a_hostile_stream_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="stream id"):
        stream_kind(name)
