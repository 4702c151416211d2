"""Owns the keyholder's HTTP face: who asks, may they, one handler each, errors to codes. Decides nothing itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
import msgspec
from anyio.to_thread import run_sync
from fastapi import FastAPI, Request, Response

from identity.keys import wire
from identity.keys.errors import KeyGoneError, NoKeyError, RootKeyUnavailableError, SealBrokenError, SignatureRefusedError
from identity.keys.rights import ENDPOINTS, may_call
from policy.errors import PolicyUnavailableError
from schemas.errors import SchemaError
from serving.keyholder.access import Doorkeeper
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.errors import LedgerBehindError, RefusedError
from serving.keyholder.exact import Exact
from serving.keyholder.opening import Opener
from serving.keyholder.releasing import Releaser
from serving.keyholder.rotating import Rotation
from serving.keyholder.showing import Exhibitor
from serving.keyholder.tending import Steward
from serving.keyholder.unsealing import Unsealer
from streams.errors import IncarnationError, LedgerUnavailableError

LOG = logging.getLogger("keyholder")
REPLICA_PATHS = frozenset(path for path, roles in ENDPOINTS.items() if "replica" in roles)
DECIDING = frozenset({*REPLICA_PATHS, "/v1/film", "/v1/draft", "/v1/release-draft"})
AT_ONCE = 8
"""Decisions made at once, and other calls at once; the rest wait their turn. With 40 threads beside a busy machine (load 14 on
2 cores) 230 of 256 openings found OPA later than 100 ms; waiting before a decision costs none of its time limits."""
MAX_BODY_BYTES = 512 * 1024 * 1024
MAX_ASK_BYTES = 64 * 1024
"""What an asking without content may take: nobody else is listened to for longer, and what a lie puts on record is bounded."""
WITH_CONTENT = frozenset({"/v1/seal", "/v1/evidence/put", "/v1/assets/put"})


@dataclass(frozen=True, slots=True)
class Keyholding:
    """Everything that answers; made once by the process's main."""

    exact: Exact
    opener: Opener
    releaser: Releaser
    exhibitor: Exhibitor
    steward: Steward
    rotation: Rotation
    checkpoint: Checkpoint
    doorkeeper: Doorkeeper
    film_public_key: bytes


Handler = tuple[type[Any], Callable[[str, Any], wire.Message]]


def handlers(held: Keyholding) -> dict[str, Handler]:
    """List the endpoints: what is asked, and who answers it. The first argument is the caller: a role, or `replica/NAME`."""
    steward, vault, releaser, shown = held.steward, held.steward.vault, held.releaser, held.exhibitor
    unsealer = Unsealer(held.exact, vault)

    def seal(_: str, ask: wire.SealAsk) -> wire.Message:
        return wire.SealAnswer(sealed=vault.seal(ask.account, ask.stream, ask.event_id, ask.fields))

    def unseal(role: str, ask: wire.UnsealAsk) -> wire.Message:
        return wire.UnsealAnswer(fields=unsealer.one(role, ask.stream, ask.event_id, ask.purpose))

    def unseal_at(role: str, ask: wire.UnsealAtAsk) -> wire.Message:
        return wire.UnsealAtAnswer(opened=unsealer.many(role, ask.positions, ask.purpose))

    def evidence(role: str, ask: wire.EvidenceGet) -> wire.Message:
        return wire.Content(content=steward.evidence(role, ask.evidence, ask.purpose, ask.by))

    def destroy_evidence(_: str, ask: wire.EvidenceDestroy) -> wire.Message:
        return steward.destroy_evidence(ask.evidence, ask.reason)

    def destroy_subject(_: str, ask: wire.SubjectDestroy) -> wire.Message:
        return steward.destroy_subject(ask.account, ask.cameos)

    rotation = held.rotation
    return {
        "/v1/keys/roots": (wire.RootsAsk, lambda _, __: rotation.roots()),
        "/v1/keys/rotate": (wire.RotateAsk, lambda _, ask: rotation.rotate(ask.to, make=ask.make)),
        "/v1/keys/rewrap": (wire.RewrapAsk, lambda _, ask: rotation.rewrap(ask.most)),
        "/v1/seal": (wire.SealAsk, seal),
        "/v1/unseal": (wire.UnsealAsk, unseal),
        "/v1/unseal-at": (wire.UnsealAtAsk, unseal_at),
        "/v1/evidence/put": (wire.EvidencePut, lambda _, ask: vault.put_evidence(ask.account, ask.cameo, ask.recording)),
        "/v1/evidence/get": (wire.EvidenceGet, evidence),
        "/v1/evidence/destroy": (wire.EvidenceDestroy, destroy_evidence),
        "/v1/subjects/destroy": (wire.SubjectDestroy, destroy_subject),
        "/v1/assets/put": (wire.AssetPut, lambda _, ask: steward.put_asset(ask.cameo, ask.owner, ask.facet, ask.asset)),
        "/v1/rekey": (wire.RekeyAsk, lambda _, ask: wire.RekeyAnswer(assets=steward.rekey(ask.cameo))),
        "/v1/film": (wire.FilmAsk, lambda _, ask: wire.Content(content=shown.film(ask.generation, ask.viewer))),
        "/v1/draft": (wire.FilmAsk, lambda _, ask: wire.Content(content=shown.draft(ask.generation, ask.viewer))),
        "/v1/release-draft": (wire.ReleaseDraftAsk, lambda _, ask: releaser.release_draft(ask.generation)),
        "/v1/open": (wire.OpenAsk, lambda caller, ask: held.opener.open(ask, caller)),
        "/v1/release": (wire.ReleaseAsk, lambda caller, ask: releaser.release(ask, caller)),
    }


