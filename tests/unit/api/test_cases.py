"""The review desk: what reviewers see, that each look is on record before it, and who may say what. Nothing here activates anything."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from identity.core.features import MediaFacts
from identity.keys.errors import KeyholderUnavailableError
from identity.ports import Frame, Media, MediaRefused
from schemas.account import PowerGiven
from schemas.cameo import CheckScore, EnrolmentActivated, EnrolmentAssessed, EnrolmentHeld, EnrolmentRefused, RecordingReceived
from schemas.case import CaseClosed, CaseOpened, CaseShown
from schemas.evidence import EvidenceCompared
from schemas.ids import SWITCH_STREAM, cameo_of, stream_id
from schemas.operation import RoleEnded, RoleGiven
from schemas.registry import Event
from serving.adapters.rendering import EvidenceRenderer
from serving.fakes import InMemoryAskingLedger
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from serving.handlers.exported import appeals
from streams.core.casework import again_id, appeal_id, case_id
from streams.core.seeming import as_shown, call_of
from streams.ports import Append, NewEvent
from tests.unit.api.conftest import Place, make_place

REA, SUN = (stream_id("account", bytes([n]) * 16) for n in (11, 12))
SECRET = np.asarray(np.random.default_rng(7).integers(0, 255, (48, 64, 3)), np.uint8)


class FewFrames:
    """Decodes what is not a film into five frames, or refuses it."""

    def decode(self, path: Path, on_frame: Callable[[Frame], None], *, max_side_px: int, sample_rate_hz: int) -> Media | MediaRefused:
        del max_side_px
        if path.read_bytes() == b"broken":
            return MediaRefused("media.unreadable")
        for index in range(5):
            on_frame(Frame(index, index * 40_000, cv2.resize(SECRET, (640, 480), interpolation=cv2.INTER_NEAREST)))
        return Media(MediaFacts("webm", "vp8", "opus", 640, 480, 200_000, ()), np.zeros(160, np.int16), sample_rate_hz)


def appointed(account: str, *operators: str) -> RoleGiven:
    """A reviewer, of two operators unless they are named."""
    return RoleGiven(proposal="p", role="reviewer", account=account, operators=operators or ("account-a", "account-b"))


class Away:
    """A keyholder that does not answer for evidence."""

    def __init__(self, keyholder: Any) -> None:
        self._keyholder = keyholder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keyholder, name)

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        del evidence, purpose, by
        raise KeyholderUnavailableError


class Desk:
    """A held recording of min, and two reviewers."""

    def __init__(self, place: Place, recording: bytes = b"webm", kind: str = "verified", other: str | None = None) -> None:
        self.place = place
        self.owner, self.headers = place.person("min")
        self.cameo = cameo_of(self.owner)
        self.rea, self.sun = place.token(REA, "reviewer"), place.token(SUN, "reviewer")
        for reviewer in (REA, SUN):
            place.append(SWITCH_STREAM, appointed(reviewer))
        body = {"profile": "verified", "consent_text_sha256": CONSENT_TEXT_SHA256}
        self.enrolment = place.client.post("/v1/enrolments", json=body, headers=self.headers).json()["enrolment"]
        url = f"/v1/enrolments/{self.enrolment}/recording"
        self.evidence = place.client.put(url, content=recording, headers=self.headers).json()["evidence"]
        check = CheckScore(
            number=4, name="solid", code="solid.flat", score_micro=250_000, threshold_micro=300_000, passed=False, decisive=True
        )
        assessed = EnrolmentAssessed(enrolment=self.enrolment, evidence=self.evidence, profile="verified", checks=(check,), models=())
        self.say(self.cameo, assessed)
        self.say(self.cameo, EnrolmentHeld(enrolment=self.enrolment, codes=("review.required",)))
        self.case = case_id(self.evidence)
        with place.store.snapshot() as facts:
            self.now_us = facts.now_us()
        self.open(self.case, kind, other)

    def open(self, case: str, kind: str, other: str | None = None, due_us: int = 10**12, other_cameo: str | None = None) -> None:
        event = CaseOpened(
            kind=kind, cameo=self.cameo, enrolment=self.enrolment, evidence=self.evidence, codes=("review.required",), people=2,  # type: ignore[arg-type]
            due_us=self.now_us + due_us, other=other, other_cameo=other_cameo,
        )  # fmt: skip
        self.say(case, event)

    def say(self, stream: str, event: Event) -> None:
        self.place.store.append(Append(actor="worker", events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="c"))

    def get(self, path: str, who: dict[str, str] | None = None, **params: Any) -> Any:
        return self.place.client.get(f"/v1/cases{path}", params=params, headers=who or self.rea)

    def vote(self, who: dict[str, str], decision: str = "accept", *reasons: str) -> Any:
        body = {"decision": decision, "reasons": list(reasons or ("review.one_live_person",))}
        return self.place.client.put(f"/v1/cases/{self.case}/vote", json=body, headers=who)

    def types(self, stream: str = "") -> list[str]:
        return [one.type for one in self.place.store.read(stream or self.case)]

    def appeal(self, text: str = "I stutter", who: dict[str, str] | None = None) -> Any:
        url = f"/v1/enrolments/{self.enrolment}/appeal"
        return self.place.client.post(url, json={"text": text}, headers=who or self.headers)


@pytest.fixture
def place() -> Place:
    made = make_place(InMemoryAskingLedger())
    parts = made.client.app.state.parts  # type: ignore[attr-defined]
    made.client.app.state.parts = replace(parts, renderer=EvidenceRenderer(FewFrames()))  # type: ignore[attr-defined]
    return made


@pytest.fixture
def desk(place: Place) -> Desk:
    return Desk(place)


def test_the_queue_is_oldest_due_first_in_pages_by_kind_and_state(desk: Desk) -> None:
    sooner, later = (stream_id("case", bytes([n]) * 16) for n in (1, 2))
    desk.open(sooner, "doubtful", due_us=10**9)
    desk.open(later, "level", due_us=10**13)
    assert [one["case"] for one in desk.get("").json()["items"]] == [sooner, desk.case, later]
    first = desk.get("", limit=2).json()
    assert [one["case"] for one in desk.get("", limit=2, cursor=first["next"]).json()["items"]] == [later]
    assert [one["case"] for one in desk.get("", kind="level").json()["items"]] == [later]
    desk.say(sooner, CaseClosed(outcome="refuse"))
    assert [one["case"] for one in desk.get("", state="closed").json()["items"]] == [sooner]
    assert len(desk.get("", state="open").json()["items"]) == 2


def test_a_case_shows_scores_and_what_was_asked_and_names_nobody(place: Place) -> None:
    other, _ = place.person("theo")
    place.activate(other)
    desk = Desk(place, kind="known_face", other=cameo_of(other))
    answer = desk.get(f"/{desk.case}")
    shown = answer.json()
    assert (shown["kind"], shown["checks"][0]["score_micro"], shown["level"]) == ("known_face", 250_000, "upload")
    assert (shown["compared"], len(shown["asked"]["phrase"])) == (True, 6)
    assert not any(name in answer.text for name in (desk.owner, other, cameo_of(other), desk.cameo, "theo"))


@pytest.mark.parametrize("who", ["the subject", "the other side", "their agent"])
def test_whom_a_case_concerns_finds_no_such_case(place: Place, who: str) -> None:
    other, _ = place.person("theo")
    place.activate(other)
    desk = Desk(place, kind="known_face", other=cameo_of(other))
    account = {"the subject": desk.owner, "the other side": other, "their agent": SUN}[who]
    if who == "their agent":
        place.append(desk.owner, PowerGiven(power="p", holder=SUN, kind="agent", may=("revoke",), from_us=None, until_us=None))
    token = place.token(account, "reviewer")
    assert desk.get("", token).json()["items"] == []
    for path in ("", "/evidence", "/side-by-side"):
        assert desk.get(f"/{desk.case}{path}", token).json()["code"] == "case.unknown"
    assert desk.vote(token).json()["code"] == "case.unknown"
    assert desk.types() == ["case.opened"]


def test_who_was_refused_as_an_attacker_does_not_judge_whose_face_is_like_theirs(desk: Desk) -> None:
    attacker, _ = desk.place.person("theo")
    tried = desk.place.activate(attacker)
    case = stream_id("case", bytes([3]) * 16)
    desk.open(case, "known_face", other="f" * 32, other_cameo=tried)
    assert case not in [one["case"] for one in desk.get("", desk.place.token(attacker, "reviewer")).json()["items"]]
    assert desk.get(f"/{case}", desk.place.token(attacker, "reviewer")).json()["code"] == "case.unknown"
    assert tried not in desk.get(f"/{case}").text


def test_reading_scores_is_a_look_on_record_and_none_for_a_vote(desk: Desk) -> None:
    operator = desk.place.token(stream_id("account", bytes(16)), "operator")
    for who in (desk.rea, operator):
        assert desk.get(f"/{desk.case}", who).status_code == 200
    looks = [(one.actor, one.data) for one in desk.place.store.read(desk.case)[1:]]
    seen = {"evidence": None, "blurred": True, "purpose": "show"}
    assert looks == [(REA, seen), (stream_id("account", bytes(16)), seen)]
    assert desk.vote(desk.rea).json()["code"] == "case.not_looked"


def test_a_list_of_cases_is_on_record_with_who_looked_through_how_many(desk: Desk) -> None:
    assert desk.get("", kind="distress").json()["items"] == []
    assert desk.types(REA) == [], "nothing was shown"
    assert len(desk.get("").json()["items"]) == 1
    (listed,) = desk.place.store.read(REA)
    assert (listed.type, listed.data) == ("account.cases_listed", {"kind": None, "state": "open", "shown": 1})


def test_a_case_without_a_recording_is_voted_on_after_reading_it(desk: Desk) -> None:
    call = call_of(desk.cameo, "v1", (), desk.now_us)
    desk.case = stream_id("case", bytes([4]) * 16)
    desk.say(desk.case, call)
    assert desk.vote(desk.rea, "refuse", "review.help_given").json()["code"] == "case.not_looked"
    assert desk.get(f"/{desk.case}").status_code == 200
    assert desk.vote(desk.rea, "refuse", "review.help_given").status_code == 204


def test_evidence_is_shown_blurred_and_the_look_is_on_record_before_it_is_opened(desk: Desk) -> None:
    answer = desk.get(f"/{desk.case}/evidence", at_ms=80)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", "no-store")
    looked, opened, shown = (one for one in desk.place.store.read_all() if one.type in {"case.looked", "evidence.opened", "case.shown"})
    assert (looked.type, looked.actor, looked.data["blurred"], looked.data["purpose"]) == ("case.looked", REA, True, "overview")
    assert (opened.type, opened.data["by"], opened.data["purpose"]) == ("evidence.opened", REA, "review")
    assert looked.position < opened.position < shown.position
    assert (shown.actor, shown.data) == (REA, {"evidence": desk.evidence, "blurred": True, "purpose": "overview"})


def test_a_blurred_picture_holds_none_of_what_tells_people_apart(desk: Desk) -> None:
    def detail(**params: Any) -> float:
        answer = desk.get(f"/{desk.case}/evidence", at_ms=80, **params)
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
        return float(np.abs(np.diff(picture.astype(int), axis=1)).mean())

    assert detail() < 0.25 * detail(clear=True, reason="liveness")


def test_a_clear_view_needs_a_reason_of_the_list_and_says_so_on_record(desk: Desk) -> None:
    for params in ({"clear": True}, {"clear": True, "reason": "curious"}):
        assert desk.get(f"/{desk.case}/evidence", **params).json()["code"] == "review.purpose"
    assert desk.types() == ["case.opened"]
    assert desk.get(f"/{desk.case}/evidence", clear=True, reason="detail").status_code == 200
    looked = desk.place.store.read(desk.case)[-1]
    assert (looked.data["blurred"], looked.data["purpose"]) == (False, "detail")


def test_sound_is_a_clear_view(desk: Desk) -> None:
    assert desk.get(f"/{desk.case}/sound").status_code == 422
    answer = desk.get(f"/{desk.case}/sound", reason="listen")
    assert (answer.headers["content-type"], answer.content[:4]) == ("audio/wav", b"RIFF")
    assert desk.place.store.read(desk.case)[-1].data["blurred"] is False


def test_a_known_face_is_shown_beside_the_recording_while_both_are_kept(place: Place) -> None:
    other = Desk(place)
    place.append(other.case, CaseClosed(outcome="accept"))
    place.append(other.cameo, EnrolmentActivated(enrolment=other.enrolment, assurance="verified", level="reviewed"))
    newer = place.client.app.state.parts.keyholder.put_evidence(other.owner, other.cameo, b"of nobody yet")  # type: ignore[attr-defined]
    received = RecordingReceived(
        enrolment="newer", evidence=newer.evidence, key_id=newer.key_id, sha256=newer.sha256, bytes=newer.bytes, camera_label=""
    )
    place.append(other.cameo, received)
    owner, _ = place.person("theo")
    desk = Desk.__new__(Desk)
    desk.__dict__ |= other.__dict__ | {"cameo": cameo_of(owner), "case": stream_id("case", b"2" * 16)}
    kept = place.client.app.state.parts.keyholder.put_evidence(owner, desk.cameo, b"webm")  # type: ignore[attr-defined]
    desk.evidence = kept.evidence
    desk.open(desk.case, "known_face", other.cameo)
    answer = desk.get(f"/{desk.case}/side-by-side")
    assert answer.headers["content-type"] == "image/jpeg"
    assert [one.data["evidence"] for one in place.store.read(desk.case)[1:]] == [kept.evidence, other.evidence] * 2
    opened = [one for one in place.store.read(other.cameo) if one.type == "evidence.opened"]
    assert [one.data["evidence"] for one in opened] == [other.evidence]
    with place.store.snapshot() as facts:
        shown = as_shown(facts, place.store.read(other.cameo))
    assert "evidence.opened" not in [one.type for one in shown], "it would tell that somebody alike enrols"
    assert [one.revision for one in shown] == list(range(1, len(shown) + 1))
    place.client.app.state.parts.keyholder.destroy_evidence(other.evidence, "schedule")  # type: ignore[attr-defined]
    assert desk.get(f"/{desk.case}/side-by-side").json()["code"] == "evidence.none"


def test_whose_recording_was_looked_at_in_their_own_case_is_shown_that(desk: Desk) -> None:
    desk.get(f"/{desk.case}/evidence")
    desk.say(desk.cameo, EnrolmentActivated(enrolment=desk.enrolment, assurance="verified", level="reviewed"))
    with desk.place.store.snapshot() as facts:
        shown = as_shown(facts, desk.place.store.read(desk.cameo))
    assert [one.type for one in shown].count("evidence.opened") == 1


def test_a_recording_that_cannot_be_decoded_is_a_code_and_no_failure(place: Place) -> None:
    desk = Desk(place, recording=b"broken")
    assert desk.get(f"/{desk.case}/evidence").json()["code"] == "media.unreadable"


def test_a_look_that_showed_nothing_is_on_record_and_none_for_a_vote(place: Place) -> None:
    desk = Desk(place, recording=b"broken")
    assert desk.get(f"/{desk.case}/evidence").json()["code"] == "media.unreadable"
    app = place.client.app
    app.state.parts = replace(app.state.parts, keyholder=Away(app.state.parts.keyholder))  # type: ignore[attr-defined]
    assert desk.get(f"/{desk.case}/evidence").json()["code"] == "keyholder.unavailable"
    assert desk.types() == ["case.opened", "case.looked", "case.looked"]
    assert desk.get(f"/{desk.case}").json()["you_looked"] is False
    assert desk.vote(desk.rea, "refuse", "review.not_live").json()["code"] == "case.not_looked"


def test_each_look_is_on_record_also_under_one_idempotency_key(desk: Desk) -> None:
    for _ in range(2):
        answer = desk.get(f"/{desk.case}/evidence", desk.rea | {"Idempotency-Key": "drawn"})
        assert answer.status_code == 200, answer.text
    assert desk.types()[1:] == ["case.looked", "case.shown"] * 2


def test_what_is_marked_shown_without_being_opened_is_no_look(desk: Desk) -> None:
    shown = CaseShown(evidence=desk.evidence, blurred=True, purpose="overview")
    desk.place.store.append(Append(actor=REA, events=[NewEvent(desk.case, shown, secrets.token_hex(16))], correlation="c"))
    assert desk.vote(desk.rea).json()["code"] == "case.not_looked"


def test_a_vote_needs_a_look_a_listed_reason_and_counts_once_a_person(desk: Desk) -> None:
    assert desk.vote(desk.rea).json()["code"] == "case.not_looked"
    desk.get(f"/{desk.case}/evidence")
    for decision, reasons in (("accept", ["review.not_live"]), ("refuse", ["bad"]), ("refuse", ["review.help_given"])):
        assert desk.vote(desk.rea, decision, *reasons).json()["code"] == "review.reasons"
    assert desk.vote(desk.rea).status_code == 204
    assert desk.vote(desk.rea).status_code == 204, "said again, nothing changes"
    assert desk.vote(desk.rea, "refuse", "review.not_live").json()["code"] == "case.voted"
    assert desk.types().count("case.voted") == 1
    assert desk.get(f"/{desk.case}").json()["reasons"] is None, "the second person judges alone"


def test_neither_the_sound_nor_a_document_stands_for_a_look_at_the_recording(desk: Desk) -> None:
    url = f"/v1/enrolments/{desk.enrolment}/document"
    assert desk.place.client.put(url, content=PNG, headers=desk.headers).status_code == 202
    assert desk.get(f"/{desk.case}/document").status_code == 200
    assert desk.get(f"/{desk.case}/sound", reason="safety").json()["code"] == "review.purpose"
    assert desk.get(f"/{desk.case}/sound", reason="listen").status_code == 200
    assert desk.vote(desk.rea).json()["code"] == "case.not_looked"
    desk.get(f"/{desk.case}/evidence")
    assert desk.vote(desk.rea).status_code == 204


def test_whom_one_operator_alone_appointed_is_one_person_with_whom_else_they_did(desk: Desk) -> None:
    for reviewer in (REA, SUN):
        desk.place.append(SWITCH_STREAM, appointed(reviewer, "account-a"))
    for who in (desk.rea, desk.sun):
        desk.get(f"/{desk.case}/evidence", who)
    assert desk.vote(desk.rea).status_code == 204
    assert desk.vote(desk.sun).json()["code"] == "case.same_hand"
    assert desk.vote(desk.rea).status_code == 204, "the first's own vote, said again"
    assert desk.vote(desk.sun, "refuse", "review.not_live").status_code == 204, "one careful person is enough to refuse"


def test_whose_role_ended_or_was_never_given_neither_looks_nor_votes(desk: Desk) -> None:
    desk.get(f"/{desk.case}/evidence")
    desk.place.append(SWITCH_STREAM, RoleEnded(role="reviewer", account=REA, reason="left"))
    assert desk.vote(desk.rea).json()["code"] == "reviewer.not_appointed"
    stranger = desk.place.token(stream_id("account", b"x" * 16), "reviewer")
    before = desk.types()
    assert desk.get(f"/{desk.case}/evidence", stranger).json()["code"] == "reviewer.not_appointed"
    assert desk.types() == before


def test_votes_activate_nothing_by_themselves(desk: Desk) -> None:
    for who in (desk.rea, desk.sun):
        desk.get(f"/{desk.case}/evidence", who)
        assert desk.vote(who).status_code == 204
    assert "enrolment.activated" not in desk.types(desk.cameo)


def test_a_case_that_is_over_shows_no_evidence_and_takes_no_vote(desk: Desk) -> None:
    desk.say(desk.case, CaseClosed(outcome="lapsed"))
    assert desk.get(f"/{desk.case}/evidence").json()["code"] == "case.closed"
    assert desk.vote(desk.rea).json()["code"] == "case.closed"


def test_an_operator_sees_the_queue_and_no_evidence(desk: Desk) -> None:
    operator = desk.place.token(stream_id("account", bytes(16)), "operator")
    assert len(desk.get("", operator).json()["items"]) == 1
    assert desk.get(f"/{desk.case}/evidence", operator).json()["code"] == "scope.missing"


def test_a_person_cannot_make_themselves_a_reviewer(desk: Desk) -> None:
    answer = desk.place.client.post("/v1/tokens", json={"scopes": ["reviewer"]}, headers=desk.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope.wider")


def refused(desk: Desk, *codes: str) -> Desk:
    desk.say(desk.cameo, EnrolmentRefused(enrolment=desk.enrolment, codes=codes or ("review.refused",)))
    return desk


def test_an_appeal_opens_a_case_for_two_others_with_its_words_sealed(desk: Desk) -> None:
    desk.get(f"/{desk.case}/evidence")
    desk.vote(desk.rea, "refuse", "review.cannot_tell")
    assert refused(desk).appeal("every word was said").status_code == 204
    name = appeal_id(desk.enrolment)
    opened = desk.place.store.read(name)[0]
    assert (opened.data["kind"], opened.data["people"], opened.data["about"]) == ("appeal", 2, desk.case)
    assert "every word" not in str(opened.data)
    assert desk.get(f"/{name}", desk.sun).json()["text"] == "every word was said"
    assert desk.get(f"/{name}", desk.rea).json()["code"] == "case.unknown", "who refused does not judge the appeal"


def test_what_a_second_case_refused_is_appealed_against_that_case_and_the_known_face_in_it(desk: Desk) -> None:
    twin, second = cameo_of(stream_id("account", bytes([7]) * 16)), again_id(desk.case)
    desk.say(desk.case, CaseClosed(outcome="accept"))
    desk.open(second, "known_face", twin, other_cameo=twin)
    desk.say(second, CaseClosed(outcome="refuse"))
    refused(desk).appeal()
    opened = desk.place.store.read(appeal_id(desk.enrolment))[0]
    assert (opened.data["about"], opened.data["other"], opened.data["other_cameo"]) == (second, twin, twin)


@pytest.mark.parametrize("again", [False, True])
def test_ones_export_tells_how_an_appeal_ended_unless_a_known_face_followed_from_it(desk: Desk, *, again: bool) -> None:
    refused(desk).appeal()
    appeal = appeal_id(desk.enrolment)
    desk.say(appeal, CaseClosed(outcome="accept"))
    if again:
        desk.open(again_id(appeal), "known_face", cameo_of(REA))
    keys = desk.place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    told = [json.loads(line) for line in appeals(desk.place.store, keys, [desk.cameo])]
    assert [one["data"].get("outcome") for one in told] == ([None] if again else [None, "accept"])


def test_an_appeal_is_made_once_by_its_person_while_the_recording_is_kept(desk: Desk) -> None:
    assert desk.appeal().json()["code"] == "appeal.not_refused"
    refused(desk)
    _, stranger = desk.place.person("theo")
    assert desk.appeal(who=stranger).json()["code"] == "enrolment.unknown"
    desk.appeal()
    assert desk.appeal().json()["code"] == "appeal.made"


def test_a_fourth_appeal_within_a_month_is_not_taken(desk: Desk) -> None:
    body = {"profile": "verified", "consent_text_sha256": CONSENT_TEXT_SHA256}
    answers = [refused(desk).appeal()]
    for _ in range(3):
        desk.enrolment = desk.place.client.post("/v1/enrolments", json=body, headers=desk.headers).json()["enrolment"]
        desk.place.client.put(f"/v1/enrolments/{desk.enrolment}/recording", content=b"webm", headers=desk.headers)
        answers.append(refused(desk).appeal())
    assert [one.status_code for one in answers] == [204, 204, 204, 409]
    assert answers[-1].json()["code"] == "appeal.too_many"


def test_what_is_gone_late_or_replayed_cannot_be_appealed(place: Place) -> None:
    desk = refused(Desk(place), "replay.file")
    assert desk.appeal().json()["code"] == "appeal.not_judged"
    place = make_place(InMemoryAskingLedger())
    desk = refused(Desk(place))
    place.client.app.state.parts.keyholder.destroy_evidence(desk.evidence, "schedule")  # type: ignore[attr-defined]
    assert desk.appeal().json()["code"] == "evidence.destroyed"


PNG = cv2.imencode(".png", np.zeros((300, 400, 3), np.uint8))[1].tobytes()


def test_a_document_is_added_where_people_look_is_seen_blurred_and_scored(desk: Desk) -> None:
    url = f"/v1/enrolments/{desk.enrolment}/document"
    assert desk.place.client.put(url, content=b"GIF89a", headers=desk.headers).json()["code"] == "document.form"
    added = desk.place.client.put(url, content=PNG, headers=desk.headers)
    assert added.status_code == 202
    evidence = added.json()["evidence"]
    compared = EvidenceCompared(
        enrolment=desk.enrolment, evidence=evidence, code="document.compared", similarity_micro=610_000, threshold_micro=400_000
    )
    desk.say(desk.cameo, compared)
    assert desk.get(f"/{desk.case}").json()["documents"] == [
        {"code": "document.compared", "similarity_micro": 610_000, "threshold_micro": 400_000}
    ]
    answer = desk.get(f"/{desk.case}/document")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    looked = desk.place.store.read(desk.case)[-1]
    assert (looked.data["evidence"], looked.data["blurred"]) == (evidence, True)


def test_a_document_is_its_persons_and_of_an_enrolment_that_waits(desk: Desk) -> None:
    url = f"/v1/enrolments/{desk.enrolment}/document"
    _, stranger = desk.place.person("theo")
    assert desk.place.client.put(url, content=PNG, headers=stranger).json()["code"] == "enrolment.unknown"
    for _ in range(3):
        desk.place.client.put(url, content=PNG, headers=desk.headers)
    assert desk.place.client.put(url, content=PNG, headers=desk.headers).json()["code"] == "document.too_many"
    desk.say(desk.cameo, EnrolmentActivated(enrolment=desk.enrolment, assurance="verified", level="reviewed"))
    assert desk.place.client.put(url, content=PNG, headers=desk.headers).json()["code"] == "document.not_asked"
    assert desk.get(f"/{stream_id('case', b'9' * 16)}/document").json()["code"] == "case.unknown"
