"""Commands of re-verification."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from serving.assertion_keys import rotate as rotate_keys
from serving.cli.enrol import POLL_S, TYPES
from serving.cli.record import JSON, local
from serving.cli.session import account_name, api_command, refusal, show
from serving.client import Client
from serving.core import assertion

MINE = "/v1/cameos/me/verifications"
OVER = {"passed", "failed", "expired"}
LEVELS = ("upload", "stepwise", "light")


without_option = click.option(
    "--without", type=click.Choice(["sight", "light", "turn", "speech"]), multiple=True,
    help="What you cannot do or may not be shown; turn and speech in the sandbox alone, for no reviewer looks.",
)  # fmt: skip


def how_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the ways in which a person can answer."""
    way = click.option(
        "--way", type=click.Choice(["upload", "stepwise"]),
        help="One upload, or steps over the live route, for which a client with a camera is needed. Left out: what the question asks for.",
    )  # fmt: skip
    return way(without_option(function))


@click.group()
def verification() -> None:
    """Ask whether somebody is still the person of their cameo; answer; check what you were told.

    \b
    cameo verification ask min --audience https://bank.example --level upload --as bank
    cameo verification list --as min
    cameo verification answer 4f1c... --as min             what to say and do, within two minutes
    cameo verification submit 77ab... take.webm --as min
    cameo verification show 4f1c... --wait 120 --out a.jwt --as bank
    cameo verification keys --out keys.json --as bank
    cameo verification check a.jwt --keys keys.json --audience https://bank.example --nonce ... --level upload
    """


@verification.command()
@click.argument("handle")
@click.option("--audience", required=True, help="For whom the assertion is: an address or a name that its reader checks.")
@click.option("--nonce", help="Your own random text, 16 characters or more. Left out: one is drawn and shown.")
@click.option("--level", type=click.Choice(LEVELS), default="stepwise", show_default=True, help="What the answer must reach at least.")
@click.option("--key", help="Idempotency key: the same key asks once, with the nonce of the first time.")
@api_command
def ask(client: Client, *, handle: str, audience: str, nonce: str | None, level: str, key: str | None) -> Any:
    """Ask HANDLE to show that they are still the person of their cameo. Keep the nonce: the assertion must name it."""
    body = {"of": account_name(handle), "audience": audience, "nonce": nonce or secrets.token_urlsafe(24), "level": level}
    return client.call("POST", "/v1/verifications", body, idempotency_key=key)


@verification.command("show")
@click.argument("question")
@click.option("--wait", "wait_s", type=click.IntRange(0, 24 * 3600), default=0, help="Wait so many seconds for an answer.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the assertion there, as it is checked.")
@api_command
def show_answer(client: Client, *, question: str, wait_s: int, out: Path | None) -> Any:
    """Show what came of a QUESTION of yours: waiting, passed with an assertion, or lapsed. With --out it ends with 1 unless it passed."""
    until_s = time.monotonic() + wait_s
    note("waiting for the answer", shown=wait_s > 0)
    while (told := client.call("GET", f"/v1/verifications/{quote(question, safe='')}"))["state"] == "waiting":
        if time.monotonic() >= until_s:
            break
        time.sleep(POLL_S)
    if out is None:
        return told
    if told["state"] != "passed":
        raise refusal(f"verification.{told['state']}", [], (f"no assertion: it is {told['state']}", "ask later, or ask them"))
    out.write_text(told["assertion"], encoding="utf-8")  # no line end: JWT libraries refuse one
    return {"state": told["state"], "assertion": str(out)}


@verification.command("list")
@api_command
def list_asked(client: Client) -> Any:
    """List who asks you."""
    return client.call("GET", MINE)


@verification.command()
@click.argument("question")
@how_options
@api_command
def answer(client: Client, *, question: str, way: str | None, without: tuple[str, ...]) -> Any:
    """Take the challenge by which you answer QUESTION. A way that cannot reach what it asks for is refused here, before you record."""
    body = {"way": way or _way_asked(client, question), "without": list(without)}
    return client.call("POST", f"{MINE}/{quote(question, safe='')}/answer", body)


def _way_asked(client: Client, question: str) -> str:
    """Tell the least way that reaches what a question asks for."""
    asked = client.call("GET", f"{MINE}?limit=200")["verifications"]
    least = next((one["level"] for one in asked if one["verification"] == question), "stepwise")
    return "upload" if least == "upload" else "stepwise"


@verification.command()
@without_option
@api_command
def prove(client: Client, *, without: tuple[str, ...]) -> Any:
    """Take a challenge to prove yourself, step by step over the live route.

    Once passed, `--code PROOF` (as it is shown here, once) is a fresh proof for five minutes, for one command.
    """
    return client.call("POST", MINE, {"way": "stepwise", "without": list(without)})


