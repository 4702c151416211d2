"""A recording handed in twice at once, or while the cameo changes: one is accepted, none is lost, none is left over."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from identity.keys.errors import KeyholderRefusedError
from identity.keys.wire import EvidenceSealed
from schemas.cameo import EnrolmentRefused
from schemas.consent import ConsentPaused
from schemas.ids import cameo_of
from serving.errors import CommandError
from serving.handlers import submitting
from serving.handlers.desk import Caller
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from tests.unit.api.conftest import Place

SCOPES = frozenset({"enrol"})
BODY = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}


class Together:
    """A keyholder that seals only once so many callers are there."""

    def __init__(self, inner: object, count: int) -> None:
        self._inner = inner
        self._barrier = threading.Barrier(count, timeout=10)

    def put_evidence(self, *given: object) -> object:
        stored = self._inner.put_evidence(*given)  # type: ignore[attr-defined]
        self._barrier.wait()
        return stored

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def together(place: Place, count: int) -> None:
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    object.__setattr__(parts, "keyholder", Together(parts.keyholder, count))


def started(place: Place, headers: dict[str, str]) -> str:
    return f"/v1/enrolments/{place.client.post('/v1/enrolments', json=BODY, headers=headers).json()['enrolment']}/recording"


def submitted(place: Place, caller: Caller, url: str, content: bytes) -> EvidenceSealed | CommandError:
    """What two processes do at once: in one, the second body would have to wait."""
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    try:
        return submitting.submit(parts.desk, parts.keyholder, caller, url.split("/")[-2], content, "")
    except CommandError as error:
        return error


def kept(place: Place, evidence: str) -> bool:
    try:
        place.client.app.state.parts.keyholder.as_role("worker").get_evidence(evidence, "assess")  # type: ignore[attr-defined]
    except KeyholderRefusedError:
        return False
    return True


def test_of_two_at_once_one_is_accepted_and_the_others_recording_is_destroyed(place: Place) -> None:
    owner, min_ = place.person("min")
    url = started(place, min_)
    together(place, 2)
    with ThreadPoolExecutor(2) as two:
        answers = list(two.map(lambda content: submitted(place, Caller(owner, SCOPES), url, content), (b"one", b"two")))
    (refused,) = [one for one in answers if isinstance(one, CommandError)]
    assert (refused.status, refused.code) == (409, "challenge.used")
    (accepted,) = [one.evidence for one in answers if not isinstance(one, CommandError)]
    events = list(place.store.read(cameo_of(owner)))
    received = [one.data["evidence"] for one in events if one.type == "enrolment.recording_received"]
    destroyed = [one.data["evidence"] for one in events if one.type == "evidence.destroyed"]
    assert received == [accepted]
    assert len(destroyed) == 1
    assert kept(place, accepted)
    assert not kept(place, destroyed[0])


def test_the_same_command_sent_twice_at_once_is_one_submission(place: Place) -> None:
    owner, min_ = place.person("min")
    url = started(place, min_)
    together(place, 2)
    key = min_ | {"Idempotency-Key": "k1"}
    caller = Caller(owner, SCOPES, idempotency_key="k1")
    with ThreadPoolExecutor(2) as two:
        answers = list(two.map(lambda _: submitted(place, caller, url, b"webm"), range(2)))
    assert answers[0] == answers[1]
    assert not isinstance(answers[0], CommandError)
    assert [one.type for one in place.store.read(cameo_of(owner))].count("enrolment.recording_received") == 1
    third = place.client.put(url, content=b"webm", headers=key)
    assert third.json()["evidence"] == answers[0].evidence, "and sent a third time, later"
    other = place.client.put(url, content=b"another", headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "challenge.used")


@pytest.mark.parametrize("changes", [1, 3])
def test_a_cameo_that_changes_meanwhile_loses_no_recording(place: Place, changes: int) -> None:
    owner, min_ = place.person("min")
    url = started(place, min_)
    keyholder = place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    sealed = keyholder.put_evidence

    def put(*given: object) -> object:
        for _ in range(changes):
            assert place.client.put("/v1/cameos/me/pause", headers=min_).status_code in (204, 409)
        return sealed(*given)

    keyholder.put_evidence = put
    assert place.client.put(url, content=b"webm", headers=min_).status_code == 202
    assert place.store.read(cameo_of(owner))[-1].type == "enrolment.recording_received"


def test_nothing_is_nothing(place: Place) -> None:
    _, min_ = place.person("min")
    answer = place.client.put(started(place, min_), content=b"", headers=min_)
    assert (answer.status_code, answer.json()["code"]) == (422, "media.empty")


def test_of_what_a_client_says_it_is_the_family_alone_is_kept(place: Place) -> None:
    owner, min_ = place.person("min")
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
    for told, kept in (("Mozilla/5.0 (X11; min's laptop) Gecko/20100101 Firefox/145.0", "firefox"), ("my own program/1", "")):
        enrolment = place.client.post("/v1/enrolments", json=body, headers=min_).json()["enrolment"]
        answer = place.client.put(f"/v1/enrolments/{enrolment}/recording", content=b"webm", headers=min_ | {"User-Agent": told})
        assert answer.status_code == 202
        received = place.store.read(cameo_of(owner))[-1]
        assert (received.data["client"], "laptop" in str(received.data)) == (kept, False)
        place.append(cameo_of(owner), EnrolmentRefused(enrolment=enrolment, codes=("words.not_heard",)))


def test_what_is_appended_beside_it_is_no_reason_to_refuse_a_challenge(place: Place) -> None:
    account, headers = place.person("mina")
    desk = place.client.app.state.parts.desk  # type: ignore[attr-defined]
    beside = [ConsentPaused()]

    def drawn(count: int) -> bytes:
        if count == 32 and beside:
            place.append(cameo_of(account), beside.pop())
        return secrets.token_bytes(count)

    object.__setattr__(desk, "entropy", drawn)
    answer = place.client.post("/v1/enrolments", json=BODY, headers=headers)
    assert answer.status_code == 201, answer.text
    assert [one.type for one in place.store.read(cameo_of(account))] == ["consent.paused", "enrolment.started"]
