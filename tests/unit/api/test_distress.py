"""A word for danger activates nothing, looks as if it did to whoever watches its person, and calls for help."""

from __future__ import annotations

import io
import json
import re
import secrets
import zipfile
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from identity.core.context import Asked
from identity.core.profiles import Profile
from identity.core.words import WORDS
from identity.fakes import InMemoryReplayIndex
from schemas.cameo import EnrolmentActivated
from schemas.case import CaseLooked, CaseVoted
from schemas.codec import event_of
from schemas.ids import SWITCH_STREAM, cameo_of, stream_id
from schemas.operation import RoleGiven
from serving.fakes import InMemoryAskingLedger
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.agents.fakes import InMemoryTurns
from streams.agents.reviewing import ReviewAgent
from streams.agents.verifying import Found, VerifyAgent
from streams.core.casework import case_id
from streams.core.changes import Put, seen
from streams.core.notify import notify
from streams.ports import Append, NewEvent
from tests.unit.agents.test_verifying import ScriptedAssessor
from tests.unit.api.conftest import Place, make_place

WORD = "pineapple"
REA = stream_id("account", bytes([11]) * 16)


class Hearing(ScriptedAssessor):
    """Hears what the test says."""

    heard = ""

    def assess(self, recording: bytes, asked: Asked, profile: Profile) -> Found:
        failing, found = self.failing, super().assess(recording, asked, profile)
        results = tuple(
            msgspec.structs.replace(one, passed=one.number not in failing, code="words.not_as_asked" if one.number == 6 else one.code)
            for one in found.assessment.results
        )
        return Found(msgspec.structs.replace(found.assessment, results=results, heard=self.heard), found.assets)


@dataclass
class Enrolled:
    """Somebody who enrolled, and everything that they can be shown."""

    account: str
    headers: dict[str, str]
    enrolment: str = ""
    evidence: str = ""
    answers: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def cameo(self) -> str:
        return cameo_of(self.account)


class Stage:
    """The API, the worker's agents and a person who may set a word, on one ledger."""

    def __init__(self, place: Place) -> None:
        self.place = place
        keys = place.client.app.state.parts.keyholder.as_role("worker")  # type: ignore[attr-defined]
        self.hearing = Hearing()
        self.agent = VerifyAgent(place.store, InMemoryTurns(place.store), keys, self.hearing, InMemoryReplayIndex(), self)
        self.review = ReviewAgent(place.store, InMemoryTurns(place.store), keys, self, self)

    def search(self, template: bytes, cameo: str) -> tuple[()]:
        del template, cameo
        return ()

    def cut(self, recording: bytes) -> Any:
        del recording
        raise AssertionError("nobody's likeness is cut for a call for help")

    def enrol(self, handle: str, heard: str, failing: frozenset[int] = frozenset(), profile: str = "sandbox") -> Enrolled:
        account, headers = self.place.person(handle)
        assert self.place.client.put("/v1/accounts/me/distress", json={"word": WORD}, headers=headers).status_code == 204
        return self.enrol_again(Enrolled(account, headers), heard, failing, profile)

    def enrol_again(self, one: Enrolled, heard: str, failing: frozenset[int], profile: str) -> Enrolled:
        call, headers = self.place.client.request, one.headers
        body = {"profile": profile, "consent_text_sha256": CONSENT_TEXT_SHA256}
        one.enrolment = call("POST", "/v1/enrolments", json=body, headers=headers).json()["enrolment"]
        one.evidence = call("PUT", f"/v1/enrolments/{one.enrolment}/recording", content=b"webm", headers=headers).json()["evidence"]
        self.hearing.heard, self.hearing.failing = heard, set(failing)
        self.agent.handle(self.place.store.read(one.cameo)[-1])
        return one

    def show(self, one: Enrolled) -> dict[str, Any]:
        """Ask everything that a person can ask about themselves, and write it without ids and times."""
        other, _ = self.place.person(f"friend{one.account[-4:]}")
        paths = [
            ("GET", f"/v1/enrolments/{one.enrolment}", None), ("GET", "/v1/cameos/me", None), ("GET", "/v1/accounts/me", None),
            ("GET", "/v1/notifications", None), ("GET", "/v1/audit", None), ("GET", "/v1/cameos/me/audiences", None),
            ("GET", "/v1/cameos/me/grants", None), ("POST", "/v1/cameos/me/grants", {"account": other, "uses": 2}),
            ("PUT", "/v1/cameos/me/audience", {"audience": "everyone"}), ("POST", "/v1/cameos/me/preferences", {"text": "always a hat"}),
            ("POST", "/v1/cameos/me/restrictions", {"text": "no politics"}), ("GET", "/v1/cameos/me", None),
            ("POST", "/v1/generations", {"cameo": one.cameo, "prompt": "waving", "engine": "trivial"}),
            ("POST", "/v1/cameos/me/revocations", {"strength": "stop"}),
            ("POST", "/v1/enrolments", {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}), ("GET", "/v1/cameos/me", None),
        ]  # fmt: skip
        found: dict[str, Any] = {}
        for step, (method, path, body) in enumerate(paths):
            answer = self.place.client.request(method, path, json=body, headers=one.headers)
            found[f"{step} {method} {path.replace(one.enrolment, '...')}"] = (
                answer.status_code,
                self.plain(answer.json() if answer.content else None),
            )
        return found

    def export(self, one: Enrolled) -> dict[str, Any]:
        answer = self.place.client.get("/v1/accounts/me/export", headers=one.headers)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            texts = {
                name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.endswith((".json", ".jsonl"))
            }
        texts.pop("manifest.json")
        return {
            name: [self.plain(json.loads(line)) for line in (text.splitlines() if name.endswith("l") else [text])]
            for name, text in texts.items()
        }

    def told(self, one: Enrolled) -> list[Any]:
        """The rows of notifications that reach a person."""
        rows = [row for event in self.place.store.read_all() for row in notify(event_of(event), seen(event, {})) if isinstance(row, Put)]
        mine = [row for row in rows if row.row["audience"] == "owner" and row.row["stream"] == one.cameo]
        return [self.plain({name: row.row[name] for name in ("stream", "kind", "codes", "time_us")} | row.key) for row in mine]

    @classmethod
    def plain(cls, value: Any) -> Any:
        """Leave the shape: ids, handles, times, and what is drawn for a challenge are anybody's own."""
        match value:
            case dict():
                return {
                    key: "drawn" if key in {"phrase", "movements", "position", "cameo:position", "proofValue"} else cls.plain(one)
                    for key, one in value.items()
                }
            case list():
                return [cls.plain(one) for one in value]
            case str():
                text = re.sub(r"[0-9a-f]{16,}", "*", value)
                return re.sub(r"friend....|min|theo", "@", re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "T", text))
            case int() if value > 10**12:
                return "a time"
            case _:
                return value


