"""Owns the options that commands of consent share: facets, purposes, terms, strength, and for whom somebody acts. Holds no command."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, get_args

import click

from schemas.cameo import Facet
from schemas.consent import Purpose, Strength
from serving.cli.session import account_name, api_command
from serving.client import ApiError, Client
from serving.core.price import price_from

ME = "/v1/cameos/me"
STRENGTH = click.option(
    "--strength",
    type=click.Choice(get_args(Strength)),
    default="no_new_uses",
    show_default=True,
    help="no_new_uses: nothing new begins. stop: what runs or is unreleased ends too. take_down: what is out, too.",
)
FACETS = click.option(
    "--facet", "facets", multiple=True, type=click.Choice(get_args(Facet)), default=("face", "voice"), show_default=True,
    help="What of you; may be given again.",
)  # fmt: skip
PURPOSES = click.option(
    "--purpose", "purposes", multiple=True, type=click.Choice(get_args(Purpose)), default=("personal",), show_default=True,
    help="What for; may be given again.",
)  # fmt: skip
_WINDOW = (
    PURPOSES,
    FACETS,
    click.option("--from", "from_", help="RFC 3339 time with zone, as 2026-12-01T09:00:00+09:00."),
    click.option("--until", help="RFC 3339 time with zone."),
    click.option("--uses", type=click.IntRange(1), help="How many films; left out: no limit."),
    click.option("--minutes", type=click.FloatRange(0, min_open=True), help="How long all films together; left out: no limit."),
)
_TERMS = (
    click.option("--review", is_flag=True, help="You see each film before it is released."),
    click.option("--pass-on", is_flag=True, help="They may let others use it, out of the same allowance."),
    click.option("--remix", is_flag=True, help="Films may be made from films."),
    click.option("--price", help="What was agreed, as 15000KRW or 12.50EUR; it is recorded, nothing is charged."),
    click.option("--note", default="", help="For yourself; it is sealed."),
)


def acting_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make an API command that may be given for somebody else (`--for`), within a power."""

    @api_command
    @click.option("--for", "subject", metavar="HANDLE", help="For whom you act, within a power they or the operator wrote down.")
    @functools.wraps(function)
    def command(client: Client, *args: Any, subject: str | None, **options: Any) -> Any:
        if subject is not None:
            client.act_for(account_name(subject))
        return function(client, *args, **options)

    return command


def window_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what for, when, and how much."""
    return functools.reduce(lambda made, option: option(made), reversed(_WINDOW), function)


def terms_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a grant's terms."""
    return functools.reduce(lambda made, option: option(made), reversed((*_WINDOW, *_TERMS)), function)


def terms_body(options: dict[str, Any]) -> dict[str, Any]:
    """Write those options as the API's body. Raises BadParameter."""
    body = dict(options)
    minutes, price = body.pop("minutes"), body.pop("price", None)
    body["from"] = body.pop("from_")
    body |= {"purposes": list(body["purposes"]), "facets": list(body["facets"])}
    body["duration_ms"] = None if minutes is None else max(1, round(minutes * 60_000))
    if price is not None:
        try:
            minor, currency = price_from(price)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
        body["price"] = {"minor": minor, "currency": currency}
    return body


def group_id(client: Client, name: str) -> str:
    """Find a group of one's own by its name or id. Raises ApiError."""
    if name.startswith("group-"):
        return name
    found = [one["group"] for one in client.call("GET", f"{ME}/groups") if one["name"] == " ".join(name.split())]
    if len(found) != 1:
        detail = f"{len(found)} of your groups are called {name!r}"
        raise ApiError(404, "group.unknown", detail, "cameo group list shows their ids")
    return found[0]


def whole_list(client: Client, path: str, query: dict[str, Any], limit: int | None) -> Any:
    """List page by page: every item, or one page of `limit` with where the next begins."""
    if limit is not None:
        return client.call("GET", path, query=query | {"limit": limit})
    items: list[Any] = []
    cursor: str | None = query.get("cursor")
    while True:
        page = client.call("GET", path, query=query | {"cursor": cursor, "limit": 200})
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return {"items": items, "next": None}


LISTED = (
    click.option("--limit", type=click.IntRange(1, 200), help="One page of this many; left out: all."),
    click.option("--cursor", help="Where the page before ended: its `next`."),
)


def listed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a list in pages."""
    return functools.reduce(lambda made, option: option(made), reversed(LISTED), function)
