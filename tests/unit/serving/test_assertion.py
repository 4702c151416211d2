"""An assertion holds for its audience, its nonce and its time, and for nothing else."""

import base64
import json

import pytest

from serving.core.assertion import LEEWAY_S, LIVES_S, AssertionRefusedError, Passed, check, key_set, sign

SEED, NOW = b"s" * 32, 1_790_000_000
PASSED = Passed("v1", "cameo-" + "0" * 32, "https://bank.example", "nonce-of-the-party", "stepwise", NOW)
KEYS = key_set(SEED)


def held(assertion=None, keys=KEYS, audience=PASSED.audience, nonce=PASSED.nonce, now=NOW + 5):
    return check(sign(SEED, "main", PASSED) if assertion is None else assertion, keys, audience, nonce, now)


def test_it_says_whose_cameo_how_well_and_when_and_no_more():
    claims = held()
    assert claims == {
        "iss": "urn:cameo:main", "aud": PASSED.audience, "sub": PASSED.cameo, "nonce": PASSED.nonce, "jti": "v1",
        "iat": NOW, "auth_time": NOW, "exp": NOW + LIVES_S, "acr": "stepwise", "amr": ["face", "vbm", "mca"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "https://other.example"},
        {"nonce": "another-nonce-of-it"},
        {"now": NOW + LIVES_S + LEEWAY_S},
        {"now": NOW - LEEWAY_S - 1},
        {"keys": key_set(b"t" * 32)},
        {"assertion": "not.a.jwt"},
        {"assertion": ""},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(AssertionRefusedError):
        held(**wrong)


def parts(assertion: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)) for one in assertion.split(".")]


def joined(parts_: list[bytes]) -> str:
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts_)


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "nonce", "jti", "iat", "exp", "acr"])
def test_no_claim_can_be_changed(claim):
    header, claims, signature = parts(sign(SEED, "main", PASSED))
    body = json.loads(claims) | {claim: "x"}
    with pytest.raises(AssertionRefusedError):
        held(joined([header, json.dumps(body).encode(), signature]))


@pytest.mark.parametrize("changed", [{"alg": "none"}, {"alg": "HS256"}, {"typ": "JWT"}, {"kid": "other"}])
def test_a_header_of_another_kind_is_refused(changed):
    header, claims, signature = parts(sign(SEED, "main", PASSED))
    with pytest.raises(AssertionRefusedError):
        held(joined([json.dumps(json.loads(header) | changed).encode(), claims, signature]))


def test_the_public_keys_hold_no_secret():
    assert set(KEYS["keys"][0]) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert base64.urlsafe_b64encode(SEED).decode().rstrip("=") not in json.dumps(KEYS)
