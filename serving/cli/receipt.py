"""Commands of receipts: list them, fetch one, verify one offline; and, for an operator, a new key."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from serving.cli.record import JSON, local
from serving.cli.session import api_command, home, show
from serving.client import Client
from serving.core.data_integrity import multikey
from serving.core.receipt import KnownKey, examine
from serving.receipt_keys import rotate as rotate_key

LARGEST_BYTES = 4 * 1024 * 1024
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def receipt() -> None:
    """Receipts of what you accepted: signed, and verifiable without this installation."""


@receipt.command("list")
@api_command
def list_them(client: Client) -> Any:
    """List what you accepted."""
    return client.call("GET", "/v1/receipts")


@receipt.command()
@click.argument("enrolment")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it there; left out, it is printed.")
@api_command
def get(client: Client, *, enrolment: str, out: Path | None) -> Any:
    """Fetch the receipt of ENROLMENT, and keep the installation's keys for `verify`.

    \b
    cameo receipt get 4f1c... --out receipt.json --as min
    """
    issued = client.call("GET", f"/v1/receipts/{enrolment}")
    keys = client.call("GET", "/.well-known/cameo-receipt-keys.json")
    kept_keys().parent.mkdir(parents=True, exist_ok=True)
    kept_keys().write_text(json.dumps(keys), encoding="utf-8")
    if out is None:
        return issued
    out.write_text(json.dumps(issued, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return {"receipt": str(out), "keys": str(kept_keys())}


@receipt.command()
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, help="The installation's published keys; left out, those that `get` kept.")
@JSON
def verify(*, file: Path, key: Path | None, as_json: bool) -> None:
    """Verify a receipt offline, and say what was checked. Ends with 0 if all of it holds, 1 if not, 2 if it cannot be read.

    Keys: GET /.well-known/cameo-receipt-keys.json, or one Multikey (z6Mk...) in a file. Without keys nobody can say whose
    signature it is, and it ends with 1.

    \b
    cameo receipt verify receipt.json --key cameo-receipt-keys.json
    """
    path = key or (kept_keys() if kept_keys().exists() else None)
    found = examine(_read(file), None if path is None else _keys(path))
    holds = all(one.holds for one in found)
    told = [{"code": one.code, "holds": one.holds, "said": one.said} for one in found]
    if as_json:
        show({"holds": holds, "checked": told}, as_json=True)
    else:
        for one in found:
            click.echo(f"{'holds' if one.holds else 'FAILS'}  {one.code:<22} {one.said}")
    sys.exit(0 if holds else 1)


@receipt.command()
@JSON
def rotate(*, as_json: bool) -> None:
    """Sign receipts with a new key from now on (operator, where the installation is). Old receipts stay verifiable."""
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    keys = rotate_key(local().secrets, now)
    show({"key": multikey(keys.public), "retired": [one.multikey for one in keys.retired]}, as_json=as_json)


def kept_keys() -> Path:
    """Say where the installation's keys are kept by `get`."""
    return home() / "receipt-keys.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()[: LARGEST_BYTES + 1]
        found = json.loads(content) if len(content) <= LARGEST_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        message = f"{path} is not a JSON document"
        raise click.UsageError(message)
    return found


def _keys(path: Path) -> list[KnownKey]:
    text = path.read_text(encoding="utf-8").strip()
    if text.startswith("z6Mk"):
        return [KnownKey(text)]
    methods = _read(path).get("verificationMethod", [])
    return [
        KnownKey(str(one["publicKeyMultibase"]), one.get("expires"))
        for one in methods
        if isinstance(one, dict) and "publicKeyMultibase" in one
    ]


COMMANDS = {"receipt": receipt}
