"""Pets and things: their owner enrols one under a cameo of its own, a person never, and it goes when its owner goes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from identity.core.assessment import Assessment, measured
from identity.core.checks import thing as checks
from identity.core.checks.thing import ThingSeen
from identity.core.features import MediaFacts
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Profile
from identity.fakes import InMemoryReplayIndex
from schemas.account import AccountRegistered
from schemas.cameo import EnrolmentStarted, Facet
from schemas.case import CaseLooked, CaseShown, CaseVoted
from schemas.codec import event_of
from schemas.consent import ConsentPaused
from schemas.ids import SWITCH_STREAM, cameo_of, stream_id, thing_by_hash
from schemas.operation import RoleGiven
from schemas.registry import Event
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.agents.fakes import InMemoryTurns
from streams.agents.reviewing import ReviewAgent
from streams.agents.things import ThingAgent
from streams.agents.verifying import VerifyAgent
from streams.core.casework import case_id
from streams.ports import Append, NewEvent
from tests.unit.agents.test_verifying import ScriptedAssessor
from tests.unit.api.conftest import Place

REA = stream_id("account", bytes([11]) * 16)
MEDIA = MediaFacts("webm", "vp8", "opus", 640, 480, 5_000_000, ())
CAT, PERSON = ThingSeen(0.0, 90.0), ThingSeen(0.2, 90.0)


class Yard:
    """Somebody with a dog, and the worker's agents."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.owner, self.headers = place.person("min")
        keys = place.client.app.state.parts.keyholder.as_role("worker")  # type: ignore[attr-defined]
        self.seen = [CAT] * 20
        self.agent = ThingAgent(place.store, keys, self)
        self.review = ReviewAgent(place.store, InMemoryTurns(place.store), keys, self, self)
        self.people = VerifyAgent(place.store, InMemoryTurns(place.store), keys, ScriptedAssessor(), InMemoryReplayIndex())

    def assess_thing(self, recording: bytes, enrolment: str, profile: Profile) -> Assessment:
        assert recording == b"a dog"
        results = checks.check(MEDIA, self.seen, profile)
        return Assessment(results, "0" * 64, enrolment, profile, (), Fingerprint("0" * 64))

    def cut_thing(self, recording: bytes) -> Mapping[Facet, bytes]:
        del recording
        return {"body": b"frames"}

    def cut(self, recording: bytes) -> Mapping[Facet, bytes]:
        raise AssertionError(recording)

    def search(self, template: bytes, cameo: str) -> tuple[()]:
        raise AssertionError("a thing has no face to search for", len(template), cameo)

    def call(self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None) -> Any:
        return self.place.client.request(method, f"/v1/things{path}", json=body, headers=who or self.headers)

    def start(self, name: str = "rex", profile: str = "basic", who: dict[str, str] | None = None) -> Any:
        return self.call("POST", "", {"name": name, "profile": profile, "consent_text_sha256": CONSENT_TEXT_SHA256}, who)

    def enrol(self, profile: str = "basic") -> str:
        thing: str = self.start(profile=profile).json()["thing"]
        assert self.place.client.put(f"/v1/things/{thing}/recording", content=b"a dog", headers=self.headers).status_code == 202
        received = self.place.store.read(thing)[-1]
        self.people.handle(received)
        self.agent.handle(received)
        return thing

    def types(self, thing: str) -> list[str]:
        return [one.type for one in self.place.store.read(thing)]


@pytest.fixture
def yard(place: Place) -> Yard:
    return Yard(place)


def test_a_thing_becomes_active_under_a_cameo_of_its_own_with_a_body_sealed(yard: Yard) -> None:
    thing = yard.enrol()
    assert thing != cameo_of(yard.owner)
    assert yard.types(thing)[-3:] == ["asset.sealed", "enrolment.assessed", "enrolment.activated"]
    shown = yard.call("GET", f"/{thing}").json()
    assert (shown["state"], shown["status"], shown["audience"]["audience"]) == ("activated", "active", "only_me")
    assert yard.call("GET", "").json() == [thing]
    assert yard.place.store.read(cameo_of(yard.owner)) == []


def test_the_same_name_is_the_same_thing_and_stands_nowhere(yard: Yard) -> None:
    first, again, other = (yard.start(name).json()["thing"] for name in ("Rex", " rex ", "tom"))
    assert first == again != other
    assert "rex" not in str([one.data for one in yard.place.store.read_all()]).lower()


def test_the_id_of_a_thing_is_drawn_and_one_that_was_derived_before_stays(yard: Yard) -> None:
    other, headers = yard.place.person("theo")
    drawn = [yard.start().json()["thing"], yard.start(who=headers).json()["thing"]]
    assert not set(drawn) & {thing_by_hash(account, "rex") for account in (yard.owner, other)}
    older = thing_by_hash(yard.owner, "tom")
    begun = EnrolmentStarted(
        enrolment="e", owner=yard.owner, profile="basic", phrase=(), movements=(), expires_at_us=1, consent_text_version="1",
        consent_text_sha256="0" * 64, subject="thing",
    )  # fmt: skip
    yard.place.append(older, begun)
    assert yard.start("Tom").json()["thing"] == older
    assert yard.start("Tom", who=headers).json()["thing"] != older


def test_a_person_as_the_subject_is_refused(yard: Yard) -> None:
    yard.seen = [PERSON] * 20
    thing = yard.enrol()
    shown = yard.call("GET", f"/{thing}").json()
    assert (shown["state"], [one["code"] for one in shown["reasons"]]) == ("refused", ["thing.is_a_person"])
    assert "asset.sealed" not in yard.types(thing)


