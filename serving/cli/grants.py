"""Commands of grants and groups."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from serving.cli.saying import ME, STRENGTH, acting_command, group_id, listed, terms_body, terms_options, whole_list
from serving.cli.session import account_name, api_command
from serving.client import Client


@click.group()
def grant() -> None:
    """Let a person, a group or an app use your cameo; see what is left; pass on; take it back."""


@grant.command("give")
@click.argument("handle")
@click.option("--group", is_flag=True, help="HANDLE is the name of one of your groups.")
@terms_options
@acting_command
def give(client: Client, *, handle: str, group: bool, **options: Any) -> Any:
    """Let HANDLE (or an app's id) use your cameo.

    \b
    cameo grant give theo --uses 3 --until 2026-12-31T23:59:59+09:00 --as min
    cameo grant give theo --purpose personal --purpose parody --facet face --minutes 10 --review --as min
    cameo grant give "우리 팀" --group --pass-on --price 15000KRW --as min
    """
    whom = group_id(client, handle) if group else handle
    return client.call("POST", f"{ME}/grants", {"account": whom} | terms_body(options))


@grant.command("list")
@click.option("--to", metavar="HANDLE", help="Those given to one account, app or group (its id).")
@click.option("--standing", is_flag=True, help="Those alone that still stand.")
@listed
@acting_command
def list_grants(client: Client, *, to: str | None, standing: bool, limit: int | None, cursor: str | None) -> Any:
    """List your grants, newest first: terms, how each stands, uses and length left.

    \b
    cameo grant list --standing --as min
    """
    return whole_list(client, f"{ME}/grants", {"grantee": to, "standing": standing, "cursor": cursor}, limit)


@grant.command("uses")
@click.argument("grant_id")
@acting_command
def list_uses(client: Client, *, grant_id: str) -> Any:
    """List who used one grant, and for which films."""
    return client.call("GET", f"{ME}/grants/{grant_id}/uses")


@grant.command("withdraw")
@click.argument("grant_id")
@STRENGTH
@acting_command
def withdraw(client: Client, *, grant_id: str, strength: str) -> Any:
    """Take one grant back; `cameo grant list` lists them.

    \b
    cameo grant withdraw 4f1c... --strength stop --as min
    """
    return client.call("DELETE", f"{ME}/grants/{grant_id}", query={"strength": strength})


@grant.command("received")
@listed
@api_command
def list_received(client: Client, *, limit: int | None, cursor: str | None) -> Any:
    """List the grants that you were given by name."""
    return whole_list(client, "/v1/grants/received", {"cursor": cursor}, limit)


@grant.command("pass")
@click.argument("grant_id")
@click.argument("handle")
@click.option("--of", "owner", required=True, metavar="HANDLE", help="Whose cameo the grant is of.")
@api_command
def pass_on(client: Client, *, grant_id: str, handle: str, owner: str) -> Any:
    """Let HANDLE use a grant that you were given and may pass on, out of the same allowance.

    \b
    cameo grant pass 4f1c... ren --of min --as theo
    """
    return client.call("POST", f"/v1/grants/{grant_id}/passes", {"owner": owner, "account": handle})


@grant.command("unpass")
@click.argument("grant_id")
@click.argument("handle")
@click.option("--of", "owner", metavar="HANDLE", help="Whose cameo the grant is of; left out: yours.")
@acting_command
def end_pass_on(client: Client, *, grant_id: str, handle: str, owner: str | None) -> Any:
    """Take back what was passed on to HANDLE: as who passed it on, or as the owner."""
    return client.call("DELETE", f"/v1/grants/{grant_id}/passes/{_name(handle)}", query={"owner": owner})


@click.group()
def group() -> None:
    """Keep groups of people to give grants to."""


@group.command("make")
@click.argument("called")
@acting_command
def make(client: Client, *, called: str) -> Any:
    """Make a group; its name is sealed.

    \b
    cameo group make "우리 팀" --as min
    """
    return client.call("POST", f"{ME}/groups", {"name": called})


@group.command("list")
@acting_command
def list_groups(client: Client) -> Any:
    """List your groups."""
    return client.call("GET", f"{ME}/groups")


@group.command("show")
@click.argument("called")
@acting_command
def show(client: Client, *, called: str) -> Any:
    """Show who is in a group."""
    return client.call("GET", f"{ME}/groups/{group_id(client, called)}")


@group.command("rename")
@click.argument("called")
@click.argument("new_name")
@acting_command
def rename(client: Client, *, called: str, new_name: str) -> Any:
    """Give a group another name."""
    return client.call("PUT", f"{ME}/groups/{group_id(client, called)}", {"name": new_name})


@group.command("add")
@click.argument("called")
@click.argument("handles", nargs=-1, required=True)
@acting_command
def add(client: Client, *, called: str, handles: tuple[str, ...]) -> Any:
    """Add people to a group.

    \b
    cameo group add "우리 팀" theo ren --as min
    """
    return client.call("POST", f"{ME}/groups/{group_id(client, called)}/members", {"accounts": list(handles)})


@group.command("remove")
@click.argument("called")
@click.argument("handle")
@acting_command
def remove(client: Client, *, called: str, handle: str) -> Any:
    """Take somebody out of a group."""
    return client.call("DELETE", f"{ME}/groups/{group_id(client, called)}/members/{_name(handle)}")


@group.command("dissolve")
@click.argument("called")
@acting_command
def dissolve(client: Client, *, called: str) -> Any:
    """End a group: grants to it let nobody in any more."""
    return client.call("DELETE", f"{ME}/groups/{group_id(client, called)}")


def _name(handle: str) -> str:
    return quote(account_name(handle), safe="@")


COMMANDS = {"grant": grant, "group": group}
