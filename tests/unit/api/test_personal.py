"""Taking everything with you: what is in it, what is not, and who may."""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from typing import Any

import pytest

from identity.keys.fakes import InMemoryKeyholder
from schemas.cameo import CheckScore, EnrolmentAssessed, RecordingReceived
from schemas.ids import cameo_of
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place

WAY = "/v1/accounts/me/export"


def exported(place: Place, headers: dict[str, str]) -> zipfile.ZipFile:
    answer = place.client.get(WAY, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def lines(made: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in made.read(name).splitlines()]


def keyholder(place: Place) -> InMemoryKeyholder:
    return place.client.app.state.parts.keyholder  # type: ignore[attr-defined]


def recording(place: Place, account: str, content: bytes) -> str:
    """Hand in a recording; gives its evidence."""
    cameo = cameo_of(account)
    made = keyholder(place).put_evidence(account, cameo, content)
    received = RecordingReceived(
        enrolment="e", evidence=made.evidence, key_id=made.key_id, sha256=made.sha256, bytes=made.bytes, camera_label=""
    )  # fmt: skip
    place.append(cameo, received)
    return made.evidence


def assess(place: Place, account: str) -> None:
    """Record an assessment with one check that passed and one that did not."""
    cameo, event_id = cameo_of(account), secrets.token_hex(16)
    found = (
        (1, "media.unreadable", True),
        (8, "voice.absent", False),
        (10, "face.known", False),
        (11, "still.shading", False),
        (11, "still.noise", False),
    )
    checks = tuple(
        CheckScore(number=number, name="one", code=code, score_micro=1, threshold_micro=2, passed=passed, decisive=True)
        for number, code, passed in found
    )
    event = EnrolmentAssessed(enrolment="e", evidence="x", profile="basic", checks=checks, models=())
    sealed = keyholder(place).as_role("worker").seal(account, cameo, event_id, {"fingerprints": b"biometric"})
    place.store.append(Append(actor="worker", events=[NewEvent(cameo, event, event_id, sealed)], correlation="test"))


def test_an_export_holds_ones_own_events_with_ones_words_opened(place: Place) -> None:
    account, min_ = place.person("min")
    _, theo = place.person("theo")
    place.activate(account)
    given = place.client.post("/v1/cameos/me/grants", json={"account": "@theo", "note": "비밀 메모"}, headers=min_)
    assert given.status_code == 201, given.text
    made = exported(place, min_)
    assert json.loads(made.read("account.json"))["handle"] == "min"
    (registered,) = [one for one in lines(made, "events/account.jsonl") if one["type"] == "account.registered"]
    assert registered["words"] == {"handle": "min"}
    (granted,) = [one for one in lines(made, "events/cameo.jsonl") if one["type"] == "consent.grant_given"]
    assert granted["words"] == {"note": "비밀 메모"}
    (told,) = lines(made, "grants_given.jsonl")
    assert told["note"] == "비밀 메모"
    assert json.loads(made.read("consent.json"))["status"] == "active"
    other = exported(place, theo)
    assert "비밀 메모" not in b"".join(other.read(name) for name in other.namelist()).decode("utf-8", "replace")


def test_recordings_are_given_to_their_owner_and_a_destroyed_one_is_told(place: Place) -> None:
    account, min_ = place.person("min")
    cameo = place.activate(account)
    kept, gone = (recording(place, account, content) for content in (b"recording kept", b"recording gone"))
    keyholder(place).destroy_evidence(gone, "test")
    made = exported(place, min_)
    assert made.read(f"recordings/{kept}") == b"recording kept"
    assert json.loads(made.read("manifest.json"))["left_out"] == {f"recordings/{gone}": ["evidence.destroyed"]}
    opened = place.store.read(cameo)[-1]
    assert (opened.type, opened.data["purpose"], opened.data["by"]) == ("evidence.opened", "export", account)


def test_a_things_recordings_events_receipts_and_consent_are_its_owners(place: Place) -> None:
    _, min_ = place.person("min")
    _, theo = place.person("theo")
    things = []
    for name, content in (("rex", b"a dog"), ("tom", b"a cat")):
        begun = place.client.post("/v1/things", json={"name": name, "consent_text_sha256": CONSENT_TEXT_SHA256}, headers=min_).json()
        assert place.client.put(f"/v1/things/{begun['thing']}/recording", content=content, headers=min_).status_code == 202
        things.append(begun["thing"])
    kept, gone = (place.store.read(thing)[-1].data["evidence"] for thing in things)
    keyholder(place).destroy_evidence(gone, "test")
    made = exported(place, min_)
    assert made.read(f"recordings/{kept}") == b"a dog"
    assert json.loads(made.read("manifest.json"))["left_out"] == {f"recordings/{gone}": ["evidence.destroyed"]}
    assert {one["subject"] for one in lines(made, "events/cameo.jsonl")} == set(things)
    accepted = [one["dpv:hasRecordOfActivity"]["cameo:stream"] for one in lines(made, "receipts.jsonl")]
    assert sorted(accepted) == sorted(things)
    assert sorted(one["thing"] for one in lines(made, "things.jsonl")) == sorted(things)
    other = exported(place, theo)
    assert lines(other, "events/cameo.jsonl") == lines(other, "things.jsonl") == []
    listed = place.client.get("/v1/receipts", headers=min_).json()
    assert place.client.get(f"/v1/receipts/{listed[0]['enrolment']}", headers=theo).status_code == 404


def test_questions_of_both_sides_are_in_it_and_neither_learns_what_is_the_others(place: Place) -> None:
    account, min_ = place.person("min")
    _, theo = place.person("theo")
    place.activate(account)
    body = {"of": "@min", "audience": "https://bank.example", "nonce": "n" * 24, "level": "stepwise"}
    ask = place.client.post("/v1/verifications", json=body, headers=theo)
    assert ask.status_code == 201, ask.text
    place.client.delete(f"/v1/cameos/me/verifications/{ask.json()['verification']}", headers=min_)
    (received,) = lines(exported(place, min_), "questions_received.jsonl")
    assert (received["audience"], received["declined"], "nonce" in received) == ("https://bank.example", True, False)
    (sent,) = lines(exported(place, theo), "questions_sent.jsonl")
    assert (sent["to"], sent["nonce"]) == (cameo_of(account), "n" * 24)
    assert not {"declined", "answer"} & set(sent), "that they declined is told to nobody"
    assert lines(exported(place, min_), "questions_sent.jsonl") == []


def test_what_is_left_out_on_purpose_is_told_with_its_reason(place: Place) -> None:
    _, min_ = place.person("min")
    told = json.loads(exported(place, min_).read("manifest.json"))["left_out_on_purpose"]
    assert any("face templates" in what for what in told)
    assert all(told.values())


def test_what_would_help_somebody_pass_as_them_is_left_out(place: Place) -> None:
    account, min_ = place.person("min")
    place.activate(account)
    assess(place, account)
    (assessed,) = [one for one in lines(exported(place, min_), "events/cameo.jsonl") if one["type"] == "enrolment.assessed"]
    assert "score_micro" not in json.dumps(assessed)
    assert assessed["data"]["unmet"] == ["voice.absent"]
    assert (assessed["sealed"], assessed["words"]) == (["fingerprints"], None)


def test_who_never_enrolled_gets_what_there_is(place: Place) -> None:
    _, min_ = place.person("min")
    made = exported(place, min_)
    assert json.loads(made.read("consent.json")) is None
    assert lines(made, "events/cameo.jsonl") == []


@pytest.mark.parametrize("scopes", [("account",), ("account", "consent", "enrol", "generate")])
def test_a_narrow_token_does_not_get_everything(place: Place, scopes: tuple[str, ...]) -> None:
    account, _ = place.person("min")
    answer = place.client.get(WAY, headers=place.token(account, *scopes))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope.narrow")
