"""Commands about roles: reviewers and operators."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from serving.cli.session import account_name, api_command, keep_token
from serving.client import Client

ROLE = click.argument("role_named", metavar="ROLE", type=click.Choice(["reviewer", "operator"]))


@click.group()
def role() -> None:
    """Appoint reviewers and operators: one operator proposes, another confirms, the person takes both codes.

    \b
    cameo account register rea --region KR --as operator
    cameo role propose rea reviewer --as operator        gives a PROPOSAL and a code: hand the code to rea
    cameo role confirm PROPOSAL --as second              gives the other code: hand it to rea yourself
    cameo role redeem CODE CODE --as rea --keep-as rea-desk
    """


@role.command()
@click.argument("handle")
@ROLE
@api_command
def propose(client: Client, *, handle: str, role_named: str) -> Any:
    """Propose HANDLE as reviewer or operator. Where one operator is enough, both codes are given."""
    return client.call("POST", "/v1/roles", {"account": account_name(handle), "role": role_named})


@role.command()
@click.argument("proposal")
@api_command
def confirm(client: Client, *, proposal: str) -> Any:
    """Confirm PROPOSAL of another operator, and hand the code to the person yourself."""
    return client.call("POST", f"/v1/role-proposals/{quote(proposal, safe='')}/confirmation")


@role.command()
@click.argument("codes", nargs=2)
@click.option("--keep-as", "name", required=True, metavar="NAME", help="Keep the role's token for `--as NAME`.")
@api_command
def redeem(client: Client, *, codes: tuple[str, str], name: str) -> Any:
    """Take the role that both codes give, and keep the new token.

    \b
    cameo role redeem CODE CODE --as rea --keep-as rea-desk
    """
    made = client.call("POST", "/v1/accounts/me/roles", {"codes": list(codes)})
    return made | {"token": f"kept in {keep_token(name, made['token'])}"}


@role.command("list")
@api_command
def list_roles(client: Client) -> Any:
    """List reviewers and operators with who appointed them, and open proposals."""
    return client.call("GET", "/v1/roles")


@role.command()
@click.argument("handle")
@ROLE
@click.option("--reason", required=True, help="Why; it is recorded.")
@api_command
def end(client: Client, *, handle: str, role_named: str, reason: str) -> Any:
    """End a role of HANDLE at once, with its tokens."""
    client.call("DELETE", f"/v1/roles/{role_named}/{quote(account_name(handle), safe='@')}", query={"reason": reason})
    return {"ended": role_named}


COMMANDS = {"role": role}
