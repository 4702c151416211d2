"""A minor enrols beside a guardian of theirs, whose face is known; nobody else has anybody beside them."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.account import AccountRegistered, PowerEnded, PowerGiven
from schemas.cameo import EnrolmentActivated
from schemas.ids import cameo_of, stream_id
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from tests.unit.api.conftest import Place

JUN = stream_id("account", b"jun, 16 bytes id")


@pytest.fixture
def theo(place: Place) -> str:
    place.append(JUN, AccountRegistered(region="KR", locale="ko", minor=True))
    account, _ = place.person("theo")
    return account


def give(place: Place, guardian: str, kind: str = "guardian", until_us: int | None = None) -> None:
    place.append(JUN, PowerGiven(power="p", holder=guardian, kind=kind, may=("revoke",), from_us=None, until_us=until_us))  # type: ignore[arg-type]


def start(place: Place, account: str = JUN, **more: Any) -> Any:
    body = {"profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256, **more}
    return place.client.post("/v1/enrolments", json=body, headers=place.token(account, "enrol"))


def test_a_minor_starts_beside_an_enrolled_guardian_who_is_in_the_record(place: Place, theo: str) -> None:
    give(place, theo)
    place.activate(theo, "basic")
    assert start(place, guardian="@theo").status_code == 201
    assert place.store.read(cameo_of(JUN))[-1].data["guardian"] == theo


def test_a_minor_does_not_start_alone_nor_with_somebody_else(place: Place, theo: str) -> None:
    assert start(place).json()["code"] == "guardian.required"
    place.activate(theo, "basic")
    assert start(place, guardian="@theo").json()["code"] == "guardian.not_theirs"
    give(place, theo, kind="agent")
    assert start(place, guardian="@theo").json()["code"] == "guardian.not_theirs"
    give(place, theo, until_us=1)
    assert start(place, guardian="@theo").json()["code"] == "guardian.not_theirs"


def test_a_power_that_ended_makes_no_guardian(place: Place, theo: str) -> None:
    place.activate(theo, "basic")
    give(place, theo)
    place.append(JUN, PowerEnded(power="p", holder=theo))
    assert start(place, guardian="@theo").json()["code"] == "guardian.not_theirs"


def test_a_guardian_whose_face_is_not_known_is_not_enough(place: Place, theo: str) -> None:
    give(place, theo)
    assert start(place, guardian="@theo").json()["code"] == "guardian.not_enrolled"
    place.activate(theo, "basic")
    place.append(cameo_of(theo), EnrolmentActivated(enrolment="e", assurance="sandbox"))
    assert start(place, guardian="@theo").json()["code"] == "guardian.not_enrolled"


@pytest.mark.usefixtures("theo")
def test_somebody_of_age_records_alone(place: Place) -> None:
    other, _ = place.person("ren")
    assert start(place, other, guardian="@theo").json()["code"] == "guardian.not_needed"
