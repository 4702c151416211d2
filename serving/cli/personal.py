"""Commands about everything that is kept of a person: take it with you, have it destroyed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from serving.cli.session import api_command, token_path
from serving.client import Client
from serving.errors import CommandError
from serving.handlers.accounts import normal_handle


@click.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("cameo-export.zip"), show_default=True, help="Where to."
)
@api_command
def export(client: Client, *, out: Path) -> Any:
    """Take everything with you that is kept of you: a zip of JSON, your recordings, your films.

    It holds your recordings in clear: keep it as you would keep them. The file is readable by you alone. Where you have
    step-up on, a code is asked for.

    \b
    cameo export --out mina.zip --as mina
    """
    if out.exists():
        message = f"{out} is there already"
        raise click.UsageError(message)
    part = out.with_name(out.name + ".part")
    written = 0
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in client.pieces("/v1/accounts/me/export"):
                written += file.write(piece)
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    return {"file": str(out), "bytes": written}


@click.command()
@click.argument("handle")
@api_command
def erase(client: Client, *, handle: str) -> Any:
    """Be forgotten: say your own HANDLE to confirm. It cannot be undone.

    Everything out is taken down, every key of yours is destroyed and searched for, your handle and tokens are removed.

    \b
    cameo erase mina --as mina
    """
    answer = client.call("DELETE", "/v1/cameos/me", query={"handle": handle})
    _drop_token(handle)
    return answer


def _drop_token(handle: str) -> None:
    """Remove the token that this machine keeps for `--as`: it opens nothing any more, and its file's name is the handle."""
    folder = token_path("x").parent
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            same = normal_handle(path.name) == normal_handle(handle)
        except CommandError:
            continue
        if same:
            path.unlink(missing_ok=True)


COMMANDS = {"export": export, "erase": erase}
