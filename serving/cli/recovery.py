"""Commands of recovery."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

import click

from serving.cli.session import account_name, api_command, keep_token
from serving.client import ApiError, Client


@click.group()
def recovery() -> None:
    """Get back in by one's face, where every token was lost.

    \b
    cameo recovery begin min --as operator        a token for a recovery alone, for a day: hand it to the person
    CAMEO_TOKEN=... cameo enrol start ...         the person enrols anew with it: the face must be the sealed one
    CAMEO_TOKEN=... cameo recovery end min        new tokens, once the recording was accepted; all others go
    """


@recovery.command()
@click.argument("handle")
@api_command
def begin(client: Client, *, handle: str) -> Any:
    """Begin the recovery of HANDLE, after making sure of the person by other means (an operator's command)."""
    return client.call("POST", f"/v1/accounts/{quote(account_name(handle), safe='@')}/recovery")


@recovery.command()
@click.argument("handle")
@click.option("--key", help="Of an earlier try whose answer was lost: it was shown then.")
@api_command
def end(client: Client, *, handle: str, key: str | None) -> Any:
    """End your recovery and keep the new token for `--as HANDLE`. Where the answer is lost, the same command with its key gets it again."""
    key = key or secrets.token_hex(16)
    try:
        made = client.call("POST", "/v1/accounts/me/recovery", idempotency_key=key)
    except ApiError as error:
        if error.unavailable:
            click.echo(f"if it was done all the same, this gets its answer: cameo recovery end {handle} --key {key}", err=True)
        raise
    return made | {"token": f"kept in {keep_token(handle, made['token'])}"}


COMMANDS = {"recovery": recovery}
