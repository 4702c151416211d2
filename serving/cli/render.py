"""Commands of generations."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, get_args

import click
from rich.console import Console
from rich.progress import Progress

from schemas.consent import Purpose
from serving.cli.saying import acting_command
from serving.cli.session import api_command, refusal
from serving.client import ApiError, Client


@click.command()
@click.argument("prompt")
@click.option("--cameo", metavar="HANDLE", help="Whose likeness: @handle or a cameo id. May be left out of a remix.")
@click.option("--remix-of", metavar="GENERATION", help="Make it from a film that you made or are in: all in it are asked again.")
@click.option("--purpose", type=click.Choice(get_args(Purpose)), default="personal", show_default=True, help="What the film is for.")
@click.option("--engine", type=click.Choice(["portrait", "trivial"]), default="portrait", show_default=True, help="What makes it.")
@click.option("--width", "width_px", default=512, show_default=True, help="Pixels, even, 256 to 1280.")
@click.option("--height", "height_px", default=512, show_default=True, help="Pixels, even, 256 to 1280.")
@click.option("--seconds", default=5.0, show_default=True, help="Length of the film, up to 60.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to put the film once released.")
@click.option("--key", help="Idempotency key: the same key asks once.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Follow it with a progress bar until it ends.")
@api_command
def render(client: Client, *, wait: bool, out: Path | None, key: str | None, seconds: float, cameo: str | None, **body: Any) -> Any:
    """Ask for a film of somebody who permits it, and follow it until it ends.

    PROMPT says where and how; what stands in quotation marks is spoken. The request is recorded at once and survives a
    restart of everything: Ctrl-C leaves it running, `cameo watch` follows it again, `cameo cancel` takes it back.
    Ends with 1 when it is refused or stopped, and says why and what to do.

    \b
    cameo render 'on a beach, saying "hello there"' --cameo @min --out film.mp4
    cameo render '밤거리에서 "안녕하세요"' --cameo @민지 --purpose parody --no-wait
    """
    whom = cameo if cameo is None or cameo.startswith(("@", "cameo-")) else f"@{cameo}"
    asked = client.call(
        "POST", "/v1/generations", body | {"cameo": whom, "duration_ms": round(seconds * 1000)},
        idempotency_key=key or secrets.token_hex(16),
    )  # fmt: skip
    return follow(client, asked["generation"], out) if wait else asked


@click.command()
@click.argument("generation")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to put the film once released.")
@api_command
def watch(client: Client, *, generation: str, out: Path | None) -> Any:
    """Follow GENERATION until it ends; fetch the film once it is released.

    \b
    cameo watch generation-0123... --out film.mp4
    """
    return follow(client, generation, out)


def follow(client: Client, generation: str, out: Path | None) -> dict[str, Any]:
    """Follow a generation with a progress bar; fetch the film when it is released. Raises ApiError on refusal."""
    state: dict[str, Any] = {"ended": False}
    click.echo(f"{generation} (cameo watch, cameo cancel)", err=True)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("waiting", total=1000)
        while not state["ended"]:  # the API lets go of who watches after ten minutes
            for state in client.lines(f"/v1/generations/{generation}/watch"):
                progress.update(bar, description=state["state"], completed=state["permille"])
    if state.get("state") in {"refused", "stopped", "lost"}:
        raise refusal(f"generation.{state['state']}", state["reasons"], ("it came to nothing", "ask again"))
    if out is not None and state.get("state") == "released":
        out.write_bytes(client.fetch(f"/v1/generations/{generation}/film"))
        state["film"] = str(out)
    return state


@click.command()
@click.argument("generation")
@api_command
def cancel(client: Client, *, generation: str) -> Any:
    """Take GENERATION back. What was released stays released; may be said twice.

    \b
    cameo cancel generation-0123...
    """
    return client.call("POST", f"/v1/generations/{generation}/cancellation")


@click.command()
@click.argument("generation")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@api_command
def film(client: Client, *, generation: str, out: Path) -> Any:
    """Fetch a released film; consent is asked again each time.

    \b
    cameo film generation-0123... --out film.mp4
    """
    out.write_bytes(client.fetch(f"/v1/generations/{generation}/film"))
    return {"film": str(out)}


@click.group()
def draft() -> None:
    """Look at a draft you are in; approve or decline it."""


@draft.command("show")
@click.argument("generation")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@acting_command
def show_draft(client: Client, *, generation: str, out: Path) -> Any:
    """Fetch the draft, as one of its subjects."""
    out.write_bytes(client.fetch(f"/v1/generations/{generation}/draft"))
    return {"draft": str(out)} | _draft_digest(client, generation)


@draft.command()
@click.argument("generation")
@acting_command
def approve(client: Client, *, generation: str) -> Any:
    """Approve the draft as it is now."""
    return client.call("POST", f"/v1/generations/{generation}/approval", _draft_digest(client, generation))


@draft.command()
@click.argument("generation")
@click.option("--reason", default="declined", show_default=True, help="Why; it is recorded.")
@acting_command
def decline(client: Client, *, generation: str, reason: str) -> Any:
    """Decline the draft: it is never released."""
    body = _draft_digest(client, generation) | {"reason": reason}
    return client.call("POST", f"/v1/generations/{generation}/decline", body)


def _draft_digest(client: Client, generation: str) -> dict[str, str]:
    state = client.call("GET", f"/v1/generations/{generation}")
    if state.get("draft_sha256") is None:
        raise ApiError(409, "draft.none", "there is no draft to answer", "cameo watch shows how it stands")
    return {"film_sha256": state["draft_sha256"]}


COMMANDS = {"render": render, "watch": watch, "cancel": cancel, "film": film, "draft": draft}
