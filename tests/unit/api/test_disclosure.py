"""A refusal tells its requester what they may do about it, and nothing of whom somebody blocks or what they are."""

from __future__ import annotations

from typing import Any

import pytest

from identity.keys.errors import KeyholderRefusedError
from schemas.generation import GenerationRefused
from serving.adapters.reading import Reading
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place

HIDDEN = ("owner.minor", "owner.suspended", "relationship.blocked")


def refused(place: Place, *codes: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """A generation that was refused, its requester's token, and its subject's."""
    owner, subject = place.person("min")
    _, requester = place.person("theo")
    place.activate(owner)
    ask = {"cameo": "@min", "prompt": "waving", "engine": "trivial"}
    generation = place.client.post("/v1/generations", json=ask, headers=requester).json()["generation"]
    event = GenerationRefused(attempt=1, action="start", codes=codes, decision=None, reported_by="keyholder", uses=())
    place.store.append(Append(actor=owner, events=[NewEvent(generation, event, "e" * 32)], correlation="c"))
    return generation, requester, subject


class Canned(Reading):
    """Finds one refused generation, one decision, one notification: as the projections hold them."""

    requester = ""

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        del values
        codes = [*HIDDEN, "switch.render"]
        if "projection.decisions" in query:
            return [{"generation": "g", "decision": "d", "action": "start", "permit": False, "codes": codes, "path": "exact"}]
        if "projection.inbox" in query:
            return [{"notification": "n", "stream": "g", "kind": "generation.refused", "codes": codes, "time_us": 1}]
        return [{"generation": "g", "requester": self.requester, "codes": codes, "requested_us": 1, "cameos": []}]


@pytest.mark.parametrize("code", HIDDEN)
def test_a_requester_hears_of_a_block_as_of_missing_consent(place: Place, code: str) -> None:
    generation, requester, _ = refused(place, code)
    answer = place.client.get(f"/v1/generations/{generation}", headers=requester)
    assert [one["code"] for one in answer.json()["reasons"]] == ["consent.required"]
    assert code not in answer.text


def test_a_subject_is_told_no_reason_of_anothers_refusal(place: Place) -> None:
    generation, _, subject = refused(place, "requester.suspended")
    answer = place.client.get(f"/v1/generations/{generation}", headers=subject)
    assert answer.json()["state"] == "refused"
    assert "requester.suspended" not in answer.text


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/notifications"])
def test_no_list_tells_a_requester_more(place: Place, path: str) -> None:
    account, token = place.person("theo")
    reader = Canned(place.store, None)  # type: ignore[arg-type]
    reader.requester = account
    object.__setattr__(place.client.app.state.parts, "reader", reader)  # type: ignore[attr-defined]
    answer = place.client.get(path, headers=token)
    assert answer.json()["items"][0]["codes"] == ["consent.required", "switch.render"]
    assert not [code for code in HIDDEN if code in answer.text]


def test_a_subject_finds_the_film_in_the_audit_and_no_reasons(place: Place) -> None:
    _, token = place.person("min")
    reader = Canned(place.store, None)  # type: ignore[arg-type]
    reader.requester = "account-" + "f" * 32
    object.__setattr__(place.client.app.state.parts, "reader", reader)  # type: ignore[attr-defined]
    (item,) = place.client.get("/v1/audit", headers=token).json()["items"]
    assert (item["codes"], item["reasons"]) == ([], [])
    assert "decisions" not in item


def test_an_auditor_sees_what_was_recorded(place: Place) -> None:
    auditor = place.token("account-" + "a" * 32, "auditor")
    reader = Canned(place.store, None)  # type: ignore[arg-type]
    object.__setattr__(place.client.app.state.parts, "reader", reader)  # type: ignore[attr-defined]
    (item,) = place.client.get("/v1/audit", headers=auditor).json()["items"]
    assert item["codes"] == item["decisions"][0]["codes"] == [*HIDDEN, "switch.render"]
    assert [one["code"] for one in item["reasons"]] == item["codes"]


@pytest.mark.parametrize(
    ("codes", "status"),
    [(("policy.unavailable",), 503), (("consent.taken_down",), 403), (("key.destroyed",), 410), (("relationship.blocked",), 403)],
)
def test_a_film_that_is_not_shown_says_why_and_what_to_do(place: Place, codes: tuple[str, ...], status: int) -> None:
    generation, requester, _ = refused(place, "switch.render")

    def refuse(*_: object) -> bytes:
        raise KeyholderRefusedError(codes)

    place.client.app.state.parts.keyholder.film = refuse  # type: ignore[attr-defined]
    answer = place.client.get(f"/v1/generations/{generation}/film", headers=requester)
    assert answer.status_code == status
    assert answer.json()["remedy"]
    assert answer.json()["codes"] == (["consent.required"] if codes == ("relationship.blocked",) else list(codes))
