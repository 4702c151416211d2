"""An assertion holds for its audience, its nonce and its time, and for nothing else."""

import base64
import json
from dataclasses import replace

import pytest

from serving.assertion_keys import read_keys, rotate
from serving.core.assertion import LEEWAY_S, LIVES_S, AssertionRefusedError, Expected, Keys, Passed, check, key_set, sign

SEED, NOW = b"s" * 32, 1_790_000_000
PASSED = Passed("v1", "cameo-" + "0" * 32, "https://bank.example", "nonce-of-the-party", "stepwise", NOW, "basic")
KEYS = key_set(Keys(SEED), NOW)
EXPECTED = Expected("urn:cameo:main", PASSED.audience, PASSED.nonce, "stepwise")


def held(assertion=None, keys=KEYS, now=NOW + 5, **other):
    return check(sign(SEED, "main", PASSED) if assertion is None else assertion, keys, replace(EXPECTED, **other), now)


def test_it_says_whose_cameo_how_well_and_when_and_no_more():
    claims = held()
    assert claims == {
        "iss": "urn:cameo:main", "aud": PASSED.audience, "sub": PASSED.cameo, "nonce": PASSED.nonce, "jti": "v1",
        "iat": NOW, "auth_time": NOW, "exp": NOW + LIVES_S, "acr": "stepwise", "amr": ["face", "user"],
        "assurance": "basic",
    }  # fmt: skip


def test_whose_it_is_may_be_asked_for():
    assert held(cameo=PASSED.cameo)["sub"] == PASSED.cameo


def test_an_upload_proves_a_face_and_nobody_there():
    assert held(sign(SEED, "main", replace(PASSED, level="upload")), level="upload")["amr"] == ["face"]


def test_of_the_sandbox_another_issuer_tells_so_that_nobody_takes_it_for_more():
    told = sign(SEED, "main", replace(PASSED, assurance="sandbox"))
    with pytest.raises(AssertionRefusedError, match="issuer"):
        held(told)
    assert held(told, issuer="urn:cameo:main:sandbox")["assurance"] == "sandbox"
    with pytest.raises(AssertionRefusedError):
        held(issuer="urn:cameo:main:sandbox")


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "https://other.example"},
        {"nonce": "another-nonce-of-it"},
        {"now": NOW + LIVES_S + LEEWAY_S},
        {"now": NOW - LEEWAY_S - 1},
        {"issuer": "urn:cameo:other"},
        {"level": "light"},
        {"cameo": "cameo-" + "1" * 32},
        {"level": "reviewed"},
        {"keys": key_set(Keys(b"t" * 32), NOW)},
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


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "nonce", "jti", "iat", "exp", "acr", "assurance"])
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


def test_a_lower_level_than_it_says_will_do():
    assert held(level="upload")["acr"] == "stepwise"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "assertion.key").write_bytes(SEED)
    return tmp_path


def test_after_a_rotation_old_assertions_hold_until_they_expire_and_new_ones_are_signed_anew(folder):
    old = sign(SEED, "main", PASSED)
    keys = rotate(folder, NOW)
    assert keys == read_keys(folder)
    assert keys.seed != SEED
    assert held(old, key_set(keys, NOW + 5), NOW + 5)["jti"] == "v1"
    assert held(sign(keys.seed, "main", PASSED), key_set(keys, NOW + 5))
    end = NOW + LIVES_S + LEEWAY_S
    assert len(key_set(keys, end - 1)["keys"]) == 2
    assert len(key_set(keys, end)["keys"]) == 1
    with pytest.raises(AssertionRefusedError):
        held(old, key_set(keys, end), NOW + 5)


def test_a_second_rotation_keeps_the_key_before_and_forgets_what_nobody_needs(folder):
    first = rotate(folder, NOW)
    second = rotate(folder, NOW + 60)
    assert len(key_set(second, NOW + 60)["keys"]) == 3
    assert held(sign(first.seed, "main", PASSED), key_set(second, NOW + 60), NOW + 60)
    rotate(folder, NOW + 10_000)
    assert len(read_keys(folder).retired) == 1
    assert {one.name for one in folder.iterdir()} == {"assertion.key", "assertion.retired"}


def test_a_crash_in_the_middle_of_a_rotation_publishes_the_key_in_use_once(folder):
    rotate(folder, NOW)
    (folder / "assertion.key").write_bytes(SEED)
    assert held(keys=key_set(read_keys(folder), NOW)) == held()
    assert len(key_set(read_keys(folder), NOW)["keys"]) == 1
