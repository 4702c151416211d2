"""Owns what a relying party is told about a re-verification: a signed JWT (RFC 7519, EdDSA) and the keys it is checked with.

Never an image, a score or a voice. `sub` is the cameo; `acr` the level that the recording reached; `amr` what was judged
(RFC 8176 names); `nonce` the party's own. Does not decide whether anybody passed.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM: Final = "EdDSA"
TYPE: Final = "cameo-assertion+jwt"
LIVES_S: Final = 600
"""An assertion says what was so at `auth_time`; ten minutes are enough to hand it on. A choice, unmeasured."""
LEEWAY_S: Final = 30
"""How far two clocks may be apart. A choice, unmeasured."""
AMR: Final = ("face", "vbm", "mca")
"""Face and voice biometrics, several channels (RFC 8176)."""


class AssertionRefusedError(ValueError):
    """An assertion that does not hold; the message says why."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A re-verification that passed, as an assertion tells it. Times are seconds of UTC."""

    verification: str
    cameo: str
    audience: str
    nonce: str
    level: str
    answered_s: int


def issuer(tenant: str) -> str:
    """Name this installation in assertions."""
    return f"urn:cameo:{tenant}"


def sign(seed: bytes, tenant: str, passed: Passed) -> str:
    """Sign an assertion; the same arguments give the same one. It ends ten minutes after the answer."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    claims = {
        "iss": issuer(tenant), "aud": passed.audience, "sub": passed.cameo, "nonce": passed.nonce, "jti": passed.verification,
        "iat": passed.answered_s, "auth_time": passed.answered_s, "exp": passed.answered_s + LIVES_S,
        "acr": passed.level, "amr": list(AMR),
    }  # fmt: skip
    return jwt.encode(claims, key, ALGORITHM, headers={"typ": TYPE, "kid": key_id(key.public_key())})


def key_set(seed: bytes) -> dict[str, Any]:
    """Write the public key as a JWK set (RFC 8037)."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    one = {"kty": "OKP", "crv": "Ed25519", "x": _x(public), "kid": key_id(public), "use": "sig", "alg": ALGORITHM}
    return {"keys": [one]}


def check(assertion: str, keys: dict[str, Any], audience: str, nonce: str, now_s: int) -> dict[str, Any]:
    """Check an assertion as a relying party must: signature, type, time, audience, nonce. Raises AssertionRefusedError."""
    try:
        header = jwt.get_unverified_header(assertion)
        known = {one["kid"]: one for one in keys["keys"]}
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise AssertionRefusedError(f"it is no {TYPE} signed by {ALGORITHM}")
        if header.get("kid") not in known:
            raise AssertionRefusedError("it was signed by a key that is not in the set")
        claims: dict[str, Any] = jwt.decode(
            assertion, jwt.PyJWK(known[header["kid"]]), [ALGORITHM], audience=audience,
            options={"require": ["iss", "aud", "sub", "exp", "iat", "nonce", "acr", "jti"], "verify_exp": False, "verify_iat": False},
        )  # fmt: skip
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise AssertionRefusedError(str(error) or type(error).__name__) from error
    if not claims["iat"] - LEEWAY_S <= now_s < claims["exp"] + LEEWAY_S:
        raise AssertionRefusedError("it is too old, or not yet so")
    if claims["nonce"] != nonce:
        raise AssertionRefusedError("it answers another nonce")
    return claims


def key_id(public: Ed25519PublicKey) -> str:
    """Name a key by its RFC 7638 thumbprint."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{_x(public)}"}}'
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")


def _x(public: Ed25519PublicKey) -> str:
    return base64.urlsafe_b64encode(public.public_bytes_raw()).decode().rstrip("=")
