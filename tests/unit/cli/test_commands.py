"""The command line over the API of fakes: what it prints, in which language, and what it ends with."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import httpx
import pytest

from schemas.generation import GenerationRefused
from schemas.ids import cameo_of, stream_id
from serving.cli.main import GROUPS, cameo, run
from serving.cli.session import token_path
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place, place

__all__ = ["place"]
Run = Callable[..., tuple[int, str, str]]


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for one in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), one)
            assert found is not None
            yield from leaves(found, f"{name} {one}")
    else:
        yield name, command


LEAVES = dict(leaves(cameo, "cameo"))
TAUGHT = [
    "cameo account register", "cameo token new", "cameo enrol start", "cameo enrol submit", "cameo receipt get", "cameo receipt verify", "cameo audience everyone", "cameo grant give", "cameo grant list", "cameo grant pass", "cameo group make", "cameo group add",
    "cameo request ask", "cameo request approve", "cameo power give", "cameo films remove", "cameo pause", "cameo resume",
    "cameo revoke", "cameo render", "cameo watch", "cameo cancel", "cameo film", "cameo audit", "cameo explain", "cameo replay",
    "cameo events export", "cameo up", "cameo logs", "cameo preflight", "cameo users", "cameo usable",
    "cameo policy test", "cameo policy simulate", "cameo policy activate",
    "cameo switch on", "cameo switch off", "cameo switch confirm", "cameo app register", "cameo plan set", "cameo appeal make", "cameo appeal answer", "cameo invite new",
]  # fmt: skip


@pytest.fixture
def cli(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an installation of fakes, with the operator's token kept."""
    monkeypatch.setenv("CAMEO_VAR", str(tmp_path))
    monkeypatch.setenv("CAMEO_API", "http://installation")
    monkeypatch.delenv("CAMEO_TOKEN", raising=False)
    secret = place.token(stream_id("account", bytes(16)), "operator", "auditor", "audit")["Authorization"].removeprefix("Bearer ")
    token_path("operator").parent.mkdir()
    token_path("operator").write_text(secret, encoding="utf-8")

    def carry(request: httpx.Request) -> httpx.Response:
        answer = place.client.request(
            request.method, str(request.url.raw_path, "ascii"), content=request.read(), headers=dict(request.headers)
        )
        return httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))

    def command(*arguments: str) -> tuple[int, str, str]:
        try:
            code = run(list(arguments), httpx.MockTransport(carry))
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def person(cli: Run, handle: str) -> str:
    code, out, _ = cli("account", "register", handle, "--region", "KR", "--json", "--as", "operator")
    assert code == 0
    return json.loads(out)["account"]


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_every_command_takes_json_and_explains_its_options(name: str) -> None:
    options = [one for one in LEAVES[name].params if isinstance(one, click.Option)]
    assert any("--json" in one.opts for one in options)
    assert LEAVES[name].help
    unexplained = [one.opts[0] for one in options if not one.help and not isinstance(one.type, click.Choice)]
    assert unexplained == []


@pytest.mark.parametrize("name", TAUGHT)
def test_the_help_of_what_is_used_most_shows_how(name: str) -> None:
    assert f"\n{name} " in inspect.cleandoc(LEAVES[name].help or "")


def test_the_list_of_commands_says_what_each_module_holds(cli: Run) -> None:
    code, out, _ = cli("--help")
    assert code == 0
    assert [name for name in GROUPS if f"  {name} " not in out] == []


def test_a_korean_handle_is_registered_kept_and_used(cli: Run) -> None:
    account = person(cli, "민지")
    for composed in ("민지", "@민지", "\u1106\u1175\u11ab\u110c\u1175"):
        code, out, _ = cli("account", "show", "--as", composed)
        assert (code, account in out, "민지" in out) == (0, True, True)


def test_a_token_is_readable_by_its_owner_alone_and_not_printed(cli: Run) -> None:
    _, out, _ = cli("account", "register", "min", "--region", "KR", "--as", "operator")
    assert "cameo_" not in out
    assert token_path("min").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "..", "@..", "a/b", "@/etc", ".hidden"])
def test_a_handle_that_leads_elsewhere_is_wrong_use(cli: Run, name: str) -> None:
    assert cli("account", "show", "--as", name)[0] == 2


