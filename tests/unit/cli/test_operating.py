"""The commands of operators, plans, invitations, apps, appeals and step-up, from the words that are typed to what is recorded."""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any

import pytest

from schemas.generation import GenerationRefused
from schemas.ids import SWITCH_STREAM
from serving.core.proof import STEP_S, code_at
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place, place
from tests.unit.cli.test_commands import Run, cli, person

__all__ = ["cli", "place"]


def said(cli: Run, *words: str, who: str = "operator") -> Any:
    code, out, err = cli(*words, "--json", "--as", who)
    assert code == 0, err
    return json.loads(out)


def refused(cli: Run, *words: str, who: str) -> str:
    code, _, err = cli(*words, "--json", "--as", who)
    assert code == 1
    return json.loads(err)["code"]


def second_operator(cli: Run) -> None:
    person(cli, "second")
    codes = said(cli, "role", "propose", "second", "operator")["codes"]
    said(cli, "role", "redeem", *codes, "--keep-as", "second", who="second")


def test_a_reviewer_is_proposed_confirmed_and_takes_the_role_with_both_codes(cli: Run) -> None:
    second_operator(cli)
    person(cli, "rea")
    proposed = said(cli, "role", "propose", "rea", "reviewer")
    (first,), proposal = proposed["codes"], proposed["proposal"]
    assert refused(cli, "role", "redeem", first, first, "--keep-as", "desk", who="rea") == "role.invalid"
    (second,) = said(cli, "role", "confirm", proposal, who="second")["codes"]
    said(cli, "role", "redeem", first, second, "--keep-as", "desk", who="rea")
    assert said(cli, "case", "list", who="desk")["items"] == []
    assert [one["role"] for one in said(cli, "role", "list")["roles"]] == ["operator", "reviewer"]
    said(cli, "role", "end", "rea", "reviewer", "--reason", "left")
    assert refused(cli, "case", "list", who="desk") == "token.unknown"
    assert refused(cli, "account", "register", "x", "--region", "KR", "--scope", "reviewer", who="operator") == "scope.appointed"


def test_a_switch_goes_off_at_once_and_on_again_by_two(cli: Run, place: Place) -> None:
    second_operator(cli)
    assert said(cli, "switch", "off", "render", "--reason", "r")["on"] is False
    proposal = said(cli, "switch", "on", "render", "--reason", "back")["proposal"]
    assert [one["proposal"] for one in said(cli, "switch", "list")["proposals"]] == [proposal]
    assert refused(cli, "switch", "confirm", proposal, who="operator") == "proposal.own"
    assert said(cli, "switch", "confirm", proposal, who="second")["on"] is True
    assert [one.type for one in place.store.read(SWITCH_STREAM)][2:] == ["switch.thrown", "switch.proposed", "switch.thrown"]


def test_a_plan_is_set_shown_and_ended(cli: Run) -> None:
    person(cli, "mina")
    said(cli, "plan", "set", "@mina", "--films", "20", "--minutes", "10", "--monthly")
    seen = said(cli, "plan", "show", who="mina")
    assert (seen["plan"], seen["films_left"], seen["minutes_left"], seen["monthly"]) == ("standard", 20, 10.0, True)
    assert said(cli, "plan", "show", "mina") == seen
    said(cli, "plan", "end", "mina")
    assert said(cli, "plan", "show", who="mina")["monthly"] is False


def test_an_invitation_goes_from_hand_to_hand(cli: Run, place: Place) -> None:
    account = person(cli, "mina")
    person(cli, "theo")
    said(cli, "invite", "directly", "theo")
    code = said(cli, "invite", "new", who="theo")["code"]
    said(cli, "invite", "redeem", code, who="mina")
    assert [one["redeemed"] for one in said(cli, "invite", "list", who="theo")] == [True]
    assert [one.type for one in place.store.read(account)][-1] == "account.invited"


def test_an_app_acts_for_a_user_until_it_is_suspended(cli: Run) -> None:
    person(cli, "mina")
    app = said(cli, "app", "register", "Studio", "--owner", "mina")["app"]
    assert said(cli, "token", "new", "--app", app, "--scope", "generate", who="mina")["app"] == app
    said(cli, "app", "suspend", app, "--reason", "r")
    assert [one["standing"] for one in said(cli, "app", "list", who="mina")] == ["suspended"]
    assert refused(cli, "token", "new", "--app", app, "--scope", "generate", who="mina") == "app.suspended"
    said(cli, "app", "restore", app, "--reason", "r")
    assert [one["standing"] for one in said(cli, "app", "list")] == ["good"]


def test_an_appeal_is_made_read_and_answered(cli: Run, place: Place) -> None:
    cameo = place.activate(person(cli, "mina"))
    person(cli, "theo")
    body = {"cameo": cameo, "prompt": "cooking a steak", "engine": "trivial"}
    token = place.token(said(cli, "account", "show", "theo")["account"], "generate")
    generation = place.client.post("/v1/generations", json=body, headers=token).json()["generation"]
    ended = GenerationRefused(attempt=1, action="start", codes=("content.blocked",), decision=None, reported_by="keyholder", uses=())
    new = NewEvent(generation, ended, secrets.token_hex(16))
    place.store.append(Append(actor="keyholder", events=[new], correlation="c"))
    appeal = said(cli, "appeal", "make", generation, "a recipe", who="theo")["appeal"]
    assert [one["appeal"] for one in said(cli, "appeal", "queue")] == [appeal]
    assert said(cli, "appeal", "show", generation, appeal)["text"] == "a recipe"
    said(cli, "appeal", "answer", generation, appeal, "overturned", "--reason", "a recipe")
    assert said(cli, "appeal", "queue") == []


def test_step_up_is_begun_confirmed_and_ended(cli: Run) -> None:
    person(cli, "mina")
    secret = base64.b32decode(said(cli, "step-up", "begin", who="mina")["secret"])
    step = int(time.time()) // STEP_S
    codes = said(cli, "step-up", "on", "--code", code_at(secret, step), who="mina")["recovery_codes"]
    assert said(cli, "step-up", "show", who="mina") == {"on": True, "recovery_codes_left": 10}
    assert refused(cli, "step-up", "off", who="mina") == "step_up.required"
    assert len(said(cli, "step-up", "codes", "--code", codes[0], who="mina")["recovery_codes"]) == 10
    said(cli, "step-up", "reset", "mina")
    assert said(cli, "step-up", "show", who="mina")["on"] is False


@pytest.mark.parametrize("words", [("switch", "off", "nothing"), ("switch", "on", "region/korea")])
def test_a_switch_that_there_is_not_is_refused_in_words(cli: Run, words: tuple[str, ...]) -> None:
    code, _, err = cli(*words, "--reason", "r", "--as", "operator")
    assert code == 1
    assert "sandbox_use" in err
