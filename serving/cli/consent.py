"""Commands of consent."""

from __future__ import annotations

from typing import Any, get_args

import click

from schemas.cameo import Facet
from schemas.consent import Audience, Purpose, Strength
from serving.cli.session import api_command
from serving.client import Client

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


@click.command()
@api_command
def consent(client: Client) -> Any:
    """Show what you permit: audience, grants, rules, preferences, revocations."""
    return client.call("GET", ME)


@click.command()
@click.argument("handle")
@api_command
def erase(client: Client, *, handle: str) -> Any:
    """Be forgotten: say your own HANDLE to confirm. It cannot be undone.

    Everything out is taken down, every key of yours is destroyed, your handle and tokens are removed.

    \b
    cameo erase mina --as mina
    """
    return client.call("DELETE", ME, query={"handle": handle})


@click.command()
@click.argument("who", type=click.Choice(get_args(Audience)))
@PURPOSES
@FACETS
@api_command
def audience(client: Client, *, who: str, purposes: tuple[str, ...], facets: tuple[str, ...]) -> Any:
    """Say WHO may use your cameo without a grant of their own.

    \b
    cameo audience mutuals --purpose personal --as min
    cameo audience only_me --as min
    """
    body = {"audience": who, "purposes": list(purposes), "facets": list(facets)}
    return client.call("PUT", f"{ME}/audience", body)


@click.group()
def grant() -> None:
    """Let a person or app use your cameo; take it back."""


@grant.command("give")
@click.argument("handle")
@PURPOSES
@FACETS
@click.option("--from", "from_", help="RFC 3339 time with zone, as 2026-12-01T09:00:00+09:00.")
@click.option("--until", help="RFC 3339 time with zone.")
@click.option("--uses", type=click.IntRange(1), help="How many films; left out: no limit.")
@click.option("--review", is_flag=True, help="You see each film before it is released.")
@click.option("--note", default="", help="For yourself; it is sealed.")
@api_command
def give(client: Client, *, handle: str, from_: str | None, **body: Any) -> Any:
    """Let HANDLE (or an app's id) use your cameo.

    \b
    cameo grant give theo --uses 3 --until 2026-12-31T23:59:59+09:00 --as min
    cameo grant give theo --purpose personal --purpose parody --facet face --review --as min
    """
    lists = {"purposes": list(body["purposes"]), "facets": list(body["facets"])}
    return client.call("POST", f"{ME}/grants", {"account": handle, "from": from_} | body | lists)


@grant.command("withdraw")
@click.argument("grant_id")
@STRENGTH
@api_command
def withdraw(client: Client, *, grant_id: str, strength: str) -> Any:
    """Take one grant back; `cameo consent` lists them.

    \b
    cameo grant withdraw 4f1c... --strength stop --as min
    """
    return client.call("DELETE", f"{ME}/grants/{grant_id}", query={"strength": strength})


@click.command()
@click.option("--from", "account", metavar="HANDLE", help="From one account; left out: from everyone.")
@STRENGTH
@api_command
def revoke(client: Client, *, account: str | None, strength: str) -> Any:
    """Withdraw everything given so far. Durable when this returns.

    \b
    cameo revoke --strength stop --as min                  from everyone; what runs stops
    cameo revoke --from theo --strength take_down --as min
    """
    return client.call("POST", f"{ME}/revocations", {"account": account, "strength": strength})


@click.group()
def restrict() -> None:
    """Set a rule in your own words; lift one."""


@restrict.command("add")
@click.argument("text")
@api_command
def add_rule(client: Client, *, text: str) -> Any:
    """Set a rule, as "no politics" or "고기 먹는 장면 금지", and see how it was understood."""
    return client.call("POST", f"{ME}/restrictions", {"text": text})


@restrict.command("lift")
@click.argument("restriction")
@api_command
def lift_rule(client: Client, *, restriction: str) -> Any:
    """Remove a rule."""
    return client.call("DELETE", f"{ME}/restrictions/{restriction}")


@click.group()
def prefer() -> None:
    """Set something that is always applied; drop one."""


@prefer.command("add")
@click.argument("text")
@click.option("--obligation", default="wear", show_default=True, help="What an engine must be able to honour.")
@click.option("--optional", is_flag=True, help="An engine that cannot honour it may go on without.")
@api_command
def add_preference(client: Client, **body: Any) -> Any:
    """Set a preference, as "always a gold necklace"."""
    return client.call("POST", f"{ME}/preferences", body)


@prefer.command("drop")
@click.argument("preference")
@api_command
def drop_preference(client: Client, *, preference: str) -> Any:
    """Remove a preference."""
    return client.call("DELETE", f"{ME}/preferences/{preference}")


COMMANDS = {
    "consent": consent, "audience": audience, "grant": grant, "revoke": revoke, "restrict": restrict, "prefer": prefer, "erase": erase,
}  # fmt: skip
