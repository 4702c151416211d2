"""Commands about appeals."""

from __future__ import annotations

from typing import Any

import click

from serving.cli.session import api_command
from serving.client import Client


@click.group()
def appeal() -> None:
    """Ask a person to look at a refusal of content; as operator, answer.

    \b
    cameo appeal make GENERATION "it is a cooking film" --as theo
    cameo appeal queue --as operator
    cameo appeal answer GENERATION APPEAL overturned --reason "a recipe" --as operator
    """


@appeal.command()
@click.argument("generation")
@click.argument("text")
@api_command
def make(client: Client, *, generation: str, text: str) -> Any:
    """Appeal the refusal of GENERATION, which you asked for. Operators may then read TEXT and your prompt.

    \b
    cameo appeal make generation-4f1c... "it is a cooking film" --as theo
    """
    return client.call("POST", f"/v1/generations/{generation}/appeals", {"text": text})


@appeal.command()
@api_command
def queue(client: Client) -> Any:
    """List appeals that nobody answered (an operator's command)."""
    return client.call("GET", "/v1/appeals")


@appeal.command()
@click.argument("generation")
@click.argument("name", metavar="APPEAL")
@api_command
def show(client: Client, *, generation: str, name: str) -> Any:
    """Show an appeal with its words and the prompt (an operator's command)."""
    return client.call("GET", f"/v1/generations/{generation}/appeals/{name}")


@appeal.command()
@click.argument("generation")
@click.argument("name", metavar="APPEAL")
@click.argument("outcome", type=click.Choice(["upheld", "overturned"]))
@click.option("--reason", required=True, help="Why; it is recorded, and told to the requester.")
@api_command
def answer(client: Client, *, generation: str, name: str, outcome: str, reason: str) -> Any:
    """Answer an appeal (an operator's command). `overturned`: the finding was wrong; the film is asked for anew.

    \b
    cameo appeal answer generation-4f1c... 7ab2... overturned --reason "a recipe" --as operator
    """
    return client.call("PUT", f"/v1/generations/{generation}/appeals/{name}/answer", {"outcome": outcome, "reason": reason})


COMMANDS = {"appeal": appeal}
