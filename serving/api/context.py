"""What a request carries: the installation's parts, and the caller that a route's scope admits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from identity.keys.client import KeyholderClient
from schemas.ids import is_stream
from serving.adapters.rendering import EvidenceRenderer
from serving.api.pacing import PACING, Pacing
from serving.api.whence import Networks, whence
from serving.api.written import bring
from serving.core.assertion import Keys
from serving.errors import ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError
from serving.handlers.accounts import normal_handle
from serving.handlers.apps import require_it
from serving.handlers.asking import AskingDesk
from serving.handlers.at_least import AtLeast
from serving.handlers.bodies import Room
from serving.handlers.desk import Caller, Desk
from serving.handlers.live import LiveDesk
from serving.handlers.rates import Rates, Whence
from serving.handlers.receipts import Receipts
from serving.handlers.tokens import known
from serving.handlers.uploads import Uploads
from serving.overview_ports import InvitationStore, Overview
from serving.ports import RECOVER, SCOPES, AccessStore, DecisionPoint, ProofStore, Scope, Token
from serving.verification_ports import RecoveryBook, VerificationBook

_bearer = HTTPBearer(auto_error=False, scheme_name="token")


@dataclass(frozen=True, slots=True)
class Parts:
    """One installation as the API sees it."""

    desk: Desk
    access: AccessStore
    proofs: ProofStore
    at_least: AtLeast
    overview: Overview
    invitations: InvitationStore
    verifications: VerificationBook
    recoveries: RecoveryBook
    assertion_keys: Callable[[], Keys]
    """Reads the keys that sign what relying parties are told; they may turn at any time."""
    operators: int
    """How many operators widening a switch needs: 1 or 2."""
    keyholder: KeyholderClient
    reader: Any
    tenant: str
    asking: AskingDesk
    decisions: DecisionPoint
    rates: Rates
    uploads: Uploads
    receipts: Receipts
    proxies: Networks = ()
    """Whose word about addresses is believed."""
    pacing: Pacing = PACING
    renderer: EvidenceRenderer = field(default_factory=EvidenceRenderer)
    live: LiveDesk = field(default_factory=LiveDesk)
    room: Room = field(default_factory=Room)
    """Of recordings in this process's memory."""


def parts_of(request: Request) -> Parts:
    """Find the parts that the app was made with."""
    return request.app.state.parts


ACTING = "Cameo-Acting-As"
"""Names for whom the caller acts, within a power that they or the operator wrote down."""
APP_KEY = "Cameo-App-Key"
"""Shows that an app's token is used by that app."""
FOR_WHOM = "for whom this is done, within a written power: @handle (percent-encoded UTF-8) or account id"


def caller_with(*scopes: str, acting: bool = False) -> Callable[..., Caller]:
    """Admit a token that has one of the scopes. Who acts for somebody is refused: this is done for oneself alone."""

    def admit(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        idempotency_key: Annotated[str | None, Header(max_length=100)] = None,
        cameo_step_up: Annotated[str | None, Header(max_length=80, description="a fresh proof, where widening asks for one")] = None,
        cameo_at_least: Annotated[str | None, Header(max_length=8192, description="what an answer has to have seen")] = None,
    ) -> Caller:
        if credentials is None:
            raise UnauthenticatedError("token.missing", "no token was sent", "send Authorization: Bearer cameo_...")
        token = _known(request, credentials.credentials)
        if not token.scopes & set(scopes):
            raise ForbiddenError("scope.missing", f"this needs the scope {' or '.join(scopes)}", "ask for a token with that scope")
        if idempotency_key is not None and not idempotency_key.isascii():
            raise InvalidError("idempotency.key", "an Idempotency-Key is ASCII", "draw a random one")
        if not acting and ACTING in request.headers:
            raise InvalidError("acting.not_here", "nobody does this for somebody else", f"leave {ACTING} out")
        if token.app is not None:
            require_it(parts_of(request).desk, token.app, request.headers.get(APP_KEY))
        revisions = {} if cameo_at_least is None else parts_of(request).at_least.read(cameo_at_least)
        bring(revisions)
        device = parts_of(request).rates.device(here(request))
        return Caller(
            token.account, token.scopes, token.app, idempotency_key, token.expires_at, cameo_step_up, revisions, token.token_id, device
        )  # fmt: skip

    return admit


def _known(request: Request, secret: str) -> Token:
    """Find a token; who brings unknown ones too often is told to wait. A known one is let through always."""
    parts = parts_of(request)
    try:
        return known(parts.access, secret)
    except UnauthenticatedError:
        parts.rates.require("token", whence(request, parts.proxies))
        raise


def here(request: Request) -> Whence:
    """Tell where a request comes from."""
    return whence(request, parts_of(request).proxies)


def acting_with(*scopes: str) -> Callable[..., Caller]:
    """Admit a token that has one of the scopes, for its own account or for somebody it names; whether it may is the command's to ask."""
    admitted = caller_with(*scopes, acting=True)

    def admit(
        request: Request,
        caller: Caller = Depends(admitted),
        cameo_acting_as: str | None = Header(None, max_length=200, description=FOR_WHOM),
    ) -> Caller:
        if cameo_acting_as is None:
            return caller
        subject = account_named(parts_of(request).access, unquote(cameo_acting_as))
        return caller if subject == caller.account else replace(caller, acting_as=subject)

    return admit


def account_named(access: AccessStore, name: str, *kinds: str) -> str:
    """Turn `@handle` or an account's id into an account's id; `kinds` names further streams (app) whose ids are taken as they are.

    Whether the id's account exists is not looked up. Raises NotFoundError, also for what only looks like an id: ids
    become keys of facts, and a key of any length would stop the consent feed.
    """
    for kind in ("account", *kinds):
        if name.startswith(f"{kind}-"):
            if is_stream(kind, name):
                return name
            raise NotFoundError(f"{kind}.unknown", f"that is no {kind}'s id", f"check the {kind}'s id")
    account = access.account_of(normal_handle(name))
    if account is None:
        raise NotFoundError("account.unknown", f"nobody is called {name}", "check the handle")
    return account


def _admitting(*scopes: Scope | Literal["recover"], acting: bool = False) -> Any:
    """Admit by any one of the scopes, and have the OpenAPI document name them."""
    return Security(acting_with(*scopes) if acting else caller_with(*scopes), scopes=list(scopes))


PartsHere = Annotated[Parts, Depends(parts_of)]
WhenceHere = Annotated[Whence, Depends(here)]
AccountCaller = Annotated[Caller, _admitting("account")]
ConsentCaller = Annotated[Caller, _admitting("consent")]
ActingCaller = Annotated[Caller, _admitting("consent", acting=True)]
"""Consent of one's own, or of somebody for whom the caller acts."""
EnrolCaller = Annotated[Caller, _admitting("enrol")]
RecoveringCaller = Annotated[Caller, _admitting("enrol", RECOVER)]
"""Also whoever recovers an account: what an enrolment cannot be made without."""
GenerateCaller = Annotated[Caller, _admitting("generate")]
ReviewCaller = Annotated[Caller, _admitting("generate", acting=True)]
AuditCaller = Annotated[Caller, _admitting("audit", "auditor")]
AskingCaller = Annotated[Caller, _admitting("consent", "generate", "auditor", "operator")]
AuditorCaller = Annotated[Caller, _admitting("auditor")]
ReviewerCaller = Annotated[Caller, _admitting("reviewer")]
DeskCaller = Annotated[Caller, _admitting("reviewer", "operator")]
OperatorCaller = Annotated[Caller, _admitting("operator")]
AnyCaller = Annotated[Caller, _admitting(*SCOPES)]
