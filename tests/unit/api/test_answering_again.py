"""Answering a question, or proving oneself: what cannot be answered so is refused at once, and in both languages.

While the cameo changes, or the answer to a command is lost, nothing is done twice and nothing over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from identity.keys.errors import KeyholderRefusedError
from schemas.consent import ConsentPaused
from schemas.ids import cameo_of
from schemas.verification import VerificationAnswered
from serving.fakes import InMemoryAskingLedger
from tests.unit.api.conftest import Place, make_place
from tests.unit.api.test_verifications import MINE, Scene, widen


@pytest.fixture
def scene(place: Place) -> Scene:
    return Scene(place)


def types(scene: Scene) -> list[str]:
    return [one.type for one in scene.place.store.read(cameo_of(scene.min))]


def while_sealed(scene: Scene, happens: Callable[[], None]) -> list[str]:
    """Let something happen each time that a recording is sealed; gives what was sealed, as it goes on."""
    keyholder = scene.place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    inner, sealed = keyholder.put_evidence, list[str]()

    def put(*given: Any) -> Any:
        kept = inner(*given)
        sealed.append(kept.evidence)
        happens()
        return kept

    keyholder.put_evidence = put
    return sealed


def kept(scene: Scene, evidence: str) -> bool:
    try:
        scene.place.client.app.state.parts.keyholder.as_role("worker").get_evidence(evidence, "verify")  # type: ignore[attr-defined]
    except KeyholderRefusedError:
        return False
    return True


def test_another_challenge_that_runs_out_meanwhile_loses_no_answer(scene: Scene) -> None:
    question = scene.ask().json()["verification"]
    other, challenge = scene.begin(question)["challenge"], scene.begin(question)["challenge"]
    over = VerificationAnswered(verification=other, outcome="expired", level="upload", codes=("challenge.expired",))
    sealed = while_sealed(scene, lambda: scene.place.append(cameo_of(scene.min), over))
    assert scene.submit(challenge).status_code == 202
    assert types(scene)[-2:] == ["verification.answered", "enrolment.recording_received"]
    assert len(sealed) == 1, "sealed once"
    assert kept(scene, sealed[0])
    scene.judged(challenge, "passed")
    assert scene.told(question)["state"] == "passed"


def test_a_recording_that_nothing_awaits_any_more_is_destroyed(scene: Scene) -> None:
    challenge = scene.begin(scene.ask().json()["verification"])["challenge"]
    sealed = while_sealed(scene, lambda: scene.judged(challenge, "expired", "challenge.expired"))
    refused = scene.submit(challenge)
    assert (refused.status_code, refused.json()["code"]) == (409, "challenge.expired")
    assert "enrolment.recording_received" not in types(scene)
    assert [kept(scene, one) for one in sealed] == [False]


def test_what_is_appended_beside_it_is_no_reason_to_refuse_a_challenge(scene: Scene) -> None:
    desk = scene.place.client.app.state.parts.desk  # type: ignore[attr-defined]
    inner, beside = desk.entropy, [ConsentPaused()]

    def drawn(count: int) -> bytes:
        if count == 32 and beside:
            scene.place.append(cameo_of(scene.min), beside.pop())
        return inner(count)

    object.__setattr__(desk, "entropy", drawn)
    assert scene.client.post(MINE, json={}, headers=scene.as_min).status_code == 201
    assert types(scene)[-2:] == ["consent.paused", "verification.started"]


@pytest.mark.parametrize("way", ["upload", "stepwise"])
def test_a_command_sent_again_under_its_key_gives_the_same_challenge(scene: Scene, way: str) -> None:
    url = f"{MINE}/{scene.ask().json()['verification']}/answer"
    for _ in range(2):
        scene.begin(None)
    key = scene.as_min | {"Idempotency-Key": "k"}
    first = scene.client.post(url, json={"way": way}, headers=key)
    assert first.status_code == 201
    again = scene.client.post(url, json={"way": way}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json()), "also as the last of those that may wait"
    assert types(scene).count("verification.started") == 3
    other = scene.client.post(url, json={"way": way, "without": ["sight"]}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.reused")


def test_the_proof_of_a_command_sent_again_is_the_one_that_counts(scene: Scene) -> None:
    scene.step_up()
    key = scene.as_min | {"Idempotency-Key": "k"}
    first, again = (scene.client.post(MINE, json={}, headers=key).json() for _ in range(2))
    assert first == again
    elsewhere = scene.client.post(MINE, json={}, headers=key | scene.place.token(scene.min)).json()
    assert elsewhere["proof"] != first["proof"]
    scene.judged(first["challenge"], "passed", level="stepwise")
    assert widen(scene, elsewhere["proof"]).json()["code"] == "step_up.wrong", "another token"
    assert widen(scene, again["proof"]).status_code == 204


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"language": "ko"}, "verification.language"),
        ({"without": ["turn"]}, "verification.needs_all"),
        ({"way": "upload"}, "verification.needs_steps"),
    ],
)
def test_what_cannot_be_answered_so_is_refused_at_once_in_both_languages(scene: Scene, how: dict[str, Any], code: str) -> None:
    refused = scene.client.post(MINE, json=how, headers=scene.as_min)
    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, code)
    assert told["remedy"]
    assert any("가" <= letter <= "힣" for letter in told["ko"])
    assert "verification.started" not in types(scene)


def test_slow_answers_do_not_lock_and_what_refuses_does(scene: Scene) -> None:
    challenge = scene.begin(None)["challenge"]
    for _ in range(5):
        scene.judged(challenge, "failed", "live.slow")
    assert scene.client.post(MINE, json={}, headers=scene.as_min).status_code == 201
    for _ in range(5):
        scene.judged(challenge, "failed", "live.slow", "face.other_person")
    assert scene.client.post(MINE, json={}, headers=scene.as_min).json()["code"] == "enrolment.locked"


@pytest.mark.parametrize("apart_s", [-90, 90])
def test_an_answer_that_passed_is_told_also_where_the_ledgers_clock_is_another(apart_s: int) -> None:
    scene = Scene(make_place(InMemoryAskingLedger(clock=lambda: time.time_ns() // 1000 + apart_s * 1_000_000)))
    question = scene.ask().json()["verification"]
    scene.judged(scene.begin(question)["challenge"], "passed")
    assert scene.told(question)["state"] == "passed"
