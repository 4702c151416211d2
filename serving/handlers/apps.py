"""Commands about applications: register, standing, list; and tokens by which an app acts for a user within that user's rights."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from schemas.account import Standing
from schemas.ids import is_stream, stream_id
from schemas.operation import AppRegistered, AppStandingChanged
from serving.errors import ConflictError, ForbiddenError, NotFoundError
from serving.handlers.desk import Caller, Desk

FOR_AN_APP = frozenset({"account", "consent", "generate", "audit"})
"""What a user may let an app do for them. Enrolling is done in person; overseeing and operating are nobody's to lend."""


@dataclass(frozen=True, slots=True)
class App:
    """An application as it stands."""

    app: str
    owner: str
    standing: str


def register(desk: Desk, caller: Caller, name: str, owner: str, contact: str) -> str:
    """Register an application and return its id; its contact is sealed under its owner's key."""
    app = stream_id("app", bytes.fromhex(desk.id_for(caller, "app")))
    with desk.store.snapshot() as facts:
        desk.existing(facts, owner, "account")
    event = desk.event(app, AppRegistered(name=name, owner=owner), sealed_for=owner, fields={"contact": contact})
    desk.append(caller, [event], expected={app: 0}, request=["app.register", name, owner, contact])
    return app


def change_standing(desk: Desk, caller: Caller, app: str, standing: Standing, reason: str) -> None:
    """Change an application's standing (operator): with any but `good` nothing starts or is released through it."""
    with desk.store.snapshot() as facts:
        desk.existing(facts, app, "app")
    desk.append(caller, [desk.event(app, AppStandingChanged(standing=standing, reason=reason))])


def show(desk: Desk, app: str) -> App:
    """Tell how an application stands; raises NotFoundError."""
    with desk.store.snapshot() as facts:
        desk.existing(facts, app, "app")
        known, standing = facts.get(app, "app"), facts.get(app, "standing")
    assert known is not None
    return App(app, known.value["owner"], "unknown" if standing is None else standing.value["standing"])


def key_of(desk: Desk, app: str) -> str:
    """Derive the key by which an app shows that it is that app: a user's token alone, which its user holds too, does not."""
    return hmac.new(desk.pepper, f"cameo/app/1\x1f{app}".encode(), hashlib.sha256).hexdigest()


def key_for(desk: Desk, caller: Caller, app: str) -> str:
    """Tell an app's key to its owner. Raises NotFoundError to everybody else."""
    require_in_person(caller)
    known = desk.snapshot_fact(app, "app") if is_stream("app", app) else None
    if known is None or known.value["owner"] != caller.account:
        raise NotFoundError("app.unknown", "you have no such app", "list yours: cameo app list")
    return key_of(desk, app)


def require_it(desk: Desk, app: str, key: str | None) -> None:
    """Refuse what comes through an app that did not send it, or is not in good standing. Raises ForbiddenError.

    Owners let apps in, by grants and audiences: who merely lends an app a token must not pass for it.
    """
    if key is None or not hmac.compare_digest(key.encode(), key_of(desk, app).encode()):
        raise ForbiddenError("app.key", "the app did not show that it is this app", "send the app's key: Cameo-App-Key")
    require_good(desk, app)


def require_good(desk: Desk, app: str) -> None:
    """Refuse an app that is not in good standing. Raises ForbiddenError (app.suspended)."""
    standing = desk.snapshot_fact(app, "standing")
    if standing is None or standing.value["standing"] != "good":
        raise ForbiddenError("app.suspended", "the app through which this comes may not act here", "do it yourself, or by another app")


def require_in_person(caller: Caller) -> None:
    """Refuse an app what would outlast or outgrow the token that it was lent. Raises ForbiddenError (app.in_person)."""
    if caller.app is not None:
        raise ForbiddenError("app.in_person", "this is done by oneself, not by an app", "sign in yourself")


def require_lendable(desk: Desk, caller: Caller, app: str, scopes: frozenset[str]) -> None:
    """Check that the caller may let this app act for them with these scopes. Raises CommandError."""
    if caller.app is not None:
        raise ForbiddenError("app.lends", "an app makes no token for another one", "sign in yourself")
    if scopes - FOR_AN_APP:
        told = f"an app cannot be given {', '.join(sorted(scopes - FOR_AN_APP))}"
        raise ForbiddenError("scope.not_for_apps", told, f"choose of {', '.join(sorted(FOR_AN_APP))}")
    if show(desk, app).standing != "good":
        raise ConflictError("app.suspended", "this app is suspended", "ask its owner, or the operator")
