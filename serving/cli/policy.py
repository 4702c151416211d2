"""Commands about the policy itself: try a folder, simulate another bundle, put one in force. Decides nothing."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec
import psycopg

from infra.places import Places
from infra.tools import Tools
from policy.adapters.opa_client import OpaAdministration
from policy.bundle import digest_of
from policy.core.simulating import Flip, Recorded, Simulated
from policy.errors import PolicyError, PolicyUnavailableError
from policy.program import REGO
from policy.simulate import DECIDED
from policy.simulate import simulate as run_simulation
from policy.trial import Trial
from policy.trial import trial as run_trial
from serving.cli.record import JSON, ledger, local
from serving.cli.session import api_command
from serving.client import Client

EXISTING = click.Path(exists=True, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SHOWN = 20


@click.group("policy")
def policy_group() -> None:
    """Try a policy, see what it would have changed, put it in force."""


@policy_group.command("test")
@click.argument("folder", type=FOLDER, default=REGO)
@click.option("--situations", "named", type=FOLDER, help="Where the situations are; left out, beneath FOLDER.")
@JSON
def test_policy(*, folder: Path, named: Path | None, as_json: bool) -> None:
    """Try FOLDER (default: the built-in policy): strict, formatted, tests, coverage, and its situations.

    FOLDER is a whole policy, or only `requirements/`, which are then laid over the built-in ones.
    Ends with 0 where all is well, 1 where something is wrong, 2 where FOLDER is no policy.

    \b
    cameo policy test
    cameo policy test ours/ --situations ours/situations --json
    """
    try:
        found = run_trial(folder, _opa(), named)
    except PolicyError as error:
        _give_up(str(error), as_json=as_json)
    _print(msgspec.to_builtins(found) | {"passed": found.passed}, _trial_lines(found), as_json=as_json)
    sys.exit(0 if found.passed else 1)


@policy_group.command("simulate")
@click.argument("policy", type=EXISTING)
@click.option("--since", metavar="TIME", help="Decided at or after this time: RFC 3339 with zone.")
@click.option("--until", metavar="TIME", help="Decided before this time.")
@click.option("--limit", type=click.IntRange(min=1), help="The first so many decisions.")
@click.option("--events", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Events as exported, instead of this ledger.")
@JSON
def simulate(*, policy: Path, since: str | None, until: str | None, limit: int | None, events: Path | None, as_json: bool) -> None:
    """Answer recorded decisions by POLICY, a bundle or a folder of rules: who would flip, in which direction, by which code.

    Run where the installation is, or anywhere on `cameo events export`. One OPA is started for it; nothing is recorded.
    Ends with 0 where no decision flips, 1 where one does, 2 where it cannot be simulated, 3 where the ledger does not answer.

    \b
    cameo policy simulate var/bundles/0123...tar.gz --since 2026-10-21T00:00:00+09:00
    cameo policy simulate ours/ --events events.jsonl --json
    """
    begin, end = (_time_us(one) for one in (since, until))
    try:
        recorded = _exported(events, begin, end, limit) if events else _recorded(begin, end, limit)
        found = run_simulation(policy, _opa(), recorded)
    except (PolicyError, PolicyUnavailableError, OSError, KeyError, ValueError) as error:
        _give_up(str(error), as_json=as_json)
    _print(msgspec.to_builtins(found) | {"flipped": found.flipped}, _simulation_lines(found), as_json=as_json)
    sys.exit(1 if found.flipped else 0)


@policy_group.command("activate")
@click.argument("bundle")
@click.option("--label", default="", help="What to call it in the record.")
@click.option("--unloaded", is_flag=True, help="Although an engine here serves another bundle: decisions are then refused.")
@api_command
def activate(client: Client, *, bundle: str, label: str, unloaded: bool) -> Any:
    """Put BUNDLE, a bundle's file or its digest, in force, as operator: an event; decisions by any other are refused from there on.

    Every policy engine of this installation must serve it already.

    \b
    python -m policy.bundle --out var/bundles/policy.tar.gz --key var/secrets/bundle.key
    cameo down && cameo up                       every engine loads it, and `up` puts it in force
    cameo policy activate var/bundles/policy.tar.gz --label 2026-11 --as operator
    """
    try:
        digest = bundle if re.fullmatch("[0-9a-f]{64}", bundle) else digest_of(Path(bundle))
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    others = [] if unloaded else _others(digest)
    if others:
        raise click.ClickException(f"another bundle is served: {'; '.join(others)}. Load this one first, or say --unloaded")
    client.call("POST", "/v1/policy/activation", {"bundle_sha256": digest, "label": label})
    return {"bundle_sha256": digest, "in_force": True}


def _others(digest: str) -> list[str]:
    """Ask the engines of this installation, where there is one, which bundle each serves; tell those that serve another."""
    try:
        settings = local()
    except click.UsageError:
        return []
    return [
        f"{socket.name} serves {found}"
        for socket in (settings.opa_socket, settings.keyholder_opa_socket)
        if (found := _served(socket)) != digest
    ]


def _served(socket: Path) -> str:
    engine = OpaAdministration(socket, timeout_s=2.0)
    try:
        return engine.bundle_sha256()
    except PolicyUnavailableError as error:
        return f"nothing ({error})"
    finally:
        engine.close()


def _recorded(since_us: int | None, until_us: int | None, limit: int | None) -> Iterator[tuple[int, Recorded]]:
    with ledger() as connection, connection.transaction(), psycopg.ServerCursor(connection, "decided") as cursor:
        cursor.itersize = 500
        cursor.execute(
            "SELECT version, stream, position, time_us, data FROM ledger.events WHERE type = %s"
            " AND (%s::bigint IS NULL OR time_us >= %s) AND (%s::bigint IS NULL OR time_us < %s) ORDER BY position LIMIT %s",
            (DECIDED, since_us, since_us, until_us, until_us, limit),
        )
        for version, stream, position, time_us, data in cursor:
            yield version, Recorded(generation=stream, position=position, time_us=time_us, data=data)


def _exported(path: Path, since_us: int | None, until_us: int | None, limit: int | None) -> Iterator[tuple[int, Recorded]]:
    """Read decisions from exported CloudEvents, a line at a time."""
    read = 0
    with path.open("rb") as lines:
        for line in lines:
            event = msgspec.json.decode(line)
            version = str(event["dataschema"]).rpartition(".v")[2]
            time_us = _time_us(event["time"]) or 0
            if event["type"] != DECIDED or not (since_us or 0) <= time_us < (until_us or time_us + 1):
                continue
            read += 1
            if limit is not None and read > limit:
                return
            yield int(version), Recorded(generation=event["subject"], position=event["position"], time_us=time_us, data=event["data"])


def _time_us(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"{text}: no time, as 2026-11-21T09:00:00+09:00") from error
    if time.tzinfo is None:
        raise click.UsageError(f"{text}: a time names its zone")
    return round(time.timestamp() * 1e6)


def _opa() -> Path:
    return Tools.load(Places.from_env(os.environ)).opa


def _print(value: dict[str, Any], lines: Iterator[str], *, as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def _give_up(detail: str, *, as_json: bool) -> NoReturn:
    problem = {"code": "policy.untried", "detail": detail, "remedy": "see docs/policy.md"}
    click.echo(json.dumps(problem, ensure_ascii=False) if as_json else detail, err=True)
    sys.exit(2)


def _trial_lines(found: Trial) -> Iterator[str]:
    for step in found.steps:
        yield f"{'WRONG' if step.problems else 'ok':<6} {step.name:<13} {step.tried:>5}  {step.detail}".rstrip()
        yield from (f"       {problem}" for problem in step.problems)


def _simulation_lines(found: Simulated) -> Iterator[str]:
    yield f"{found.decisions} decisions by {found.bundle_sha256}: {found.same} the same, {found.flipped} flipped"
    yield from (f"  {direction:<15} {count}" for direction, count in found.directions.most_common())
    yield from (f"  + {code:<28} {count}" for code, count in found.gained.most_common())
    yield from (f"  - {code:<28} {count}" for code, count in found.lost.most_common())
    if found.older_form:
        yield f"  {found.older_form} of an older form of event were not asked"
    yield from (_flip_line(flip) for flip in found.flips[:SHOWN])
    if len(found.flips) > SHOWN:
        yield f"  … and {len(found.flips) - SHOWN} more: --json"


def _flip_line(flip: Flip) -> str:
    codes = " ".join([*(f"+{code}" for code in flip.gained), *(f"-{code}" for code in flip.lost)])
    return f"  {flip.direction:<15} {flip.action:<8} {flip.generation} {flip.requester or ''} {codes}"


COMMANDS = {"policy": policy_group}
