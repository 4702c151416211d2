"""Commands that an operator runs beside the installation: parked events, the log, switches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
import psycopg

from infra.installation import load_settings
from infra.settings import SettingsError
from serving.cli.session import show
from serving.client import ApiError
from streams import fsck, verify_log
from streams.agents.parking import list_parked, retry

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def local() -> Any:
    """Return the installation's settings; raises a usage error where there is none here."""
    try:
        return load_settings()
    except SettingsError as error:
        raise click.UsageError(f"{error}: run this where the installation is") from error


@contextmanager
def ledger() -> Iterator[psycopg.Connection]:
    """Connect to the installation's Postgres, each statement its own transaction. Raises ApiError when it does not answer."""
    try:
        with psycopg.connect(local().dsn("api"), autocommit=True, connect_timeout=5) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise ApiError(0, "ledger.unavailable", str(error).strip(), "is it running? cameo status; cameo up") from error


@click.group()
def parked() -> None:
    """Show events that an agent could not handle; try them again."""


@parked.command("list")
@JSON
def list_them(*, as_json: bool) -> None:
    """List parked streams, oldest first; nothing of them is lost, what follows waits behind."""
    with ledger() as connection:
        show([msgspec.to_builtins(one) for one in list_parked(connection)] or "nothing is parked", as_json=as_json)


@parked.command("retry")
@click.argument("parked_id", type=int)
@JSON
def try_again(*, parked_id: int, as_json: bool) -> None:
    """Have PARKED_ID tried again now."""
    with ledger() as connection:
        if not retry(connection, parked_id):
            raise click.ClickException(f"nothing is parked as {parked_id}: cameo parked list")
    show({"parked": parked_id, "tried": "within a second; see cameo parked list"}, as_json=as_json)


@click.group()
def log() -> None:
    """Verify the transparency log."""


@log.command("verify")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", help="The log's verifier key, or a file that holds it.")
@click.option("--old", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An earlier checkpoint to extend.")
@JSON
@click.pass_context
def verify_tiles(ctx: click.Context, *, folder: Path | None, key: str | None, old: Path | None, as_json: bool) -> None:
    """Verify FOLDER (default: this installation's log) as a stranger would: from its files and its key alone."""
    known = key or str(local().secrets / "log.pub")
    ctx.invoke(verify_log.main, folder=folder or local().tiles, key=known, old=old, as_json=as_json)


COMMANDS = {"parked": parked, "log": log, "fsck": fsck.main}
