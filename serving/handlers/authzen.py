"""The cameos of this installation as an AuthZEN decision point: accounts are subjects, cameos resources, `start` the action.

A question is asked as preflight asks it: of the facts as they are, before any plan was judged. Does not read the wire.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import get_args

import msgspec

from policy.core.supposing import STRANGER
from schemas.consent import Purpose
from schemas.ids import cameo_of, is_stream
from serving.core.authzen import Action, Decision, Entity, Evaluation, Found, Search, failed
from serving.core.reasons import reasons
from serving.errors import ForbiddenError, InvalidError, NotFoundError
from serving.handlers import finding
from serving.handlers.accounts import normal_handle
from serving.handlers.asking import OVERSIGHT, AskingDesk, Path, Wish, answering, of_what_is_seen, told, viewed_as
from serving.ports import AccessStore, Asking

ACCOUNT, CAMEO, APP, GROUP = "account", "cameo", "app", "group"
START = "start"
PROPERTIES = frozenset(one.name for one in fields(Wish))
"""Properties of the action `start` that are read; others are ignored."""


@dataclass(frozen=True, slots=True)
class CameoDecisions:
    """A DecisionPoint over this installation's ledger and policy."""

    desk: AskingDesk
    access: AccessStore
    path: Path = "exact"

    def fast(self) -> CameoDecisions:
        """Answer single questions and batches from this host's view."""
        return replace(self, path="fast")

    def decide(self, caller: Asking, asked: Evaluation) -> Decision:
        """Answer one question. What does not exist is answered as what is not permitted."""
        if asked.subject.type != ACCOUNT or asked.resource.type != CAMEO:
            viewed_as(caller, "", None)
            return failed(404, f"subjects are of type {ACCOUNT}, resources of type {CAMEO}")
        subject, cameo = self.account(asked.subject.id), self.cameo(asked.resource.id)
        desk = self.desk.by(self.path, caller)
        wish = of_what_is_seen(desk, caller, wish_of(caller, asked.action))
        with desk.ledger.asking() as facts:
            owner = facts.get(cameo, "owner")
            view = viewed_as(caller, subject, None if owner is None else owner.value["account"])
            read = {"position": facts.position(), "age_ms": -(-facts.age_us() // 1000), "path": self.path}
            question = self.desk.asker.question(facts, wish.by(subject, cameo))
        if asked.action.name != START:
            said = reasons(self.desk.table, ["action.unknown"], disclosed=False)
            return Decision(decision=False, context={"reasons": said} | read)
        with answering():
            found = self.desk.asker.ask(question)
        answer = told(self.desk, view, found, caller)
        permit = answer.pop("permit")
        words = {"en": " ".join(one["message"] for one in answer["reasons"]), "ko": " ".join(one["ko"] for one in answer["reasons"])}
        user = {"reason_user": words} if answer["reasons"] else {}
        return Decision(decision=permit, context=answer | user | read)

    def subjects(self, caller: Asking, asked: Search) -> Found:
        """Find who may start with a cameo: for its owner, and for oversight."""
        cameo, owner = self._owned(caller, asked.resource)
        if owner is None or asked.action is None or asked.action.name != START or asked.subject.type not in {ACCOUNT, APP, GROUP}:
            return Found(results=[])
        wish = of_what_is_seen(self.desk, caller, wish_of(caller, asked.action, any_app=True))
        kind = asked.subject.type
        listing = finding.users(self.desk.seeing(caller), cameo, owner, wish, asked.page.after, asked.page.size, (kind,))
        return Found(results=[{"type": kind, "id": name} for name in listing.names], next_token=listing.next_token)

    def resources(self, caller: Asking, asked: Search) -> Found:
        """Find the cameos that an account may start with: for the account itself, and for oversight."""
        subject = self._subject(asked.subject)
        viewed_as(caller, subject or "", None)
        if subject is None or asked.action is None or asked.action.name != START or asked.resource.type != CAMEO:
            return Found(results=[])
        wish = of_what_is_seen(self.desk, caller, wish_of(caller, asked.action))
        listing = finding.usable(self.desk.seeing(caller), subject, wish, asked.page.after, asked.page.size)
        return Found(results=[{"type": CAMEO, "id": name} for name in listing.names], next_token=listing.next_token)

    def actions(self, caller: Asking, asked: Search) -> Found:
        """Find the purposes for which an account may start with a cameo, all in one page."""
        subject, cameo = self._subject(asked.subject), self._resource(asked.resource)
        wish = of_what_is_seen(self.desk, caller, wish_of(caller, Action(name=START, properties=asked.context)))
        with self.desk.seeing(caller).ledger.asking() as facts:
            owner = None if cameo is None else facts.get(cameo, "owner")
            viewed_as(caller, subject or "", None if owner is None else owner.value["account"])
            if subject is None or cameo is None:
                return Found(results=[])
            wishes = [(purpose, replace(wish, purpose=purpose)) for purpose in get_args(Purpose)]
            questions = [(purpose, self.desk.asker.question(facts, one.by(subject, cameo))) for purpose, one in wishes]
        with answering():
            permitted = self.desk.asker.permitted(questions)
        return Found(results=[{"name": START, "properties": {"purpose": purpose}} for purpose in permitted])

    def account(self, name: str) -> str:
        """Find an account by id or @handle. Raises NotFoundError."""
        if name.startswith("@"):
            found = self.access.account_of(normal_handle(name))
            if found is not None:
                return found
        elif is_stream(ACCOUNT, name) and name != STRANGER:
            return name
        raise NotFoundError("account.unknown", "there is no such account", "name an account's id or @handle")

    def cameo(self, name: str) -> str:
        """Find a cameo by id, or by its owner's @handle. Raises NotFoundError for what is neither."""
        if is_stream(CAMEO, name):
            return name
        if name.startswith("@"):
            return cameo_of(self.account(name))
        raise NotFoundError("cameo.unknown", "that is no cameo's id", "name a cameo's id, or its owner's @handle")

    def _subject(self, entity: Entity) -> str | None:
        try:
            return self.account(entity.id) if entity.type == ACCOUNT else None
        except NotFoundError:
            return None

    def _resource(self, entity: Entity) -> str | None:
        try:
            return self.cameo(entity.id) if entity.type == CAMEO else None
        except NotFoundError:
            return None

    def _owned(self, caller: Asking, entity: Entity) -> tuple[str, str | None]:
        """Find a cameo and its owner, where the caller may ask who may use it. Raises ForbiddenError."""
        cameo = self._resource(entity)
        with self.desk.seeing(caller).ledger.asking() as facts:
            fact = None if cameo is None else facts.get(cameo, "owner")
        owner = None if fact is None else fact.value["account"]
        viewed_as(caller, "", owner)
        return cameo or "", owner


def wish_of(caller: Asking, action: Action, *, any_app: bool = False) -> Wish:
    """Read what would be requested from an action's properties. Raises InvalidError, ForbiddenError."""
    given = {name: value for name, value in action.properties.items() if name in PROPERTIES}
    try:
        wish = msgspec.convert({"app": caller.app} | given, Wish)
    except msgspec.ValidationError as error:
        raise InvalidError("request.invalid", str(error), "see docs/policy.md, Asking") from error
    if not any_app:
        require_own_app(caller, wish.app)
    return wish


def require_own_app(caller: Asking, app: str | None) -> None:
    """Refuse to answer about an app that the caller does not call through: what owners let it do is theirs to tell."""
    if app not in {None, caller.app} and not caller.scopes & OVERSIGHT:
        raise ForbiddenError("asking.app", "you may ask about the app that you call through", "leave the app out")
