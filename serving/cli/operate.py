"""Owns the commands that run an installation: up, status, down, logs, doctor.

Does not own the commands that use it (serving.cli.main adds these to its group from COMMANDS).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from dataclasses import asdict
from typing import Any

import click

from infra.doctor import examine
from infra.errors import InstallationError
from infra.places import Places
from infra.settings import SettingsError
from infra.supervise.down import down as end_all
from infra.supervise.prepare import Installation, prepare, reopen
from infra.supervise.status import status as look
from infra.supervise.table import BY_NAME, UnknownPartError
from infra.supervise.up import Up
from infra.tools import SetUpError

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output and nothing else there.")


@click.command()
@click.option("--only", help="Comma-separated parts, for example postgres,kafka,opa. Parts they need must be up or named.")
@JSON
def up(only: str | None, as_json: bool) -> None:
    """Start this installation, part by part, in order of need.

    Chooses free loopback ports once, writes them to var/cameo.env, makes the secrets, and returns when every part is ready.
    A part is used from outside instead when its address is set: CAMEO_POSTGRES, CAMEO_KAFKA, CAMEO_OPA_SOCKET and so on.

    \b
    cameo up
    cameo up --only postgres,kafka,opa
    """
    places = Places.from_env(os.environ)
    names = tuple(name.strip() for name in only.split(",")) if only else ()
    try:
        installation = _running(places) or prepare(os.environ, places)
        took_s = Up(installation, _to_stderr).run(names)
    except (SetUpError, SettingsError, UnknownPartError) as error:
        raise click.ClickException(str(error)) from error
    except (InstallationError, OSError) as error:
        _to_stderr(f"\n  stop  {error}\n  ..    stopping what was started")
        end_all(places.run, places.var / "logs", lambda _: None)
        raise SystemExit(1) from error
    _emit({"ready_s": {name: round(value, 3) for name, value in took_s.items()}, "env": str(places.var / "cameo.env")}, as_json=as_json)


@click.command()
@JSON
def status(as_json: bool) -> None:
    """Show every part: its state, process, age, address and log. Ends with 1 unless every part is ready."""
    installation = _known()
    shown = look(installation)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in shown]))
    else:
        for one in shown:
            age = f"{one.since_s} s" if one.since_s is not None else ""
            click.echo(f"{one.part:<14} {one.state:<11} {one.pid or '':>8} {age:>9}  {one.address or ''}")
    sys.exit(0 if all(one.ok for one in shown) else 1)


@click.command()
@JSON
def down(as_json: bool) -> None:
    """Stop everything of this installation, in less than 15 seconds; nothing outlives it. Data and logs stay in var/."""
    places = Places.from_env(os.environ)
    ended = end_all(places.run, places.var / "logs", _to_stderr)
    _emit({"stopped": ended.stopped, "killed": ended.killed, "took_s": round(ended.took_s, 3)}, as_json=as_json)


@click.command()
@click.argument("part", type=click.Choice([*BY_NAME, "supervisord"]))
@click.option("-f", "--follow", is_flag=True, help="Keep printing what is added, until interrupted.")
@click.option("-n", "--lines", type=click.IntRange(min=0), default=50, show_default=True, help="How many last lines to print.")
@JSON
def logs(part: str, follow: bool, lines: int, as_json: bool) -> None:
    """Print the log of a part.

    \b
    cameo logs keyholder
    cameo logs -f serve
    """
    path = Places.from_env(os.environ).var / "logs" / f"{part}.log"
    if not path.exists():
        raise click.ClickException(f"{part} has no log yet in {path.parent}")
    if follow and not as_json:
        sys.exit(subprocess.run(["tail", "-n", str(lines), "-F", str(path)], check=False).returncode)
    with path.open(errors="replace") as file:
        last = [line.rstrip("\n") for line in deque(file, maxlen=lines)]
    click.echo(json.dumps({"part": part, "log": str(path), "lines": last}) if as_json else "\n".join(last))


@click.command()
@JSON
def doctor(as_json: bool) -> None:
    """Examine every part of the set-up: version, where it is from, remedy. Ends with 1 when something is wrong."""
    found = examine(Places.from_env(os.environ))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
    else:
        for one in found:
            click.echo(f"{'ok' if one.ok else 'WRONG':<6} {one.part:<10} {one.version}\n{'':17} {one.source}")
            if not one.ok:
                click.echo(f"{'':17} remedy: {one.remedy}")
    sys.exit(0 if all(one.ok for one in found) else 1)


def _running(places: Places) -> Installation | None:
    installation = reopen(os.environ, places)
    if installation is None or not any(one.pid for one in look(installation)):
        return None
    return installation


def _known() -> Installation:
    try:
        installation = reopen(os.environ, Places.from_env(os.environ))
    except InstallationError as error:
        raise click.ClickException(str(error)) from error
    if installation is None:
        raise click.ClickException("nothing was started here yet: cameo up")
    return installation


def _emit(value: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(value))
    else:
        for name, one in value.items():
            click.echo(f"{name}: {one}")


def _to_stderr(line: str) -> None:
    click.echo(line, err=True)


COMMANDS = {"up": up, "status": status, "down": down, "logs": logs, "doctor": doctor}
