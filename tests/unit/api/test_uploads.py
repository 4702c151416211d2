"""Recordings in pieces, by tus 1.0: what each request answers, and that a whole one is submitted as any other."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from schemas.ids import cameo_of
from serving.errors import UnavailableError
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from serving.handlers.submitting import MAX_RECORDING_BYTES
from tests.unit.api.conftest import Place

BODY = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
TUS = {"Tus-Resumable": "1.0.0"}
DATA = bytes(range(256)) * 40


@pytest.fixture
def sender(place: Place) -> Sender:
    return Sender(place)


class Sender:
    """One person with an open challenge."""

    def __init__(self, place: Place, handle: str = "min") -> None:
        self.place = place
        self.account, self.headers = place.person(handle)
        self.enrolment = place.client.post("/v1/enrolments", json=BODY, headers=self.headers).json()["enrolment"]
        self.uploads = f"/v1/enrolments/{self.enrolment}/uploads"

    def begin(self, length: int = len(DATA), **headers: str) -> Any:
        return self.place.client.post(self.uploads, headers=self.headers | TUS | {"Upload-Length": str(length)} | headers)

    def begun(self) -> str:
        return self.begin().headers["Location"]

    def patch(self, place: str, offset: int, content: Any, **headers: str) -> Any:
        more = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"} | headers
        return self.place.client.patch(place, content=content, headers=self.headers | TUS | more)

    def head(self, place: str) -> Any:
        return self.place.client.head(place, headers=self.headers | TUS)

    def received(self) -> list[str]:
        events = self.place.store.read(cameo_of(self.account))
        return [one.data["sha256"] for one in events if one.type == "enrolment.recording_received"]


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def checksum(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def test_what_is_offered_is_told_to_anybody(place: Place) -> None:
    answer = place.client.options("/v1/enrolments/x/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "expiration", "checksum", "termination"}
    assert answer.headers["Tus-Max-Size"] == str(MAX_RECORDING_BYTES)
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")


def test_pieces_are_submitted_as_one_recording(sender: Sender) -> None:
    begun = sender.begin(**{"Upload-Metadata": "camera_label " + base64.b64encode("민지의 OBS".encode()).decode()})
    assert (begun.status_code, begun.headers["Upload-Offset"], begun.headers["Tus-Resumable"]) == (201, "0", "1.0.0")
    place = begun.headers["Location"]
    assert parsedate_to_datetime(begun.headers["Upload-Expires"]) - datetime.now(UTC) < timedelta(minutes=2)
    for begin in range(0, len(DATA), 4000):
        answer = sender.patch(place, begin, DATA[begin : begin + 4000])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(min(len(DATA), begin + 4000)))
        assert sender.received() == ([] if begin + 4000 < len(DATA) else [hashlib.sha256(DATA).hexdigest()])
    head = sender.head(place)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(len(DATA)), str(len(DATA)))
    assert head.headers["Cache-Control"] == "no-store"
    assert sender.place.store.read(cameo_of(sender.account))[-1].data["camera_label"] == "obs"
    again = sender.patch(place, len(DATA), b"")
    assert again.status_code == 204, "the last answer was lost: asked again, it is the same"
    assert len(sender.received()) == 1
    assert said(sender.place.client.put(f"/v1/enrolments/{sender.enrolment}/recording", content=b"x", headers=sender.headers)) == (
        409,
        "challenge.used",
    )


def test_a_piece_goes_where_the_last_one_ended(sender: Sender) -> None:
    place = sender.begun()
    sender.patch(place, 0, DATA[:100])
    for offset in (0, 99, 101, 200):
        assert said(sender.patch(place, offset, DATA[100:200])) == (409, "upload.offset")
    assert sender.head(place).headers["Upload-Offset"] == "100"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_what_was_changed_on_the_way_is_not_kept(sender: Sender, algorithm: str) -> None:
    place = sender.begun()
    right = checksum(DATA[:100], algorithm)
    assert said(sender.patch(place, 0, b"x" + DATA[1:100], **{"Upload-Checksum": right})) == (460, "upload.checksum")
    assert sender.head(place).headers["Upload-Offset"] == "0"
    assert sender.patch(place, 0, DATA[:100], **{"Upload-Checksum": right}).headers["Upload-Offset"] == "100"


@pytest.mark.parametrize("wrong", ["md5 AAAA", "sha256", "sha256 !", "sha256 " + "A" * 300])
def test_a_checksum_that_cannot_be_checked_is_said(sender: Sender, wrong: str) -> None:
    answer = sender.patch(sender.begun(), 0, DATA[:100], **{"Upload-Checksum": wrong})
    assert answer.status_code in (400, 422)


def test_more_than_was_announced_is_not_taken(sender: Sender) -> None:
    place = sender.begun()
    assert said(sender.patch(place, 0, DATA + b"x")) == (413, "upload.too_long")
    assert sender.received() == []
    assert sender.patch(place, int(sender.head(place).headers["Upload-Offset"]), DATA).status_code == 204
    assert sender.received() == [hashlib.sha256(DATA).hexdigest()]


@pytest.mark.parametrize(("length", "code"), [(0, "media.empty"), (MAX_RECORDING_BYTES + 1, "media.too_large")])
def test_the_announced_length_is_bounded(sender: Sender, length: int, code: str) -> None:
    assert said(sender.begin(length)) == (413, code)


def test_another_version_or_another_body_is_refused(sender: Sender) -> None:
    place = sender.begun()
    assert said(sender.begin(**{"Tus-Resumable": "0.2.2"})) == (412, "upload.version")
    assert said(sender.patch(place, 0, DATA, **{"Content-Type": "video/webm"})) == (415, "upload.media_type")
    assert sender.place.client.head(place, headers=sender.headers).status_code == 412
    assert said(sender.begin(**{"Upload-Metadata": "camera_label not-base64!"})) == (422, "upload.metadata")


def test_nobody_elses_upload_is_seen(place: Place) -> None:
    min_, theo = Sender(place), Sender(place, "theo")
    mine = min_.begun()
    assert said(theo.patch(mine, 0, DATA)) == (404, "enrolment.unknown")
    assert theo.head(mine).status_code == 404
    assert said(place.client.delete(mine, headers=theo.headers | TUS)) == (404, "upload.unknown")
    assert said(theo.patch(mine.replace(min_.enrolment, theo.enrolment), 0, DATA)) == (404, "upload.unknown")


def test_one_that_is_stopped_is_gone(sender: Sender) -> None:
    place = sender.begun()
    sender.patch(place, 0, DATA[:100])
    assert sender.place.client.delete(place, headers=sender.headers | TUS).status_code == 204
    assert sender.head(place).status_code == 404


def test_methods_may_be_sent_under_another_name(sender: Sender) -> None:
    place = sender.begun()
    more = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert sender.place.client.post(place, content=DATA[:100], headers=sender.headers | TUS | more).status_code == 204
    assert sender.head(place).headers["Upload-Offset"] == "100"


def test_no_upload_without_an_open_challenge(sender: Sender) -> None:
    sender.uploads = sender.uploads.replace(sender.enrolment, "0" * 32)
    assert said(sender.begin()) == (404, "enrolment.unknown")


def test_too_many_at_once_are_refused(sender: Sender) -> None:
    answers = [sender.begin() for _ in range(4)]
    assert [one.status_code for one in answers] == [201, 201, 201, 429]
    assert said(answers[-1]) == (429, "upload.too_many")


def test_one_that_ran_out_is_gone(sender: Sender) -> None:
    place = sender.begun()
    store = sender.place.client.app.state.parts.uploads.store  # type: ignore[attr-defined]
    name = place.rpartition("/")[2]
    object.__setattr__(store._kept[name], "expires_at", datetime.now(UTC) - timedelta(seconds=1))
    assert said(sender.patch(place, 0, DATA)) == (410, "upload.expired")
    assert sender.head(place).status_code == 404


def test_two_that_write_at_once_do_not_mix(sender: Sender) -> None:
    place = sender.begun()

    def body() -> Iterator[bytes]:
        yield DATA[:100]
        assert said(sender.patch(place, 0, DATA[:50])) == (423, "upload.busy")
        yield DATA[100:200]

    assert sender.patch(place, 0, body()).headers["Upload-Offset"] == "200"


@pytest.mark.parametrize("asks", ["HEAD", "PATCH"])
def test_a_whole_one_waits_for_a_part_that_does_not_answer(sender: Sender, asks: str) -> None:
    place, parts = sender.begun(), sender.place.client.app.state.parts  # type: ignore[attr-defined]
    sealed = parts.keyholder.put_evidence

    def away(*_: object) -> None:
        raise UnavailableError("keyholder.unavailable", "away", "again")

    parts.keyholder.put_evidence = away
    assert said(sender.patch(place, 0, DATA)) == (503, "keyholder.unavailable")
    assert sender.head(place).status_code == 503, "an offset that looks done would have the client stop"
    parts.keyholder.put_evidence = sealed
    if asks == "HEAD":
        assert sender.head(place).headers["Upload-Offset"] == str(len(DATA))
    else:
        assert sender.patch(place, len(DATA), b"").status_code == 204
    for _ in range(2):
        assert sender.head(place).headers["Upload-Offset"] == str(len(DATA))
    assert sender.received() == [hashlib.sha256(DATA).hexdigest()], "once"


def test_a_whole_one_is_submitted_where_its_challenge_was_taken(place: Place) -> None:
    sender = Sender(place)
    upload, parts = sender.begun(), place.client.app.state.parts  # type: ignore[attr-defined]
    sealed = parts.keyholder.put_evidence

    def away(*_: object) -> None:
        raise UnavailableError("keyholder.unavailable", "away", "again")

    parts.keyholder.put_evidence = away
    sender.patch(upload, 0, DATA)
    parts.keyholder.put_evidence = sealed
    elsewhere = place.token(sender.account, "enrol")
    assert place.client.head(upload, headers=elsewhere | TUS).status_code == 403
    assert sender.received() == []
