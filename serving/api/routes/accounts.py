"""Routes of accounts and tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from schemas.ids import cameo_of, is_stream
from serving.api.context import AccountCaller, AnyCaller, OperatorCaller, PartsHere
from serving.api.context import account_named as resolve
from serving.errors import ConflictError, ForbiddenError, NotFoundError
from serving.handlers import accounts, apps, tokens
from serving.ports import PERSON, AccessStore, Scope

router = APIRouter(prefix="/v1", tags=["accounts"])
APPOINTED: Final[frozenset[Scope]] = frozenset({"operator", "reviewer"})
LONGEST_LIFE_S = 10 * 365 * 24 * 3600
"""Of a token that expires at all; a house rule."""


class NewAccount(BaseModel):
    """An account to register."""

    handle: str = Field(max_length=60, examples=["min"])
    region: str = Field(pattern="^[A-Z]{2}$", examples=["KR"], description="ISO 3166 region; ZZ, unknown, is served nothing")
    locale: str = Field("en", pattern="^[a-z]{2}(-[A-Z]{2})?$")
    minor: bool = False
    scopes: list[Scope] = Field(default_factory=lambda: list(PERSON), min_length=1)


class Account(BaseModel):
    """An account as others may see it."""

    account: str
    handle: str
    cameo: str


class Registered(Account):
    """A new account, with its first token, shown once."""

    token: str


class Other(BaseModel):
    """Another account, by id or handle."""

    account: str = Field(max_length=80, examples=["@min"])


class NewStanding(BaseModel):
    """A standing and why."""

    standing: Literal["good", "limited", "suspended"]
    reason: str = Field(min_length=1, max_length=80)


class NewToken(BaseModel):
    """A further token for the caller."""

    scopes: list[Scope] = Field(min_length=1)
    label: str = Field("", max_length=80)
    lives_s: int | None = Field(None, ge=60, le=LONGEST_LIFE_S)
    app: str | None = Field(None, max_length=80, description="who acts with it for the caller, within these scopes")


class TokenSeen(BaseModel):
    """A token without its secret."""

    token_id: str
    scopes: list[str]
    label: str
    app: str | None
    created_at: datetime
    expires_at: datetime | None


class TokenMade(TokenSeen):
    """A token with its secret, shown once."""

    token: str


@router.post("/accounts", status_code=201)
def register_account(parts: PartsHere, caller: OperatorCaller, body: NewAccount) -> Registered:
    """Register an account and make its first token: a person's scopes, and no further one that the operator does not have.

    Reviewers and operators are appointed: POST /v1/roles.
    """
    if APPOINTED & set(body.scopes):
        raise ForbiddenError("scope.appointed", "reviewers and operators are appointed by two operators", "cameo role propose")
    wider = set(body.scopes) - set(PERSON) - caller.scopes
    if wider:
        raise ForbiddenError("scope.wider", f"you do not have {sorted(wider)}", "ask for scopes that you have")
    normal = accounts.normal_handle(body.handle)
    holder = parts.access.account_of(normal)
    if holder is not None and holder != accounts.id_under_key(parts.desk, caller):
        raise ConflictError("handle.taken", f"the handle {normal} is taken", "choose another handle")
    account = accounts.register(parts.desk, caller, handle=body.handle, region=body.region, locale=body.locale, minor=body.minor)
    shown = body.handle.removeprefix("@")
    if not parts.access.claim_handle(normal, shown, account):
        raise ConflictError("handle.taken", f"the handle {normal} is taken", "choose another handle")
    made = tokens.make_token(parts.access, parts.desk.entropy(32), account, frozenset(body.scopes), label="first", now=datetime.now(UTC))
    return Registered(account=account, handle=shown, cameo=cameo_of(account), token=made.secret)


@router.get("/accounts/me")
def show_me(parts: PartsHere, caller: AnyCaller) -> Account:
    """Show the caller's account."""
    return _seen(parts.access, caller.account)


@router.get("/accounts")
def find_account(parts: PartsHere, caller: AnyCaller, handle: Annotated[str, Query(max_length=80)]) -> Account:
    """Find an account by its handle."""
    del caller
    return _seen(parts.access, resolve(parts.access, handle))


@router.put("/accounts/me/follows/{account}", status_code=204)
def follow(parts: PartsHere, caller: AccountCaller, account: str) -> None:
    """Follow an account (id or @handle)."""
    accounts.follow(parts.desk, caller, resolve(parts.access, account))


@router.delete("/accounts/me/follows/{account}", status_code=204)
def unfollow(parts: PartsHere, caller: AccountCaller, account: str) -> None:
    """Stop following an account."""
    accounts.unfollow(parts.desk, caller, resolve(parts.access, account))


@router.put("/accounts/me/blocks/{account}", status_code=204)
def block(parts: PartsHere, caller: AccountCaller, account: str) -> None:
    """Block an account: neither may use the other's likeness."""
    accounts.block(parts.desk, caller, resolve(parts.access, account))


@router.delete("/accounts/me/blocks/{account}", status_code=204)
def unblock(parts: PartsHere, caller: AccountCaller, account: str) -> None:
    """Lift a block."""
    accounts.unblock(parts.desk, caller, resolve(parts.access, account))


@router.put("/accounts/{account}/standing", status_code=204)
def change_standing(parts: PartsHere, caller: OperatorCaller, account: str, body: NewStanding) -> None:
    """Change an account's standing."""
    accounts.change_standing(parts.desk, caller, resolve(parts.access, account), body.standing, body.reason)


@router.post("/tokens", status_code=201)
def make_token(parts: PartsHere, caller: AnyCaller, body: NewToken) -> TokenMade:
    """Make a further token for the caller, with no scope that the caller does not have."""
    if body.app is not None:
        if not is_stream("app", body.app):
            raise NotFoundError("app.unknown", "that is no app's id", "ask the app for its id")
        apps.require_lendable(parts.desk, caller, body.app, frozenset(body.scopes))
    scopes = frozenset[str](body.scopes)
    made = tokens.share_token(parts.access, caller, parts.desk.entropy(32), scopes, body.label, body.lives_s, body.app)
    return TokenMade(**_token(made.token).model_dump(), token=made.secret)


@router.get("/tokens")
def list_tokens(parts: PartsHere, caller: AnyCaller) -> list[TokenSeen]:
    """List the caller's tokens."""
    return [_token(token) for token in parts.access.tokens_of(caller.account)]


@router.delete("/tokens/{token_id}", status_code=204)
def drop_token(parts: PartsHere, caller: AnyCaller, token_id: str) -> None:
    """Remove one of the caller's tokens."""
    tokens.drop_token(parts.access, caller, token_id)


def _token(token: tokens.Token) -> TokenSeen:
    return TokenSeen(
        token_id=token.token_id, scopes=sorted(token.scopes), label=token.label, app=token.app,
        created_at=token.created_at, expires_at=token.expires_at,
    )  # fmt: skip


def _seen(access: AccessStore, account: str) -> Account:
    handle = access.handle_of(account)
    if handle is None:
        raise NotFoundError("account.unknown", "there is no such account", "check the id")
    return Account(account=account, handle=handle, cameo=cameo_of(account))
