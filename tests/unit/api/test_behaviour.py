"""The API as a person meets it: problems with a remedy, idempotent retries, Korean, nothing of others."""

from __future__ import annotations

import hashlib
import json
import secrets
from urllib.parse import quote

import msgspec
import pytest

from schemas.cameo import CheckScore, EnrolmentActivated, EnrolmentAssessed, EnrolmentHeld, EnrolmentRefused
from schemas.ids import cameo_of
from schemas.registry import Event
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place


def test_an_error_is_a_problem_with_code_and_remedy(place: Place) -> None:
    answer = place.client.get("/v1/accounts/me")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "token.missing"
    assert "Bearer" in answer.json()["remedy"]


def test_a_wrong_body_names_the_field(place: Place) -> None:
    _, min_ = place.person("min")
    answer = place.client.put("/v1/cameos/me/audience", json={"audience": "the whole world"}, headers=min_)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert "audience" in answer.json()["detail"]


def test_a_korean_handle_is_found_in_either_normal_form(place: Place) -> None:
    account, token = place.person("민지")
    for form in ("민지", "@민지", "\u1106\u1175\u11ab\u110c\u1175"):
        assert place.client.get("/v1/accounts", params={"handle": form}, headers=token).json()["account"] == account


def test_a_handle_is_given_once_whatever_its_case(place: Place) -> None:
    place.person("Min")
    operator = place.token("account-" + "0" * 32, "operator")
    answer = place.client.post("/v1/accounts", json={"handle": "mIN", "region": "KR"}, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (409, "handle.taken")


def test_a_retry_under_the_same_key_asks_once(place: Place) -> None:
    owner, _ = place.person("min")
    _, friend = place.person("theo")
    place.activate(owner)
    ask = {"cameo": "@min", "prompt": '해변에서 "안녕하세요"', "engine": "trivial"}
    key = friend | {"Idempotency-Key": "k1"}
    first = place.client.post("/v1/generations", json=ask, headers=key)
    again = place.client.post("/v1/generations", json=ask, headers=key)
    other = place.client.post("/v1/generations", json=ask | {"prompt": "something else"}, headers=key)
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.reused")
    assert len(place.store.read(first.json()["generation"])) == 1


def test_a_prompt_is_nowhere_in_the_record(place: Place) -> None:
    owner, _ = place.person("min")
    _, friend = place.person("theo")
    place.activate(owner)
    ask = {"cameo": "@min", "prompt": 'a rhinoceros saying "hippopotamus"', "engine": "trivial"}
    generation = place.client.post("/v1/generations", json=ask, headers=friend).json()["generation"]
    kept = b"".join(bytes(str(envelope), "utf-8") for envelope in place.store.read_all())
    assert b"hippopotamus" not in kept
    assert b"rhinoceros" not in kept
    assert place.store.read(generation)[0].sealed.keys() == {"prompt", "plan", "plan_salt"}


def test_a_strangers_generation_does_not_exist_for_others(place: Place) -> None:
    owner, min_ = place.person("min")
    _, friend = place.person("theo")
    _, stranger = place.person("ren")
    place.activate(owner)
    ask = {"cameo": "@min", "prompt": "waving", "engine": "trivial"}
    generation = place.client.post("/v1/generations", json=ask, headers=friend).json()["generation"]
    assert place.client.get(f"/v1/generations/{generation}", headers=friend).json()["state"] == "requested"
    assert place.client.get(f"/v1/generations/{generation}", headers=min_).status_code == 200
    assert place.client.get(f"/v1/generations/{generation}", headers=stranger).status_code == 404
    assert place.client.post(f"/v1/generations/{generation}/cancellation", headers=stranger).status_code == 404
    assert place.client.post(f"/v1/generations/{generation}/cancellation", headers=friend).status_code == 204
    assert place.client.post(f"/v1/generations/{generation}/cancellation", headers=friend).status_code == 204


def test_revoking_needs_neither_keyholder_nor_an_active_cameo_fact_to_be_read(place: Place) -> None:
    owner, min_ = place.person("min")
    cameo = place.activate(owner)
    place.client.app.state.parts.desk.sealer.seal = None  # type: ignore[attr-defined]
    answer = place.client.post("/v1/cameos/me/revocations", json={"strength": "stop"}, headers=min_)
    assert answer.status_code == 201
    assert place.store.read(cameo)[-1].type == "consent.revoked"


def test_a_grant_that_has_ended_already_is_refused(place: Place) -> None:
    owner, min_ = place.person("min")
    place.person("theo")
    place.activate(owner)
    body = {"account": "@theo", "until": "2020-01-01T00:00:00+09:00"}
    answer = place.client.post("/v1/cameos/me/grants", json=body, headers=min_)
    assert (answer.status_code, answer.json()["code"]) == (422, "grant.window")
    naive = place.client.post("/v1/cameos/me/grants", json=body | {"until": "2030-01-01T00:00:00"}, headers=min_)
    assert naive.json()["code"] == "request.invalid", "a time without zone is not understood"


def test_a_challenge_is_bound_single_use_and_sealed_evidence(place: Place) -> None:
    owner, min_ = place.person("min")
    _, other = place.person("theo")
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
    challenge = place.client.post("/v1/enrolments", json=body, headers=min_).json()
    assert challenge["cameo"] == cameo_of(owner)
    assert len(challenge["movements"]) == 3
    url = f"/v1/enrolments/{challenge['enrolment']}/recording"
    assert place.client.put(url, content=b"webm", headers=other).status_code == 404
    taken = place.client.put(url, content=b"webm", headers=min_)
    assert taken.json()["sha256"] == hashlib.sha256(b"webm").hexdigest()
    assert place.client.put(url, content=b"webm", headers=min_).json()["code"] == "challenge.used"
    assert place.client.get(f"/v1/enrolments/{challenge['enrolment']}", headers=min_).json()["state"] == "checking"


def test_an_enrolment_that_a_person_must_look_at_says_so(place: Place) -> None:
    owner, min_ = place.person("min")
    body = {"profile": "verified", "consent_text_sha256": CONSENT_TEXT_SHA256}
    enrolment = place.client.post("/v1/enrolments", json=body, headers=min_).json()["enrolment"]
    assessed = EnrolmentAssessed(enrolment=enrolment, evidence="e", profile="verified", checks=(), models=())
    refused = EnrolmentRefused(enrolment=enrolment, codes=("words.not_as_asked",))
    held = EnrolmentHeld(enrolment=enrolment, codes=("review.required",))
    for event, state in ((assessed, "checking"), (held, "in_review"), (refused, "refused")):
        new = NewEvent(cameo_of(owner), event, secrets.token_hex(16))
        place.store.append(Append(actor="worker", events=[new], correlation="c"))
        assert place.client.get(f"/v1/enrolments/{enrolment}", headers=min_).json()["state"] == state


@pytest.mark.parametrize(
    ("profile", "ended", "noticed"),
    [
        ("sandbox", EnrolmentActivated(enrolment="-", assurance="sandbox"), []),
        ("basic", EnrolmentRefused(enrolment="-", codes=("texture.not_live",)), ["voice.narrow"]),
        ("basic", EnrolmentHeld(enrolment="-", codes=("voice.narrow",)), ["texture.not_live"]),
    ],
)
def test_what_was_noticed_beside_the_reasons_tells_no_fake_what_gave_it_away(
    place: Place, profile: str, ended: Event, noticed: list[str]
) -> None:
    owner, min_ = place.person("min")
    body = {"profile": profile, "consent_text_sha256": CONSENT_TEXT_SHA256}
    enrolment = place.client.post("/v1/enrolments", json=body, headers=min_).json()["enrolment"]
    failed = ((5, "texture.not_live"), (8, "voice.narrow"), (8, "voice.synthetic"), (10, "face.known"), (11, "still.shading"))
    checks = tuple(
        CheckScore(number=number, name="c", code=code, score_micro=1, threshold_micro=2, passed=False, decisive=True)
        for number, code in failed
    )
    assessed = EnrolmentAssessed(enrolment=enrolment, evidence="e", profile=profile, checks=checks, models=())  # type: ignore[arg-type]
    for event in (assessed, msgspec.structs.replace(ended, enrolment=enrolment)):
        place.store.append(Append(actor="worker", events=[NewEvent(cameo_of(owner), event, secrets.token_hex(16))], correlation="c"))
    state = place.client.get(f"/v1/enrolments/{enrolment}", headers=min_).json()
    assert state["noticed"] == noticed
    assert not {"face.known", "still.shading", "voice.synthetic"} & {*state["noticed"], *(one["code"] for one in state["reasons"])}


def test_one_recording_is_checked_before_the_next_challenge(place: Place) -> None:
    owner, min_ = place.person("min")
    body = {"profile": "verified", "consent_text_sha256": CONSENT_TEXT_SHA256}
    assert place.client.post("/v1/enrolments", json=body, headers=min_).status_code == 201
    enrolment = place.client.post("/v1/enrolments", json=body, headers=min_).json()["enrolment"]
    place.client.put(f"/v1/enrolments/{enrolment}/recording", content=b"webm", headers=min_)
    again = place.client.post("/v1/enrolments", json=body, headers=min_)
    assert (again.status_code, again.json()["code"]) == (409, "enrolment.checking")
    held = EnrolmentHeld(enrolment=enrolment, codes=("review.required",))
    place.store.append(Append(actor="worker", events=[NewEvent(cameo_of(owner), held, secrets.token_hex(16))], correlation="c"))
    assert place.client.post("/v1/enrolments", json=body, headers=min_).status_code == 201


def test_without_the_consent_text_no_challenge_is_given(place: Place) -> None:
    _, min_ = place.person("min")
    body = {"profile": "sandbox", "consent_text_sha256": "0" * 64}
    answer = place.client.post("/v1/enrolments", json=body, headers=min_)
    assert (answer.status_code, answer.json()["code"]) == (422, "consent_text.not_accepted")


def test_a_token_can_not_be_widened(place: Place) -> None:
    account, _ = place.person("min")
    narrow = place.token(account, "audit")
    wide = place.client.post("/v1/tokens", json={"scopes": ["consent"]}, headers=narrow)
    assert (wide.status_code, wide.json()["code"]) == (403, "scope.wider")
    same = place.client.post("/v1/tokens", json={"scopes": ["audit"], "lives_s": 60}, headers=narrow)
    assert same.status_code == 201
    listed = place.client.get("/v1/tokens", headers=narrow).json()
    assert all("token" not in token or token["token"] is None for token in listed)


def test_a_registration_asked_again_under_its_key_answers_with_the_same_account(place: Place) -> None:
    key = place.token("account-" + "0" * 32, "operator") | {"Idempotency-Key": "k1"}
    first = place.client.post("/v1/accounts", json={"handle": "min", "region": "KR"}, headers=key)
    again = place.client.post("/v1/accounts", json={"handle": "min", "region": "KR"}, headers=key)
    assert first.json()["account"] == again.json()["account"]
    works = place.client.get("/v1/accounts/me", headers={"Authorization": f"Bearer {again.json()['token']}"})
    assert works.json()["handle"] == "min"


def test_one_accounts_key_is_not_anothers(place: Place) -> None:
    owner, _ = place.person("min")
    place.activate(owner)
    ask = {"cameo": "@min", "prompt": "waving", "engine": "trivial"}
    asked = [
        place.client.post("/v1/generations", json=ask, headers=place.person(name)[1] | {"Idempotency-Key": "k1"}).json()["generation"]
        for name in ("theo", "ren")
    ]
    assert len(set(asked)) == 2


def test_watching_ends_with_the_generation(place: Place) -> None:
    owner, _ = place.person("min")
    _, friend = place.person("theo")
    place.activate(owner)
    ask = {"cameo": "@min", "prompt": "waving", "engine": "trivial"}
    generation = place.client.post("/v1/generations", json=ask, headers=friend).json()["generation"]
    place.client.post(f"/v1/generations/{generation}/cancellation", headers=friend)
    lines = place.client.get(f"/v1/generations/{generation}/watch", headers=friend).text.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["cancelled"]


def test_of_a_cameras_name_only_that_it_is_virtual_is_kept(place: Place) -> None:
    owner, min_ = place.person("min")
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
    challenge = place.client.post("/v1/enrolments", json=body, headers=min_).json()
    label = min_ | {"X-Camera-Label": quote("민지의 아이폰 OBS Virtual Camera")}
    assert place.client.put(f"/v1/enrolments/{challenge['enrolment']}/recording", content=b"webm", headers=label).status_code == 202
    assert place.store.read(cameo_of(owner))[-1].data["camera_label"] == "obs virtual"


def test_a_token_makes_none_that_outlives_it(place: Place) -> None:
    _, min_ = place.person("min")
    brief = place.client.post("/v1/tokens", json={"scopes": ["audit"], "lives_s": 60}, headers=min_).json()
    bearer = {"Authorization": f"Bearer {brief['token']}"}
    for lives in ({}, {"lives_s": 86400}):
        made = place.client.post("/v1/tokens", json={"scopes": ["audit"]} | lives, headers=bearer).json()
        assert made["expires_at"] == brief["expires_at"]
    assert place.client.post("/v1/tokens", json={"scopes": ["audit"]}, headers=min_).json()["expires_at"] is None


def test_a_narrow_token_does_not_remove_a_wider_one(place: Place) -> None:
    _, min_ = place.person("min")
    made = place.client.post("/v1/tokens", json={"scopes": ["audit"]}, headers=min_).json()
    narrow = {"Authorization": f"Bearer {made['token']}"}
    first = next(one for one in place.client.get("/v1/tokens", headers=narrow).json() if one["token_id"] != made["token_id"])
    refused = place.client.delete(f"/v1/tokens/{first['token_id']}", headers=narrow)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope.wider")
    assert place.client.delete(f"/v1/tokens/{made['token_id']}", headers=min_).status_code == 204
    assert place.client.get("/v1/accounts/me", headers=narrow).status_code == 401


def test_who_is_erased_is_taken_down_unreadable_and_unknown(place: Place) -> None:
    owner, min_ = place.person("min")
    _, friend = place.person("theo")
    cameo = place.activate(owner)
    wrong = place.client.delete("/v1/cameos/me", params={"handle": "theo"}, headers=min_)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "erasure.confirm")
    assert place.client.delete("/v1/cameos/me", params={"handle": "@Min"}, headers=min_).status_code == 200
    types = [envelope.type for envelope in place.store.read(cameo)]
    assert types[-2:] == ["consent.revoked", "subject_key.destroyed"]
    assert place.client.get("/v1/accounts/me", headers=min_).status_code == 401
    assert place.client.get("/v1/accounts", params={"handle": "min"}, headers=friend).status_code == 404
    erased = place.client.delete("/v1/cameos/me", params={"handle": "theo"}, headers=friend)
    assert erased.status_code == 200, "who never enrolled is forgotten too"
    assert place.client.get("/v1/accounts/me", headers=friend).status_code == 401
