"""The app: routes, problems, and nothing that a test cannot replace."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from serving.api import problem
from serving.api.bounds import Bounds
from serving.api.context import Parts
from serving.api.request_id import RequestId
from serving.api.routes import (
    accounts,
    appeals,
    apps,
    asking,
    audit,
    authzen,
    cases,
    consent,
    coownership,
    distress,
    enrolments,
    generations,
    grants,
    groups,
    live,
    looked_at,
    operate,
    personal,
    plans,
    powers,
    protected,
    receipts,
    recovery,
    requests,
    roles,
    step_up,
    switches,
    things,
    uploads,
    verifications,
)  # fmt: skip
from serving.api.tus import Tus
from serving.api.written import Written

DESCRIPTION = (
    "Enrol a likeness, say who may use it, ask for films, and see who generated what. Errors are problem+json with a "
    "code and a remedy. Times are RFC 3339 with a zone."
)

ROUTES = (
    accounts, powers, enrolments, uploads, consent, grants, groups, requests, asking, coownership, generations, audit, operate, step_up,
    authzen, switches, roles, apps, plans, appeals, personal, protected, cases, looked_at, distress, things, live, receipts,
    verifications, recovery,
)  # fmt: skip
"""In the order in which they are matched: of two addresses that both fit, the first."""

PROBLEMS: dict[int | str, dict[str, Any]] = {"default": {"model": problem.Problem, "description": "What went wrong, and what to do."}}


def make_app(parts: Parts) -> FastAPI:
    """Make the API over one installation's parts."""
    app = FastAPI(title="Cameo", version="1.0.0", description=DESCRIPTION, docs_url=None, redoc_url=None, responses=PROBLEMS)
    app.state.parts = parts
    app.add_middleware(Bounds)
    app.add_middleware(Written, at_least=lambda: parts.at_least)
    app.add_middleware(Tus)
    app.add_middleware(RequestId)
    problem.install(app)
    for module in ROUTES:
        app.include_router(module.router)
    app.include_router(consent.kinds)
    _document(app)
    return app


def _document(app: FastAPI) -> None:
    """Have the OpenAPI document tell every operation's problems in the form in which they are sent."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for methods in plain()["paths"].values():
                for operation in methods.values():
                    sent = operation["responses"]["default"]["content"]
                    operation["responses"]["default"]["content"] = {"application/problem+json": next(iter(sent.values()))}
        return plain()

    app.openapi = openapi  # type: ignore[method-assign] -- as FastAPI documents it
