"""The same model for OpenFGA: its authorization model as its API takes it, and the tuples of a person. Does not send them.

`model.fga` says the model in OpenFGA's own language, for people; a test keeps the two the same in names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bench.policy.graph import AGO_US, FAR_AHEAD_US, Asked, Grant, Person, Scope

DIRECT: dict[str, Any] = {"this": {}}
PLATFORM = "platform:main"
INSIDE = "purpose in purposes && wanted.all(facet, facet in facets)"


class Tuple(NamedTuple):
    """One relation that is written: `user` has `relation` to `object`, where the condition holds."""

    user: str
    relation: str
    object: str
    condition: str | None = None
    context: dict[str, Any] | None = None

    def written(self) -> dict[str, Any]:
        """Say it as the API takes it."""
        key: dict[str, Any] = {"user": self.user, "relation": self.relation, "object": self.object}
        return key if self.condition is None else key | {"condition": {"name": self.condition, "context": self.context}}


def account(number: int) -> str:
    return f"account:{number:032x}"


def cameo(number: int) -> str:
    return f"cameo:{number:032x}"


def time(us: int) -> str:
    """Write a time as RFC 3339."""
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tuples(person: Person) -> Iterator[Tuple]:
    """Give everything that is written for one person: 54 tuples on average."""
    me, mine = account(person.number), cameo(person.number)
    yield Tuple(PLATFORM, "platform", mine)
    yield Tuple(me, "owner", mine)
    if person.audience == "everyone":
        yield Tuple("account:*", "everyone", mine, "scope", _scope(person.scope))
    if person.audience == "mutuals":
        yield Tuple(me, "open_to_mutuals_of", mine, "scope", _scope(person.scope))
    yield from (_granted(one, mine) for one in person.grants if not one.withdrawn)
    for other in map(account, person.follows):
        yield Tuple(me, "follower", other)
        yield Tuple(other, "following", me)
    for other in map(account, person.blocks):
        yield Tuple(other, "blocked", me)
        yield Tuple(me, "blocks", other)
    if person.suspended:
        yield Tuple("account:*", "suspended", me)
        yield Tuple(me, "suspended", PLATFORM)


def check(asked: Asked, now_us: int) -> dict[str, Any]:
    """Ask as the API takes it."""
    key = {"user": account(asked.requester), "relation": "can_use", "object": cameo(asked.owner)}
    return {"tuple_key": key, "context": {"purpose": asked.purpose, "wanted": list(asked.facets), "now": time(now_us)}}


def _granted(grant: Grant, mine: str) -> Tuple:
    who, inside = account(grant.grantee), _scope(grant.scope)
    if grant.begins_us is None and grant.ends_us is None:
        return Tuple(who, "granted", mine, "scope", inside)
    window = {"begins": time(grant.begins_us or AGO_US), "ends": time(grant.ends_us or FAR_AHEAD_US)}
    return Tuple(who, "granted", mine, "scope_in_time", inside | window)


def _scope(scope: Scope) -> dict[str, Any]:
    return {"purposes": list(scope.purposes), "facets": list(scope.facets)}


def _to(kind: str, condition: str = "", *, all_of_them: bool = False) -> dict[str, Any]:
    return {"type": kind} | ({"wildcard": {}} if all_of_them else {}) | ({"condition": condition} if condition else {})


def _relation(name: str) -> dict[str, Any]:
    return {"computedUserset": {"relation": name}}


def _from(relation: str, tupleset: str) -> dict[str, Any]:
    return {"tupleToUserset": {"tupleset": {"relation": tupleset}, "computedUserset": {"relation": relation}}}


def _type(name: str, direct: dict[str, list[dict[str, Any]]], derived: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": name,
        "relations": dict.fromkeys(direct, DIRECT) | derived,
        "metadata": {"relations": {relation: {"directly_related_user_types": to} for relation, to in direct.items()}},
    }


def _condition(name: str, parameters: dict[str, str], expression: str) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        "strings": {"type_name": "TYPE_NAME_LIST", "generic_types": [{"type_name": "TYPE_NAME_STRING"}]},
        "string": {"type_name": "TYPE_NAME_STRING"},
        "time": {"type_name": "TYPE_NAME_TIMESTAMP"},
    }
    return {"name": name, "expression": expression, "parameters": {one: kinds[kind] for one, kind in parameters.items()}}


_SCOPE = {"purposes": "strings", "facets": "strings", "purpose": "string", "wanted": "strings"}
_WINDOW = {"begins": "time", "ends": "time", "now": "time"}
_PEOPLE = [_to("account")]
MODEL: dict[str, Any] = {
    "schema_version": "1.1",
    "type_definitions": [
        _type(
            "account",
            dict.fromkeys(("follower", "following", "blocked", "blocks"), _PEOPLE) | {"suspended": [_to("account", all_of_them=True)]},
            {
                "mutual": {"intersection": {"child": [_relation("follower"), _relation("following")]}},
                "refused": {"union": {"child": [_relation("blocked"), _relation("blocks"), _relation("suspended")]}},
            },
        ),
        _type("platform", {"suspended": _PEOPLE}, {}),
        _type(
            "cameo",
            {
                "platform": [_to("platform")],
                "owner": _PEOPLE,
                "everyone": [_to("account", "scope", all_of_them=True)],
                "open_to_mutuals_of": [_to("account", "scope")],
                "granted": [_to("account", "scope"), _to("account", "scope_in_time")],
            },
            {
                "permitted": {
                    "union": {"child": [*map(_relation, ("owner", "everyone", "granted")), _from("mutual", "open_to_mutuals_of")]}
                },
                "refused": {"union": {"child": [_from("refused", "owner"), _from("suspended", "platform")]}},
                "can_use": {"difference": {"base": _relation("permitted"), "subtract": _relation("refused")}},
            },
        ),
    ],
    "conditions": {
        "scope": _condition("scope", _SCOPE, INSIDE),
        "scope_in_time": _condition("scope_in_time", _SCOPE | _WINDOW, f"{INSIDE} && begins <= now && now < ends"),
    },
}
