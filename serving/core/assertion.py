"""Owns what a relying party is told about a re-verification: a signed JWT (RFC 7519, EdDSA) and the keys it is checked with.

Never an image, a score or a voice. `sub` is the cameo; `acr` the level that the recording reached; `amr` what was judged
(RFC 8176 names); `nonce` the party's own; `assurance` what the enrolment is worth
whose face it is. What is said of a cameo of the sandbox has another issuer, so that nobody takes it for more by not looking.
Does not decide whether anybody passed.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.core.profiles import ORDER, Level, Profile, reaches

ALGORITHM: Final = "EdDSA"
TYPE: Final = "cameo-assertion+jwt"
LIVES_S: Final = 600
"""An assertion says what was so at `auth_time`; ten minutes are enough to hand it on. A choice, unmeasured."""
LEEWAY_S: Final = 30
"""How far two clocks may be apart. A choice, unmeasured."""
AMR: Final = {Level.UPLOAD: ("face",)}
PRESENT: Final = ("face", "user")
"""What was judged, as RFC 8176 names it: the face, and from steps on that somebody is there. The voice is compared with nobody's."""

CLAIMS: Final = ("iss", "aud", "sub", "exp", "iat", "auth_time", "nonce", "acr", "jti", "assurance")


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
    assurance: str
    """Of the enrolment: sandbox, basic, verified."""


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """The public half of a key that signs no more."""

    x: str
    """Base64url, as in a JWK."""
    retired_s: int
    """Seconds of UTC."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The seed of the key that signs, and the keys before it."""

    seed: bytes
    retired: tuple[RetiredKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a relying party asked for: an assertion that says anything else is none for it."""

    issuer: str
    audience: str
    nonce: str
    level: str
    """The least that will do."""
    cameo: str | None = None
    """Whose it must be; None: of whom the nonce was drawn for, which the caller keeps apart."""


def issuer(tenant: str, assurance: str = Profile.BASIC) -> str:
    """Name this installation in assertions about cameos of this assurance."""
    return f"urn:cameo:{tenant}:sandbox" if assurance == Profile.SANDBOX else f"urn:cameo:{tenant}"


def sign(seed: bytes, tenant: str, passed: Passed) -> str:
    """Sign an assertion; the same arguments give the same one. It ends ten minutes after the answer."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    claims = {
        "iss": issuer(tenant, passed.assurance), "aud": passed.audience, "sub": passed.cameo, "nonce": passed.nonce,
        "jti": passed.verification, "iat": passed.answered_s, "auth_time": passed.answered_s, "exp": passed.answered_s + LIVES_S,
        "acr": passed.level, "amr": list(AMR.get(Level(passed.level), PRESENT)), "assurance": passed.assurance,
    }  # fmt: skip
    return jwt.encode(claims, key, ALGORITHM, headers={"typ": TYPE, "kid": key_id(public_of(seed))})


def key_set(keys: Keys, now_s: int) -> dict[str, Any]:
    """Write the public keys as a JWK set (RFC 8037): the one that signs first, and those before while what they signed lives."""
    living = (one.x for one in keys.retired if now_s < one.retired_s + LIVES_S + LEEWAY_S)
    return {"keys": [_jwk(x) for x in dict.fromkeys((public_of(keys.seed), *living))]}


def public_of(seed: bytes) -> str:
    """Tell the public half of a key: base64url, as in a JWK."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return base64.urlsafe_b64encode(public.public_bytes_raw()).decode().rstrip("=")


def check(assertion: str, keys: dict[str, Any], expected: Expected, now_s: int) -> dict[str, Any]:
    """Check an assertion as a relying party must: signature, type, issuer, audience, nonce, level, time.

    `keys` are those of that issuer alone. Needs no network. Raises AssertionRefusedError.
    """
    try:
        header = jwt.get_unverified_header(assertion)
        known = {one["kid"]: one for one in keys["keys"]}
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise AssertionRefusedError(f"it is no {TYPE} signed by {ALGORITHM}")
        if header.get("kid") not in known:
            raise AssertionRefusedError("it was signed by a key that is not in the set")
        claims: dict[str, Any] = jwt.decode(
            assertion, jwt.PyJWK(known[header["kid"]]), [ALGORITHM], audience=expected.audience, issuer=expected.issuer,
            options={"require": list(CLAIMS), "verify_exp": False, "verify_iat": False},
        )  # fmt: skip
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise AssertionRefusedError(str(error) or type(error).__name__) from error
    if not claims["iat"] - LEEWAY_S <= now_s < claims["exp"] + LEEWAY_S:
        raise AssertionRefusedError("it is too old, or not yet so")
    if claims["nonce"] != expected.nonce:
        raise AssertionRefusedError("it answers another nonce")
    if expected.cameo not in (None, claims["sub"]):
        raise AssertionRefusedError("it is about another cameo")
    if claims["acr"] not in ORDER or not reaches(Level(claims["acr"]), Level(expected.level)):
        raise AssertionRefusedError(f"its level is {claims['acr']}, not {expected.level} or more")
    return claims


def key_id(x: str) -> str:
    """Name a key by its RFC 7638 thumbprint."""
    canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")


def _jwk(x: str) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": key_id(x), "use": "sig", "alg": ALGORITHM}
