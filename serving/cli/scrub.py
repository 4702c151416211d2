"""The command that rewrites what erased people left in PostgreSQL's files, run beside the installation."""

from __future__ import annotations

import sys
import time

import click

from serving.adapters.scrubbing import PostgresScrubber
from serving.cli.record import JSON, local
from serving.cli.session import show
from serving.client import ApiError
from serving.scrub_ports import REMEDIES, Scrubbed
from streams.errors import LedgerUnavailableError

AGAIN_S = 0.5
PASSES = frozenset({"scrub.busy", "scrub.locked"})
"""What may be otherwise in a moment."""


@click.command()
@click.option("--within-s", type=click.IntRange(min=0), default=60, show_default=True, help="How long to try.")
@JSON
def scrub(*, within_s: int, as_json: bool) -> None:
    """Rewrite what erased people left in PostgreSQL's files: dead rows, indexes, statistics, the write-ahead log.

    The API does it by itself soon after an erasure; this does it now, and tells whether it was done. Ends with 1 where
    something may be left, and says why. Archived log, replicas and backups are outside its reach: docs/identity.md.

    \b
    cameo scrub
    cameo scrub --within-s 600 --json
    """
    end_s = time.monotonic() + within_s
    scrubber = PostgresScrubber(local().dsn("api"), lambda line: click.echo(line, err=True))
    people, took_s = 0, 0.0
    try:
        while True:
            done = scrubber.scrub()
            people, took_s = people + done.people, took_s + done.took_s
            if not _may_pass(done) or time.monotonic() > end_s:
                break
            time.sleep(AGAIN_S)
    except LedgerUnavailableError as error:
        raise ApiError(0, error.code, str(error), "is it running? cameo status; cameo up") from error
    show(
        {"people": people, "waiting": done.waiting, "left": list(done.left), "took_s": round(took_s, 3)},
        as_json=as_json,
    )
    for code in done.left:
        click.echo(f"{code}: {REMEDIES[code]}", err=True)
    if done.waiting:
        click.echo("the projections still tell an erased handle: is the worker running? cameo status", err=True)
    sys.exit(0 if done.clean else 1)


def _may_pass(done: Scrubbed) -> bool:
    return not done.clean and set(done.left) <= PASSES


COMMANDS = {"scrub": scrub}
