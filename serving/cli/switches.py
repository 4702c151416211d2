"""Commands about the operator's switches."""

from __future__ import annotations

from typing import Any

import click

from serving.cli.session import api_command
from serving.client import Client

REASON = click.option("--reason", required=True, help="Why; it is recorded.")


@click.group()
def switch() -> None:
    """Throw the operator's switches: render, engine/NAME, region/XX, sandbox_use, plans, invitations.

    What permits less is thrown at once. What permits more is proposed, and another operator confirms it within a day.
    `plans` and `invitations` permit less when they are on, all others when they are off.

    \b
    cameo switch off render --reason "maintenance" --as operator
    cameo switch on render --reason "back again" --as operator       gives a PROPOSAL
    cameo switch confirm PROPOSAL --as second
    """


@switch.command("list")
@api_command
def list_switches(client: Client) -> Any:
    """List where switches stand, and what waits for a second operator."""
    return client.call("GET", "/v1/switches")


@switch.command()
@click.argument("name", metavar="SWITCH")
@REASON
@api_command
def off(client: Client, *, name: str, reason: str) -> Any:
    """Throw SWITCH off.

    \b
    cameo switch off engine/portrait --reason "a bad release" --as operator
    """
    return client.call("PUT", f"/v1/switches/{name}", {"on": False, "reason": reason})


@switch.command()
@click.argument("name", metavar="SWITCH")
@REASON
@api_command
def on(client: Client, *, name: str, reason: str) -> Any:
    """Throw SWITCH on: of those that permit more when they are on, propose it.

    \b
    cameo switch on sandbox_use --reason "a demonstration" --as operator
    """
    return client.call("PUT", f"/v1/switches/{name}", {"on": True, "reason": reason})


@switch.command()
@click.argument("proposal")
@click.option("--reason", default="confirmed", show_default=True, help="Why; it is recorded.")
@api_command
def confirm(client: Client, *, proposal: str, reason: str) -> Any:
    """Confirm PROPOSAL of another operator.

    \b
    cameo switch list --as second
    cameo switch confirm PROPOSAL --as second
    """
    return client.call("POST", f"/v1/switch-proposals/{proposal}/confirmation", {"reason": reason})


COMMANDS = {"switch": switch}
