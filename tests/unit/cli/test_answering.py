"""The walk that `cameo verification --help` shows: a question is answered in the way that it asks for, unless another is named."""

from __future__ import annotations

import json

import pytest

from schemas.ids import cameo_of
from schemas.verification import VerificationAnswered
from tests.unit.api.conftest import Place, place
from tests.unit.cli.test_commands import Run, cli, person

__all__ = ["cli", "place"]


@pytest.fixture
def account(place: Place, cli: Run) -> str:
    account = person(cli, "min")
    place.activate(account, "basic")
    person(cli, "bank")
    return account


def ask(cli: Run, *more: str) -> str:
    return json.loads(cli("verification", "ask", "min", "--audience", "https://bank.example", *more, "--json", "--as", "bank")[1])[
        "verification"
    ]


def test_an_upload_is_taken_where_the_question_asks_for_no_more_and_passes(cli: Run, place: Place, account: str) -> None:
    question = ask(cli, "--level", "upload")
    shown = json.loads(cli("verification", "answer", question, "--json", "--as", "min")[1])
    assert shown["phrase"]
    assert shown["live"] is None
    place.append(cameo_of(account), VerificationAnswered(verification=shown["challenge"], outcome="passed", level="upload", codes=()))
    assert json.loads(cli("verification", "show", question, "--json", "--as", "bank")[1])["state"] == "passed"


@pytest.mark.parametrize("level", [(), ("--level", "stepwise"), ("--level", "light")])
def test_steps_are_taken_where_the_question_asks_for_them(cli: Run, account: str, level: tuple[str, ...]) -> None:
    assert account
    shown = json.loads(cli("verification", "answer", ask(cli, *level), "--json", "--as", "min")[1])
    assert (shown["phrase"], shown["live"]) == ([], f"/v1/enrolments/{shown['challenge']}/live")


def test_a_way_that_cannot_reach_what_is_asked_is_refused_before_anything_is_recorded(cli: Run, place: Place, account: str) -> None:
    code, _, err = cli("verification", "answer", ask(cli), "--way", "upload", "--as", "min")
    assert code == 1
    assert "verification.needs_steps" in err
    assert "verification.started" not in [one.type for one in place.store.read(cameo_of(account))]
