"""The protected list over the API of fakes: an operator's, sealed under a key of the entry's own, gone with it."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from identity.core import faces
from schemas.ids import SWITCH_STREAM, stream_id
from serving.handlers.protected import subject_of
from tests.unit.api.conftest import Place

NAME = "Kim Min-ji, who asked us"


def template(number: int = 1) -> str:
    vector = np.random.default_rng(number).standard_normal(128)
    return base64.b64encode(faces.written((vector / np.linalg.norm(vector)).astype(np.float32))).decode()


@pytest.fixture
def operator(place: Place) -> dict[str, str]:
    return place.token(stream_id("account", bytes(16)), "operator")


def add(place: Place, operator: dict[str, str], **more: str):
    body = {"template": template(), "name": NAME, "reason": "asked on 3 May"} | more
    return place.client.post("/v1/protected", json=body, headers=operator)


def test_a_protected_face_is_listed_with_its_name_and_why(place: Place, operator: dict[str, str]) -> None:
    made = add(place, operator)
    assert made.status_code == 201
    (listed,) = place.client.get("/v1/protected", headers=operator).json()["items"]
    assert listed == made.json()
    assert (listed["name"], listed["reason"]) == (NAME, "asked on 3 May")


def test_neither_template_nor_name_is_in_the_record_in_clear(place: Place, operator: dict[str, str]) -> None:
    add(place, operator)
    kept = b"".join(repr(envelope).encode() for envelope in place.store.read_all())
    assert b"Min-ji" not in kept
    assert base64.b64decode(template())[:16] not in kept
    assert place.store.read(SWITCH_STREAM)[-1].sealed.keys() == {"template", "name"}


def test_the_worker_may_open_the_template_and_not_the_name(place: Place, operator: dict[str, str]) -> None:
    add(place, operator)
    event_id = place.store.read(SWITCH_STREAM)[-1].event_id
    keyholder = place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    assert keyholder.as_role("worker").unseal(SWITCH_STREAM, event_id, "compare") == {"template": base64.b64decode(template())}


def test_taking_an_entry_off_destroys_its_key_and_no_other(place: Place, operator: dict[str, str]) -> None:
    first, second = add(place, operator).json()["entry"], add(place, operator, template=template(2)).json()["entry"]
    assert place.client.delete(f"/v1/protected/{first}", headers=operator).status_code == 204
    assert [one["entry"] for one in place.client.get("/v1/protected", headers=operator).json()["items"]] == [second]
    keyring = place.client.app.state.parts.keyholder.vault.keyring  # type: ignore[attr-defined]
    assert keyring.find("subject", subject_of(first)).destroyed
    assert not keyring.find("subject", subject_of(second)).destroyed
    assert place.store.read(SWITCH_STREAM)[-1].type == "face.unprotected"


def test_taking_off_what_is_not_there_is_told(place: Place, operator: dict[str, str]) -> None:
    answer = place.client.delete("/v1/protected/entry-1", headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (404, "protected.unknown")


def test_a_retry_under_the_same_key_adds_one_entry(place: Place, operator: dict[str, str]) -> None:
    key = operator | {"Idempotency-Key": "k1"}
    assert add(place, key).json() == add(place, key).json()
    assert len(place.client.get("/v1/protected", headers=operator).json()["items"]) == 1
    assert add(place, key, name="somebody else").json()["code"] == "idempotency.reused"


@pytest.mark.parametrize("bad", ["", base64.b64encode(bytes(512)).decode(), base64.b64encode(b"short").decode()])
def test_what_is_no_template_is_refused(place: Place, operator: dict[str, str], bad: str) -> None:
    answer = add(place, operator, template=bad)
    assert (answer.status_code, answer.json()["code"]) == (422, "protected.template")


def test_nobody_but_an_operator_sees_or_changes_the_list(place: Place) -> None:
    _, min_ = place.person("min")
    assert place.client.get("/v1/protected", headers=min_).status_code == 403
    assert add(place, min_).status_code == 403
    assert place.client.delete("/v1/protected/entry-1", headers=min_).status_code == 403
