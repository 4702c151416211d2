"""Commands of access requests: ask an owner, and answer who asks you."""

from __future__ import annotations

from typing import Any

import click

from serving.cli.saying import ME, acting_command, listed, terms_body, terms_options, whole_list, window_options
from serving.cli.session import api_command
from serving.client import Client


@click.group()
def request() -> None:
    """Ask somebody for a grant; answer who asks you."""


@request.command("ask")
@click.argument("handle")
@click.option("--message", default="", help="What you want to say to them.")
@click.option("--key", help="Idempotency key: the same key asks once.")
@window_options
@api_command
def ask(client: Client, *, handle: str, message: str, key: str | None, **options: Any) -> Any:
    """Ask HANDLE for a grant of their cameo.

    \b
    cameo request ask min --uses 1 --message "축하 영상에 나와 주세요" --as theo
    """
    body = {"owner": handle, "message": message} | terms_body(options)
    return client.call("POST", "/v1/requests", body, idempotency_key=key)


@request.command("sent")
@listed
@api_command
def list_sent(client: Client, *, limit: int | None, cursor: str | None) -> Any:
    """List what you asked for and how it was answered."""
    return whole_list(client, "/v1/requests", {"cursor": cursor}, limit)


@request.command("withdraw")
@click.argument("request_id")
@api_command
def withdraw(client: Client, *, request_id: str) -> Any:
    """Take back a request of yours."""
    return client.call("DELETE", f"/v1/requests/{request_id}")


@request.command("list")
@listed
@acting_command
def list_received(client: Client, *, limit: int | None, cursor: str | None) -> Any:
    """List the open requests to you."""
    return whole_list(client, f"{ME}/requests", {"cursor": cursor}, limit)


@request.command("approve")
@click.argument("request_id")
@click.option("--note", default="", help="For yourself; it is sealed.")
@acting_command
def approve(client: Client, *, request_id: str, note: str) -> Any:
    """Give what was asked for, as it was asked.

    \b
    cameo request approve 4f1c... --as min
    """
    return client.call("POST", f"{ME}/requests/{request_id}/approval", {"note": note})


@request.command("change")
@click.argument("request_id")
@terms_options
@acting_command
def change(client: Client, *, request_id: str, **options: Any) -> Any:
    """Give a grant on other terms than were asked for: yours.

    \b
    cameo request change 4f1c... --uses 1 --review --as min
    """
    return client.call("POST", f"{ME}/requests/{request_id}/approval", {"terms": terms_body(options)})


@request.command("refuse")
@click.argument("request_id")
@acting_command
def refuse(client: Client, *, request_id: str) -> Any:
    """Refuse a request; who asked is told."""
    return client.call("POST", f"{ME}/requests/{request_id}/refusal", {"silently": False})


@request.command("ignore")
@click.argument("request_id")
@acting_command
def ignore(client: Client, *, request_id: str) -> Any:
    """Ignore a request; who asked hears nothing."""
    return client.call("POST", f"{ME}/requests/{request_id}/refusal", {"silently": True})


COMMANDS = {"request": request}
