"""Tokens of a write: read back by whoever has the secret, refused with a code for anything else."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.core.token import MAC_BYTES, MAX_CHARS, MAX_STREAMS, _mac, issue, read
from policy.errors import TokenError
from schemas.ids import stream_id

SECRET, OTHER = b"s" * 32, b"o" * 32
CAMEO, ACCOUNT = "cameo-" + "c" * 32, "account-" + "a" * 32
WRITTEN = {CAMEO: 7, ACCOUNT: 12}


def code(token: str, secret: bytes = SECRET, incarnation: int = 3) -> str:
    with pytest.raises(TokenError) as raised:
        read(secret, token, incarnation)
    return raised.value.code


def signed(payload: bytes) -> str:
    return base64.urlsafe_b64encode(_mac(SECRET, payload) + payload).decode().rstrip("=")


@given(
    st.integers(1, 2**31),
    st.dictionaries(
        st.binary(min_size=16, max_size=16).map(lambda b: stream_id("cameo", b)), st.integers(1, 2**62), min_size=1, max_size=8
    ),
)
def test_what_was_written_is_read_back(incarnation: int, revisions: dict[str, int]) -> None:
    assert read(SECRET, issue(SECRET, incarnation, revisions), incarnation) == revisions


def test_the_same_writes_give_the_same_token_whatever_their_order() -> None:
    assert issue(SECRET, 3, WRITTEN) == issue(SECRET, 3, dict(reversed(WRITTEN.items())))


def test_a_token_fits_a_header_and_a_url() -> None:
    token = issue(SECRET, 3, {stream_id("generation", bytes([n]) * 16): 2**40 for n in range(MAX_STREAMS)})
    assert len(token) < MAX_CHARS
    assert token.replace("-", "").replace("_", "").isalnum()


def test_another_secret_is_a_forgery() -> None:
    assert code(issue(OTHER, 3, WRITTEN)) == "token.forged"


def test_every_changed_byte_is_a_forgery() -> None:
    raw = base64.urlsafe_b64decode(issue(SECRET, 3, {CAMEO: 7}) + "==")
    for place in range(len(raw)):
        changed = bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]])
        assert code(base64.urlsafe_b64encode(changed).decode().rstrip("=")) == "token.forged"


def test_another_life_of_the_ledger_is_told_apart() -> None:
    assert code(issue(SECRET, 3, WRITTEN), incarnation=4) == "token.incarnation"


@pytest.mark.parametrize("token", ["", "a", "!!!!", "é" * 60, "A" * 40, "A" * (MAX_CHARS + 1), "A" * 60 + "=", "A" * 61])
def test_what_is_no_token_is_malformed(token: str) -> None:
    assert code(token) == "token.malformed"


def test_another_spelling_of_the_same_bytes_is_malformed() -> None:
    token = next(t for t in (issue(SECRET, 3, {CAMEO: n}) for n in (1, 300, 70_000)) if len(t) % 4)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert code(token[:-1] + alphabet[alphabet.index(token[-1]) + 1]) == "token.malformed"


@pytest.mark.parametrize("content", [[1, {"nowhere": 1}], [1, {CAMEO: 0}], ["x", {}], 5, [1]])
def test_a_signed_payload_of_another_shape_is_malformed(content: object) -> None:
    assert code(signed(msgspec.msgpack.encode(content))) == "token.malformed"


def test_a_weak_secret_or_too_many_streams_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="32"):
        issue(b"short", 1, WRITTEN)
    for wrong in ({}, {stream_id("cameo", n.to_bytes(16)): 1 for n in range(MAX_STREAMS + 1)}):
        with pytest.raises(ValueError, match="streams"):
            issue(SECRET, 1, wrong)
    assert MAC_BYTES == 32