@pytest.fixture
def stage() -> Stage:
    return Stage(make_place(InMemoryAskingLedger()))


def test_everything_its_person_is_shown_is_what_an_activation_shows(stage: Stage) -> None:
    calm = stage.enrol("min", "one two")
    called = stage.enrol("theo", f"one {WORD} two\none two", frozenset({6}))
    assert stage.told(called) == stage.told(calm) != []
    assert stage.export(called) == stage.export(calm)
    shown, usual = stage.show(called), stage.show(calm)
    for step, answer in usual.items():
        assert shown[step] == answer, step
    assert usual["0 GET /v1/enrolments/..."][1]["state"] == "activated"


def test_that_a_reviewer_looked_at_what_seems_accepted_by_a_machine_is_in_no_export(stage: Stage) -> None:
    calm = stage.enrol("min", "one two")
    called = stage.enrol("theo", f"one {WORD} two\none two", frozenset({6}))
    stage.place.client.app.state.parts.keyholder.get_evidence(called.evidence, "review", REA)  # type: ignore[attr-defined]
    assert stage.place.store.read(called.cameo)[-1].data["purpose"] == "review"
    assert stage.export(called) == stage.export(calm)


def test_nothing_is_active_and_the_case_says_what_happened(stage: Stage) -> None:
    called = stage.enrol("theo", f"{WORD}", frozenset({6}))
    with stage.place.store.snapshot() as facts:
        assert facts.get(called.cameo, "status") is None, "what the policy reads"
    assert "enrolment.activated" not in [one.type for one in stage.place.store.read(called.cameo)]
    opened = stage.place.store.read(case_id(called.evidence))[0]
    assert (opened.data["kind"], opened.data["due_us"] - opened.time_us < 3 * 3600 * 10**6) == ("distress", True)
    (notice,) = [row for row in notify(event_of(opened), seen(opened, {})) if isinstance(row, Put) and row.row["audience"] == "operators"]
    assert notice.row["kind"] == "case.distress"
    operator = stage.place.token(stream_id("account", bytes(16)), "operator")
    (listed,) = stage.place.client.get("/v1/cases", params={"kind": "distress"}, headers=operator).json()["items"]
    assert listed["case"] == opened.stream