@verification.command()
@click.argument("question")
@api_command
def decline(client: Client, *, question: str) -> Any:
    """Decline QUESTION; who asked is not told."""
    return client.call("DELETE", f"{MINE}/{quote(question, safe='')}")


@verification.command()
@click.argument("challenge")
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--camera", default="", help="What the recording device calls itself.")
@api_command
def submit(client: Client, *, challenge: str, recording: Path, camera: str) -> Any:
    """Hand in RECORDING (webm or mp4) as the answer to CHALLENGE, and wait for what comes of it. Ends with 1 when it failed."""
    kind = TYPES.get(recording.suffix.lower())
    if kind is None:
        message = f"{recording.name} is neither .webm nor .mp4"
        raise click.UsageError(message)
    here = f"{MINE}/challenges/{quote(challenge, safe='')}"
    client.upload(f"{here}/recording", recording.read_bytes(), kind, camera)
    note("checking")
    while (state := client.call("GET", here))["state"] not in OVER:
        time.sleep(POLL_S)
    return settled(state)


@verification.command()
@click.argument("challenge")
@api_command
def status(client: Client, *, challenge: str) -> Any:
    """Show how your answer to CHALLENGE stands. Ends with 1 where it failed or ran out, and says each reason and what to do."""
    return settled(client.call("GET", f"{MINE}/challenges/{quote(challenge, safe='')}"))


def settled(state: dict[str, Any]) -> dict[str, Any]:
    """Return how an answer stands; raises where it failed or ran out."""
    if state["state"] not in OVER - {"passed"}:
        return state
    reasons = [{"remedy": "", **one} for one in state["reasons"]]
    otherwise = ("it was not answered in time", "begin anew: cameo verification answer QUESTION, or cameo verification prove")
    raise refusal(f"verification.{state['state']}", reasons, otherwise)


def note(what: str, *, shown: bool = True) -> None:
    """Tell somebody who watches that something takes a while."""
    if shown and sys.stderr.isatty():
        click.echo(f"{what} ...", err=True)


@verification.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write them there, as `check` reads them.")
@api_command
def keys(client: Client, *, out: Path | None) -> Any:
    """Fetch the keys that assertions are checked with (a JWK set)."""
    found = client.call("GET", "/.well-known/cameo-assertion-keys")
    if out is None:
        return found
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return {"keys": [one["kid"] for one in found["keys"]], "written": str(out)}


@verification.command()
@click.argument("assertion_file", type=click.File(encoding="utf-8"))
@click.option("--keys", "keys_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="The JWK set.")
@click.option("--audience", required=True, help="For whom it must be.")
@click.option("--nonce", required=True, help="The nonce that was asked with.")
@click.option("--cameo", help="Whose it must be, as `ask` told it.")
@click.option(
    "--issuer", default=assertion.issuer("main"), show_default=True,
    help="Who must have signed it. Of cameos of the sandbox, which are for trying: urn:cameo:main:sandbox.",
)  # fmt: skip
@click.option("--level", type=click.Choice(LEVELS), default="stepwise", show_default=True, help="The least level that will do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def check(
    assertion_file: Any, keys_file: Path, audience: str, nonce: str, *, cameo: str | None, issuer: str, level: str, as_json: bool
) -> None:  # fmt: skip
    """Check the assertion in ASSERTION_FILE (- for standard input) offline: signature, issuer, audience, nonce, cameo, level, time.

    Ends with 1 when it does not hold.
    """
    text = assertion_file.read(65_536).strip()
    try:
        expected = assertion.Expected(issuer, audience, nonce, level, cameo)
        claims = assertion.check(text, key_set_in(keys_file), expected, int(time.time()))
    except assertion.AssertionRefusedError as error:
        raise click.ClickException(f"the assertion does not hold: {error}") from error
    answered_at = datetime.fromtimestamp(claims["auth_time"], UTC).isoformat()
    told = {"cameo": claims["sub"], "assurance": claims["assurance"], "level": claims["acr"], "answered_at": answered_at}
    show({"holds": True, **told}, as_json=as_json)


def key_set_in(path: Path) -> dict[str, Any]:
    """Read a JWK set; raises ClickException for anything else."""
    try:
        found = json.loads(path.read_bytes())
        if all(isinstance(one["kid"], str) for one in found["keys"]):
            return found
    except (ValueError, KeyError, TypeError):
        pass
    raise click.ClickException(f"{path} is no JWK set: cameo verification keys --out {path}")


@verification.command()
@JSON
def rotate(*, as_json: bool) -> None:
    """Sign assertions with a new key from now on (operator, where the installation is).

    The one before stays published until the last assertion that it signed has expired.
    """
    now_s = int(time.time())
    published = assertion.key_set(rotate_keys(local().secrets, now_s), now_s)["keys"]
    show({"signs": published[0]["kid"], "published": [one["kid"] for one in published]}, as_json=as_json)


COMMANDS = {"verification": verification}
