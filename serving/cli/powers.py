"""Commands of powers, and of those who are in films."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import quote

import click

from schemas.account import Power
from serving.cli.saying import ME, acting_command, listed, whole_list
from serving.cli.session import account_name, api_command
from serving.client import Client
from serving.handlers.coownership import ReportReason

MAY = click.option(
    "--may", "may", multiple=True, required=True, type=click.Choice(get_args(Power)),
    help="audience: say who may. grants: give them. revoke: take back. rules: set rules. review: answer drafts. requests: answer them.",
)  # fmt: skip
FROM = click.option("--from", "from_", help="RFC 3339 time with zone.")
UNTIL = click.option("--until", help="RFC 3339 time with zone.")


@click.group()
def power() -> None:
    """Let somebody act for you, within what you write down; see what they did."""


@power.command("give")
@click.argument("handle")
@MAY
@FROM
@UNTIL
@click.option("--executor", is_flag=True, help="After your death, instead of now.")
@api_command
def give(client: Client, *, handle: str, executor: bool, **options: Any) -> Any:
    """Let HANDLE act for you: each act is told to you.

    \b
    cameo power give theo --may grants --may review --until 2027-01-01T00:00:00+09:00 --as min
    cameo grant give ren --uses 1 --for min --as theo
    """
    body = _body(handle, options) | {"kind": "executor" if executor else "agent"}
    return client.call("POST", "/v1/accounts/me/powers", body)


@power.command("list")
@api_command
def list_powers(client: Client) -> Any:
    """List who may act for you, and for whom you may act."""
    return client.call("GET", "/v1/accounts/me/powers")


@power.command("end")
@click.argument("power_id")
@click.option("--over", metavar="HANDLE", help="Lay down a power of yours over HANDLE; left out: end one over you.")
@api_command
def end(client: Client, *, power_id: str, over: str | None) -> Any:
    """End a power."""
    return client.call("DELETE", f"/v1/accounts/me/powers/{power_id}", query={"subject": over})


@power.command("acts")
@api_command
def acts(client: Client) -> Any:
    """List what others did for you."""
    return client.call("GET", "/v1/accounts/me/acts")


@power.command("record")
@click.argument("subject")
@click.argument("handle")
@click.option("--kind", required=True, type=click.Choice(["guardian", "executor"]), help="Guardian of a minor, executor of the dead.")
@MAY
@FROM
@UNTIL
@api_command
def record(client: Client, *, subject: str, handle: str, kind: str, **options: Any) -> Any:
    """Record that HANDLE acts for SUBJECT (an operator's command)."""
    return client.call("POST", f"/v1/accounts/{_name(subject)}/powers", _body(handle, options) | {"kind": kind})


@power.command("revoke")
@click.argument("subject")
@click.argument("power_id")
@api_command
def end_recorded(client: Client, *, subject: str, power_id: str) -> Any:
    """End a power over SUBJECT (an operator's command)."""
    return client.call("DELETE", f"/v1/accounts/{_name(subject)}/powers/{power_id}")


@power.command("died")
@click.argument("subject")
@api_command
def died(client: Client, *, subject: str) -> Any:
    """Record that SUBJECT died (an operator's command): what they permitted ends, and their executor acts for them."""
    return client.call("PUT", f"/v1/accounts/{_name(subject)}/death")


@click.group()
def films() -> None:
    """The films that you are in: find, report, remove. Drafts are answered with `cameo draft`."""


@films.command("list")
@click.option("--state", type=click.Choice(["any", "draft", "released"]), default="any", show_default=True, help="Which of them.")
@listed
@acting_command
def list_films(client: Client, *, state: str, limit: int | None, cursor: str | None) -> Any:
    """List the films with your likeness, newest first."""
    return whole_list(client, f"{ME}/films", {"state": state, "cursor": cursor}, limit)


@films.command("remove")
@click.argument("generation")
@click.option("--reason", default="removed", show_default=True, help="Why; it is recorded.")
@acting_command
def remove(client: Client, *, generation: str, reason: str) -> Any:
    """Remove a film with your likeness: it is neither released nor shown any more. Its maker keeps all others.

    \b
    cameo films remove generation-0123... --as min
    """
    return client.call("POST", f"/v1/generations/{generation}/removal", {"reason": reason})


@films.command("report")
@click.argument("generation")
@click.option("--reason", required=True, type=click.Choice(get_args(ReportReason)), help="What is wrong with it.")
@click.option("--text", default="", help="In your words; it is sealed, for the operator.")
@acting_command
def report(client: Client, *, generation: str, **body: Any) -> Any:
    """Report a film with your likeness to the operator."""
    return client.call("POST", f"/v1/generations/{generation}/reports", body)


@films.command("reports")
@api_command
def reports(client: Client) -> Any:
    """List what was reported (an auditor's command)."""
    return client.call("GET", "/v1/reports")


def _body(handle: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"holder": handle, "may": list(options["may"]), "from": options["from_"], "until": options["until"]}


def _name(handle: str) -> str:
    return quote(account_name(handle), safe="@")


COMMANDS = {"power": power, "films": films}
