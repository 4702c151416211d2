"""Commands that ask about consent: may I, who may use me, what may I use. Record nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import click

from schemas.cameo import Facet
from schemas.consent import Purpose
from serving.cli.session import api_command
from serving.client import Client


def wish(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what would be requested."""
    options = (
        click.option("--purpose", type=click.Choice(get_args(Purpose)), default="personal", show_default=True, help="What it is for."),
        click.option("--facet", "facets", type=click.Choice(get_args(Facet)), multiple=True, default=("face", "voice"), show_default=True,
                     help="What of a person it needs; may be said several times."),
        click.option("--engine", default="portrait", show_default=True, help="Which engine would render it."),
        click.option("--duration-ms", type=click.IntRange(1, 3_600_000), default=5000, show_default=True, help="How long it is."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def paged(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a listing."""
    limited = click.option("--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="How many.")
    return limited(click.option("--cursor", help="The `next` of the page before.")(command))


@click.command()
@click.argument("cameos", nargs=-1, required=True)
@wish
@click.option("--remix-of", metavar="GENERATION", help="The generation whose film would be remixed.")
@api_command
def preflight(client: Client, *, cameos: tuple[str, ...], facets: tuple[str, ...], **asked: Any) -> Any:
    """Ask whether a film with CAMEOS (@handles or ids) would be permitted now, and which smallest change would make it so.

    Nothing is recorded. The plan itself is judged when the film is asked for.

    \b
    cameo preflight @min --purpose advertising --as theo
    cameo preflight @min @theo --facet face --json --as theo
    """
    given = {name: value for name, value in asked.items() if value is not None}
    return client.call("POST", "/v1/preflight", {"cameos": list(cameos), "facets": list(facets)} | given)


@click.command()
@wish
@click.option("--app", metavar="ID", help="Who might through this app.")
@paged
@api_command
def users(client: Client, **query: Any) -> Any:
    """List every account, app and group that may use your cameo now. Where everyone may, that is said instead.

    \b
    cameo users --as min
    cameo users --purpose parody --facet face --json --as min
    """
    return client.call("GET", "/v1/cameos/me/users", query=query)


@click.command()
@wish
@paged
@api_command
def usable(client: Client, **query: Any) -> Any:
    """List every cameo that you may use now.

    \b
    cameo usable --as theo
    cameo usable --purpose parody --limit 10 --json --as theo
    """
    return client.call("GET", "/v1/cameos/usable", query=query)


COMMANDS = {"preflight": preflight, "users": users, "usable": usable}
