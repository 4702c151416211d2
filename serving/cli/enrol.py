"""Commands of enrolment."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from serving.cli.session import account_name, api_command, refusal
from serving.client import Client
from serving.uploading import send_recording

TYPES = {".webm": "video/webm", ".mp4": "video/mp4"}
SETTLED = {"activated", "in_review", "refused", "expired", "superseded", "broken"}
POLL_S = 0.3


@click.group()
def enrol() -> None:
    """Enrol a likeness: take a challenge, record the answer in one take, hand it in."""


@enrol.command()
@click.option("--profile", type=click.Choice(["sandbox", "basic", "verified"]), default="basic", show_default=True)
@click.option("--way", type=click.Choice(["upload", "stepwise"]), default="upload", show_default=True)
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", show_default=True, help="Of the phrase.")
@click.option("--text-language", type=click.Choice(["en", "ko"]), default="en", show_default=True, help="Of the text that you accept.")
@click.option("--light", is_flag=True, help="The screen lights the face; stepwise only, not for photosensitive people.")
@click.option("--without", multiple=True, type=click.Choice(["turn", "speech", "sight", "light"]), help="What you cannot do, or be shown.")
@click.option("--guardian", metavar="HANDLE", help="Of a minor: the guardian who is beside you in the recording.")
@click.option("--accept", is_flag=True, help="You have read and accept the consent text (cameo enrol text).")
@api_command
def start(
    client: Client,
    *,
    profile: str,
    way: str,
    language: str,
    text_language: str,
    light: bool,
    without: tuple[str, ...],
    guardian: str | None,
    accept: bool,
) -> Any:
    """Take a challenge: the phrase to say and the movements to make, within two minutes.

    One that is answered step by step (--way stepwise) needs a client that records and sends live, as a page with a camera does: it
    connects to the address told as `live`, and is shown each step only while it records. This command cannot: it takes the
    challenge and says where to connect. A single upload is looked at by a person before a basic cameo becomes active.

    \b
    cameo enrol text --as min              read what you agree to
    cameo enrol start --accept --as min
    cameo enrol start --way stepwise --light --accept --as min
    """
    text = client.call("GET", "/v1/consent-text", query={"language": text_language})
    if not accept:
        click.echo(text["text"], err=True)
        click.confirm("Do you accept?", abort=True, err=True)
    body = {"profile": profile, "consent_text_sha256": text["sha256"], "way": way, "language": language, "light": light, "without": without}
    body |= {} if guardian is None else {"guardian": account_name(guardian)}
    return client.call("POST", "/v1/enrolments", body)


@enrol.command()
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", show_default=True)
@click.option("--sha256", help="Of a text of any version, as a receipt names it.")
@api_command
def text(client: Client, *, language: str, sha256: str | None) -> Any:
    """Show the consent text in force, or one that was accepted earlier."""
    return client.call("GET", "/v1/consent-text", query={"language": language, "sha256": sha256})


@enrol.command()
@click.argument("enrolment")
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--camera", default="", help="What the recording device calls itself.")
@click.option("--at-once", is_flag=True, help="Send it in one piece; else in pieces, which go on after a lost connection.")
@click.option("--wait/--no-wait", default=True, help="Wait for the checks' answer.")
@api_command
def submit(client: Client, *, enrolment: str, recording: Path, camera: str, at_once: bool, wait: bool) -> Any:
    """Hand in RECORDING (webm or mp4) as the answer to ENROLMENT's challenge, and wait for the checks' answer.

    Ends with 1 when it is refused, and says each reason and what to do.

    \b
    cameo enrol submit 4f1c... take.webm --as min
    """
    kind = TYPES.get(recording.suffix.lower())
    if kind is None:
        message = f"{recording.name} is neither .webm nor .mp4"
        raise click.UsageError(message)
    content = recording.read_bytes()
    if at_once:
        handed = client.upload(f"/v1/enrolments/{enrolment}/recording", content, kind, camera)
    else:
        with click.progressbar(length=len(content), label="sending", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            handed = send_recording(client, enrolment, content, camera, lambda sent, _: bar.update(sent - bar.pos))
    return told(settle(client, enrolment)) if wait else handed


@enrol.command()
@click.argument("enrolment")
@api_command
def status(client: Client, *, enrolment: str) -> Any:
    """Show how an enrolment stands."""
    return client.call("GET", f"/v1/enrolments/{enrolment}")


@enrol.command()
@click.argument("enrolment")
@click.argument("text")
@api_command
def appeal(client: Client, *, enrolment: str, text: str) -> Any:
    """Appeal the refusal of ENROLMENT, once, while its recording is kept. Two people look at it who did not before, and read TEXT.

    \b
    cameo enrol appeal 4f1c... "I stutter: I said every word" --as min
    """
    return client.call("POST", f"/v1/enrolments/{enrolment}/appeal", {"text": text})


@enrol.command()
@click.argument("enrolment")
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@api_command
def document(client: Client, *, enrolment: str, picture: Path) -> Any:
    """Add PICTURE (JPEG or PNG) of your identity document to ENROLMENT, which people look at. Its portrait is compared; they see how alike.

    \b
    cameo enrol document 4f1c... passport.jpg --as min
    """
    kind = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}.get(picture.suffix.lower())
    if kind is None:
        message = f"{picture.name} is neither .jpg nor .png"
        raise click.UsageError(message)
    return client.upload(f"/v1/enrolments/{enrolment}/document", picture.read_bytes(), kind, "")


def settle(client: Client, enrolment: str) -> Any:
    """Wait until the checks have answered."""
    while True:
        state = client.call("GET", f"/v1/enrolments/{enrolment}")
        if state["state"] in SETTLED:
            return state
        time.sleep(POLL_S)


def told(state: dict[str, Any]) -> dict[str, Any]:
    """Return what an enrolment came to; raises ApiError where it failed."""
    if state["state"] in {"activated", "in_review"}:
        return state
    late = ("it was not answered in time", "start a new enrolment: cameo enrol start")
    raise refusal(f"enrolment.{state['state']}", state["reasons"], late)


COMMANDS = {"enrol": enrol}
