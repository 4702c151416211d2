"""The `cameo` command: its groups, found when they are used, so that `--help` is quick. Holds no command itself."""

from __future__ import annotations

import importlib
import sys

import click

from infra.settings import SettingsError
from serving.client import ApiError

GROUPS: dict[str, tuple[str, str]] = {
    "up": ("serving.cli.operate", "Start every part, in order of need."),
    "status": ("serving.cli.operate", "Show each part: state, pid, since when."),
    "down": ("serving.cli.operate", "Stop every part."),
    "logs": ("serving.cli.operate", "Show a part's log."),
    "doctor": ("serving.cli.operate", "Check every part: version, where from, remedy."),
    "account": ("serving.cli.account", "Register, find, follow, block."),
    "me": ("serving.cli.account", "Who you are here, and by when you should be seen again."),
    "token": ("serving.cli.account", "Make, list and drop bearer tokens."),
    "step-up": ("serving.cli.step_up", "Ask for a code before your consent is widened."),
    "distress": ("serving.cli.distress", "Set a word for danger."),
    "identity": ("serving.cli.identity", "Assess recordings of your own, offline: who would pass."),
    "enrol": ("serving.cli.enrol", "Enrol a likeness: take a challenge, hand in a recording."),
    "receipt": ("serving.cli.receipt", "Receipts of what you accepted: fetch, verify offline."),
    "thing": ("serving.cli.things", "Enrol a pet or a thing of yours."),
    "consent": ("serving.cli.consent", "Show what you permit."),
    "audience": ("serving.cli.consent", "Say who may use your cameo without a grant."),
    "grant": ("serving.cli.grants", "Let a person, group or app use your cameo; take it back."),
    "group": ("serving.cli.grants", "Keep groups of people to give grants to."),
    "request": ("serving.cli.requests", "Ask somebody for a grant; answer who asks you."),
    "revoke": ("serving.cli.consent", "Withdraw everything: from everyone, or in one scope."),
    "pause": ("serving.cli.consent", "Pause everything of yours."),
    "resume": ("serving.cli.consent", "End the pause."),
    "power": ("serving.cli.powers", "Let somebody act for you, within written powers."),
    "films": ("serving.cli.powers", "The films that you are in: find, report, remove."),
    "restrict": ("serving.cli.consent", "Set a rule in your own words; lift one."),
    "prefer": ("serving.cli.consent", "Set something that is always applied; drop one."),
    "export": ("serving.cli.personal", "Take everything with you that is kept of you."),
    "erase": ("serving.cli.personal", "Be forgotten: your keys are destroyed. It cannot be undone."),
    "render": ("serving.cli.render", "Ask for a film and follow it."),
    "watch": ("serving.cli.render", "Follow a generation until it ends."),
    "cancel": ("serving.cli.render", "Take a request back."),
    "draft": ("serving.cli.render", "Look at a draft you are in; approve or decline it."),
    "film": ("serving.cli.render", "Fetch a released film."),
    "audit": ("serving.cli.audit", "Who generated what."),
    "explain": ("serving.cli.audit", "Explain a decision."),
    "replay": ("serving.cli.audit", "Decide a past decision again, offline."),
    "events": ("serving.cli.audit", "Export the events."),
    "notifications": ("serving.cli.audit", "What you were told."),
    "recovery": ("serving.cli.recovery", "Get back in by your face, where every token was lost."),
    "verification": ("serving.cli.verifications", "Ask whether somebody is still the person of their cameo; answer; check an assertion."),
    "preflight": ("serving.cli.asking", "May I, and exactly what would make it yes."),
    "users": ("serving.cli.asking", "Who may use your cameo now."),
    "usable": ("serving.cli.asking", "Which cameos you may use now."),
    "policy": ("serving.cli.policy", "Try a policy, simulate another one, put one in force."),
    "protected": ("serving.cli.protected", "Faces that nobody enrols before a person has looked."),
    "switch": ("serving.cli.switches", "Throw an operator's switch; confirm another one's."),
    "role": ("serving.cli.roles", "Appoint reviewers and operators; take a role; end one."),
    "case": ("serving.cli.cases", "Look at recordings that a person must look at, and vote."),
    "appeal": ("serving.cli.appeals", "Have a person look at a refusal of content."),
    "plan": ("serving.cli.plans", "Set an account's plan; see what is left."),
    "invite": ("serving.cli.plans", "Invite people; redeem an invitation."),
    "app": ("serving.cli.apps", "Register, list and suspend applications."),
    "parked": ("serving.cli.record", "Show events that an agent could not handle; try them again."),
    "view": ("serving.cli.view", "This host's consent view: status, snapshots, compare it with the ledger."),
    "log": ("serving.cli.record", "Verify the transparency log."),
    "scrub": ("serving.cli.scrub", "Rewrite what erased people left in PostgreSQL's files."),
    "keys": ("serving.cli.keys", "The root key: where it lies, its versions, rotating it."),
    "fsck": ("serving.cli.record", "Derive everything anew from the ledger and compare."),
}


class Groups(click.Group):
    """Imports a command's module when it is used, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command in the order of a person's way through the platform."""
        del ctx
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        del ctx
        if cmd_name not in GROUPS:
            return None
        module = importlib.import_module(GROUPS[cmd_name][0])
        return module.COMMANDS[cmd_name]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in GROUPS.items()])


@click.group(cls=Groups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cameo")
def cameo() -> None:
    """Enrol a likeness, decide who may use it, and see who generated what.

    Who you are: --as HANDLE (a token kept in var/tokens by `cameo account register`), or CAMEO_TOKEN.
    Which installation: CAMEO_API, else the one that `cameo up` started here.
    Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 the installation does not answer, 130 interrupted.
    Every command takes --json, and answers in JSON on standard output; what went wrong is told, as JSON too, on
    standard error.

    \b
    A person's way through:
      cameo --help, cameo COMMAND --help
      cameo enrol start --as min                         a challenge: what to say, how to move
      cameo enrol submit ENROLMENT take.webm --as min    the checks, and their answer
      cameo grant give theo --uses 3 --as min            let theo make three films
      cameo render 'on a beach, saying "안녕하세요"' --cameo @min --out film.mp4 --as theo
      cameo revoke --strength stop --as min              and what runs stops
      cameo audit --subject min --as min                 who made what of you
    """


def main() -> None:
    """Run the command line."""
    sys.exit(run())


def run(arguments: list[str] | None = None, transport: object = None) -> int:
    """Run one command and return its exit code; a problem of the API becomes a sentence and a remedy on stderr.

    `transport` (httpx.BaseTransport) carries the requests; left out, TCP.
    """
    try:
        cameo(arguments, standalone_mode=False, obj=transport)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SettingsError as error:
        click.echo(f"{error}: run this where the installation is", err=True)
        return 2
    except click.Abort:
        click.echo("stopped", err=True)
        return 130
    except ApiError as error:
        click.echo(f"{error.code}: {error.detail}", err=True)
        for code in error.codes:
            click.echo(f"  {code}", err=True)
        if error.remedy:
            click.echo(f"  remedy: {error.remedy}", err=True)
        return 3 if error.unavailable else 1
    return 0


if __name__ == "__main__":
    main()
