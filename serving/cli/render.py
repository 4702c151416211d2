"""Commands of generations."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from serving.cli.session import api_command
from serving.client import ApiError, Client


@click.command()
@click.argument("prompt")
@click.option("--cameo", required=True, metavar="HANDLE", help="Whose likeness: @handle or a cameo id.")
@click.option("--purpose", default="personal", show_default=True)
@click.option("--engine", default="portrait", show_default=True)
@click.option("--width", "width_px", default=512, show_default=True)
@click.option("--height", "height_px", default=512, show_default=True)
@click.option("--seconds", default=5.0, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to put the film once released.")
@click.option("--key", help="Idempotency key: the same key asks once.")
@click.option("--wait/--no-wait", default=True)
@api_command
def render(client: Client, *, wait: bool, out: Path | None, key: str | None, seconds: float, cameo: str, **body: Any) -> Any:
    """Ask for a film, as: cameo render 'on a beach, saying "hello there"' --cameo @min --out film.mp4

    Ctrl-C leaves the request running; `cameo cancel` takes it back.
    """
    whom = cameo if cameo.startswith(("@", "cameo-")) else f"@{cameo}"
    asked = client.call(
        "POST", "/v1/generations", body | {"cameo": whom, "duration_ms": round(seconds * 1000)},
        idempotency_key=key or secrets.token_hex(16),
    )  # fmt: skip
    return follow(client, asked["generation"], out) if wait else asked


@click.command()
@click.argument("generation")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path))
@api_command
def watch(client: Client, *, generation: str, out: Path | None) -> Any:
    """Follow GENERATION until it ends."""
    return follow(client, generation, out)


def follow(client: Client, generation: str, out: Path | None) -> dict[str, Any]:
    """Follow a generation with a progress bar; fetch the film when it is released. Raises ApiError on refusal."""
    state: dict[str, Any] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("waiting", total=1000)
        for state in client.lines(f"/v1/generations/{generation}/watch"):
            progress.update(bar, description=state["state"], completed=state["permille"])
    if state.get("state") in {"refused", "stopped", "lost"}:
        reasons = "; ".join(f"{one['code']}: {one['message']}" for one in state["reasons"])
        remedies = "; ".join(dict.fromkeys(one["remedy"] for one in state["reasons"]))
        raise ApiError(403, f"generation.{state['state']}", reasons, remedies)
    if out is not None and state.get("state") == "released":
        out.write_bytes(client.fetch(f"/v1/generations/{generation}/film"))
        state["film"] = str(out)
    return state


@click.command()
@click.argument("generation")
@api_command
def cancel(client: Client, *, generation: str) -> Any:
    """Take GENERATION back."""
    return client.call("POST", f"/v1/generations/{generation}/cancellation")


@click.command()
@click.argument("generation")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@api_command
def film(client: Client, *, generation: str, out: Path) -> Any:
    """Fetch a released film; consent is asked again each time."""
    out.write_bytes(client.fetch(f"/v1/generations/{generation}/film"))
    return {"film": str(out)}


@click.group()
def draft() -> None:
    """Look at a draft you are in; approve or decline it."""


@draft.command("show")
@click.argument("generation")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@api_command
def show_draft(client: Client, *, generation: str, out: Path) -> Any:
    """Fetch the draft, as one of its subjects."""
    out.write_bytes(client.fetch(f"/v1/generations/{generation}/draft"))
    return {"draft": str(out)} | _draft_digest(client, generation)


@draft.command()
@click.argument("generation")
@api_command
def approve(client: Client, *, generation: str) -> Any:
    """Approve the draft as it is now."""
    return client.call("POST", f"/v1/generations/{generation}/approval", _draft_digest(client, generation))


@draft.command()
@click.argument("generation")
@click.option("--reason", default="declined")
@api_command
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
