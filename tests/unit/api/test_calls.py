"""A word for danger in a proof of oneself, an answer to somebody else, a recovery: it looks done, and nothing of it is."""

from __future__ import annotations

from typing import Any

import pytest

from identity.keys.fakes import InMemoryKeyholder
from schemas.cameo import EnrolmentActivated, EnrolmentAssessed, EnrolmentHeld, RecordingReceived
from schemas.case import CaseOpened
from schemas.consent import ConsentHeld
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from serving.fakes import InMemoryAskingLedger
from streams.core.casework import DISTRESS_ACTIVATED, case_id
from streams.core.seeming import HEARD, answered_of, call_of
from tests.unit.api.conftest import Place, make_place
from tests.unit.api.test_recovery import Lost
from tests.unit.api.test_verifications import MINE, Scene, widen

STEP_UP = "/v1/accounts/me/step-up"


class Forced(Scene):
    """min, whose cameo is active, asks for step-up, and is made to answer."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.step_up()

    def write(self, stream: str, event: Event) -> None:
        self.place.append(stream, event)

    def call(self, *codes: str) -> dict[str, Any]:
        """Prove oneself with the word in it, as the worker records it (streams.agents.reverifying)."""
        shown = self.client.post(MINE, json={}, headers=self.as_min).json()
        self.called(shown["challenge"], *codes)
        return shown

    def called(self, challenge: str, *codes: str, level: Any = "stepwise") -> None:
        evidence = f"evidence-{challenge}"
        received = RecordingReceived(
            enrolment=challenge, evidence=evidence, key_id="k", sha256="0", bytes=1, camera_label="", verifies=True
        )
        for event in (received, answered_of(challenge, level, codes), ConsentHeld()):
            self.write(cameo_of(self.min), event)
        self.write(case_id(evidence), call_of(cameo_of(self.min), challenge, codes, 1))

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.as_min).json()

    def proven(self, method: str, path: str, proof: str, body: Any = None) -> Any:
        return self.client.request(method, path, json=body, headers=self.as_min | {"Cameo-Step-Up": proof})


@pytest.fixture
def forced() -> Forced:
    return Forced(make_place(InMemoryAskingLedger()))


def test_widening_looks_done_and_nobody_can_use_the_cameo(forced: Forced) -> None:
    shown = forced.call()
    told = forced.get(f"{MINE}/challenges/{shown['challenge']}")
    assert (told["state"], told["reasons"]) == ("passed", [])
    assert widen(forced, shown["proof"]).status_code == 204
    seen = forced.get("/v1/cameos/me")
    assert (seen["audience"]["audience"], seen["paused"], seen["status"]) == ("everyone", False, "active")
    with forced.place.store.snapshot() as facts:
        assert facts.get(cameo_of(forced.min), "held") is not None
    assert forced.client.delete("/v1/cameos/me/pause", headers=forced.as_min).status_code == 204, "there is no pause to end"
    with forced.place.store.snapshot() as facts:
        assert facts.get(cameo_of(forced.min), "held") is not None


def test_once_the_cameo_is_held_no_more_the_proof_widens_nothing(forced: Forced) -> None:
    proof = forced.call()["proof"]
    forced.write(cameo_of(forced.min), EnrolmentActivated(enrolment="again", assurance="basic"))
    assert widen(forced, proof).status_code == 204
    assert forced.place.store.read(cameo_of(forced.min))[-1].type == "enrolment.activated"


def test_the_proof_counts_once_as_any(forced: Forced) -> None:
    proof = forced.call()["proof"]
    assert widen(forced, proof).status_code == 204
    assert widen(forced, proof).json()["code"] == "step_up.wrong"


def test_what_the_hold_does_not_cover_answers_and_does_nothing(forced: Forced) -> None:
    before = [one.type for one in forced.place.store.read(forced.min)]
    codes = forced.proven("POST", f"{STEP_UP}/recovery-codes", forced.call()["proof"]).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert widen(forced, codes[0]).json()["code"] in {"step_up.wrong", "step_up.required"}, "they open nothing"
    assert forced.proven("DELETE", STEP_UP, forced.call()["proof"]).status_code == 204
    assert forced.get(STEP_UP)["on"] is True
    assert forced.proven("PUT", "/v1/accounts/me/distress", forced.call()["proof"], {"word": "pineapple"}).status_code == 204
    assert forced.proven("DELETE", "/v1/accounts/me/distress", forced.call()["proof"]).status_code == 204
    assert [one.type for one in forced.place.store.read(forced.min)] == before
    taken = forced.proven("GET", "/v1/accounts/me/export", forced.call()["proof"])
    assert (taken.status_code, taken.json()["code"]) == (503, "keyholder.unavailable")


def test_of_what_is_not_ones_own_cameo_nothing_is_written(forced: Forced) -> None:
    theo, as_theo = forced.place.person("theo")
    forced.place.activate(theo)
    may = {"holder": forced.min, "may": ["audience"]}
    assert forced.client.post("/v1/accounts/me/powers", json=may, headers=as_theo).status_code == 201
    before = len(list(forced.place.store.read_all()))
    shown = forced.call()
    calls = len(list(forced.place.store.read_all())) - before
    proof = {"Cameo-Acting-As": theo}
    assert widen(forced, shown["proof"], **proof).status_code == 204
    assert len(list(forced.place.store.read_all())) == before + calls, "theo's cameo is not held"
    given = forced.proven("POST", "/v1/accounts/me/powers", forced.call()["proof"], {"holder": theo, "may": ["audience"]})
    assert given.status_code == 201
    assert "account.power_given" not in [one.type for one in forced.place.store.read(forced.min)]
    assert forced.proven("PUT", "/v1/accounts/me/follows/@theo", forced.call()["proof"]).status_code == 204
    assert "account.followed" not in [one.type for one in forced.place.store.read(forced.min)]


def test_a_call_with_another_face_fails_as_without_the_word(forced: Forced) -> None:
    shown = forced.call("face.other_person")
    told = forced.get(f"{MINE}/challenges/{shown['challenge']}")
    assert (told["state"], [one["code"] for one in told["reasons"]]) == ("failed", ["face.other_person"])
    assert widen(forced, shown["proof"]).json()["code"] == "step_up.wrong"


def test_five_calls_lock_nobody(forced: Forced) -> None:
    for _ in range(5):
        forced.call()
    assert forced.client.post(MINE, json={}, headers=forced.as_min).status_code == 201


def test_who_asks_is_told_what_no_answer_tells(forced: Forced) -> None:
    question, unanswered = (forced.ask().json()["verification"] for _ in range(2))
    forced.called(forced.begin(question)["challenge"], level="upload")
    assert forced.told(question) == forced.told(unanswered) == {"state": "waiting", "assertion": None}


def test_a_recovery_looks_ended_and_gives_nothing(place: Place) -> None:
    lost = Lost(place)
    enrolment = lost.enrol(lost.token)
    received = RecordingReceived(enrolment=enrolment, evidence="e9", key_id="k", sha256="0", bytes=1, camera_label="")
    place.append(lost.cameo, received)
    place.append(lost.cameo, EnrolmentAssessed(enrolment=enrolment, evidence="e9", profile="basic", checks=(), models=()))
    place.append(lost.cameo, EnrolmentHeld(enrolment=enrolment, codes=("review.required",)))
    opened = CaseOpened(
        kind="distress", cameo=lost.cameo, enrolment=enrolment, evidence="e9", codes=(HEARD, DISTRESS_ACTIVATED), people=1, due_us=1
    )
    assert lost.end(lost.token).json()["code"] == "recovery.not_shown"
    place.append(case_id("e9"), opened)
    ended = lost.end(lost.token)
    assert (ended.status_code, set(ended.json())) == (201, {"account", "token"})
    given = {"Authorization": f"Bearer {ended.json()['token']}"}
    assert lost.client.get("/v1/cameos/me", headers=given).status_code == 403, "it opens no more than the recovery's own"
    assert lost.client.get("/v1/accounts/me", headers=lost.before).status_code == 200, "no other token goes"


def test_the_revision_that_is_shown_counts_what_was_said_of_consent_alone(place: Place) -> None:
    account, headers = place.person("min")
    cameo, other = place.activate(account), place.person("theo")[0]
    first = place.client.get("/v1/cameos/me", headers=headers).json()["revision"]
    keys: InMemoryKeyholder = place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    kept = keys.put_evidence(account, cameo, b"webm")
    keys.get_evidence(kept.evidence, "review", stream_id("account", bytes([7]) * 16))
    place.append(cameo, ConsentHeld())
    assert place.store.read(cameo)[-2].type == "evidence.opened"
    assert place.client.get("/v1/cameos/me", headers=headers).json()["revision"] == first
    place.client.post("/v1/cameos/me/grants", json={"account": other, "uses": 2}, headers=headers)
    shown = place.client.get("/v1/cameos/me", headers=headers).json()
    assert (shown["revision"], [one["given_revision"] for one in shown["grants"]]) == (first + 1, [first + 1])
    (listed,) = place.client.get("/v1/cameos/me/grants", headers=headers).json()["items"]
    assert listed["given_revision"] == first + 1
