"""The OpenID AuthZEN Authorization API 1.0 as data: what is asked, read strictly; what is answered. Decides nothing.

Unknown members are ignored, as the specification asks; a required one that is missing, or of another type, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar, cast

import msgspec

Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
MAX_EVALUATIONS = 100
"""Of one batch; a house rule."""
MAX_PAGE = 100
"""Of one page of a search; a house rule."""
Object = dict[str, Any]
ENTITIES = ("subject", "action", "resource")


class MalformedError(Exception):
    """What was sent is no such request; the message says where."""


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A subject or a resource. `id` is empty where a search leaves it open."""

    type: str
    id: str = ""
    properties: Object = {}


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What the subject would do."""

    name: str
    properties: Object = {}


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """One question."""

    subject: Entity
    action: Action
    resource: Entity
    context: Object = {}


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer."""

    decision: bool
    context: Object = {}

    def __bool__(self) -> bool:
        message = "a decision is not a truth value: read `decision`"
        raise TypeError(message)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a batch is carried out."""

    evaluations_semantic: Semantic = "execute_all"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a search. `next_token` is what drafts of the specification called `token`."""

    token: str = ""
    next_token: str = ""
    limit: int = MAX_PAGE

    @property
    def after(self) -> str:
        """The token of the page before; empty: the first page."""
        return self.token or self.next_token

    @property
    def size(self) -> int:
        """How many results at most."""
        return min(max(self.limit, 1), MAX_PAGE)


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """A search: what is looked for has no id, or is no action."""

    subject: Entity
    resource: Entity
    action: Action | None = None
    context: Object = {}
    page: Page = Page()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a search; an empty token: nothing more."""

    results: Sequence[Object]
    next_token: str = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Several questions; one that is malformed is its own message. `single`: to be answered as one evaluation is."""

    items: tuple[Evaluation | str, ...]
    semantic: Semantic = "execute_all"
    single: bool = False


Read = TypeVar("Read")


def read_evaluation(body: bytes) -> Evaluation:
    """Read one question. Raises MalformedError."""
    return _evaluation(_object(body))


def read_batch(body: bytes) -> Batch:
    """Read a batch: each evaluation's own entities, else the batch's. Raises MalformedError where no part can be answered."""
    given = _object(body)
    items = given.get("evaluations")
    if items is None or items == []:
        return Batch(items=(_evaluation(given),), single=True)
    if not isinstance(items, list) or len(cast("list[Any]", items)) > MAX_EVALUATIONS:
        raise MalformedError(f"evaluations: a list of at most {MAX_EVALUATIONS}")
    options = _convert(given.get("options", {}), Options, "options")
    return Batch(items=tuple(_item(given, item) for item in cast("list[Any]", items)), semantic=options.evaluations_semantic)


def read_search(body: bytes, sought: Literal["subject", "action", "resource"]) -> Search:
    """Read a search for subjects, actions or resources. Raises MalformedError."""
    given = _object(body)
    for name in ENTITIES:
        if name == "action" == sought:
            given.pop("action", None)
        elif name not in given:
            raise MalformedError(f"{name}: missing")
    search = _convert(given, Search, "search")
    for name, entity in (("subject", search.subject), ("resource", search.resource)):
        if name != sought and not entity.id:
            raise MalformedError(f"{name}.id: missing")
    return search


def carried_out(batch: Batch, decide: Callable[[Evaluation], Decision]) -> Iterator[Decision]:
    """Answer a batch in order; a semantic that ends early leaves the rest out. What is malformed is denied in its place."""
    for item in batch.items:
        answer = failed(400, item) if isinstance(item, str) else decide(item)
        yield answer
        if answer.decision is {"deny_on_first_deny": False, "permit_on_first_permit": True}.get(batch.semantic):
            return


def failed(status: int, message: str) -> Decision:
    """Deny one evaluation because it could not be answered."""
    return Decision(decision=False, context={"error": {"status": status, "message": message}})


def _item(given: Object, item: Any) -> Evaluation | str:
    if not isinstance(item, dict):
        return "an evaluation is an object"
    own = cast("Object", item)
    merged = {name: _merged(given.get(name), own.get(name)) for name in ("subject", "action", "resource", "context")}
    try:
        return _evaluation({name: value for name, value in merged.items() if value is not None})
    except MalformedError as error:
        return str(error)


def _merged(common: Any, own: Any) -> Any:
    """Take an evaluation's own entity whole, but for the identifying members that it leaves to the batch's."""
    if own is None:
        return common
    if not isinstance(own, dict) or not isinstance(common, dict):
        return cast("Any", own)
    named = {name: value for name, value in cast("Object", common).items() if name in {"type", "id", "name"}}
    return named | cast("Object", own)


def _evaluation(given: Object) -> Evaluation:
    for name in ENTITIES:
        if name not in given:
            raise MalformedError(f"{name}: missing")
    asked = _convert(given, Evaluation, "evaluation")
    for name, entity in (("subject", asked.subject), ("resource", asked.resource)):
        if not entity.id:
            raise MalformedError(f"{name}.id: missing")
    return asked


def _object(body: bytes) -> Object:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise MalformedError("a request is a JSON object")
    return cast("Object", given)


def _convert(given: Any, kind: type[Read], what: str) -> Read:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise MalformedError(f"{what}: {error}") from error