def make_app(held: Keyholding) -> FastAPI:
    """Make the application. Handlers run in threads; only bodies are awaited."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    known = handlers(held)
    deciding, tending = anyio.CapacityLimiter(AT_ONCE), anyio.CapacityLimiter(AT_ONCE)

    @app.get("/v1/health")
    async def _health(request: Request) -> Response:
        return await run_sync(_guarded, held, request, "/v1/health", b"", lambda _: _health_of(held), limiter=tending)

    @app.post("/{path:path}")
    async def _post(path: str, request: Request) -> Response:
        endpoint = f"/{path}"
        if endpoint not in known:
            return _problem(404, "endpoint.unknown")
        large = endpoint in WITH_CONTENT and _admitted(held.doorkeeper, request, endpoint, b"")[1] is None
        body = await _body(request, MAX_BODY_BYTES if large else MAX_ASK_BYTES)
        if body is None:
            return _problem(413, "body.too_large")
        kind, handle = known[endpoint]
        limiter = deciding if endpoint in DECIDING else tending

        def answer(role: str) -> wire.Message:
            return handle(role, msgspec.json.decode(body, type=kind))

        return await run_sync(_guarded, held, request, endpoint, body, answer, limiter=limiter)

    return app


def _guarded(held: Keyholding, request: Request, endpoint: str, body: bytes, answer: Callable[[str], wire.Message]) -> Response:
    """Admit, answer, and turn everything expected into codes. Nothing of a body or a key is ever logged."""
    began = time.monotonic()
    role, refusal = _admitted(held.doorkeeper, request, endpoint, body)
    if refusal is not None:
        LOG.warning("refused endpoint=%s role=%s code=%s", endpoint, role, refusal)
        return _problem(401 if role is None else 403, refusal)
    try:
        response = _json(200, answer(role or ""))
    except msgspec.ValidationError:
        return _problem(422, "body.invalid")
    except msgspec.DecodeError:
        return _problem(400, "body.invalid")
    except RefusedError as error:
        response = _problem(503 if error.unavailable else 403, *error.codes)
    except KeyGoneError:
        response = _problem(410, "key.destroyed")
    except SealBrokenError:
        response = _problem(409, "seal.broken")
    except NoKeyError:
        response = _problem(404, "evidence.unknown")
    except (
        RootKeyUnavailableError,
        PolicyUnavailableError,
        LedgerUnavailableError,
        LedgerBehindError,
        IncarnationError,
        SchemaError,
    ) as error:
        LOG.warning("endpoint=%s error=%s: %s", endpoint, type(error).__name__, error)
        response = _closed(endpoint, _unavailable(error))
    LOG.info("endpoint=%s role=%s status=%d ms=%.1f", endpoint, role, response.status_code, (time.monotonic() - began) * 1e3)
    return response


def _admitted(door: Doorkeeper, request: Request, endpoint: str, body: bytes) -> tuple[str | None, str | None]:
    """Tell the caller's role, and the code that keeps it out."""
    if endpoint in REPLICA_PATHS:
        try:
            return f"replica/{door.replica(endpoint, body, request.headers)}", None
        except SignatureRefusedError as error:
            LOG.warning("endpoint=%s: %s", endpoint, error)
            return None, "replica.unauthenticated"
    role = door.role(request.headers.get("authorization", ""))
    if role is None:
        return None, "caller.unauthenticated"
    return (role, None) if may_call(role, endpoint) else (role, "right.missing")


def _unavailable(error: Exception) -> str:
    match error:
        case RootKeyUnavailableError():
            return "keyholder.unavailable"
        case PolicyUnavailableError():
            return "policy.unavailable"
        case LedgerBehindError() | IncarnationError():
            return "ledger.behind"
        case SchemaError():
            return "decision.unrecordable"
        case _:
            return "ledger.unavailable"


def _closed(endpoint: str, code: str) -> Response:
    """Answer that nothing was decided: to a replica as an outcome that ends its attempt, to others as a problem."""
    match endpoint:
        case "/v1/open":
            return _json(200, wire.OpenAnswer(outcome="refused", codes=(code,)))
        case "/v1/release" | "/v1/release-draft":
            return _json(200, wire.ReleaseAnswer(outcome="refused", codes=(code,)))
        case _:
            return _problem(503, code)


def _health_of(held: Keyholding) -> wire.HealthAnswer:
    codes: list[str] = []
    try:
        with held.exact.snapshot() as reader:
            reader.now_us()
    except (LedgerUnavailableError, LedgerBehindError, IncarnationError) as error:
        codes.append(_unavailable(error))
    return wire.HealthAnswer(
        codes=tuple(codes),
        keys=held.steward.vault.keyring.count(),
        checkpoint_position=held.checkpoint.position,
        film_public_key=held.film_public_key.hex(),
    )


async def _body(request: Request, limit_bytes: int) -> bytes | None:
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > limit_bytes:
            return None
        parts.append(part)
    return b"".join(parts)


def _json(status: int, message: wire.Message) -> Response:
    return Response(msgspec.json.encode(message), status, media_type="application/json")


def _problem(status: int, *codes: str) -> Response:
    problem = wire.Problem(title=codes[0], status=status, codes=codes)
    return Response(msgspec.json.encode(problem), status, media_type="application/problem+json")
