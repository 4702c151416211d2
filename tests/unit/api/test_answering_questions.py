"""Who is asked to prove themselves: what they are asked can be passed, what passed is over, and the sandbox says that it is one."""

from __future__ import annotations

import base64
import time
from typing import Any

import jwt
import pytest

from identity.core.codes import message
from identity.core.codes.answers import AS_ANSWER
from identity.core.effects import EFFECTS, Effect
from schemas.ids import SWITCH_STREAM, cameo_of
from schemas.operation import SwitchThrown
from serving.core.proof import STEP_S, code_at
from streams.agents.reverifying import BESIDE_THE_FACE
from tests.unit.api.conftest import Place
from tests.unit.api.test_verifications import MINE, Scene, widen


@pytest.fixture
def scene(place: Place) -> Scene:
    return Scene(place)


def taken(scene: Scene, question: str, **how: Any) -> Any:
    return scene.client.post(f"{MINE}/{question}/answer", json=how, headers=scene.as_min)


def waiting(scene: Scene) -> list[str]:
    return [one["verification"] for one in scene.client.get(MINE, headers=scene.as_min).json()["verifications"]]


def test_that_one_declined_is_not_told_by_room_for_another_question(scene: Scene) -> None:
    first, *_ = [scene.ask().json()["verification"] for _ in range(3)]
    assert scene.client.delete(f"{MINE}/{first}", headers=scene.as_min).status_code == 204
    assert scene.ask().status_code == 409


def test_what_passed_waits_no_more_is_answered_once_and_makes_room(scene: Scene) -> None:
    first, *others = [scene.ask().json()["verification"] for _ in range(3)]
    scene.answer(first)
    assert sorted(waiting(scene)) == sorted(others)
    for _ in range(2):  # before and after its party fetched the answer
        again = taken(scene, first, way="upload")
        assert (again.status_code, again.json()["code"]) == (409, "verification.answered")
        told = scene.told(first)
        assert told["state"] == "passed"
    assert scene.ask().status_code == 201


def test_of_two_challenges_for_one_question_either_answers_it(scene: Scene) -> None:
    question = scene.ask().json()["verification"]
    first, second = scene.begin(question)["challenge"], scene.begin(question)["challenge"]
    assert scene.submit(first).status_code == 202
    scene.judged(first, "passed")
    assert scene.told(question)["state"] == "passed"
    assert second != first


def test_the_answer_to_one_question_is_none_to_another(scene: Scene) -> None:
    first, *others = [one.json()["verification"] for one in (scene.ask(), scene.ask(nonce="b" * 16), scene.ask(audience="another"))]
    for other in others:
        scene.begin(other)
    scene.answer(first)
    assert [scene.told(other)["state"] for other in others] == ["waiting", "waiting"]
    assert scene.told(first)["state"] == "passed"
    later = scene.ask().json()["verification"]
    scene.begin(later)
    assert scene.told(later)["state"] == "waiting", "nor to the same question, asked later"


@pytest.mark.parametrize(
    ("level", "how", "code"),
    [
        ("stepwise", {"way": "upload"}, "verification.needs_steps"),
        ("light", {"way": "stepwise", "without": ["light"]}, "verification.needs_light"),
        ("upload", {"way": "stepwise", "without": ["speech"]}, "verification.needs_all"),
        ("upload", {"way": "upload", "language": "ko"}, "verification.language"),
    ],
)
def test_what_nobody_could_pass_by_is_refused_before_it_is_answered(scene: Scene, level: str, how: dict[str, Any], code: str) -> None:
    refused = taken(scene, scene.ask(level=level).json()["verification"], **how)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_a_question_that_asks_for_the_screens_light_shows_it_unasked(scene: Scene) -> None:
    assert taken(scene, scene.ask(level="light").json()["verification"]).status_code == 201
    assert scene.place.store.read(cameo_of(scene.min))[-1].data["light"] is True


def test_no_reason_promises_a_reviewer_or_an_appeal(scene: Scene) -> None:
    codes = [code for code, effect in EFFECTS.items() if effect is Effect.REVIEW and code not in BESIDE_THE_FACE]
    codes = [code for code in codes if not code.startswith(("review.guardian", "review.person_in", "words.unmeasured"))]
    for code in (*codes, "face.other_person", "review.level"):
        words = message(AS_ANSWER.get(code, code))
        assert not any(word in words.en for word in ("person will", "appeal")), code
        assert "이의" not in words.ko
    challenge = scene.answer(scene.ask().json()["verification"], "failed", "face.unsure")
    (reason,) = scene.client.get(f"{MINE}/challenges/{challenge}", headers=scene.as_min).json()["reasons"]
    assert reason["code"] == "face.unsure"
    assert "answer anew" in reason["message"]


def test_an_answer_tells_no_sign_that_a_fake_could_be_tuned_on(scene: Scene) -> None:
    challenge = scene.answer(scene.ask().json()["verification"], "failed", "still.shading", "injection.repeated")
    (reason,) = scene.client.get(f"{MINE}/challenges/{challenge}", headers=scene.as_min).json()["reasons"]
    assert reason["code"] == "review.doubtful"
    assert "person will" not in reason["message"]


class Sandbox(Scene):
    """min's cameo is of the sandbox, which is open."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, "sandbox")
        self.open(is_open=True)

    def open(self, *, is_open: bool) -> None:
        self.place.append(SWITCH_STREAM, SwitchThrown(switch="sandbox_use", on=is_open, reason="a demonstration"))


def test_a_cameo_of_a_closed_sandbox_takes_no_challenge_that_it_could_only_fail(place: Place) -> None:
    scene = Sandbox(place)
    scene.open(is_open=False)
    refused = taken(scene, scene.ask().json()["verification"], way="upload")
    assert (refused.status_code, refused.json()["code"]) == (409, "cameo.sandbox")
    assert scene.client.post(MINE, json={}, headers=scene.as_min).json()["code"] == "cameo.sandbox"


def test_of_an_open_sandbox_the_assertion_has_another_issuer_and_says_what_it_is_worth(place: Place) -> None:
    scene = Sandbox(place)
    question = scene.ask().json()["verification"]
    shown = taken(scene, question, way="stepwise", without=["speech"])
    assert shown.status_code == 201, "as for who enrols there, no reviewer is asked"
    scene.judged(shown.json()["challenge"], "passed", level="stepwise")
    scene.place.activate(scene.min)  # later, as basic: what was said before is worth what it was
    claims = jwt.decode(scene.told(question)["assertion"], options={"verify_signature": False})
    assert (claims["iss"], claims["assurance"]) == ("urn:cameo:main:sandbox", "sandbox")


def test_a_face_of_the_sandbox_opens_widening_but_where_there_is_an_authenticator(place: Place) -> None:
    scene = Sandbox(place)
    assert scene.step_up().status_code == 200
    assert widen(scene, scene.proof()).status_code == 204
    assert scene.client.delete("/v1/accounts/me/step-up", headers=scene.as_min | {"Cameo-Step-Up": scene.proof()}).status_code == 204
    drawn = scene.client.post("/v1/accounts/me/step-up", headers=scene.as_min).json()["secret"]
    code = code_at(base64.b32decode(drawn), int(time.time()) // STEP_S)
    assert scene.client.put("/v1/accounts/me/step-up", headers=scene.as_min | {"Cameo-Step-Up": code}).status_code == 200
    refused = widen(scene, scene.proof())
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up.wrong")
    assert "authenticator" in refused.json()["detail"]
