"""Commands of the word for danger."""

from __future__ import annotations

from typing import Any

import click

from serving.cli.session import api_command
from serving.client import Client

HERE = "/v1/accounts/me/distress"


@click.group()
def distress() -> None:
    """Set a word for danger: said in a recording it activates nothing, looks as if it did, and calls for help.

    \b
    cameo distress set --as min
    cameo distress clear --as min
    """


@distress.command("set")
@click.option("--word", help="The word; left out, it is asked for and not shown as you type.")
@api_command
def set_word(client: Client, *, word: str | None) -> Any:
    """Set the word, in place of an earlier one. It is never shown again, and nothing tells that there is one."""
    word = word or click.prompt("Word", hide_input=True, err=True)
    return client.call("PUT", HERE, {"word": word})


@distress.command()
@api_command
def clear(client: Client) -> Any:
    """Take the word back. Whether there was one is not told."""
    return client.call("DELETE", HERE)


COMMANDS = {"distress": distress}
