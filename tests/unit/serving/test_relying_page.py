"""What docs/identity.md tells a relying party to copy does what it says: it takes what holds and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest

from infra.places import ROOT
from serving.core.assertion import LEEWAY_S, LIVES_S, TYPE, Keys, Passed, key_set, sign

PAGE = (ROOT / "docs/identity.md").read_text(encoding="utf-8")
CAMEO, NONCE, SEED = "cameo-" + "7" * 32, "a-nonce-that-the-party-drew", b"s" * 32
NOW = int(time.time())
PASSED = Passed("v", CAMEO, "https://bank.example", NONCE, "stepwise", NOW, "basic")
KEYS = key_set(Keys(SEED), NOW)


@pytest.fixture(scope="module")
def checked() -> Callable[..., dict[str, Any]]:
    (code,) = [one for one in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def checked" in one]
    written: dict[str, Any] = {}
    exec(code, written)
    return written["checked"]


def test_what_holds_is_taken(checked: Callable[..., dict[str, Any]]) -> None:
    claims = checked(sign(SEED, "main", PASSED), KEYS, NONCE, CAMEO)
    named = {name.strip("`") for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in row.split(", ")}
    assert set(claims) <= named, "the page names every claim"


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "https://other.example"}, {"nonce": "another"}, {"cameo": "cameo-" + "0" * 32}, {"level": "upload"},
        {"answered_s": NOW - LIVES_S - LEEWAY_S - 1}, {"assurance": "sandbox"},
    ],
    ids=str,
)  # fmt: skip
def test_what_says_anything_else_is_refused(checked: Callable[..., dict[str, Any]], wrong: dict[str, Any]) -> None:
    with pytest.raises(jwt.PyJWTError):
        checked(sign(SEED, "main", replace(PASSED, **wrong)), KEYS, NONCE, CAMEO)


def test_another_key_another_installation_and_another_kind_are_refused(checked: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(jwt.PyJWTError):
        checked(sign(SEED, "other", PASSED), KEYS, NONCE, CAMEO)
    with pytest.raises(KeyError):
        checked(sign(b"t" * 32, "main", PASSED), KEYS, NONCE, CAMEO)
    other = jwt.encode({"sub": CAMEO}, SEED, "HS256", headers={"kid": KEYS["keys"][0]["kid"], "typ": TYPE})
    with pytest.raises(jwt.PyJWTError):
        checked(other, KEYS, NONCE, CAMEO)
    with pytest.raises(jwt.PyJWTError, match="another kind"):
        checked(jwt.encode({"sub": CAMEO}, SEED, "HS256", headers={"typ": "JWT"}), KEYS, NONCE, CAMEO)
