"""Recovery: an operator begins it and cannot end it; only a recording of it that was accepted does."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.account import StepUpSet
from schemas.cameo import EnrolmentActivated
from schemas.ids import cameo_of, stream_id
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from tests.unit.api.conftest import Place

END = "/v1/accounts/me/recovery"


class Lost:
    """min has an active cameo, and an operator begins a recovery."""

    def __init__(self, place: Place) -> None:
        self.place, self.client = place, place.client
        self.min, self.before = place.person("min")
        self.operator = place.token(stream_id("account", bytes(16)), "operator")
        self.cameo = place.activate(self.min)
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
