"""Commands about step-up: a fresh proof before consent is widened."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from serving.cli.session import account_name, api_command
from serving.client import Client

HERE = "/v1/accounts/me/step-up"


@click.group("step-up")
def step_up() -> None:
    """Ask for a code of your authenticator before your consent is widened. Narrowing never asks.

    Opening an enrolled face to everyone asks for a proof without this, and so does `begin`: what `cameo verification prove` gave.

    \b
    cameo step-up begin --as min              the secret, for your authenticator
    cameo step-up on --code 123456 --as min   its first code; gives ten recovery codes
    cameo grant give theo --code 654321 --as min
    """


@step_up.command()
@api_command
def show(client: Client) -> Any:
    """Show whether it is on, and how many recovery codes are left."""
    return client.call("GET", HERE)


@step_up.command()
@api_command
def begin(client: Client) -> Any:
    """Draw a secret for your authenticator, shown once."""
    return client.call("POST", HERE)


@step_up.command()
@api_command
def on(client: Client) -> Any:
    """Switch it on with a first code (--code). Shows ten recovery codes, once."""
    return client.call("PUT", HERE)


@step_up.command()
@api_command
def off(client: Client) -> Any:
    """Switch it off (--code)."""
    return client.call("DELETE", HERE)


@step_up.command()
@api_command
def codes(client: Client) -> Any:
    """Draw new recovery codes in place of the old ones (--code)."""
    return client.call("POST", f"{HERE}/recovery-codes")


@step_up.command()
@click.argument("handle")
@api_command
def reset(client: Client, *, handle: str) -> Any:
    """Switch it off for HANDLE, who lost authenticator and recovery codes (an operator's command)."""
    return client.call("DELETE", f"/v1/accounts/{quote(account_name(handle), safe='@')}/step-up")


COMMANDS = {"step-up": step_up}
