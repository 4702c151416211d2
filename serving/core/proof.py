"""Codes that prove who asks: time-based one-time passwords (RFC 6238) and recovery codes. Keeps none, counts no tries."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

OWN_AUDIENCE = "urn:cameo:step-up"
"""Whom a re-verification is for that somebody makes to prove themselves."""
BY_FACE = "verification:"
"""How a proof begins that is a re-verification; its id, a dot and a secret follow, which who asked for it alone was told."""
PROOF_BYTES = 16
FRESH_US = 5 * 60 * 1_000_000
"""How long a re-verification counts as a fresh proof. A choice, unmeasured."""
SECRET_BYTES = 20
"""160 bits, as RFC 4226 recommends."""
DIGITS = 6
STEP_S = 30
DRIFT = 1
"""Steps that a clock may be off, either way (RFC 6238, 5.2)."""
RECOVERY_BYTES = 10
RECOVERY_CODES = 10


def step_of(secret: bytes, code: str, now_us: int) -> int | None:
    """Find the time step, at most one from now, whose code this is; None: of none."""
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    now, found = now_us // 1_000_000 // STEP_S, None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            found = step
    return found


def code_at(secret: bytes, step: int) -> str:
    """Tell the code of a time step."""
    return _totp(secret).generate(step * STEP_S).decode()


def shown_secret(secret: bytes) -> str:
    """Write a secret as it is typed into an authenticator."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, handle: str) -> str:
    """Write what an authenticator reads from a QR code."""
    return _totp(secret).get_provisioning_uri(handle, "Cameo")


def recovery_code(entropy: bytes) -> str:
    """Write 80 random bits as four groups of four letters and digits."""
    text = base64.b32encode(entropy).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def recovery_hash(code: str) -> bytes:
    """Hash a recovery code as it was typed: case, blanks and dashes do not matter."""
    return hashlib.sha256("".join(code.split()).replace("-", "").lower().encode()).digest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 -- HMAC-SHA1 is what authenticators know (RFC 6238)
