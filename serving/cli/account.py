"""Commands about accounts and tokens."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from serving.cli.session import account_name, api_command, keep_token
from serving.client import ApiError, Client
from serving.ports import SCOPES


@click.group()
def account() -> None:
    """Register, find, follow, block."""


@account.command()
@click.argument("handle")
@click.option("--region", required=True, metavar="XX", help="ISO 3166 region of the person, as KR: policy may depend on it.")
@click.option("--locale", default="en", show_default=True, help="Language, as ko or ko-KR.")
@click.option("--minor", is_flag=True, help="The person is a minor: stricter rules.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="Default: all of a person's.")
@click.option("--no-keep", is_flag=True, help="Print the token instead of keeping it for --as HANDLE.")
@api_command
def register(client: Client, *, handle: str, no_keep: bool, scopes: tuple[str, ...], **body: Any) -> Any:
    """Register HANDLE (an operator's command) and keep its token for `--as HANDLE`.

    \b
    cameo account register 민지 --locale ko-KR --region KR --as operator
    cameo account show --as 민지
    """
    wanted = {"scopes": list(scopes)} if scopes else {}
    made = client.call("POST", "/v1/accounts", {"handle": handle, **body, **wanted})
    if not no_keep:
        made["token"] = f"kept in {keep_token(handle, made['token'])}"
    return made


@account.command()
@click.argument("handle", required=False)
@api_command
def show(client: Client, *, handle: str | None) -> Any:
    """Show HANDLE, or yourself."""
    return client.call("GET", "/v1/accounts/me") if handle is None else client.call(
        "GET", "/v1/accounts", query={"handle": handle}
    )  # fmt: skip


@click.command()
@api_command
def me(client: Client) -> Any:
    """Show who you are here, what your cameo rests on, and by when you should be seen again.

    \b
    cameo me --as mina
    """
    told = client.call("GET", "/v1/accounts/me")
    try:
        cameo = client.call("GET", "/v1/cameos/me")
    except ApiError as error:
        if error.status not in {403, 404}:  # a token that may not see it, or no cameo yet
            raise
        return told | {"status": "unknown" if error.status == 403 else "none"}
    told |= {name: cameo[name] for name in ("status", "assurance", "level", "paused", "refresh_by") if name in cameo}
    if cameo.get("refresh_due"):
        return told | {"refresh": "due now: cameo enrol start"}
    return told | {"refresh": "due soon: cameo enrol start"} if cameo.get("refresh_soon") else told


def _towards(name: str, method: str, kind: str, text: str) -> None:
    @account.command(name, help=text)
    @click.argument("handle")
    @api_command
    def command(client: Client, *, handle: str) -> Any:  # pyright: ignore[reportUnusedFunction]
        return client.call(method, f"/v1/accounts/me/{kind}/{quote(account_name(handle), safe='@')}")


_towards("follow", "PUT", "follows", "Follow HANDLE.")
_towards("unfollow", "DELETE", "follows", "Stop following HANDLE.")
_towards("block", "PUT", "blocks", "Block HANDLE: neither may use the other's likeness.")
_towards("unblock", "DELETE", "blocks", "Lift the block on HANDLE.")


@account.command()
@click.argument("handle")
@click.argument("standing", type=click.Choice(["good", "limited", "suspended"]))
@click.option("--reason", required=True, help="Why; it is recorded.")
@api_command
def standing(client: Client, *, handle: str, **body: Any) -> Any:
    """Change the standing of HANDLE (an operator's command)."""
    return client.call("PUT", f"/v1/accounts/{quote(account_name(handle), safe='@')}/standing", body)


@click.group()
def token() -> None:
    """Make, list and drop bearer tokens."""


@token.command("new")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES))
@click.option("--label", default="", help="To know it again by.")
@click.option("--lives-s", type=click.IntRange(60), help="Seconds until it expires; left out: never.")
@click.option("--app", "app", metavar="APP", help="Who acts with it for you, within these scopes.")
@api_command
def new_token(client: Client, **body: Any) -> Any:
    """Make a further token of yours, with no scope that you do not have. It is shown once.

    \b
    cameo token new --scope audit --label laptop --lives-s 86400 --as min
    """
    return client.call("POST", "/v1/tokens", body | {"scopes": list(body["scopes"])})


@token.command("list")
@api_command
def list_tokens(client: Client) -> Any:
    """List your tokens, without their secrets."""
    return client.call("GET", "/v1/tokens")


@token.command("drop")
@click.argument("token_id")
@api_command
def drop_token(client: Client, *, token_id: str) -> Any:
    """Remove one of your tokens."""
    return client.call("DELETE", f"/v1/tokens/{token_id}")


COMMANDS = {"account": account, "token": token, "me": me}
