"""A stolen session does not open a face to everyone: a fresh proof is asked for also where nobody switched step-up on."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from schemas.cameo import EnrolmentActivated, EnrolmentStarted
from schemas.ids import cameo_of
from serving.core.proof import STEP_S, code_at
from tests.unit.api.conftest import Place
from tests.unit.api.test_verifications import Scene

AUDIENCE, STEP_UP = "/v1/cameos/me/audience", "/v1/accounts/me/step-up"


@pytest.fixture
def scene(place: Place) -> Scene:
    """Min, whose face is enrolled."""
    return Scene(place)


def put(scene: Scene, audience: str, code: str | None = None) -> Any:
    body = {"audience": audience, "purposes": ["personal"], "facets": ["face"]}
    return scene.client.put(AUDIENCE, json=body, headers=scene.as_min | ({"Cameo-Step-Up": code} if code else {}))


def authenticator(scene: Scene, proof: str | None = None) -> Any:
    return scene.client.post(STEP_UP, headers=scene.as_min | ({"Cameo-Step-Up": proof} if proof else {}))


def code_of(answer: Any) -> str:
    return code_at(base64.b32decode(answer.json()["secret"]), int(time.time()) // STEP_S)


def test_everyone_asks_for_a_proof_once_each_and_a_narrower_circle_for_none(scene: Scene) -> None:
    assert put(scene, "mutuals").status_code < 300
    refused = put(scene, "everyone")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up.required")
    assert "cameo verification prove" in refused.json()["remedy"]
    proof = scene.proof()
    assert put(scene, "everyone", proof).status_code < 300
    assert put(scene, "only_me").status_code < 300, "narrowing asks for nothing"
    assert put(scene, "everyone", proof).json()["code"] == "step_up.wrong", "a proof opens once"


def test_a_proof_that_failed_opens_nothing(scene: Scene) -> None:
    assert put(scene, "everyone", scene.proof("failed", "face.other_person")).json()["code"] == "step_up.wrong"


def test_a_secret_that_nobody_confirmed_proves_nothing(place: Place) -> None:
    min_, as_min = place.person("min")
    secret = place.client.post(STEP_UP, headers=as_min)
    place.activate(min_, "basic")
    body = {"audience": "everyone", "purposes": ["personal"], "facets": ["face"]}
    refused = place.client.put(AUDIENCE, json=body, headers=as_min | {"Cameo-Step-Up": code_of(secret)})
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up.required")


def test_an_authenticator_beside_an_enrolled_face_asks_for_that_face_and_then_opens(scene: Scene) -> None:
    refused = authenticator(scene)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up.required")
    begun = authenticator(scene, scene.proof())
    assert begun.status_code == 201
    code = code_of(begun)
    assert scene.client.put(STEP_UP, headers=scene.as_min | {"Cameo-Step-Up": code}).status_code == 200
    assert put(scene, "everyone", code).json()["code"] == "step_up.wrong", "that code was used to switch it on"


@pytest.mark.parametrize("chosen", [{"without": ("turn",)}, {"without": ("speech", "light")}, {"language": "ko"}])
def test_who_enrolled_in_a_way_that_only_a_reviewer_can_judge_sets_an_authenticator_up_without_it(
    scene: Scene, chosen: dict[str, Any]
) -> None:
    cameo = cameo_of(scene.min)
    begun = EnrolmentStarted(
        enrolment="f", owner=scene.min, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1, consent_text_version="v",
        consent_text_sha256="0", **chosen,
    )  # fmt: skip
    scene.place.append(cameo, begun)
    assert authenticator(scene).json()["code"] == "step_up.required", "it is not active yet"
    scene.place.append(cameo, EnrolmentActivated(enrolment="f", assurance="basic"))
    assert authenticator(scene).status_code == 201


def test_the_sandbox_opens_no_real_face_and_asks_for_none(place: Place) -> None:
    min_, as_min = place.person("min")
    place.activate(min_, "sandbox")
    body = {"audience": "everyone", "purposes": ["personal"], "facets": ["face"]}
    assert place.client.put(AUDIENCE, json=body, headers=as_min).status_code < 300
    assert place.client.post(STEP_UP, headers=as_min).status_code == 201


def test_letting_somebody_open_it_asks_too_and_they_prove_who_they_are_themselves(scene: Scene) -> None:
    powers = "/v1/accounts/me/powers"
    other = scene.client.post(powers, json={"holder": "@bank", "may": ["revoke"]}, headers=scene.as_min)
    assert other.status_code == 201, "what opens it to nobody asks for nothing"
    given = {"holder": "@bank", "may": ["audience"]}
    assert scene.client.post(powers, json=given, headers=scene.as_min).json()["code"] == "step_up.required"
    proven = scene.as_min | {"Cameo-Step-Up": scene.proof()}
    assert scene.client.post(powers, json=given, headers=proven).status_code == 201
    body = {"audience": "everyone", "purposes": ["personal"], "facets": ["face"]}
    theirs = scene.as_bank | {"Cameo-Acting-As": "@min"}
    assert scene.client.put(AUDIENCE, json=body, headers=theirs).json()["code"] == "step_up.required"