def test_a_document_is_as_little_asked_for_as_of_an_active_cameo(stage: Stage) -> None:
    people = stage.enrol("min", "one two"), stage.enrol("theo", WORD, frozenset({6}))
    answers = [
        stage.place.client.put(f"/v1/enrolments/{one.enrolment}/document", content=b"\x89PNG\r\n\x1a\n", headers=one.headers)
        for one in people
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "document.not_asked")] * 2


@pytest.mark.parametrize(("failing", "profile", "state"), [({6, 4}, "sandbox", "refused"), ({6}, "verified", "in_review")])
def test_what_would_not_have_become_active_looks_as_that_would_have(stage: Stage, failing: set[int], profile: str, state: str) -> None:
    calm = stage.enrol("min", "one two", frozenset(failing - {6}), profile)
    called = stage.enrol("theo", WORD, frozenset(failing), profile)
    answers = [Stage.plain(stage.place.client.get(f"/v1/enrolments/{one.enrolment}", headers=one.headers).json()) for one in (calm, called)]
    assert answers[0] == answers[1]
    assert answers[0]["state"] == state
    assert stage.place.store.read(case_id(called.evidence))[0].data["kind"] == "distress"


def test_seeing_to_it_closes_the_case_and_goes_on_looking_the_same(stage: Stage) -> None:
    called = stage.enrol("theo", WORD, frozenset({6}))
    case = case_id(called.evidence)
    stage.review.settle(case)
    voted = CaseVoted(reviewer=REA, decision="refuse", reasons=("review.help_given",))
    stage.place.append(SWITCH_STREAM, RoleGiven(proposal="p", role="reviewer", account=REA, operators=("account-a",)))
    for event in (CaseLooked(evidence=called.evidence, blurred=True, purpose="overview"), voted):
        new = NewEvent(case, event, secrets.token_hex(16))
        stage.place.store.append(Append(actor=REA, events=[new], correlation="c"))
    stage.review.handle(stage.place.store.read(case)[-1])
    assert stage.place.store.read(case)[-1].data == {"outcome": "refuse"}
    assert stage.place.client.get(f"/v1/enrolments/{called.enrolment}", headers=called.headers).json()["state"] == "activated"
    with stage.place.store.snapshot() as facts:
        assert facts.get(called.cameo, "status") is None


def test_the_word_is_sealed_is_never_shown_and_can_be_taken_back(stage: Stage) -> None:
    one = stage.enrol("min", "one two")
    kept = str([(event.data, event.type) for event in stage.place.store.read_all()])
    assert WORD not in kept
    assert "distress" not in json.dumps(stage.export(one))
    assert WORD not in json.dumps(stage.show(one))
    assert stage.place.client.delete("/v1/accounts/me/distress", headers=one.headers).status_code == 204
    assert stage.place.client.delete("/v1/accounts/me/distress", headers=one.headers).status_code == 204, (
        "whether there was one is not told"
    )
    assert not stage.place.store.read(one.account)[-1].sealed


@pytest.mark.parametrize("word", ["river", "하나", "!!!", "x" * 61])
def test_a_word_that_a_challenge_may_ask_for_or_nobody_can_hear_is_not_taken(stage: Stage, word: str) -> None:
    _, headers = stage.place.person("min")

    word = next(iter(WORDS)) if word == "river" else word
    assert stage.place.client.put("/v1/accounts/me/distress", json={"word": word}, headers=headers).status_code == 422


def test_an_active_cameo_keeps_its_likeness_and_stays_active(stage: Stage) -> None:
    account, headers = stage.place.person("min")
    stage.place.append(stage.place.activate(account), EnrolmentActivated(enrolment="e", assurance="sandbox"))
    stage.place.client.put("/v1/accounts/me/distress", json={"word": WORD}, headers=headers)
    called = stage.enrol_again(Enrolled(account, headers), WORD, frozenset({6}), "basic")
    types = [one.type for one in stage.place.store.read(called.cameo)]
    assert ("asset.sealed" in types, types.count("enrolment.activated")) == (False, 2), "none but those it began with"
    with stage.place.store.snapshot() as facts:
        status = facts.get(called.cameo, "status")
    assert status is not None
    assert status.value["status"] == "active"
