"""Step-up: switched on with a first code, asked for by what widens, never by what narrows; no code opens twice; guessing locks."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from serving.core.proof import STEP_S, code_at
from serving.errors import ForbiddenError, LockedError
from serving.fakes import InMemoryAskingLedger
from serving.handlers import step_up
from serving.handlers.desk import Caller
from tests.unit.api.conftest import Place, make_place

NOW_S = 1_790_000_000
HERE = "/v1/accounts/me/step-up"


class Person:
    """Somebody with an authenticator."""

    def __init__(self, place: Place, handle: str = "min") -> None:
        self.place = place
        self.account, self.headers = place.person(handle)
        self.secret = b""
        self.step = NOW_S // STEP_S

    def call(self, method: str, path: str = HERE, code: str | None = None, key: str | None = None) -> Any:
        more = ({"Cameo-Step-Up": code} if code else {}) | ({"Idempotency-Key": key} if key else {})
        return self.place.client.request(method, path, headers=self.headers | more)

    def code(self, steps: int = 0) -> str:
        return code_at(self.secret, self.step + steps)

    def begin(self) -> None:
        self.secret = base64.b32decode(self.call("POST").json()["secret"])

    def switch_on(self) -> list[str]:
        self.begin()
        return self.call("PUT", code=self.code(-1)).json()["recovery_codes"]

    def require(self, code: str | None, key: str | None = None, subject: str | None = None, command: str = "widen") -> None:
        parts = self.place.client.app.state.parts  # type: ignore[attr-defined]
        caller = Caller(self.account, frozenset({"consent"}), idempotency_key=key, step_up=code)
        step_up.require(parts.desk, parts.proofs, caller, [command], subject)


@pytest.fixture
def place() -> Place:
    """An installation whose ledger's clock stands still."""
    return make_place(InMemoryAskingLedger(clock=lambda: NOW_S * 1_000_000))


@pytest.fixture
def min_(place: Place) -> Person:
    return Person(place)


def test_nothing_is_asked_before_it_is_switched_on(min_: Person) -> None:
    min_.require(None)
    min_.begin()
    min_.require(None)
    assert min_.call("GET").json() == {"on": False, "recovery_codes_left": 0}


def test_it_is_switched_on_by_a_first_code_and_shows_ten_recovery_codes(min_: Person) -> None:
    codes = min_.switch_on()
    assert len(set(codes)) == 10
    assert min_.call("GET").json() == {"on": True, "recovery_codes_left": 10}
    assert [one.type for one in min_.place.store.read(min_.account)][-1] == "account.step_up_set"


def test_a_wrong_first_code_switches_nothing_on(min_: Person) -> None:
    min_.begin()
    wrong = min_.call("PUT", code=f"{(int(min_.code()) + 1) % 1_000_000:06}")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "step_up.wrong")
    min_.require(None)


def test_then_widening_asks_and_says_how(min_: Person) -> None:
    min_.switch_on()
    with pytest.raises(ForbiddenError) as refused:
        min_.require(None)
    assert refused.value.code == "step_up.required"
    assert "--code" in refused.value.remedy
    min_.require(min_.code())


def test_a_code_opens_once(min_: Person) -> None:
    min_.switch_on()
    min_.require(min_.code())
    with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
        min_.require(min_.code())
    with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
        min_.require(min_.code(-1))
    min_.require(min_.code(1))


def test_the_same_command_sent_again_is_let_through_with_its_code(min_: Person) -> None:
    min_.switch_on()
    min_.require(min_.code(), key="once")
    min_.require(min_.code(), key="once")
    with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
        min_.require(min_.code(), key="another")


def test_another_command_under_the_same_key_needs_a_code_of_its_own(min_: Person) -> None:
    min_.switch_on()
    min_.require(min_.code(), key="once", command="one")
    with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
        min_.require(min_.code(), key="once", command="other")
    refused = min_.call("POST", f"{HERE}/recovery-codes", code=min_.code(), key="once")
    assert refused.json()["code"] == "step_up.wrong"


def test_five_wrong_codes_lock_and_the_right_one_comes_too_late(min_: Person) -> None:
    min_.switch_on()
    for _ in range(5):
        with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
            min_.require("nonsense")
    with pytest.raises(LockedError, match=r"step_up\.locked") as locked:
        min_.require(min_.code())
    assert 14 * 60 < (locked.value.retry_after_s or 0) <= 15 * 60


def test_four_wrong_codes_are_forgiven_by_a_right_one(min_: Person) -> None:
    min_.switch_on()
    for code in [*["nonsense"] * 4, min_.code(), *["nonsense"] * 4]:
        if code == "nonsense":
            with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
                min_.require(code)
        else:
            min_.require(code)
    min_.require(min_.code(1))


def test_a_recovery_code_opens_once(min_: Person) -> None:
    first = min_.switch_on()[0]
    min_.require(first.upper())
    with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
        min_.require(first)
    assert min_.call("GET").json()["recovery_codes_left"] == 9


def test_new_recovery_codes_need_a_proof_and_replace_the_old_ones(min_: Person) -> None:
    old = min_.switch_on()
    assert min_.call("POST", f"{HERE}/recovery-codes").json()["code"] == "step_up.required"
    new = min_.call("POST", f"{HERE}/recovery-codes", code=min_.code()).json()["recovery_codes"]
    with pytest.raises(ForbiddenError, match=r"step_up\.wrong"):
        min_.require(old[0])
    min_.require(new[0])


def test_switching_off_widens_and_so_asks(min_: Person) -> None:
    min_.switch_on()
    assert min_.call("DELETE").json()["code"] == "step_up.required"
    assert min_.call("DELETE", code=min_.code()).status_code == 204
    min_.require(None)
    assert min_.call("DELETE").status_code == 204, "off already: nothing to do"


def test_a_second_secret_does_not_replace_the_first_while_it_is_on(min_: Person) -> None:
    min_.switch_on()
    assert min_.call("POST").json()["code"] == "step_up.on"
    min_.require(min_.code())


def test_who_acts_for_a_subject_proves_themselves_where_the_subject_asks_for_it(place: Place, min_: Person) -> None:
    agent = Person(place, "agent")
    agent.require(None, subject=min_.account)
    min_.switch_on()
    with pytest.raises(ForbiddenError, match=r"step_up\.required"):
        agent.require(None, subject=min_.account)
    agent.switch_on()
    agent.require(agent.code(), subject=min_.account)


def test_the_operator_resets_it_for_somebody_who_lost_everything(place: Place, min_: Person) -> None:
    min_.switch_on()
    operator = place.token(min_.account, "operator")
    assert place.client.delete("/v1/accounts/@min/step-up", headers=operator).status_code == 204
    min_.require(None)
    assert min_.call("DELETE", "/v1/accounts/@min/step-up").json()["code"] == "scope.missing"
