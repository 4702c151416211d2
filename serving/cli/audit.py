"""Commands of the record: who generated what, why, and the events themselves."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from infra.places import Places
from infra.tools import Tools
from policy.errors import PolicyError
from policy.replay import replay as replay_decision
from serving.cli.session import account_name, api_command, connect, home
from serving.client import Client


@click.command()
@click.option("--subject", metavar="HANDLE", help="Whose likeness was used.")
@click.option("--creator", metavar="HANDLE", help="Who asked.")
@click.option("--since", metavar="TIME", help="Asked for at or after this time: RFC 3339 with zone, as 2026-11-21T09:00:00+09:00.")
@click.option("--generation", metavar="ID", help="This one alone.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="The `next` of the page before.")
@api_command
def audit(client: Client, **filters: Any) -> Any:
    """Tell who generated what, newest first: what you asked for or are shown in, or everything as an auditor.

    \b
    cameo audit --subject 민지 --since 2026-11-21T00:00:00+09:00 --as 민지
    cameo audit --creator theo --json --as auditor
    """
    for name in ("subject", "creator"):
        filters[name] = None if filters[name] is None else account_name(filters[name])
    return client.call("GET", "/v1/audit", query=filters)


@click.command()
@click.argument("decision")
@api_command
def explain(client: Client, *, decision: str) -> Any:
    """Explain DECISION: each requirement, and, as an auditor or an owner, what it looked at and the events that had said so.

    \b
    cameo audit --generation generation-0123... --json --as theo    names its decisions
    cameo explain 4f1c... --as theo
    """
    return client.call("GET", f"/v1/decisions/{decision}/explanation")


@click.command()
@click.argument("decision")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep the recorded decision in this file.")
@api_command
def replay(client: Client, *, decision: str, keep: Path | None) -> Any:
    """Decide DECISION again from its own record and its policy bundle, offline, and compare. For auditors.

    Ends with 1 when the answer is another one than was recorded.

    \b
    cameo replay 4f1c... --as auditor
    cameo replay 4f1c... --keep decision.json --as auditor
    """
    recorded = client.call("GET", f"/v1/decisions/{decision}")
    if keep is not None:
        keep.write_text(json.dumps(recorded, ensure_ascii=False, indent=2), encoding="utf-8")
    bundle = home() / "bundles" / f"{recorded['bundle_sha256']}.tar.gz"
    try:
        found = replay_decision(recorded, bundle, Tools.load(Places.from_env(os.environ)).opa)
    except (PolicyError, OSError) as error:
        raise click.ClickException(f"it cannot be replayed: {error}") from error
    if not found.same:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2), err=True)
        sys.exit(1)
    return msgspec.to_builtins(found)


@click.group()
def events() -> None:
    """Export the events."""


@events.command()
@click.option("--as", "name", metavar="HANDLE", help="An auditor's token.")
@click.option("--jsonl", "--json", "jsonl", is_flag=True, help="One CloudEvent a line (the only form there is).")
@click.option("--after", type=click.IntRange(0), default=0, help="Only above this position.")
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="A file instead of standard output.")
def export(name: str | None, *, jsonl: bool, after: int, out: Any) -> None:
    """Export every event as a CloudEvent with stream, revision and position. Personal fields stay sealed.

    \b
    cameo events export --jsonl --as auditor > events.jsonl
    cameo events export --after 1000 --out later.jsonl --as auditor
    """
    del jsonl
    with connect(name) as client:
        for event in client.lines("/v1/events", {"after": after}):
            out.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")


@click.command()
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many.")
@click.option("--cursor", help="The `next` of the page before.")
@api_command
def notifications(client: Client, **page: Any) -> Any:
    """List what you were told, newest first."""
    return client.call("GET", "/v1/notifications", query=page)


COMMANDS = {"audit": audit, "explain": explain, "replay": replay, "events": events, "notifications": notifications}
