"""Routes of the protected list."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import Base64Bytes, BaseModel, Field

from serving.api.context import OperatorCaller, PartsHere
from serving.handlers import protected
from serving.handlers.protected import Entry

router = APIRouter(prefix="/v1", tags=["operation"])


class NewEntry(BaseModel):
    """A face to protect, as 128 little-endian float32 of unit length: the photograph stays where it is."""

    template: Base64Bytes = Field(max_length=1024)
    name: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=120)


class ProtectedEntry(BaseModel):
    """One protected face."""

    entry: str
    name: str | None
    reason: str
    operator: str
    since: datetime


class ProtectedEntries(BaseModel):
    """Every protected face."""

    items: list[ProtectedEntry]


@router.get("/protected")
def list_protected(parts: PartsHere, caller: OperatorCaller) -> ProtectedEntries:
    """List the faces that nobody enrols before a person has looked."""
    del caller
    return ProtectedEntries(items=[_shown(one) for one in protected.entries(parts.desk, parts.keyholder)])


@router.post("/protected", status_code=201)
def add_protected(parts: PartsHere, caller: OperatorCaller, body: NewEntry) -> ProtectedEntry:
    """Protect a face; its template and name are sealed under a key of this entry alone."""
    return _shown(protected.protect(parts.desk, caller, body.template, body.name, body.reason))


@router.delete("/protected/{entry}", status_code=204)
def remove_protected(parts: PartsHere, caller: OperatorCaller, entry: str) -> None:
    """Take an entry off the list: its key is destroyed, its template and name are readable nowhere any more."""
    protected.unprotect(parts.desk, parts.keyholder, caller, entry)


def _shown(one: Entry) -> ProtectedEntry:
    since = datetime.fromtimestamp(one.since_us / 1e6, UTC)
    return ProtectedEntry(entry=one.entry, name=one.name, reason=one.reason, operator=one.operator, since=since)
