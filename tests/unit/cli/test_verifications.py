"""The relying party's and the person's way through re-verification, by commands, over the API of fakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.ids import cameo_of
from schemas.verification import VerificationAnswered
from tests.unit.api.conftest import Place, place
from tests.unit.cli.test_commands import Run, cli, person

__all__ = ["cli", "place"]
NONCE = "a-nonce-that-the-party-drew"


@pytest.fixture
def min_(place: Place, cli: Run) -> str:
    account = person(cli, "min")
    place.activate(account, "basic")
    person(cli, "bank")
    return account


def ask(cli: Run, *more: str) -> dict[str, str]:
    told = cli("verification", "ask", "min", "--audience", "https://bank.example", "--level", "upload", *more, "--json", "--as", "bank")
    return json.loads(told[1])


def answered(cli: Run, place: Place, account: str, question: str, outcome: str, *codes: str) -> str:
    took = cli("verification", "answer", question, "--way", "upload", "--json", "--as", "min")
    challenge = json.loads(took[1])["challenge"]
    event = VerificationAnswered(verification=challenge, outcome=outcome, level="upload", codes=codes)  # type: ignore[arg-type]
    place.append(cameo_of(account), event)
    return challenge


def test_an_assertion_goes_from_the_answer_to_a_file_and_holds(cli: Run, place: Place, min_: str, tmp_path: Path) -> None:
    asked = ask(cli)
    out, keys = tmp_path / "a.jwt", tmp_path / "keys.json"
    code, _, err = cli("verification", "show", asked["verification"], "--out", str(out), "--as", "bank")
    assert (code, out.exists()) == (1, False)
    assert "waiting" in err
    answered(cli, place, min_, asked["verification"], "passed")
    assert cli("verification", "show", asked["verification"], "--wait", "5", "--out", str(out), "--as", "bank")[0] == 0
    assert cli("verification", "keys", "--out", str(keys), "--as", "bank")[0] == 0
    assert out.read_text().count(".") == 2
    assert not out.read_text().endswith("\n"), "libraries refuse what is not of the assertion"
    command = ("verification", "check", str(out), "--keys", str(keys), "--audience", "https://bank.example", "--nonce", asked["nonce"])
    command = (*command, "--cameo", asked["cameo"])
    code, told, _ = cli(*command, "--level", "upload", "--json")
    assert (code, json.loads(told)["cameo"], json.loads(told)["assurance"]) == (0, cameo_of(min_), "basic")
    assert cli(*command, "--level", "upload", "--cameo", "cameo-" + "0" * 32)[0] == 1
    assert cli(*command)[0] == 1, "steps are asked for unless less will do"


def test_the_same_key_asks_once_and_tells_the_nonce_that_counts(cli: Run, min_: str) -> None:
    assert min_
    assert ask(cli, "--key", "k") == ask(cli, "--key", "k")


def test_whoever_fails_is_told_why_and_what_to_do(cli: Run, place: Place, min_: str) -> None:
    challenge = answered(cli, place, min_, ask(cli)["verification"], "failed", "face.other_person")
    code, out, err = cli("verification", "status", challenge, "--as", "min")
    assert (code, out) == (1, "")
    assert "not the face" in err


def test_whoever_takes_steps_sees_how_they_stand(cli: Run, min_: str) -> None:
    assert min_
    shown = json.loads(cli("verification", "prove", "--json", "--as", "min")[1])
    code, out, _ = cli("verification", "status", shown["challenge"], "--json", "--as", "min")
    assert (code, json.loads(out)["state"]) == (0, "started")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": [1]}', '{"keys": [{}]}'])
def test_a_file_that_holds_no_keys_is_named(cli: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "a.jwt").write_text("x")
    (tmp_path / "k.json").write_text(content)
    code, _, err = cli(
        "verification", "check", str(tmp_path / "a.jwt"), "--keys", str(tmp_path / "k.json"), "--audience", "a", "--nonce", NONCE
    )
    assert code == 1
    assert "k.json is no JWK set" in err
