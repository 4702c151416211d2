"""Signed requests of replicas: one passes, every alteration of it does not."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.keys.errors import SignatureRefusedError
from identity.keys.signing import NONCE, REPLICA, SIGNATURE, SKEW_US, TIME, SignatureCheck, sign

NOW_US = 1_700_000_000_000_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def signed(body: bytes = b"{}", nonce: str = "n1", time_us: int = NOW_US) -> dict[str, str]:
    return sign(KEY, path="/v1/open", body=body, replica="r1", time_us=time_us, nonce=nonce)


def check() -> SignatureCheck:
    return SignatureCheck(KEY.public_key())


def test_a_signed_request_tells_its_replica() -> None:
    assert check().replica("/v1/open", b"{}", signed(), NOW_US) == "r1"


def test_a_request_passes_once() -> None:
    one = check()
    one.replica("/v1/open", b"{}", signed(), NOW_US)
    with pytest.raises(SignatureRefusedError, match="before"):
        one.replica("/v1/open", b"{}", signed(), NOW_US)


@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        ("/v1/release", b"{}", {}),
        ("/v1/open", b"{ }", {}),
        ("/v1/open", b"{}", {REPLICA: "r2"}),
        ("/v1/open", b"{}", {NONCE: "n2"}),
        ("/v1/open", b"{}", {TIME: str(NOW_US + 1)}),
        ("/v1/open", b"{}", {TIME: "now"}),
        ("/v1/open", b"{}", {SIGNATURE: "00" * 64}),
        ("/v1/open", b"{}", {SIGNATURE: "zz"}),
    ],
)
def test_an_altered_request_is_refused(path: str, body: bytes, change: dict[str, str]) -> None:
    with pytest.raises(SignatureRefusedError):
        check().replica(path, body, signed() | change, NOW_US)


def test_an_unsigned_request_is_refused() -> None:
    with pytest.raises(SignatureRefusedError, match="not signed"):
        check().replica("/v1/open", b"{}", {}, NOW_US)


@pytest.mark.parametrize("away_us", [-SKEW_US - 1, SKEW_US + 1])
def test_a_request_from_another_time_is_refused(away_us: int) -> None:
    with pytest.raises(SignatureRefusedError, match="time"):
        check().replica("/v1/open", b"{}", signed(time_us=NOW_US + away_us), NOW_US)


def test_a_forged_request_does_not_use_up_the_nonce() -> None:
    one = check()
    with pytest.raises(SignatureRefusedError):
        one.replica("/v1/open", b"{}", signed() | {SIGNATURE: "00" * 64}, NOW_US)
    assert one.replica("/v1/open", b"{}", signed(), NOW_US) == "r1"
