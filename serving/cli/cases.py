"""Commands of the review desk, and of who appeals a refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from serving.cli.session import api_command
from serving.client import Client

LOOKS = {"sound": "sound", "beside": "side-by-side", "document": "document"}


@click.group()
def case() -> None:
    """Look at recordings that a person must look at, and vote (a reviewer's commands).

    \b
    cameo role redeem CODE CODE --as rea --keep-as rea-desk                reviewers are appointed: cameo role --help
    cameo case list --as rea-desk
    cameo case look CASE --out sheet.jpg --as rea                          blurred
    cameo case look CASE --out clear.jpg --clear --reason liveness --as rea-desk
    cameo case vote CASE accept --reason review.one_live_person --as rea-desk
    """


@case.command("list")
@click.option("--kind", help="Only of this kind, as known_face or distress.")
@click.option("--state", type=click.Choice(["open", "closed", "any"]), default="open", show_default=True, help="Which.")
@click.option("--due-before", help="Only what is due before (RFC 3339 with a zone).")
@click.option("--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="How many a page.")
@click.option("--cursor", help="Where the last page ended.")
@api_command
def list_cases(client: Client, **query: Any) -> Any:
    """List cases, oldest due first; those that concern you are not among them."""
    return client.call("GET", "/v1/cases", query=query)


@case.command()
@click.argument("name", metavar="CASE")
@api_command
def show(client: Client, *, name: str) -> Any:
    """Show a case: codes, scores, what was asked. Nobody is named."""
    return client.call("GET", f"/v1/cases/{name}")


@case.command()
@api_command
def reasons(client: Client) -> Any:
    """List what a vote may name, and why evidence may be shown clear."""
    return client.call("GET", "/v1/review-reasons")


@case.command()
@click.argument("name", metavar="CASE")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to put the picture or sound.")
@click.option("--at-ms", type=click.IntRange(0), help="One frame at this time; left out: twelve over the whole.")
@click.option("--beside", is_flag=True, help="Beside the known face that it may be.")
@click.option("--document", is_flag=True, help="The newest document that was added.")
@click.option("--sound", is_flag=True, help="The sound (WAV); needs --reason.")
@click.option("--clear", is_flag=True, help="Not blurred; needs --reason.")
@click.option("--reason", help="Why it is shown clear (cameo case reasons).")
@api_command
def look(client: Client, *, name: str, out: Path, at_ms: int | None, clear: bool, reason: str | None, **kinds: bool) -> Any:
    """Look at a case's recording, blurred unless you give a reason. Each look is on record.

    \b
    cameo case look case-4f1c... --out sheet.jpg --as rea
    cameo case look case-4f1c... --at-ms 2500 --clear --reason detail --out frame.jpg --as rea
    """
    what = next((address for kind, address in LOOKS.items() if kinds[kind]), "evidence")
    query = {"at_ms": None if what != "evidence" else at_ms, "clear": "true" if clear and what != "sound" else None, "reason": reason}
    out.write_bytes(client.fetch(f"/v1/cases/{name}/{what}", query))
    return {"written": str(out)}


@case.command()
@click.argument("name", metavar="CASE")
@click.argument("decision", type=click.Choice(["accept", "refuse"]))
@click.option("--reason", "reasons_given", multiple=True, required=True, help="A code of `cameo case reasons`; can be given again.")
@api_command
def vote(client: Client, *, name: str, decision: str, reasons_given: tuple[str, ...]) -> Any:
    """Vote on CASE, once, after looking. One refusal refuses; the worker carries out what the votes come to.

    \b
    cameo case vote case-4f1c... refuse --reason review.not_live --as rea
    """
    return client.call("PUT", f"/v1/cases/{name}/vote", {"decision": decision, "reasons": list(reasons_given)})


COMMANDS = {"case": case}
