"""Problems: every error leaves as application/problem+json (RFC 9457) with a code and a remedy."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from identity.keys.client import KeyholderRefusedError, KeyholderUnavailableError
from policy.codes import codes as codes_known
from schemas.errors import SchemaError
from serving.core.korean import korean
from serving.core.reasons import reasons
from serving.errors import CommandError, UnavailableError
from streams.errors import IdempotencyError, LedgerError, LedgerUnavailableError

log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, in a form that a program can act on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    codes: list[str] | None = None
    ko: str | None = None
    """What is wrong and what to do, in Korean, where that is written."""


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(CommandError)
    async def _(_: Request, error: CommandError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return problem(error.status, error.code, error.detail, error.remedy, headers=headers, ko=error.ko)

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        found = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:8])
        return problem(422, "request.invalid", found, "see the OpenAPI document at /openapi.json")

    @app.exception_handler(HTTPException)
    async def _(_: Request, error: HTTPException) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        known = {404: "route.unknown", 405: "method.not_allowed", 408: "request.slow", 413: "request.too_large"}
        code = known.get(error.status_code, "request.invalid")
        return problem(error.status_code, code, str(error.detail), "see the OpenAPI document at /openapi.json")

    @app.exception_handler(KeyholderRefusedError)
    async def _(_: Request, error: KeyholderRefusedError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        told = reasons(codes_known(), error.codes)
        status = next((_STATUS[code] for code in error.codes if code in _STATUS), 403)
        headers = {"Retry-After": "1"} if status == UnavailableError.status else None
        codes, detail = [one["code"] for one in told], " ".join(one["message"] for one in told)
        ko = " ".join(one["ko"] for one in told)
        return problem(status, codes[0], detail, told[0]["remedy"], codes=codes, headers=headers, ko=ko)

    @app.exception_handler(KeyholderUnavailableError)
    @app.exception_handler(LedgerUnavailableError)
    async def _(_: Request, error: Exception) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        part = "ledger" if isinstance(error, LedgerUnavailableError) else "keyholder"
        gone = UnavailableError(f"{part}.unavailable", f"the {part} does not answer", "try again in a moment")
        return problem(gone.status, gone.code, gone.detail, gone.remedy, headers={"Retry-After": "1"})

    @app.exception_handler(IdempotencyError)
    async def _(_: Request, error: IdempotencyError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        del error
        return problem(409, "idempotency.reused", "this key was used for another request", "draw a new Idempotency-Key")

    @app.exception_handler(Exception)
    async def _(_: Request, error: Exception) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        del error  # raised again by the server, which logs it
        return problem(500, "api.failed", "the API failed", "tell the operator, who finds the cause with `cameo logs api`")

    @app.exception_handler(SchemaError)
    async def _(_: Request, error: SchemaError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        log.warning("not recordable: %s", type(error).__name__)
        return problem(422, "request.unrecordable", "the record cannot keep a number or a time this large", "choose a smaller one")

    @app.exception_handler(LedgerError)
    async def _(_: Request, error: LedgerError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        if isinstance(error.__cause__, DataError):
            return problem(422, "request.invalid", "a text holds what the record cannot keep, as NUL", "leave it out")
        log.error("the ledger refused: %s", type(error).__name__, exc_info=error)
        return problem(500, "ledger.error", "the ledger refused the command", "tell the operator")


_SILENT = (
    "bundle.superseded", "clock.astray", "consent.contended", "destruction.unproven", "ledger.behind", "ledger.unavailable",
    "policy.unavailable",
)  # fmt: skip
_STATUS = dict.fromkeys(_SILENT, UnavailableError.status) | {"key.destroyed": 410, "generation.unknown": 404}
"""Refusals of the keyholder that are no answer to the caller's wish: a part does not answer, or what was asked for is gone."""


def problem(
    status: int,
    code: str,
    detail: str,
    remedy: str,
    *,
    codes: list[str] | None = None,
    ko: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Make a problem's response."""
    body = Problem(
        type=f"urn:cameo:{code}", title=code.replace(".", " "), status=status, detail=detail, code=code,
        remedy=remedy, codes=codes, ko=ko or korean(codes_known(), code),
    )  # fmt: skip
    return JSONResponse(body.model_dump(exclude_none=True), status, headers=headers, media_type="application/problem+json")
