"""Commands of consent: audiences, revocations, pauses, rules, preferences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import click

from schemas.cameo import Facet
from schemas.consent import Audience, Purpose
from serving.cli.saying import FACETS, ME, PURPOSES, STRENGTH, acting_command, group_id
from serving.cli.session import api_command
from serving.client import Client

WHO = {
    "only_me": "Let nobody use your cameo but you and those you gave a grant.",
    "approved": "Let those alone use your cameo whom you gave a grant.",
    "mutuals": "Let those use your cameo whom you follow and who follow you.",
    "everyone": "Let everyone use your cameo. An enrolled face asks for a proof: --code with what `cameo verification prove` gave.",
}


@click.command()
@acting_command
def consent(client: Client) -> Any:
    """Show what you permit: audiences, grants, rules, preferences, revocations."""
    return client.call("GET", ME)


@click.group()
def audience() -> None:
    """Say who may use your cameo without a grant of their own, by rules: one of them must cover a whole use."""


def _audience(who: str) -> Callable[..., Any]:
    @audience.command(who)
    @click.option("--rule", default="", help="A name, for a rule beside the others; left out: your general rule.")
    @PURPOSES
    @FACETS
    @click.option("--app", "apps", multiple=True, help="Through this app alone (its id); may be given again.")
    @click.option("--region", "regions", multiple=True, metavar="XX", help="In this region alone, as KR; may be given again.")
    @click.option("--remix", is_flag=True, help="Films may be made from films.")
    @acting_command
    def command(client: Client, *, rule: str, **body: Any) -> Any:
        body = {key: list(value) if isinstance(value, tuple) else value for key, value in body.items()}
        body |= {"audience": who, "apps": body["apps"] or None, "regions": body["regions"] or None}
        return client.call("PUT", f"{ME}/audiences/{rule}" if rule else f"{ME}/audience", body)

    command.help = (
        f"{WHO[who]}\n\n\b\ncameo audience {who} --as min\n"
        f"cameo audience {who} --rule faces --facet face --purpose personal --region KR --remix --as min"
    )
    return command


for _who in get_args(Audience):
    _audience(_who)


@audience.command("list")
@acting_command
def list_audiences(client: Client) -> Any:
    """List your rules."""
    return client.call("GET", f"{ME}/audiences")


@audience.command("remove")
@click.argument("rule")
@acting_command
def remove_audience(client: Client, *, rule: str) -> Any:
    """Remove one rule; `general` is the one without a name."""
    return client.call("DELETE", f"{ME}/audiences/{rule}")


@click.command()
@click.option("--from", "account", metavar="HANDLE", help="From one account or app.")
@click.option("--group", metavar="NAME", help="From one of your groups.")
@click.option("--purpose", type=click.Choice(get_args(Purpose)), help="For one purpose.")
@click.option("--facet", type=click.Choice(get_args(Facet)), help="Of one facet of you.")
@STRENGTH
@acting_command
def revoke(client: Client, *, account: str | None, group: str | None, **body: Any) -> Any:
    """Withdraw everything given so far: from everyone, or of one account, app, group, purpose or facet. Durable when this returns.

    \b
    cameo revoke --strength stop --as min                  from everyone; what runs stops
    cameo revoke --from theo --strength take_down --as min
    cameo revoke --purpose political --strength take_down --as min
    """
    if account is not None and group is not None:
        message = "one scope at a time: --from or --group"
        raise click.UsageError(message)
    whom = account if group is None else group_id(client, group)
    return client.call("POST", f"{ME}/revocations", {"account": whom, **body})


@click.command()
@acting_command
def pause(client: Client) -> Any:
    """Pause everything of yours: nothing starts or is released until you resume; what you gave stays given.

    \b
    cameo pause --as min
    """
    return client.call("PUT", f"{ME}/pause")


@click.command()
@acting_command
def resume(client: Client) -> Any:
    """End the pause.

    \b
    cameo resume --as min
    """
    return client.call("DELETE", f"{ME}/pause")


@click.group()
def restrict() -> None:
    """Set a rule in your own words, try one, lift one."""


@restrict.command("add")
@click.argument("text")
@acting_command
def add_rule(client: Client, *, text: str) -> Any:
    """Set a rule, as "no politics" or "고기 먹는 장면 금지", and see how it was understood."""
    return client.call("POST", f"{ME}/restrictions", {"text": text})


@restrict.command("try")
@click.argument("text")
@click.option("--on", "sentences", multiple=True, help="A sentence that somebody might ask for; may be given again.")
@api_command
def try_rule(client: Client, *, text: str, sentences: tuple[str, ...]) -> Any:
    """See how a rule would be understood, and what it would do to sentences. Nothing is saved.

    \b
    cameo restrict try "no politics" --on "min speaks at a rally" --on "min walks a dog" --as min
    """
    return client.call("POST", f"{ME}/restrictions/try", {"text": text, "sentences": list(sentences)})


@restrict.command("lift")
@click.argument("restriction")
@acting_command
def lift_rule(client: Client, *, restriction: str) -> Any:
    """Remove a rule."""
    return client.call("DELETE", f"{ME}/restrictions/{restriction}")


@click.group()
def prefer() -> None:
    """Set something that is always applied; list what can be; drop one."""


@prefer.command("list")
@api_command
def list_kinds(client: Client) -> Any:
    """List the kinds of preference, and which engines can honour each."""
    return client.call("GET", "/v1/obligations")


@prefer.command("add")
@click.argument("text")
@click.option("--obligation", default="wear", show_default=True, help="What an engine must be able to honour: cameo prefer list.")
@click.option("--optional", is_flag=True, help="An engine that cannot honour it may go on without.")
@acting_command
def add_preference(client: Client, **body: Any) -> Any:
    """Set a preference, as "always a gold necklace"."""
    return client.call("POST", f"{ME}/preferences", body)


@prefer.command("drop")
@click.argument("preference")
@acting_command
def drop_preference(client: Client, *, preference: str) -> Any:
    """Remove a preference."""
    return client.call("DELETE", f"{ME}/preferences/{preference}")


COMMANDS = {
    "consent": consent, "audience": audience, "revoke": revoke, "pause": pause, "resume": resume,
    "restrict": restrict, "prefer": prefer,
}  # fmt: skip
