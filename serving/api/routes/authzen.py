"""Routes of the OpenID AuthZEN Authorization API 1.0. Does not decide: a decision point does; does not read bodies: a core does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from serving.api.context import AskingCaller, PartsHere
from serving.api.pacing import paced
from serving.core import authzen
from serving.core.authzen import Decision, Evaluation, Found, MalformedError
from serving.errors import CommandError, UnavailableError
from serving.handlers.asking import OVERSIGHT, Path
from serving.handlers.desk import Caller
from serving.ports import DecisionPoint

router = APIRouter(tags=["authzen"])
ENDPOINTS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}


class MalformedRequestError(CommandError):
    """What was sent is no AuthZEN request."""

    status = 400


async def json_body(request: Request) -> bytes:
    """Read the body of a JSON request. Raises MalformedRequestError for another media type."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _malformed("Content-Type: application/json")
    return await request.body()


Body = Annotated[bytes, Depends(json_body)]
ENTITY: dict[str, Any] = {
    "type": "object",
    "properties": {"type": {"type": "string"}, "id": {"type": "string"}, "properties": {"type": "object"}},
    "required": ["type"],
}
ACTION: dict[str, Any] = {
    "type": "object", "properties": {"name": {"type": "string"}, "properties": {"type": "object"}}, "required": ["name"],
}  # fmt: skip
PAGE: dict[str, Any] = {"type": "object", "properties": {"token": {"type": "string"}, "limit": {"type": "integer"}}}


def _documented(*required: str, **more: dict[str, Any]) -> dict[str, Any]:
    """Describe a body that the core reads itself."""
    members = {"subject": ENTITY, "action": ACTION, "resource": ENTITY, "context": {"type": "object"}} | more
    schema = {"type": "object", "properties": members, "required": list(required)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_ONE = _documented("subject", "action", "resource")
_MANY = _documented(evaluations={"type": "array", "items": {"type": "object"}}, options={"type": "object"})


@router.get("/.well-known/authzen-configuration")
def configuration(request: Request, response: Response) -> dict[str, str]:
    """Tell where this decision point answers. Behind a proxy the address is the one that it forwards."""
    response.headers["Cache-Control"] = "no-store"  # the address is the caller's own word for this host
    base = str(request.base_url).rstrip("/")
    return {"policy_decision_point": base} | {name: base + path for name, path in ENDPOINTS.items()}


@router.post("/access/v1/evaluation", openapi_extra=_ONE)
async def evaluation(parts: PartsHere, caller: AskingCaller, body: Body, path: Path = "exact") -> dict[str, Any]:
    """Answer one question: may this account (subject) `start` with this cameo (resource)? An AuthZEN access evaluation."""

    def work() -> dict[str, Any]:
        return _plain(_point(parts, path).decide(caller, _read(lambda: authzen.read_evaluation(body))))

    return await _paced(parts, caller, work)


@router.post("/access/v1/evaluations", openapi_extra=_MANY)
async def evaluations(parts: PartsHere, caller: AskingCaller, body: Body, path: Path = "exact") -> dict[str, Any]:
    """Answer several questions in order, with what they share given once. AuthZEN access evaluations."""

    def work() -> dict[str, Any]:
        batch, point = _read(lambda: authzen.read_batch(body)), _point(parts, path)
        if batch.single:
            (asked,) = batch.items
            return _plain(point.decide(caller, msgspec.convert(asked, Evaluation)))
        return {"evaluations": [_plain(one) for one in authzen.carried_out(batch, lambda asked: _each(point, caller, asked))]}

    return await _paced(parts, caller, work)


@router.post("/access/v1/search/subject", openapi_extra=_documented("subject", "action", "resource", page=PAGE))
def search_subject(parts: PartsHere, caller: AskingCaller, body: Body) -> dict[str, Any]:
    """Find the accounts, apps or groups (subject.type) that may start with one's own cameo. An AuthZEN subject search."""
    return _search("subject", body, lambda asked: parts.decisions.subjects(caller, asked))


@router.post("/access/v1/search/resource", openapi_extra=_documented("subject", "action", "resource", page=PAGE))
def search_resource(parts: PartsHere, caller: AskingCaller, body: Body) -> dict[str, Any]:
    """Find the cameos with which one may start. An AuthZEN resource search."""
    return _search("resource", body, lambda asked: parts.decisions.resources(caller, asked))


@router.post("/access/v1/search/action", openapi_extra=_documented("subject", "resource", page=PAGE))
async def search_action(parts: PartsHere, caller: AskingCaller, body: Body) -> dict[str, Any]:
    """Find the purposes for which an account may start with a cameo. An AuthZEN action search."""
    return await _paced(parts, caller, lambda: _search("action", body, lambda asked: parts.decisions.actions(caller, asked)))


async def _paced(parts: PartsHere, caller: Caller, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Pace what a requester or an owner is told; oversight is told every reason and need not wait."""
    return await paced(1e-6 if caller.scopes & OVERSIGHT else parts.pacing.evaluation_s, work)


def _point(parts: PartsHere, path: Path) -> DecisionPoint:
    return parts.decisions if path == "exact" else parts.decisions.fast()


def _each(point: DecisionPoint, caller: Caller, asked: Evaluation) -> Decision:
    """Answer one of several: what is wrong with one is told in its place."""
    try:
        return point.decide(caller, asked)
    except UnavailableError:
        raise
    except CommandError as error:
        return authzen.failed(error.status, error.detail)


def _search(sought: Literal["subject", "action", "resource"], body: bytes, find: Callable[[authzen.Search], Found]) -> dict[str, Any]:
    found = find(_read(lambda: authzen.read_search(body, sought)))
    return {"results": list(found.results), "page": {"next_token": found.next_token, "count": len(found.results)}}


def _read(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except MalformedError as error:
        raise _malformed(str(error)) from error


def _malformed(detail: str) -> MalformedRequestError:
    return MalformedRequestError("request.malformed", detail, "see the AuthZEN Authorization API 1.0")


def _plain(decision: Decision) -> dict[str, Any]:
    return msgspec.to_builtins(decision)
