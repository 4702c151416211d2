"""Routes of operation: switches, the bundle in force, apps; and health, the one route without a token."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import OperatorCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.handlers import operation

router = APIRouter(tags=["operation"])


class Switch(BaseModel):
    """A switch's new position."""

    on: bool
    reason: str = Field(min_length=1, max_length=120)


class Bundle(BaseModel):
    """A policy bundle to put in force."""

    bundle_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    label: str = Field("", max_length=80)


class NewApp(BaseModel):
    """An application to register."""

    name: str = Field(min_length=1, max_length=80)
    owner: str = Field(max_length=80, examples=["@min"])
    contact: str = Field("", max_length=200)


class App(BaseModel):
    """A registered application."""

    app: str


class Health(BaseModel):
    """The API answers."""

    status: str = "ok"


@router.get("/health")
def health() -> Health:
    """Tell that the API answers."""
    return Health()


@router.put("/v1/switches/{switch:path}", status_code=204)
def throw_switch(parts: PartsHere, caller: OperatorCaller, switch: str, body: Switch) -> None:
    """Throw a switch: `render`, `sandbox_use`, `engine/<name>`."""
    operation.throw_switch(parts.desk, caller, switch, body.reason, on=body.on)


@router.post("/v1/policy/activation", status_code=204)
def activate(parts: PartsHere, caller: OperatorCaller, body: Bundle) -> None:
    """Put a policy bundle in force."""
    operation.activate_bundle(parts.desk, caller, body.bundle_sha256, body.label)


@router.post("/v1/apps", status_code=201)
def register_app(parts: PartsHere, caller: OperatorCaller, body: NewApp) -> App:
    """Register an application."""
    return App(app=operation.register_app(parts.desk, caller, body.name, resolve(parts.access, body.owner), body.contact))
