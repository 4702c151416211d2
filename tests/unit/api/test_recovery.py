"""Recovery: an operator begins it and cannot end it; only a recording of it that was accepted does."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.account import StepUpSet
from schemas.cameo import EnrolmentActivated, EnrolmentHeld
from schemas.codec import event_of
from schemas.ids import cameo_of, stream_id
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.core.changes import Put, Seen
from streams.core.notify import notify
from tests.live_client import hello
from tests.unit.api.conftest import Place

OPERATOR = stream_id("account", bytes(16))
END = "/v1/accounts/me/recovery"


class Lost:
    """min has an active cameo, and an operator begins a recovery."""

    def __init__(self, place: Place) -> None:
        self.place, self.client = place, place.client
        self.min, self.before = place.person("min")
        self.operator = place.token(OPERATOR, "operator")
        self.cameo = place.activate(self.min, "basic")
        made = self.client.post("/v1/accounts/@min/recovery", headers=self.operator)
        assert made.status_code == 201, made.json()
        self.token = {"Authorization": f"Bearer {made.json()['token']}"}

    def enrol(self, headers: dict[str, str]) -> str:
        body = {"profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256}
        return self.client.post("/v1/enrolments", json=body, headers=headers).json()["enrolment"]

    def accepted(self, enrolment: str, assurance: str = "basic") -> None:
        self.place.append(self.cameo, EnrolmentActivated(enrolment=enrolment, assurance=assurance, level="stepwise"))  # type: ignore[arg-type]

    def end(self, headers: dict[str, str]) -> Any:
        return self.client.post(END, headers=headers)


@pytest.fixture
def lost(place: Place) -> Lost:
    return Lost(place)


def test_an_accepted_recording_gives_a_new_token_and_ends_every_other(lost: Lost) -> None:
    lost.place.append(lost.min, StepUpSet(on=True))
    lost.accepted(lost.enrol(lost.token))
    ended = lost.end(lost.token)
    assert ended.status_code == 201, ended.json()
    now = {"Authorization": f"Bearer {ended.json()['token']}"}
    assert lost.client.get("/v1/accounts/me", headers=now).json()["account"] == lost.min
    for gone in (lost.before, lost.token):
        assert lost.client.get("/v1/accounts/me", headers=gone).status_code == 401
    assert lost.client.get("/v1/accounts/me/step-up", headers=now).json()["on"] is False


def test_the_token_of_a_recovery_only_enrols(lost: Lost) -> None:
    assert lost.client.post("/v1/generations", json={}, headers=lost.token).status_code == 403
    assert lost.client.put("/v1/cameos/me/audience", json={}, headers=lost.token).status_code == 403


def test_a_recovery_is_answered_step_by_step_with_its_own_token(lost: Lost) -> None:
    body = {"profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256, "way": "stepwise"}
    began = lost.client.post("/v1/enrolments", json=body, headers=lost.token).json()
    with lost.client.websocket_connect(began["live"]) as socket:
        socket.send_json(hello(lost.token["Authorization"].removeprefix("Bearer ")))
        assert socket.receive_json()["type"] == "ready"
    assert lost.client.get(f"/v1/enrolments/{began['enrolment']}", headers=lost.token).status_code == 200


def test_beginning_a_recovery_is_on_record_under_its_operator_and_told_to_the_person(lost: Lost) -> None:
    begun = lost.place.store.read(lost.min)[-1]
    assert (begun.type, begun.actor) == ("account.recovery_begun", OPERATOR)
    seen = Seen(begun.stream, begun.revision, begun.event_id, begun.time_us, None, {})
    (notice,) = [row for row in notify(event_of(begun), seen) if isinstance(row, Put)]
    assert (notice.row["kind"], notice.row["audience"]) == ("recovery.begun", "account")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/things"), ("POST", "/v1/things"), ("GET", "/v1/receipts"), ("GET", "/v1/cameos/me/verifications"),
        ("DELETE", "/v1/cameos/me/verifications/" + "0" * 32), ("POST", "/v1/cameos/me/verifications"), ("GET", "/v1/accounts/me"),
        ("POST", "/v1/tokens"), ("GET", "/v1/cameos/me"),
    ],
)  # fmt: skip
def test_the_token_of_a_recovery_reads_and_answers_nothing_of_its_persons(lost: Lost, method: str, path: str) -> None:
    refused = lost.client.request(method, path, headers=lost.token)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")


def test_a_recovery_withdraws_no_recording_that_waits_for_reviewers(lost: Lost) -> None:
    waits = lost.enrol(lost.before)
    lost.place.append(lost.cameo, EnrolmentHeld(enrolment=waits, codes=("review.required",)))
    body = {"profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256}
    assert lost.client.post("/v1/enrolments", json=body, headers=lost.token).json()["code"] == "recovery.waits"
    lost.enrol(lost.before)


def test_whoever_did_not_ask_for_a_recovery_takes_its_token_away(lost: Lost) -> None:
    (found,) = [one for one in lost.client.get("/v1/tokens", headers=lost.before).json() if one["label"] == "recovery"]
    assert lost.client.delete(f"/v1/tokens/{found['token_id']}", headers=lost.before).status_code == 204
    assert lost.end(lost.token).status_code == 401


def test_an_answer_that_was_lost_is_had_again_under_its_key_and_no_other(lost: Lost) -> None:
    lost.accepted(lost.enrol(lost.token))
    ended = lost.end(lost.token | {"Idempotency-Key": "drawn"})
    again = lost.end(lost.token | {"Idempotency-Key": "drawn"})
    assert (again.status_code, again.json()) == (201, ended.json())
    now = {"Authorization": f"Bearer {again.json()['token']}"}
    assert lost.client.get("/v1/accounts/me", headers=now).status_code == 200
    for other in ({"Idempotency-Key": "another"}, {}):
        assert lost.end(lost.token | other).json()["code"] == "recovery.ended"
    body = {"profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256}
    assert lost.client.post("/v1/enrolments", json=body, headers=lost.token).json()["code"] == "recovery.ended"
    assert lost.client.get("/v1/accounts/me", headers=lost.before).status_code == 401


def test_beginning_again_under_one_key_gives_the_same_token(lost: Lost) -> None:
    first, again = (
        lost.client.post("/v1/accounts/@min/recovery", headers=lost.operator | {"Idempotency-Key": "k"}).json() for _ in range(2)
    )
    assert first == again
    assert [one.type for one in lost.place.store.read(lost.min)].count("account.recovery_begun") == 2, "once a command"


def test_without_an_accepted_recording_of_this_recovery_nothing_is_given(lost: Lost) -> None:
    assert lost.end(lost.token).json()["code"] == "recovery.not_shown"
    lost.enrol(lost.token)
    assert lost.end(lost.token).json()["code"] == "recovery.not_shown", "begun is not accepted"
    lost.accepted(lost.enrol(lost.before))
    assert lost.end(lost.token).json()["code"] == "recovery.not_shown", "an enrolment with another token is no recovery"


def test_the_sandbox_recovers_nobody(lost: Lost) -> None:
    lost.accepted(lost.enrol(lost.token), "sandbox")
    assert lost.end(lost.token).json()["code"] == "recovery.not_shown"


def test_an_ordinary_token_ends_no_recovery(lost: Lost) -> None:
    assert lost.end(lost.before).json()["code"] == "recovery.not_begun"


def test_who_has_no_active_cameo_cannot_be_known_by_it(place: Place) -> None:
    place.person("theo")
    operator = place.token(stream_id("account", bytes(16)), "operator")
    refused = place.client.post("/v1/accounts/@theo/recovery", headers=operator)
    assert (refused.status_code, refused.json()["code"]) == (409, "recovery.no_face")


def test_an_active_cameo_is_renewed_and_a_recovery_says_so(lost: Lost) -> None:
    lost.enrol(lost.before)
    assert lost.place.store.read(cameo_of(lost.min))[-1].data["purpose"] == "renew"
    lost.enrol(lost.token)
    assert lost.place.store.read(cameo_of(lost.min))[-1].data["purpose"] == "recover"


def test_a_cameo_tells_what_it_rests_on_and_when_its_person_should_be_seen_again(lost: Lost) -> None:
    def shown() -> dict[str, Any]:
        told = lost.client.get("/v1/cameos/me", headers=lost.before).json()
        return {name: told[name] for name in ("level", "refresh_by", "refresh_soon", "refresh_due")}

    assert shown() == {"level": "upload", "refresh_by": None, "refresh_soon": False, "refresh_due": False}
    lost.place.append(lost.cameo, EnrolmentActivated(enrolment="n", assurance="basic", level="light", refresh_by_us=2**51))
    assert (shown()["level"], shown()["refresh_due"]) == ("light", False)
    lost.place.append(lost.cameo, EnrolmentActivated(enrolment="o", assurance="basic", level="reviewed", refresh_by_us=1))
    assert (shown()["level"], shown()["refresh_due"]) == ("reviewed", True)
