"""Commands about the protected list: faces that nobody enrols before a person has looked. The photograph stays here."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import click

from identity.core import faces
from infra.places import Places
from serving.cli.session import api_command
from serving.client import Client


@click.group()
def protected() -> None:
    """Protect faces, of children, of people in the public eye, of whoever asks: whoever shows one is sent to a reviewer.

    A face is read from a photograph on this machine and only its template is sent. The template and the name are sealed under
    a key of the entry's own, which goes with it.

    \b
    cameo protected add portrait.jpg --name "Kim Min-ji" --reason "asked us on 3 May" --as operator
    cameo protected list --as operator
    cameo protected remove entry-... --as operator
    """


@protected.command()
@click.argument("photograph", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="Whose face; sealed, shown to operators.")
@click.option("--reason", required=True, help="Why, without a name in it; it is recorded in clear.")
@api_command
def add(client: Client, *, photograph: Path, name: str, reason: str) -> Any:
    """Protect the one face in PHOTOGRAPH (JPEG, PNG).

    \b
    cameo protected add portrait.jpg --name "Kim Min-ji" --reason "asked us on 3 May" --as operator
    """
    template = base64.b64encode(_template(photograph)).decode()
    return client.call("POST", "/v1/protected", {"template": template, "name": name, "reason": reason})


@protected.command("list")
@api_command
def list_protected(client: Client) -> Any:
    """List who is protected."""
    return client.call("GET", "/v1/protected")


@protected.command()
@click.argument("entry")
@api_command
def remove(client: Client, *, entry: str) -> Any:
    """Take ENTRY off the list; its template and name are destroyed.

    \b
    cameo protected remove entry-0123456789abcdef0123456789abcdef --as operator
    """
    return client.call("DELETE", f"/v1/protected/{entry}")


def _template(photograph: Path) -> bytes:
    """Read the face of a photograph with the models of this checkout. Raises UsageError."""
    import cv2  # noqa: PLC0415 -- --help and wrong use need none of it
    import numpy as np  # noqa: PLC0415 -- likewise

    from identity.adapters.models import Models  # noqa: PLC0415 -- likewise
    from identity.errors import ModelMissingError  # noqa: PLC0415 -- likewise
    from identity.photograph import PhotographError, template_of  # noqa: PLC0415 -- likewise

    picture = cv2.imdecode(np.frombuffer(photograph.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise click.UsageError(f"{photograph} is no picture that can be read")
    try:
        embedder = Models.load(Places.from_env(os.environ).models).embedder
        return faces.written(template_of(np.asarray(picture, np.uint8), embedder))
    except (PhotographError, ModelMissingError) as error:
        raise click.UsageError(str(error)) from error


COMMANDS = {"protected": protected}
