"""Commands about pets and things."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from serving.cli.enrol import POLL_S, SETTLED, TYPES, told
from serving.cli.session import api_command
from serving.client import Client


@click.group()
def thing() -> None:
    """Enrol a pet or a thing of yours, and say who may use it. A person is never enrolled so.

    \b
    cameo thing start rex --accept --as min
    cameo thing submit THING rex.webm --as min
    cameo thing audience THING everyone --as min
    """


@thing.command()
@click.argument("name")
@click.option("--profile", type=click.Choice(["sandbox", "basic", "verified"]), default="basic", show_default=True, help="Assurance.")
@click.option("--accept", is_flag=True, help="You have read and accept the consent text (cameo enrol text).")
@api_command
def start(client: Client, *, name: str, profile: str, accept: bool) -> Any:
    """Begin to enrol a thing. NAME tells yours apart; a digest of it alone is kept, and the same name is the same thing."""
    text = client.call("GET", "/v1/consent-text")
    if not accept:
        click.echo(text["text"], err=True)
        click.confirm("Do you accept?", abort=True, err=True)
    return client.call("POST", "/v1/things", {"name": name, "profile": profile, "consent_text_sha256": text["sha256"]})


@thing.command()
@click.argument("name", metavar="THING")
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@api_command
def submit(client: Client, *, name: str, recording: Path) -> Any:
    """Hand in RECORDING (webm or mp4) of THING alone, and wait for the answer. Ends with 1 when it is refused."""
    kind = TYPES.get(recording.suffix.lower())
    if kind is None:
        message = f"{recording.name} is neither .webm nor .mp4"
        raise click.UsageError(message)
    client.upload(f"/v1/things/{name}/recording", recording.read_bytes(), kind, "")
    while (state := client.call("GET", f"/v1/things/{name}"))["state"] not in SETTLED:
        time.sleep(POLL_S)
    return told(state)


@thing.command("list")
@api_command
def list_things(client: Client) -> Any:
    """List your things."""
    return client.call("GET", "/v1/things")


@thing.command()
@click.argument("name", metavar="THING")
@api_command
def show(client: Client, *, name: str) -> Any:
    """Show how THING stands and what you permit."""
    return client.call("GET", f"/v1/things/{name}")


@thing.command()
@click.argument("name", metavar="THING")
@click.argument("who", type=click.Choice(["only_me", "approved", "mutuals", "everyone"]))
@api_command
def audience(client: Client, *, name: str, who: str) -> Any:
    """Say who may use THING without a grant."""
    return client.call("PUT", f"/v1/things/{name}/audience", {"audience": who})


@thing.command()
@click.argument("name", metavar="THING")
@click.option("--strength", type=click.Choice(["no_new_uses", "stop", "take_down"]), default="stop", show_default=True, help="How far.")
@api_command
def revoke(client: Client, *, name: str, strength: str) -> Any:
    """Take back everything that you permitted of THING."""
    return client.call("POST", f"/v1/things/{name}/revocations", {"strength": strength})


COMMANDS = {"thing": thing}