def test_somebody_in_the_picture_at_times_is_looked_at_and_a_reviewer_lets_the_thing_in(yard: Yard) -> None:
    yard.seen = [CAT] * 19 + [PERSON]
    thing = yard.enrol()
    assert yard.types(thing)[-1] == "enrolment.held"
    evidence = next(one.data["evidence"] for one in yard.place.store.read(thing) if "evidence" in one.data)
    case = case_id(evidence)
    assert yard.place.store.read(case)[0].data["kind"] == "thing"
    looked, shown, voted = (
        CaseLooked(evidence=evidence, blurred=True, purpose="overview"),
        CaseShown(evidence=evidence, blurred=True, purpose="overview"),
        CaseVoted(reviewer=REA, decision="accept", reasons=("review.a_thing",)),
    )
    yard.place.client.app.state.parts.keyholder.get_evidence(evidence, "review", REA)  # type: ignore[attr-defined]
    given = RoleGiven(proposal="p", role="reviewer", account=REA, operators=("account-a",))
    yard.place.append(SWITCH_STREAM, given)
    for event in (looked, shown, voted):
        yard.place.store.append(Append(actor=REA, events=[NewEvent(case, event, secrets.token_hex(16))], correlation="c"))
    yard.review.handle(yard.place.store.read(case)[-1])
    assert yard.types(thing)[-2:] == ["asset.sealed", "enrolment.activated"]


def test_a_file_that_was_not_looked_at_activates_nothing(yard: Yard) -> None:
    unread = measured(1, "media.unreadable", 0.0, 1.0, "t", profile=Profile.BASIC)
    yard.assess_thing = lambda _, enrolment, profile: Assessment(  # type: ignore[method-assign]
        (unread,), "0" * 64, enrolment, profile, (), Fingerprint("0" * 64)
    )
    assert yard.types(yard.enrol())[-1] == "enrolment.refused"


def test_consent_of_a_thing_is_its_owners_and_its_own(yard: Yard) -> None:
    thing = yard.enrol()
    _, stranger = yard.place.person("theo")
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "/audience", {"audience": "everyone"}),
        ("POST", "/revocations", {"strength": "stop"}),
    ):
        assert yard.call(method, f"/{thing}{path}", body, stranger).json()["code"] == "thing.unknown"
    assert yard.call("PUT", f"/{thing}/audience", {"audience": "everyone"}).status_code == 204
    assert yard.call("POST", f"/{thing}/revocations", {"strength": "take_down"}).status_code == 201
    assert yard.types(thing)[-2:] == ["consent.audience_set", "consent.revoked"]
    own = yard.place.activate(yard.owner)
    assert yard.call("PUT", f"/{own}/audience", {"audience": "everyone"}).json()["code"] == "thing.unknown", "a person is no thing"


def test_a_minors_thing_is_for_nobody_else(yard: Yard) -> None:
    jun = stream_id("account", b"jun, 16 bytes id")
    yard.place.append(jun, AccountRegistered(region="KR", locale="ko", minor=True))
    token = yard.place.token(jun)
    thing = yard.start(who=token).json()["thing"]
    assert yard.call("PUT", f"/{thing}/audience", {"audience": "everyone"}, token).json()["code"] == "minor.not_widenable"
    assert yard.call("PUT", f"/{thing}/audience", {"audience": "only_me"}, token).status_code == 204


def test_a_thing_goes_when_its_owner_is_erased(yard: Yard) -> None:
    thing = yard.enrol()
    assert yard.place.client.delete("/v1/cameos/me", params={"handle": "min"}, headers=yard.headers).status_code == 200
    assert yard.types(thing)[-2:] == ["consent.revoked", "subject_key.destroyed"]


def test_a_things_recording_comes_from_where_it_was_begun(place: Place) -> None:
    account, headers = place.person("min")
    body = {"name": "rex", "profile": "basic", "consent_text_sha256": CONSENT_TEXT_SHA256}
    thing = place.client.post("/v1/things", json=body, headers=headers).json()["thing"]
    url, other = f"/v1/things/{thing}/recording", place.token(account, "enrol")
    assert place.client.put(url, content=b"a dog", headers=other).json()["code"] == "challenge.other_session"
    assert place.client.put(url, content=b"a dog", headers=headers).status_code == 202


def while_sealed(yard: Yard, *events: Event) -> None:
    """Append this to a thing's stream while its recording is being sealed."""
    keyholder = yard.place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    sealed = keyholder.put_evidence

    def put(account: str, cameo: str, recording: bytes) -> Any:
        kept = sealed(account, cameo, recording)
        for event in events:
            yard.place.append(cameo, event)
        return kept

    keyholder.put_evidence = put


def test_what_is_said_of_a_thing_while_its_recording_is_sealed_loses_no_recording(yard: Yard) -> None:
    while_sealed(yard, ConsentPaused())
    thing = yard.enrol()
    assert yard.types(thing)[:3] == ["enrolment.started", "consent.paused", "enrolment.recording_received"]
    assert "enrolment.activated" in yard.types(thing)
    assert "evidence.destroyed" not in yard.types(thing)


def test_a_recording_for_an_enrolment_that_was_begun_anew_meanwhile_is_destroyed(yard: Yard) -> None:
    thing: str = yard.start().json()["thing"]
    (first,) = [event_of(one) for one in yard.place.store.read(thing)]
    assert isinstance(first, EnrolmentStarted)
    while_sealed(yard, msgspec.structs.replace(first, enrolment="another"))
    refused = yard.place.client.put(f"/v1/things/{thing}/recording", content=b"a dog", headers=yard.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "challenge.expired")
    assert yard.types(thing) == ["enrolment.started", "enrolment.started", "evidence.destroyed"]
