"""Re-verification over the API: a party learns that somebody passed, and nothing else; the person proves themselves with it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from schemas.cameo import Profile
from schemas.ids import cameo_of
from schemas.verification import VerificationAnswered
from serving.core import assertion
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from tests.unit.api.conftest import Place

MINE = "/v1/cameos/me/verifications"
NONCE = "a-nonce-that-the-party-drew"


class Scene:
    """min has a cameo; the bank asks."""

    def __init__(self, place: Place, assurance: Profile = "basic") -> None:
        self.place, self.client = place, place.client
        self.min, self.as_min = place.person("min")
        self.bank, self.as_bank = place.person("bank")
        place.activate(self.min, assurance)

    def ask(self, **changes: Any) -> Any:
        body = {"of": "@min", "audience": "https://bank.example", "nonce": NONCE, "level": "upload"} | changes
        return self.client.post("/v1/verifications", json=body, headers=self.as_bank)

    def begin(self, question: str | None) -> dict[str, Any]:
        url = MINE if question is None else f"{MINE}/{question}/answer"
        answer = self.client.post(url, json={"way": "stepwise" if question is None else "upload"}, headers=self.as_min)
        assert answer.status_code == 201, answer.json()
        return answer.json()

    def submit(self, challenge: str) -> Any:
        return self.client.put(f"{MINE}/challenges/{challenge}/recording", content=b"webm", headers=self.as_min)

    def judged(self, challenge: str, outcome: str, *codes: str, level: str = "upload") -> None:
        event = VerificationAnswered(verification=challenge, outcome=outcome, level=level, codes=codes)  # type: ignore[arg-type]
        self.place.append(cameo_of(self.min), event)

    def told(self, question: str) -> dict[str, Any]:
        return self.client.get(f"/v1/verifications/{question}", headers=self.as_bank).json()

    def answer(self, question: str, outcome: str = "passed", *codes: str) -> str:
        challenge = self.begin(question)["challenge"]
        assert self.submit(challenge).status_code == 202
        self.judged(challenge, outcome, *codes)
        return challenge

    def proof(self, outcome: str = "passed", *codes: str, level: str = "stepwise", **headers: str) -> str:
        """Prove oneself: over the live route, which is not gone through here."""
        shown = self.client.post(MINE, json={}, headers=self.as_min | headers).json()
        self.judged(shown["challenge"], outcome, *codes, level=level)
        return shown["proof"]

    def step_up(self) -> Any:
        return self.client.put("/v1/accounts/me/step-up", headers=self.as_min | {"Cameo-Step-Up": self.proof()})


@pytest.fixture
def scene(place: Place) -> Scene:
    return Scene(place)


def test_whoever_passes_is_told_of_by_an_assertion_that_holds(scene: Scene) -> None:
    question = scene.ask().json()["verification"]
    assert scene.told(question) == {"state": "waiting", "assertion": None}
    (shown,) = scene.client.get(MINE, headers=scene.as_min).json()["verifications"]
    assert (shown["party"], shown["audience"], shown["verification"]) == ("bank", "https://bank.example", question)
    scene.answer(question)
    told = scene.told(question)
    keys = scene.client.get("/.well-known/cameo-assertion-keys").json()
    answered = scene.place.store.read(cameo_of(scene.min))[-1]
    expected = assertion.Expected("urn:cameo:main", "https://bank.example", NONCE, "upload")
    claims = assertion.check(told["assertion"], keys, expected, answered.time_us // 1_000_000)
    assert (claims["sub"], claims["acr"]) == (cameo_of(scene.min), "upload")
    assert scene.client.get(f"/v1/verifications/{question}", headers=scene.as_min).status_code == 404, "the party's alone"


def test_a_failure_and_a_refusal_to_answer_look_like_no_answer(scene: Scene) -> None:
    failed, declined, unbegun = (scene.ask().json()["verification"] for _ in range(3))
    challenge = scene.answer(failed, "failed", "face.other_person")
    assert scene.client.delete(f"{MINE}/{declined}", headers=scene.as_min).status_code == 204
    assert scene.told(failed) == scene.told(declined) == scene.told(unbegun) == {"state": "waiting", "assertion": None}
    mine = scene.client.get(f"{MINE}/challenges/{challenge}", headers=scene.as_min).json()
    assert (mine["state"], [one["code"] for one in mine["reasons"]]) == ("failed", ["face.other_person"])


def test_asking_tells_nothing_of_who_has_a_cameo_or_blocks(scene: Scene) -> None:
    theo, as_theo = scene.place.person("theo")
    scene.client.put("/v1/accounts/me/blocks/@bank", headers=scene.as_min)
    answers = [scene.ask(), scene.ask(of="@theo"), scene.ask(of=theo)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert scene.client.get(MINE, headers=scene.as_min).json()["verifications"] == [], "who is blocked is not shown"
    question = answers[1].json()["verification"]
    refused = scene.client.post(f"{MINE}/{question}/answer", json={}, headers=as_theo)
    assert (refused.status_code, refused.json()["code"]) == (409, "cameo.inactive")


def test_a_fourth_open_question_to_one_person_waits(scene: Scene) -> None:
    codes = [scene.ask().status_code for _ in range(4)]
    assert codes == [201, 201, 201, 409]


def test_a_challenge_takes_one_recording_of_its_owner(scene: Scene) -> None:
    challenge = scene.begin(scene.ask().json()["verification"])["challenge"]
    url = f"{MINE}/challenges/{challenge}/recording"
    assert scene.client.put(url, content=b"webm", headers=scene.as_bank).status_code == 404
    assert scene.submit(challenge).status_code == 202
    again = scene.submit(challenge)
    assert (again.status_code, again.json()["code"]) == (409, "challenge.used")
    assert scene.client.get(f"{MINE}/challenges/{challenge}", headers=scene.as_min).json()["state"] == "checking"


def test_the_record_keeps_a_digest_of_the_nonce_and_not_the_nonce(scene: Scene) -> None:
    scene.begin(scene.ask().json()["verification"])
    started = scene.place.store.read(cameo_of(scene.min))[-1]
    assert started.data["nonce_sha256"] == hashlib.sha256(NONCE.encode()).hexdigest()
    assert NONCE not in str(started.data)


def test_five_failures_lock_as_enrolling_does(scene: Scene) -> None:
    for _ in range(5):
        scene.proof("failed", "face.other_person")
    locked = scene.client.post(MINE, json={}, headers=scene.as_min)
    assert (locked.status_code, locked.json()["code"]) == (423, "enrolment.locked")


def widen(scene: Scene, proof: str, key: str | None = None, audience: str = "everyone", **headers: str) -> Any:
    headers = scene.as_min | {"Cameo-Step-Up": proof} | ({} if key is None else {"Idempotency-Key": key}) | headers
    body = {"audience": audience, "purposes": ["personal"], "facets": ["face"]}
    return scene.client.put("/v1/cameos/me/audience", json=body, headers=headers)


def test_a_fresh_answer_for_oneself_opens_widening_once(scene: Scene) -> None:
    on = scene.step_up()
    assert (on.status_code, on.json()) == (200, {"recovery_codes": []})
    assert widen(scene, "").json()["code"] == "step_up.required"
    proof = scene.proof()
    assert widen(scene, proof, "k1").status_code in {200, 204}
    assert widen(scene, proof, "k2").json()["code"] == "step_up.wrong"


def test_a_proof_is_spent_on_one_command_that_may_be_sent_again(scene: Scene) -> None:
    scene.step_up()
    proof = scene.proof()
    assert widen(scene, proof, "k").status_code == 204
    assert widen(scene, proof, "k").status_code == 204, "a retry of the same command"
    assert widen(scene, proof, "k", "mutuals").json()["code"] == "step_up.wrong"
    headers = scene.as_min | {"Cameo-Step-Up": proof, "Idempotency-Key": "k"}
    assert scene.client.post("/v1/accounts/me/step-up/recovery-codes", headers=headers).json()["code"] == "step_up.wrong"
    assert scene.client.delete("/v1/accounts/me/step-up", headers=headers).json()["code"] == "step_up.wrong"
    assert widen(scene, scene.proof(), "k3").status_code == 204


def test_a_stolen_session_cannot_ride_on_the_owners_proof(scene: Scene) -> None:
    scene.step_up()
    stolen = scene.place.token(scene.min)["Authorization"]
    proof = scene.proof(**{"Cameo-Device": "d" * 22})
    verification = proof.partition(".")[0]
    assert widen(scene, proof, Authorization=stolen, **{"Cameo-Device": "d" * 22}).json()["code"] == "step_up.wrong", "another token"
    assert widen(scene, proof, **{"Cameo-Device": "e" * 22}).json()["code"] == "step_up.wrong", "another device"
    assert widen(scene, proof).json()["code"] == "step_up.wrong", "no device"
    for guessed in (verification, f"{verification}.", f"{verification}.{'A' * 22}"):
        assert widen(scene, guessed, **{"Cameo-Device": "d" * 22}).json()["code"] == "step_up.wrong", "what the record tells"
    assert widen(scene, proof, **{"Cameo-Device": "d" * 22}).status_code == 204


@pytest.mark.parametrize("how", ["failed", "for somebody else", "unknown", "one upload", "somebody else's"])
def test_no_other_answer_opens_widening(scene: Scene, how: str) -> None:
    scene.step_up()
    match how:
        case "failed":
            proof = scene.proof("failed", "face.other_person")
        case "for somebody else":
            shown = scene.begin(scene.ask().json()["verification"])
            assert shown["proof"] is None
            scene.judged(shown["challenge"], "passed", level="stepwise")
            proof = f"verification:{shown['challenge']}."
        case "unknown":
            proof = "verification:" + "0" * 32
        case "one upload":
            proof = scene.proof(level="upload")
        case _:
            scene.place.activate(scene.bank, "basic")
            began = scene.client.post(MINE, json={}, headers=scene.as_bank).json()
            passed = VerificationAnswered(verification=began["challenge"], outcome="passed", level="stepwise", codes=())
            scene.place.append(cameo_of(scene.bank), passed)
            proof = began["proof"]
    assert widen(scene, proof).json()["code"] == "step_up.wrong"


def test_step_by_step_the_record_holds_a_commitment_and_an_upload_is_no_answer(scene: Scene) -> None:
    shown = scene.client.post(MINE, json={}, headers=scene.as_min).json()
    assert (shown["phrase"], shown["movements"], shown["live"]) == ([], [], f"/v1/enrolments/{shown['challenge']}/live")
    started = scene.place.store.read(cameo_of(scene.min))[-1].data
    assert (started["phrase"], len(started["commitment"])) == ([], 64)
    refused = scene.submit(shown["challenge"])
    assert (refused.status_code, refused.json()["code"]) == (409, "challenge.stepwise")


def test_a_proof_of_oneself_is_never_one_upload(scene: Scene) -> None:
    refused = scene.client.post(MINE, json={"way": "upload"}, headers=scene.as_min)
    assert (refused.status_code, refused.json()["code"]) == (422, "verification.needs_steps")


def test_one_recording_is_judged_before_the_next_is_taken(scene: Scene) -> None:
    first, second = (scene.begin(scene.ask().json()["verification"])["challenge"] for _ in range(2))
    assert scene.submit(first).status_code == 202
    refused = scene.submit(second)
    assert (refused.status_code, refused.json()["code"]) == (409, "enrolment.checking")
    scene.judged(first, "failed", "face.other_person")
    assert scene.submit(second).status_code == 202


def test_a_fourth_challenge_waits_until_one_is_answered(scene: Scene) -> None:
    first, *_ = [scene.begin(None)["challenge"] for _ in range(3)]
    refused = scene.client.post(MINE, json={}, headers=scene.as_min)
    assert (refused.status_code, refused.json()["code"]) == (409, "verification.too_many_open")
    scene.judged(first, "expired")
    assert scene.client.post(MINE, json={}, headers=scene.as_min).status_code == 201


def test_a_question_that_runs_out_leaves_a_challenge_to_enrol_open(scene: Scene) -> None:
    challenge = scene.begin(scene.ask().json()["verification"])["challenge"]
    body = {"profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256}
    enrolment = scene.client.post("/v1/enrolments", json=body, headers=scene.as_min).json()["enrolment"]
    scene.judged(challenge, "expired")
    taken = scene.client.put(f"/v1/enrolments/{enrolment}/recording", content=b"webm", headers=scene.as_min)
    assert taken.status_code == 202


def test_the_sandbox_cannot_stand_in_the_place_of_a_cameo_that_is_worth_more(scene: Scene) -> None:
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
    refused = scene.client.post("/v1/enrolments", json=body, headers=scene.as_min)
    assert (refused.status_code, refused.json()["code"]) == (409, "enrolment.weaker")
