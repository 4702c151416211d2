"""Routes of groups: people whom the owner gives grants to at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import ActingCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.core.scopes import is_group
from serving.errors import NotFoundError
from serving.handlers import groups
from serving.handlers.reading import require_any_power

router = APIRouter(prefix="/v1/cameos/me/groups", tags=["groups"])


class NewGroup(BaseModel):
    """A group's name, for its owner; it is sealed."""

    name: str = Field(max_length=200, examples=["우리 팀"])


class Group(BaseModel):
    """A group that was made."""

    group: str


class NewMembers(BaseModel):
    """Who is added."""

    accounts: list[Annotated[str, Field(max_length=80)]] = Field(min_length=1, max_length=100, examples=[["@theo", "@ren"]])


class Added(BaseModel):
    """How many were not in it before."""

    added: int


@router.post("", status_code=201)
def make_group(parts: PartsHere, caller: ActingCaller, body: NewGroup) -> Group:
    """Make a group."""
    return Group(group=groups.make_group(parts.desk, caller, body.name))


@router.get("")
def list_groups(parts: PartsHere, caller: ActingCaller) -> list[dict[str, Any]]:
    """List the groups with their names and how many are in each."""
    return parts.reader.groups(require_any_power(parts.desk, caller))


@router.get("/{group}")
def show_group(parts: PartsHere, caller: ActingCaller, group: str) -> dict[str, Any]:
    """Show a group and who is in it."""
    return parts.reader.group(require_any_power(parts.desk, caller), _group(group), parts.access.handle_of)


@router.put("/{group}", status_code=204)
def rename_group(parts: PartsHere, caller: ActingCaller, group: str, body: NewGroup) -> None:
    """Give a group another name."""
    groups.rename_group(parts.desk, caller, _group(group), body.name)


@router.delete("/{group}", status_code=204)
def dissolve_group(parts: PartsHere, caller: ActingCaller, group: str) -> None:
    """End a group: grants to it let nobody in any more."""
    groups.dissolve_group(parts.desk, caller, _group(group))


@router.post("/{group}/members")
def add_members(parts: PartsHere, caller: ActingCaller, group: str, body: NewMembers) -> Added:
    """Add people; those who are in it already stay in it."""
    accounts = tuple(resolve(parts.access, name) for name in body.accounts)
    return Added(added=groups.add_members(parts.desk, caller, _group(group), accounts))


@router.delete("/{group}/members/{account}", status_code=204)
def remove_member(parts: PartsHere, caller: ActingCaller, group: str, account: str) -> None:
    """Take somebody out."""
    groups.remove_member(parts.desk, caller, _group(group), resolve(parts.access, account))


def _group(name: str) -> str:
    if not is_group(name):
        raise NotFoundError("group.unknown", "that is no group's id", "list them: cameo group list")
    return name
