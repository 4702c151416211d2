"""Commands about the root key, which an operator runs beside the installation: status, rotate, make."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from identity.keys.client import KeyholderClient
from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError, RootKeyError
from identity.keys.wire import RootsAnswer
from identity.keys.wrapping import ConfiguredRootKeys, credentials_of
from serving.cli.record import JSON, local
from serving.cli.session import show
from serving.client import ApiError

BATCH = 200
PATIENCE_S = 120.0
"""How long a rotation waits for a keyholder that went away meanwhile; a start takes seconds."""
REMEDIES = {
    "root_key.refused": "the keyholder's log says why: cameo logs keyholder",
    "root_key.turning": "the last rotation has not ended: cameo keys rotate without --to goes on with it",
    "root_key.unavailable": "is the token there, may its PIN file be read? cameo logs keyholder",
}


@click.group()
def keys() -> None:
    """The root key: where it lies, its versions, rotating it.

    A root key is named file:NAME (in the secrets folder, or an absolute path), credential:NAME (systemd), or
    'pkcs11:token=..;object=..?module-path=..&pin-source=..' (RFC 7512).
    """


@keys.command()
@JSON
def status(*, as_json: bool) -> None:
    """List the versions of the root key, and how many subject keys each still wraps."""
    show(_told(_asked(_client().roots)), as_json=as_json)


@keys.command()
@click.option("--to", metavar="KEY", help="The root key to turn to; left out, the next version beside the one in use, made now.")
@click.option("--make", is_flag=True, help="Make the key named by --to first; it must not be there.")
@JSON
def rotate(*, to: str | None, make: bool, as_json: bool) -> None:
    """Turn to another root key while everything goes on; what is sealed is not touched.

    Only the subject keys are wrapped anew, some hundred at a time. Stopped or killed, give the command again: it goes on where
    it was. An earlier root key is retired when it wraps nothing any more; destroy it, and its copies, yourself.

    \b
    cameo keys rotate
    cameo keys rotate --to 'pkcs11:token=cameo;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=token.pin' --make
    """
    client = _client()
    answer = _asked(client.roots)
    if not (to is None and answer.left):
        answer = _asked(lambda: client.rotate(to, make=make))
    total = sum(one.keys for one in answer.roots)
    while answer.left:
        answer = _patiently(lambda: client.rewrap(BATCH))
        click.echo(f"\r{total - answer.left:>9} of {total} subject keys", nl=False, err=True)
    click.echo("", err=True)
    show(_told(answer), as_json=as_json)


@keys.command()
@click.argument("key")
@JSON
def make(*, key: str, as_json: bool) -> None:
    """Make a root key where KEY says, as for a first start with CAMEO_ROOT_KEY. Nothing is wrapped by it yet."""
    settings = local()
    try:
        ConfiguredRootKeys(settings.root_key, settings.secrets, credentials_of(os.environ)).make(key)
    except RootKeyError as error:
        raise click.ClickException(str(error)) from error
    show({"made": key}, as_json=as_json)


def _client() -> KeyholderClient:
    settings = local()
    return KeyholderClient(settings.keyholder_socket, settings.secret("token-operator").decode())


def _asked(ask: Callable[[], RootsAnswer]) -> RootsAnswer:
    try:
        return ask()
    except KeyholderRefusedError as error:
        code = error.codes[0]
        raise ApiError(403, code, "the keyholder refused", REMEDIES.get(code, "cameo logs keyholder")) from error
    except KeyholderUnavailableError as error:
        raise ApiError(0, error.code, str(error), "is it running? cameo status; cameo up") from error


def _patiently(ask: Callable[[], RootsAnswer]) -> RootsAnswer:
    """Ask again while the keyholder is away: it may have been started again meanwhile."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except KeyholderUnavailableError:
            if time.monotonic() > end_s:
                return _asked(ask)
            time.sleep(0.5)
        except KeyholderRefusedError:
            return _asked(ask)


def _told(answer: RootsAnswer) -> list[dict[str, Any]]:
    return [
        {
            "root": one.root,
            "lies": one.reference,
            "state": "in use" if one.wraps_now else "retired" if one.retired_us is not None else "still needed",
            "subject_keys": one.keys,
            "since": _time(one.added_us),
        }
        | ({} if one.retired_us is None else {"retired": _time(one.retired_us)})
        for one in answer.roots
    ]


def _time(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="seconds")


COMMANDS = {"keys": keys}
