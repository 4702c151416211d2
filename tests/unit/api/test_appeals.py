"""Appeals: the requester alone, of content alone, once; an operator reads and answers once; nothing is permitted by an answer."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from schemas.codec import event_of
from schemas.generation import GenerationRefused
from schemas.ids import stream_id
from schemas.registry import Event
from serving.fakes import InMemoryAskingLedger
from streams.core.notify import notices
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place, make_place

OPERATOR = stream_id("account", bytes(16))


class Refused:
    """Somebody whose film was refused."""

    def __init__(self, place: Place, *codes: str) -> None:
        self.place = place
        self.owner, self.owners = place.person("owner")
        self.account, self.headers = place.person("theo")
        body = {"cameo": place.activate(self.owner), "prompt": "cooking a steak", "engine": "trivial"}
        self.generation: str = place.client.post("/v1/generations", json=body, headers=self.headers).json()["generation"]
        if codes:
            self.record(GenerationRefused(attempt=1, action="start", codes=codes, decision=None, reported_by="keyholder", uses=()))

    def record(self, event: Event) -> None:
        new = NewEvent(self.generation, event, secrets.token_hex(16))
        self.place.store.append(Append(actor="keyholder", events=[new], correlation="c"))

    def appeal(self, text: str = "it is a recipe", headers: dict[str, str] | None = None) -> Any:
        path = f"/v1/generations/{self.generation}/appeals"
        return self.place.client.post(path, json={"text": text}, headers=headers or self.headers)

    def operate(self, method: str, path: str, body: Any = None) -> Any:
        return self.place.client.request(method, path, json=body, headers=self.place.token(OPERATOR, "operator"))

    def answer(self, appeal: str, outcome: str = "overturned") -> Any:
        path = f"/v1/generations/{self.generation}/appeals/{appeal}/answer"
        return self.operate("PUT", path, {"outcome": outcome, "reason": "a recipe"})


@pytest.fixture
def place() -> Place:
    return make_place(InMemoryAskingLedger())


@pytest.fixture
def refused(place: Place) -> Refused:
    return Refused(place, "content.restricted", "consent.required")


def test_an_operator_reads_the_words_the_prompt_and_the_codes_that_can_be_appealed(refused: Refused) -> None:
    appeal = refused.appeal().json()["appeal"]
    (listed,) = refused.operate("GET", "/v1/appeals").json()
    assert (listed["generation"], listed["appeal"], listed["codes"]) == (refused.generation, appeal, ["content.restricted"])
    shown = refused.operate("GET", f"/v1/generations/{refused.generation}/appeals/{appeal}").json()
    assert (shown["text"], shown["prompt"], shown["outcome"]) == ("it is a recipe", "cooking a steak", None)


def test_the_record_holds_the_text_sealed_alone(refused: Refused) -> None:
    refused.appeal("a secret of mine")
    event = refused.place.store.read(refused.generation)[-1]
    assert set(event.sealed) == {"text"}
    assert "secret" not in str(event.data)


@pytest.mark.parametrize("outcome", ["upheld", "overturned"])
def test_an_answer_ends_the_waiting_permits_nothing_and_is_told(refused: Refused, outcome: str) -> None:
    appeal = refused.appeal().json()["appeal"]
    assert refused.answer(appeal, outcome).status_code == 204
    assert refused.operate("GET", "/v1/appeals").json() == []
    shown = refused.operate("GET", f"/v1/generations/{refused.generation}/appeals/{appeal}").json()
    assert (shown["outcome"], shown["reason"]) == (outcome, "a recipe")
    with refused.place.store.snapshot() as facts:
        ended = facts.get(refused.generation, "ended")
    assert ended is not None
    assert ended.value["as"] == "refused"
    (notice,) = notices(event_of(refused.place.store.read(refused.generation)[-1]))
    assert (notice.audience, notice.kind) == ("requester", f"appeal.{outcome}")


def test_it_is_answered_once(refused: Refused) -> None:
    appeal = refused.appeal().json()["appeal"]
    refused.answer(appeal)
    again = refused.answer(appeal, "upheld")
    assert (again.status_code, again.json()["code"]) == (409, "appeal.answered")


def test_it_is_made_once_and_a_retry_under_the_same_key_is_the_same_one(refused: Refused) -> None:
    key = refused.headers | {"Idempotency-Key": "k"}
    assert refused.appeal(headers=key).json() == refused.appeal(headers=key).json()
    again = refused.appeal()
    assert (again.status_code, again.json()["code"]) == (409, "appeal.made")
    assert [one.type for one in refused.place.store.read(refused.generation)].count("generation.appealed") == 1


def test_only_the_requester_appeals(refused: Refused) -> None:
    stranger = refused.appeal(headers=refused.owners)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "generation.unknown")


@pytest.mark.parametrize("codes", [(), ("consent.required",), ("requester.suspended", "uses.exhausted")])
def test_consent_is_its_owners_and_cannot_be_appealed(place: Place, codes: tuple[str, ...]) -> None:
    one = Refused(place, *codes)
    answer = one.appeal()
    assert (answer.status_code, answer.json()["code"]) == (409, "appeal.not_content")


def test_an_appeal_that_there_is_not_is_unknown(refused: Refused) -> None:
    assert refused.answer("0" * 32).json()["code"] == "appeal.unknown"
    for generation in (refused.generation, "generation-x"):
        assert refused.operate("GET", f"/v1/generations/{generation}/appeals/{'0' * 32}").json()["code"] == "appeal.unknown"