def test_wrong_use_ends_with_2_and_says_what_would_be_right(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("revoke", "--strength", "everything", "--as", "operator")[0] == 2
    assert cli("no-such-command")[0] == 2
    code, _, err = cli("account", "show", "--as", "nobody")
    assert (code, "cameo account register" in err) == (2, True)
    monkeypatch.delenv("CAMEO_API")
    code, _, err = cli("account", "show", "--as", "operator")
    assert (code, "cameo up" in err) == (2, True)


@pytest.mark.parametrize(
    "words",
    [("fsck",), ("view", "verify"), ("view", "status"), ("view", "snapshot"), ("view", "restore"), ("parked", "list"), ("log", "verify")],
)
def test_what_needs_the_installation_says_so_elsewhere(cli: Run, words: tuple[str, ...]) -> None:
    code, out, err = cli(*words)
    assert (code, out) == (2, "")
    assert "where the installation is" in err


def test_a_refusal_ends_with_1_and_tells_code_and_remedy(cli: Run) -> None:
    code, out, err = cli("account", "show", "nobody", "--as", "operator")
    assert (code, out) == (1, "")
    assert "account.unknown" in err
    assert "remedy: check the handle" in err
    code, out, err = cli("account", "show", "nobody", "--json", "--as", "operator")
    assert (code, out, json.loads(err)["code"]) == (1, "", "account.unknown")


def test_an_installation_that_does_not_answer_ends_with_3(cli: Run, capsys: pytest.CaptureFixture[str]) -> None:
    del cli

    def gone(request: httpx.Request) -> httpx.Response:
        message = "connection refused"
        raise httpx.ConnectError(message, request=request)

    assert run(["account", "show", "--as", "operator"], httpx.MockTransport(gone)) == 3
    assert "cameo up" in capsys.readouterr().err


def test_a_rule_in_korean_is_said_back(cli: Run, place: Place) -> None:
    place.activate(person(cli, "민지"))
    code, out, _ = cli("restrict", "add", "고기 먹는 장면 금지", "--json", "--as", "민지")
    assert code == 0
    assert json.loads(out)["categories"]


def test_consent_is_given_shown_with_zone_and_taken_back(cli: Run, place: Place) -> None:
    cameo_id = place.activate(person(cli, "min"))
    theo = person(cli, "theo")
    assert cli("audience", "mutuals", "--as", "min")[0] == 0
    given = cli("grant", "give", "theo", "--uses", "2", "--until", "2199-01-01T00:00:00+09:00", "--json", "--as", "min")
    grant = json.loads(given[1])["grant"]
    shown = json.loads(cli("consent", "--json", "--as", "min")[1])
    assert (shown["grants"][0]["grantee"], shown["grants"][0]["until_at"]) == (theo, "2198-12-31T15:00:00.000000Z")
    assert cli("grant", "withdraw", grant, "--as", "min")[0] == 0
    assert cli("revoke", "--from", "theo", "--strength", "stop", "--as", "min")[0] == 0
    assert place.store.read(cameo_id)[-1].data == {"account": theo, "strength": "stop", "purpose": None, "facet": None}


def test_a_refused_render_says_why_and_ends_with_1(cli: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    place.activate(person(cli, "min"))
    person(cli, "theo")
    asked = cli("render", 'waving, saying "안녕"', "--cameo", "min", "--engine", "trivial", "--no-wait", "--json", "--as", "theo")
    generation = json.loads(asked[1])["generation"]
    event = GenerationRefused(attempt=1, action="start", codes=("relationship.blocked",), decision=None, reported_by="k", uses=())
    place.store.append(Append(actor="k", events=[NewEvent(generation, event, "e" * 32)], correlation="c"))
    code, out, err = cli("watch", generation, "--as", "theo")
    assert (code, out) == (1, "")
    assert "consent.required" in err
    assert "remedy" in err
    assert "blocked" not in err
    assert generation in err
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    code, _, err = cli("watch", generation, "--as", "theo")
    assert code == 1
    assert "허락" in err
    assert "consent.required" in err


def test_a_challenge_is_taken_with_consent_alone(cli: Run) -> None:
    account = person(cli, "min")
    code, out, _ = cli("enrol", "start", "--accept", "--profile", "sandbox", "--json", "--as", "min")
    challenge = json.loads(out)
    assert (code, challenge["cameo"], len(challenge["movements"])) == (0, cameo_of(account), 3)
    assert challenge["expires_at"].endswith("Z")


def test_a_recording_goes_out_with_its_cameras_korean_name(cli: Run, place: Place, tmp_path: Path) -> None:
    account = person(cli, "min")
    enrolment = json.loads(cli("enrol", "start", "--accept", "--json", "--as", "min")[1])["enrolment"]
    take = tmp_path / "녹화.webm"
    take.write_bytes(b"webm")
    assert cli("enrol", "submit", enrolment, str(take), "--camera", "민지의 OBS", "--no-wait", "--as", "min")[0] == 0
    assert place.store.read(cameo_of(account))[-1].data["camera_label"] == "obs"
    take.rename(tmp_path / "take.avi")
    assert cli("enrol", "submit", enrolment, str(tmp_path / "take.avi"), "--as", "min")[0] == 2


def test_events_leave_as_one_cloud_event_a_line(cli: Run) -> None:
    person(cli, "min")
    code, out, _ = cli("events", "export", "--jsonl", "--as", "operator")
    assert code == 0
    assert {"specversion", "type", "time"} <= json.loads(out.splitlines()[0]).keys()
