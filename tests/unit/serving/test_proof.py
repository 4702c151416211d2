"""One-time codes are those of RFC 6238, accepted one step off and no further; recovery codes are long and forgiving to type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.core.proof import (
    RECOVERY_BYTES,
    SECRET_BYTES,
    STEP_S,
    code_at,
    provisioning_uri,
    recovery_code,
    recovery_hash,
    shown_secret,
    step_of,
)

RFC = b"12345678901234567890"
NOW_US = 1_111_111_109 * 1_000_000


@pytest.mark.parametrize(
    ("time_s", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(time_s: int, code: str) -> None:
    assert code_at(RFC, time_s // STEP_S) == code
    assert step_of(RFC, code, time_s * 1_000_000) == time_s // STEP_S


def test_a_code_is_good_one_step_early_and_late_and_no_further() -> None:
    now = NOW_US // 1_000_000 // STEP_S
    accepted = [step - now for step in range(now - 4, now + 5) if step_of(RFC, code_at(RFC, step), NOW_US) == step]
    assert accepted == [-1, 0, 1]


@pytest.mark.parametrize("code", ["", "08180", "0818044", "08180a", "०८१८०४", " 081804"])
def test_what_is_not_six_digits_is_of_no_step(code: str) -> None:
    assert step_of(RFC, code, NOW_US) is None


@given(st.binary(min_size=RECOVERY_BYTES, max_size=RECOVERY_BYTES))
def test_a_recovery_code_is_the_same_however_it_is_typed(entropy: bytes) -> None:
    code = recovery_code(entropy)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert recovery_hash(code) == recovery_hash(code.upper().replace("-", " ")) == recovery_hash(f" {code.replace('-', '')}\n")


def test_two_recovery_codes_have_two_hashes() -> None:
    assert recovery_hash(recovery_code(bytes(10))) != recovery_hash(recovery_code(bytes(9) + b"\1"))


def test_a_secret_of_160_bits_is_shown_to_authenticators() -> None:
    assert SECRET_BYTES * 8 == 160
    assert len(shown_secret(bytes(SECRET_BYTES))) == 32
    assert provisioning_uri(RFC, "민지").startswith("otpauth://totp/Cameo:")
