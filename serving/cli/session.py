"""Who calls and where: the options that every command of the API shares, and how answers are printed."""

from __future__ import annotations

import functools
import json
import os
import secrets
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import httpx

from infra.installation import read_file
from infra.places import Places
from serving.client import ApiError, Client


def home() -> Path:
    """Return the installation's folder: CAMEO_VAR, else var/ of this checkout."""
    return Places.from_env(os.environ).var


def environment() -> dict[str, str]:
    """Return the process's environment, completed by var/cameo.env where `cameo up` wrote one."""
    return read_file(Places.from_env(os.environ)) | dict(os.environ)


def token_path(name: str) -> Path:
    """Return where the token of a handle is kept, however its letters are composed. Raises BadParameter."""
    name = unicodedata.normalize("NFC", name).removeprefix("@")
    if not name or "/" in name or name.startswith("."):
        message = f"not a handle: {name!r}"
        raise click.BadParameter(message)
    return home() / "tokens" / name


def account_name(name: str) -> str:
    """Read a handle with or without its @, or an account's id, as the API takes it."""
    return name if name.startswith(("@", "account-")) else f"@{name}"


def keep_token(name: str, token: str) -> Path:
    """Keep a token for `--as`, readable by its owner alone."""
    path = token_path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(token, encoding="utf-8")
    return path


def device() -> str | None:
    """Give what this device calls itself to the API, drawn at its first use; None where it cannot be kept."""
    path = home() / "device"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def connect(name: str | None, code: str | None = None) -> Client:
    """Connect as somebody; raises UsageError when it is not known who or where."""
    variables = environment()
    address = variables.get("CAMEO_API")
    if not address:
        message = "which installation? set CAMEO_API, or start one here: cameo up"
        raise click.UsageError(message)
    if name is None:
        token = variables.get("CAMEO_TOKEN")
        if not token:
            message = "who are you? --as HANDLE, or set CAMEO_TOKEN"
            raise click.UsageError(message)
        return Client(address, token, transport=_transport(), step_up=code, app_key=variables.get("CAMEO_APP_KEY"), device=device())
    path = token_path(name)
    if not path.exists():
        message = f"no token is kept for {name}: cameo account register {name} --region XX --as operator, or set CAMEO_TOKEN"
        raise click.UsageError(message)
    return Client(address, path.read_text(encoding="utf-8").strip(), transport=_transport(), step_up=code, device=device())


def _transport() -> httpx.BaseTransport | None:
    return click.get_current_context().find_object(httpx.BaseTransport)


def refusal(code: str, reasons: list[dict[str, str]], otherwise: tuple[str, str]) -> ApiError:
    """Make the error of a request that came to nothing, in Korean where the terminal speaks it, else in English.

    `otherwise`: detail and remedy where there is no reason.
    """
    codes = tuple(one["code"] for one in reasons)
    if not reasons:
        return ApiError(403, code, *otherwise)
    if next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "").startswith("ko"):
        return ApiError(403, code, " ".join(one["ko"] for one in reasons), "", codes)
    remedies = " ".join(dict.fromkeys(one["remedy"] for one in reasons))
    return ApiError(403, code, " ".join(one["message"] for one in reasons), remedies, codes)


def api_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--as`, `--code` and `--json`, a connected client as first argument, and print what it returns."""

    @click.option("--as", "who_calls", metavar="HANDLE", help="Whose token to use (kept in var/tokens).")
    @click.option("--code", help="A fresh code, where widening consent asks for one (cameo step-up).")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
    @functools.wraps(function)
    def command(*args: Any, who_calls: str | None, code: str | None, as_json: bool, **options: Any) -> None:
        with connect(who_calls, code) as client:
            try:
                show(function(client, *args, **options), as_json=as_json)
            except ApiError as error:
                if not as_json:
                    raise  # to serving.cli.main, which says it in words
                problem = {"status": error.status, "code": error.code, "detail": error.detail, "remedy": error.remedy}
                click.echo(json.dumps(problem | {"codes": list(error.codes)}, ensure_ascii=False), err=True)
                sys.exit(3 if error.unavailable else 1)

    return command


def show(answer: Any, *, as_json: bool) -> None:
    """Print an answer: JSON, or a line a field; of a page its items, and where the next one begins."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    elif answer is None:
        click.echo("done")
    elif isinstance(answer, list):
        for one in answer:
            show(one, as_json=False)
            click.echo()
    elif isinstance(answer, dict) and isinstance(answer.get("items"), list):
        show(answer["items"], as_json=False)
        if answer.get("next") is not None:
            click.echo(f"next  {answer['next']}")
    elif isinstance(answer, dict):
        width = max((len(str(key)) for key in answer), default=0)
        for key, value in answer.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"{key:<{width}}  {text}")
    else:
        click.echo(str(answer))
