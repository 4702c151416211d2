"""Commands about this host's consent view: how it stands, whether it says what the ledger says, its snapshots."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import click
import msgspec

from policy.adapters import view_snapshot
from policy.adapters.view import ViewReader
from policy.adapters.view_layout import DATA, READERS, hold
from policy.errors import StaleViewError, ViewError
from serving.cli.record import JSON, ledger, local
from serving.cli.session import show
from streams.core.feed import shares
from streams.view_check import compare_view


@click.group()
def view() -> None:
    """Look at this host's consent view, compare it with the ledger, keep snapshots of it."""


@view.command("status")
@JSON
def tell_status(*, as_json: bool) -> None:
    """Tell how old the view is, what it holds and the bytes it takes; exit code 1 while it refuses."""
    settings = local()
    found: dict[str, Any] = {"partitions": settings.view_partitions, "room_mib": settings.view_mib}
    try:
        reader = ViewReader(settings.view, settings.max_staleness_ms * 1000)
        found |= reader.statistics()
        fresh = reader.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
        found |= {"log_index": fresh.log_index, "age_us": fresh.age_us, "refuses": None}
    except StaleViewError as error:
        found["refuses"] = error.code
    show(found, as_json=as_json)
    sys.exit(0 if found["refuses"] is None else 1)


@view.command("verify")
@JSON
def verify_view(*, as_json: bool) -> None:
    """Compare this host's consent view with the ledger, fact by fact; exit code 1 when they differ."""
    settings = local()
    found = compare_view(settings.dsn("auditor"), settings.view)
    show(found, as_json=as_json)
    sys.exit(0 if found["equal"] else 1)


@view.command("snapshot")
@JSON
def take_snapshot(*, as_json: bool) -> None:
    """Write a snapshot of the view as it stands, beside it; the newest two are kept. Any host with the same settings can begin with it."""
    settings = local()
    try:
        folder, snapshot = view_snapshot.take(settings.view, settings.snapshots)
    except ViewError as error:
        raise click.ClickException(str(error)) from error
    show({"folder": str(folder)} | msgspec.to_builtins(snapshot), as_json=as_json)


@view.command("restore")
@JSON
def restore_view(*, as_json: bool) -> None:
    """Throw this host's view away and begin with the newest snapshot that can be used. The feeder must be stopped.

    An empty view folder does the same when the feeder starts. What no snapshot has, the feeder reads from the feed.
    """
    settings = local()
    try:
        descriptor = hold(settings.view)
    except ViewError as error:
        raise click.ClickException(f"{error}: stop it first") from error
    refused: list[str] = []
    try:
        with ledger() as connection:
            (incarnation,) = connection.execute("SELECT incarnation FROM ledger.installation").fetchone() or (0,)
        for name in (DATA, READERS):
            (settings.view / name).unlink(missing_ok=True)
        found = view_snapshot.restore(settings.snapshots, settings.view, incarnation, shares(settings.view_partitions), refused.append)
    finally:
        os.close(descriptor)
    answer = {"restored": None if found is None else msgspec.to_builtins(found), "refused": refused}
    show(answer if found is not None else answer | {"then": "the feeder reads the feed from its beginning"}, as_json=as_json)


COMMANDS = {"view": view}
