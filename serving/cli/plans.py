"""Commands about plans and invitations."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from serving.cli.session import account_name, api_command
from serving.client import Client


def _of(handle: str, what: str) -> str:
    return f"/v1/accounts/{quote(account_name(handle), safe='@')}/{what}"


@click.group()
def plan() -> None:
    """Set an account's plan; see what is left of one. A plan is asked for while the switch `plans` is on."""


@plan.command("set")
@click.argument("handle")
@click.option("--name", "plan_name", default="standard", show_default=True, help="The plan's name.")
@click.option("--films", type=click.IntRange(0), help="How many; left out: no limit.")
@click.option("--minutes", type=click.FloatRange(0), help="Their length in all; left out: no limit.")
@click.option("--until", metavar="TIME", help="When it ends, as 2026-12-31T23:59:59+09:00.")
@click.option("--monthly", is_flag=True, help="Renew it by calendar month (UTC).")
@api_command
def set_plan(client: Client, *, handle: str, plan_name: str, **body: Any) -> Any:
    """Set the plan of HANDLE (an operator's command).

    \b
    cameo plan set mina --films 20 --minutes 10 --monthly --as operator
    cameo plan set theo --films 3 --until 2026-12-31T23:59:59+09:00 --as operator
    """
    given = {name: value for name, value in body.items() if value is not None}
    return client.call("PUT", _of(handle, "plan"), {"plan": plan_name, **given})


@plan.command()
@click.argument("handle", required=False)
@api_command
def show(client: Client, *, handle: str | None) -> Any:
    """Show your plan and what is left of it; as operator, that of HANDLE."""
    return client.call("GET", "/v1/accounts/me/plan" if handle is None else _of(handle, "plan"))


@plan.command()
@click.argument("handle")
@api_command
def end(client: Client, *, handle: str) -> Any:
    """End the plan of HANDLE now (an operator's command)."""
    return client.call("DELETE", _of(handle, "plan"))


@click.group()
def invite() -> None:
    """Invite people to make films. An invitation is asked for while the switch `invitations` is on."""


@invite.command()
@api_command
def new(client: Client) -> Any:
    """Make a code, shown once: four in all where you were invited yourself, as operator any number.

    \b
    cameo invite new --as min
    cameo invite redeem abcd-efgh-ijkl-mnop --as theo
    """
    return client.call("POST", "/v1/invitations")


@invite.command("list")
@api_command
def list_invitations(client: Client) -> Any:
    """List the invitations that you made, without their codes."""
    return client.call("GET", "/v1/invitations")


@invite.command()
@click.argument("invitation_code", metavar="CODE")
@api_command
def redeem(client: Client, *, invitation_code: str) -> Any:
    """Redeem CODE for yourself."""
    return client.call("PUT", "/v1/accounts/me/invitation", {"code": invitation_code})


@invite.command()
@click.argument("handle")
@api_command
def directly(client: Client, *, handle: str) -> Any:
    """Invite HANDLE without a code (an operator's command)."""
    return client.call("PUT", _of(handle, "invitation"))


COMMANDS = {"plan": plan, "invite": invite}
