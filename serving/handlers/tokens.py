"""Commands about bearer tokens: make, know, remove. A token is shown once and kept as its hash."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from serving.errors import ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError
from serving.handlers.desk import Caller
from serving.ports import RECOVER, SCOPES, AccessStore, Token

PREFIX = "cameo_"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once."""

    token: Token
    secret: str


def make_token(
    access: AccessStore,
    entropy: bytes,
    account: str,
    scopes: frozenset[str],
    *,
    label: str = "",
    app: str | None = None,
    now: datetime,
    lives_s: int | None = None,
    until: datetime | None = None,
) -> NewToken:
    """Make a token from 32 random bytes and keep its hash; it ends after `lives_s`, and at `until` at the latest."""
    unknown = scopes - {*SCOPES, RECOVER}
    if unknown or not scopes:
        raise InvalidError("scope.unknown", f"no scope {sorted(unknown)}", f"choose of {', '.join(SCOPES)}")
    secret = secret_of(entropy)
    digest = hash_of(secret)
    ends = [end for end in (until, None if lives_s is None else now + timedelta(seconds=lives_s)) if end is not None]
    expires_at = min(ends, default=None)
    token = Token(digest.hex()[:16], account, scopes, app, label[:80], now, expires_at)
    access.add_token(token, digest)
    return NewToken(token, secret)


def share_token(
    access: AccessStore, caller: Caller, entropy: bytes, scopes: frozenset[str], label: str, lives_s: int | None, app: str | None = None
) -> NewToken:
    """Make a further token for the caller's account: no scope that the caller does not have, no longer life than the caller's.

    `app`: who acts with it for the caller; whether that may be was asked before (apps.require_lendable).
    """
    if scopes - caller.scopes:
        raise ForbiddenError("scope.wider", f"you do not have {sorted(scopes - caller.scopes)}", "ask for scopes that you have")
    return make_token(
        access, entropy, caller.account, scopes,
        label=label, app=caller.app or app, now=datetime.now(UTC), lives_s=lives_s, until=caller.until,
    )  # fmt: skip


def known(access: AccessStore, secret: str) -> Token:
    """Find who calls; raises UnauthenticatedError without telling why."""
    token = access.token_by_hash(hash_of(secret)) if secret.startswith(PREFIX) else None
    if token is None:
        raise UnauthenticatedError(
            "token.unknown", "no such token, or it has expired", "send a valid token: Authorization: Bearer cameo_..."
        )
    return token


def drop_token(access: AccessStore, caller: Caller, token_id: str) -> None:
    """Remove one of the caller's tokens, of no more scopes than the caller has: what is narrow cannot lock its owner out.

    Whoever may enrol may remove the token of a recovery that they did not ask for.
    """
    may = caller.scopes | ({RECOVER} if "enrol" in caller.scopes else frozenset[str]())
    wider = [token for token in access.tokens_of(caller.account) if token.token_id == token_id and token.scopes - may]
    if wider:
        raise ForbiddenError("scope.wider", "that token may do more than yours", "use a token with its scopes")
    others = [token for token in access.tokens_of(caller.account) if token.token_id == token_id and caller.app not in {None, token.app}]
    if others:
        raise ForbiddenError("token.of_another", "an app removes its own tokens alone", "remove it yourself")
    if not access.remove_token(caller.account, token_id):
        raise NotFoundError("token.unknown", "you have no such token", "list your tokens")


def secret_of(entropy: bytes) -> str:
    """Write 32 random bytes as a token is written."""
    return PREFIX + base64.urlsafe_b64encode(entropy).decode().rstrip("=")


def hash_of(secret: str) -> bytes:
    """Hash a token's secret: SHA-256, for it is random already."""
    return hashlib.sha256(secret.encode()).digest()
