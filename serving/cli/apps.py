"""Commands about applications."""

from __future__ import annotations

from typing import Any

import click

from serving.cli.session import account_name, api_command
from serving.client import Client

REASON = click.option("--reason", required=True, help="Why; it is recorded.")


@click.group()
def app() -> None:
    """Register applications, list them, take away and give back their standing (an operator's commands).

    \b
    cameo app register Studio --owner @min --as operator
    cameo token new --app APP --scope generate --as theo      a token by which the app acts for theo, and for nobody else
    cameo app suspend APP --reason "complaints" --as operator
    """


@app.command()
@click.argument("name")
@click.option("--owner", required=True, metavar="HANDLE", help="Whose it is.")
@click.option("--contact", default="", help="How to reach them; kept sealed.")
@api_command
def register(client: Client, *, name: str, owner: str, contact: str) -> Any:
    """Register the application NAME.

    \b
    cameo app register Studio --owner @min --contact studio@example.org --as operator
    """
    return client.call("POST", "/v1/apps", {"name": name, "owner": account_name(owner), "contact": contact})


@app.command()
@click.argument("app_id", metavar="APP")
@api_command
def key(client: Client, *, app_id: str) -> Any:
    """Show the key of your application: it sends it as Cameo-App-Key (or CAMEO_APP_KEY) beside every token that it was lent.

    \b
    cameo app key APP --as min
    """
    return client.call("GET", f"/v1/apps/{app_id}/key")


@app.command("list")
@api_command
def list_apps(client: Client) -> Any:
    """List your applications; as operator: all."""
    return client.call("GET", "/v1/apps")


@app.command()
@click.argument("app_id", metavar="APP")
@REASON
@api_command
def suspend(client: Client, *, app_id: str, reason: str) -> Any:
    """Suspend APP: nothing starts or is released through it, and its tokens open nothing."""
    return client.call("PUT", f"/v1/apps/{app_id}/standing", {"standing": "suspended", "reason": reason})


@app.command()
@click.argument("app_id", metavar="APP")
@REASON
@api_command
def restore(client: Client, *, app_id: str, reason: str) -> Any:
    """Give APP its good standing back."""
    return client.call("PUT", f"/v1/apps/{app_id}/standing", {"standing": "good", "reason": reason})


COMMANDS = {"app": app}
