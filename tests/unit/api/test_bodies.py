"""Recordings that come in one request: one of a challenge at a time, on the disk while they come, few in memory; nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from serving.handlers.bodies import Room
from serving.handlers.submitting import MAX_RECORDING_BYTES
from serving.handlers.uploads import PIECE_BYTES, Uploads
from serving.upload_fakes import InMemoryUploadStore
from serving.upload_ports import Upload
from tests.unit.api.conftest import Place
from tests.unit.api.test_uploads import DATA, Sender, said


@pytest.fixture
def sender(place: Place) -> Sender:
    return Sender(place)


class Counting(InMemoryUploadStore):
    """Notes how long the pieces are that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def write(self, upload: Upload, offset: int, at: int, piece: bytes) -> int:
        self.lengths.append(len(piece))
        return super().write(upload, offset, at, piece)


def put(sender: Sender, content: Any, **headers: str) -> Any:
    url = f"/v1/enrolments/{sender.enrolment}/recording"
    return sender.place.client.put(url, content=content, headers=sender.headers | headers)


def parts(place: Place) -> Any:
    return place.client.app.state.parts  # type: ignore[attr-defined]


def left(place: Place) -> list[str]:
    store = parts(place).uploads.store
    return [*store._kept, *store._written, *store._taken]


def test_a_second_body_for_a_challenge_waits_until_the_first_has_ended(sender: Sender) -> None:
    upload = sender.begun()
    seen: list[Any] = []

    def body() -> Iterator[bytes]:
        yield DATA[:100]
        seen.extend([put(sender, b"two"), sender.patch(upload, 0, DATA)])
        yield DATA[100:]

    assert put(sender, body()).status_code == 202
    for second in seen:
        assert (said(second), second.headers["Retry-After"]) == ((423, "upload.busy"), "2")
        assert second.json()["ko"]
    assert len(sender.received()) == 1


def test_a_body_is_not_in_memory_while_it_comes(sender: Sender) -> None:
    store = Counting()
    sender.place.client.app.state.parts = replace(parts(sender.place), uploads=Uploads(store))  # type: ignore[attr-defined]
    assert put(sender, bytes(2 * PIECE_BYTES + 5)).status_code == 202
    assert store.lengths == [PIECE_BYTES, PIECE_BYTES, 5]
    assert left(sender.place) == []


def test_what_breaks_off_leaves_nothing_and_may_come_again(sender: Sender) -> None:
    def body() -> Iterator[bytes]:
        yield DATA
        raise ConnectionError

    assert put(sender, body()).status_code == 500
    assert left(sender.place) == []
    assert put(sender, DATA).status_code == 202


def test_an_account_has_few_on_their_way(sender: Sender) -> None:
    for _ in range(3):
        sender.begun()
    many = put(sender, DATA)
    assert (said(many), many.headers["Retry-After"]) == ((429, "upload.too_many"), "60")


@pytest.mark.parametrize("sent", [bytes, lambda size: iter([bytes(size)])], ids=["declared", "not declared"])
def test_what_is_too_large_is_refused(sender: Sender, sent: Callable[[int], Any]) -> None:
    assert said(put(sender, sent(MAX_RECORDING_BYTES + 1))) == (422, "media.too_large")
    assert left(sender.place) == []


def test_where_memory_is_full_a_recording_is_told_to_come_again(sender: Sender) -> None:
    room = Room(100, wait_s=0.01)
    sender.place.client.app.state.parts = replace(parts(sender.place), room=room)  # type: ignore[attr-defined]
    assert room.take(100)
    refused = put(sender, DATA)
    assert (said(refused), refused.headers["Retry-After"]) == ((503, "upload.full"), "5")
    assert refused.json()["ko"]
    assert left(sender.place) == []
    room.give_back(100)
    assert put(sender, DATA).status_code == 202
    assert room.take(100), "given back"


def test_where_memory_is_full_an_upload_stays_whole_and_is_asked_for_again(sender: Sender) -> None:
    room, upload = Room(100, wait_s=0.01), sender.begun()
    sender.place.client.app.state.parts = replace(parts(sender.place), room=room)  # type: ignore[attr-defined]
    assert room.take(100)
    assert said(sender.patch(upload, 0, DATA)) == (503, "upload.full")
    room.give_back(100)
    assert sender.head(upload).status_code == 200
    assert len(sender.received()) == 1


def test_room_is_bounded_and_what_is_larger_than_all_of_it_goes_alone() -> None:
    room = Room(10)
    assert [room.take(6), room.take(5), room.take(4)] == [True, False, True]
    room.give_back(6)
    room.give_back(4)
    assert [room.take(11), room.take(1)] == [True, False]
