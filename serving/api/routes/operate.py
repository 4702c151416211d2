"""Routes of operation: the bundle in force; and health, the one route without a token."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import OperatorCaller, PartsHere
from serving.handlers import operation

router = APIRouter(tags=["operation"])


class Bundle(BaseModel):
    """A policy bundle to put in force."""

    bundle_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    label: str = Field("", max_length=80)


class Health(BaseModel):
    """The API answers."""

    status: str = "ok"


@router.get("/health")
def health() -> Health:
    """Tell that the API answers."""
    return Health()


@router.post("/v1/policy/activation", status_code=204)
def activate(parts: PartsHere, caller: OperatorCaller, body: Bundle) -> None:
    """Put a policy bundle in force."""
    operation.activate_bundle(parts.desk, caller, body.bundle_sha256, body.label)
