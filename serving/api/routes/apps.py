"""Routes of applications."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from schemas.ids import is_stream
from serving.api.context import AccountCaller, AnyCaller, OperatorCaller, PartsHere
from serving.api.routes.accounts import resolve
from serving.errors import NotFoundError
from serving.handlers import apps

router = APIRouter(prefix="/v1/apps", tags=["apps"])


class NewApp(BaseModel):
    """An application to register."""

    name: str = Field(min_length=1, max_length=80)
    owner: str = Field(max_length=80, examples=["@min"])
    contact: str = Field("", max_length=200)


class App(BaseModel):
    """A registered application."""

    app: str


class AppSeen(App):
    """An application as it stands."""

    name: str
    owner: str
    standing: str


class AppKey(BaseModel):
    """By which an app shows that it is that app: the header Cameo-App-Key, beside a token that a user lent it."""

    key: str


class NewStanding(BaseModel):
    """A standing and why."""

    standing: Literal["good", "limited", "suspended"]
    reason: str = Field(min_length=1, max_length=80)


@router.post("", status_code=201)
def register_app(parts: PartsHere, caller: OperatorCaller, body: NewApp) -> App:
    """Register an application."""
    return App(app=apps.register(parts.desk, caller, body.name, resolve(parts.access, body.owner), body.contact))


@router.get("/{app}/key")
def show_key(parts: PartsHere, caller: AccountCaller, app: str) -> AppKey:
    """Tell the key of an application to its owner."""
    return AppKey(key=apps.key_for(parts.desk, caller, app))


@router.get("")
def list_apps(parts: PartsHere, caller: AnyCaller) -> list[AppSeen]:
    """List one's own applications; an operator: all."""
    owner = None if "operator" in caller.scopes else caller.account
    return [AppSeen(app=one.app, name=one.name, owner=one.owner, standing=one.standing) for one in parts.overview.apps(owner)]


@router.put("/{app}/standing", status_code=204)
def change_standing(parts: PartsHere, caller: OperatorCaller, app: str, body: NewStanding) -> None:
    """Change an application's standing: with any but `good` nothing starts or is released through it, and its tokens open nothing."""
    if not is_stream("app", app):
        raise NotFoundError("app.unknown", "that is no app's id", "list them: cameo app list")
    apps.change_standing(parts.desk, caller, app, body.standing, body.reason)
