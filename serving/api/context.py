"""What a request carries: the installation's parts, and the caller that a route's scope admits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from identity.keys.client import KeyholderClient
from serving.api.pacing import PACING, Pacing
from serving.api.written import bring
from serving.errors import ForbiddenError, InvalidError, UnauthenticatedError
from serving.handlers.asking import AskingDesk
from serving.handlers.at_least import AtLeast
from serving.handlers.desk import Caller, Desk
from serving.handlers.tokens import known
from serving.ports import SCOPES, AccessStore, DecisionPoint, ProofStore, Scope

_bearer = HTTPBearer(auto_error=False, scheme_name="token")


@dataclass(frozen=True, slots=True)
class Parts:
    """One installation as the API sees it."""

    desk: Desk
    access: AccessStore
    proofs: ProofStore
    at_least: AtLeast
    keyholder: KeyholderClient
    reader: Any
    tenant: str
    asking: AskingDesk
    decisions: DecisionPoint
    pacing: Pacing = PACING


def parts_of(request: Request) -> Parts:
    """Find the parts that the app was made with."""
    return request.app.state.parts


def caller_with(*scopes: str) -> Callable[..., Caller]:
    """Admit a token that has one of the scopes."""

    def admit(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        idempotency_key: Annotated[str | None, Header(max_length=100)] = None,
        cameo_step_up: Annotated[str | None, Header(max_length=40, description="a fresh proof, where widening asks for one")] = None,
        cameo_at_least: Annotated[str | None, Header(max_length=8192, description="what an answer has to have seen")] = None,
    ) -> Caller:
        if credentials is None:
            raise UnauthenticatedError("token.missing", "no token was sent", "send Authorization: Bearer cameo_...")
        token = known(parts_of(request).access, credentials.credentials)
        if not token.scopes & set(scopes):
            raise ForbiddenError("scope.missing", f"this needs the scope {' or '.join(scopes)}", "ask for a token with that scope")
        if idempotency_key is not None and not idempotency_key.isascii():
            raise InvalidError("idempotency.key", "an Idempotency-Key is ASCII", "draw a random one")
        revisions = {} if cameo_at_least is None else parts_of(request).at_least.read(cameo_at_least)
        bring(revisions)
        return Caller(token.account, token.scopes, token.app, idempotency_key, token.expires_at, cameo_step_up, revisions)

    return admit


def _admitting(*scopes: Scope) -> Any:
    """Admit by any one of the scopes, and have the OpenAPI document name them."""
    return Security(caller_with(*scopes), scopes=list(scopes))


PartsHere = Annotated[Parts, Depends(parts_of)]
AccountCaller = Annotated[Caller, _admitting("account")]
ConsentCaller = Annotated[Caller, _admitting("consent")]
EnrolCaller = Annotated[Caller, _admitting("enrol")]
GenerateCaller = Annotated[Caller, _admitting("generate")]
AuditCaller = Annotated[Caller, _admitting("audit", "auditor")]
AskingCaller = Annotated[Caller, _admitting("consent", "generate", "auditor", "operator")]
AuditorCaller = Annotated[Caller, _admitting("auditor")]
OperatorCaller = Annotated[Caller, _admitting("operator")]
AnyCaller = Annotated[Caller, _admitting(*SCOPES)]
