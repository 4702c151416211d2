"""The live route: what it hands out when, whom it lets in, and every way in which a session ends."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from identity.core.live_session import FIRST_US, IDLE_US, MAX_BYTES
from schemas.cameo import EnrolmentStarted, LiveFailed, RecordingReceived
from schemas.codec import event_of
from schemas.ids import cameo_of
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from serving.handlers.live import MAX_CHUNK_BYTES, NEEDED_US
from streams.core.verification import challenge_of, live_of
from tests.live_client import CHUNK_US, HEAD, Clock, Ended, Nobody, answer, finish, hello, send
from tests.unit.api.conftest import Place

BODY = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256, "way": "stepwise"}


class Enrolling:
    """One person who began to enrol step by step, and the server's clock."""

    def __init__(self, place: Place, **more: Any) -> None:
        self.place = place
        self.account, self.headers = place.person("m" + secrets.token_hex(4))
        self.token = self.headers["Authorization"].removeprefix("Bearer ")
        self.started = place.client.post("/v1/enrolments", json=BODY | more, headers=self.headers).json()
        with place.store.snapshot() as facts:
            self.clock = Clock(facts.now_us())
        place.client.app.state.parts.live.clock_us = self.clock  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        return self.started["live"]

    def connect(self):
        return self.place.client.websocket_connect(self.url)

    def events(self, kind: type) -> list[Any]:
        found = [event_of(one) for one in self.place.store.read(cameo_of(self.account))]
        return [one for one in found if isinstance(one, kind)]

    def state(self) -> dict[str, Any]:
        return self.place.client.get(f"/v1/enrolments/{self.started['enrolment']}", headers=self.headers).json()


@pytest.fixture
def min_(place: Place) -> Enrolling:
    return Enrolling(place)


def opened(socket, who: Enrolling, **more: str) -> dict[str, Any]:
    socket.send_json(hello(who.token, **more))
    return socket.receive_json()


def problem(socket) -> tuple[str, int]:
    """The problem that was told, and the code with which the connection was closed."""
    told = socket.receive_json()
    while told["type"] != "problem":
        told = socket.receive_json()
    assert told["remedy"]
    assert re.search("[가-힣]", told["ko"])
    with pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    return told["code"], closed.value.code


def test_the_answer_to_start_tells_where_to_connect_and_nothing_of_the_challenge(min_: Enrolling) -> None:
    assert min_.started["phrase"] == []
    assert min_.started["movements"] == []
    assert min_.started["way"] == "stepwise"
    (begun,) = min_.events(EnrolmentStarted)
    assert (begun.phrase, begun.movements) == ((), ())
    assert len(begun.commitment) == 64


def test_a_session_hands_out_every_step_and_seals_what_was_recorded(min_: Enrolling) -> None:
    who = Nobody()
    with min_.connect() as socket:
        assert opened(socket, min_)["type"] == "ready"
        told = answer(socket, who, min_.clock)
    assert told["type"] == "sealed"
    assert [step["step"] for step in who.seen] == list(range(1, len(who.seen) + 1))
    assert {step["do"] for step in who.seen} == {"hold", "move", "say", "stop"}
    (received,) = min_.events(RecordingReceived)
    (begun,) = [one for one in min_.place.store.read(cameo_of(min_.account)) if one.type == "enrolment.started"]
    challenge = challenge_of(begun, event_of(begun), received)  # type: ignore[arg-type]
    assert challenge.commitment(received.salt) == event_of(begun).commitment  # type: ignore[attr-defined]
    live = live_of(received)
    assert live is not None
    assert all(step.done_at_us is not None for step in live.steps)
    assert [(s.kind, s.what) for s in live.steps] == [(s["do"], tuple(s["what"])) for s in who.seen]
    assert live.arrivals[-1].bytes == received.bytes
    assert (received.client, received.camera_label) == ("chrome", ""), "of what it said its family alone is kept"
    assert min_.state()["state"] == "checking"


def test_the_next_step_waits_for_the_recording_and_not_for_time(min_: Enrolling) -> None:
    who = Nobody()
    with min_.connect() as socket:
        opened(socket, min_)
        began_us = min_.clock.now_us
        for recorded_us in (CHUNK_US, 2 * CHUNK_US):
            min_.clock.now_us = began_us + recorded_us
            first = send(socket, who.film(recorded_us))
        min_.clock.now_us += 2_000_000
        assert [one["do"] for one in first] == ["hold"]
        assert send(socket, who.film(3 * CHUNK_US)) == []


def test_light_is_a_step_of_colours_at_the_end(place: Place) -> None:
    lit, who = Enrolling(place, light=True), Nobody()
    with lit.connect() as socket:
        opened(socket, lit)
        assert answer(socket, who, lit.clock)["type"] == "sealed"
    assert who.seen[-1]["do"] == "light"
    assert who.seen[-1]["each_ms"] == 500
    (received,) = lit.events(RecordingReceived)
    assert list(received.light) == who.seen[-1]["what"]


def test_light_without_steps_is_refused(place: Place) -> None:
    _, headers = place.person("lee")
    answered = place.client.post("/v1/enrolments", json=BODY | {"way": "upload", "light": True}, headers=headers)
    assert (answered.status_code, answered.json()["code"]) == (422, "light.needs_steps")


def test_a_stepwise_challenge_is_not_answered_by_an_upload(min_: Enrolling) -> None:
    url = f"/v1/enrolments/{min_.started['enrolment']}/recording"
    answered = min_.place.client.put(url, content=b"a film", headers=min_.headers)
    assert (answered.status_code, answered.json()["code"]) == (409, "challenge.stepwise")


def test_a_challenge_has_one_session(min_: Enrolling) -> None:
    with min_.connect() as one, min_.connect() as other:
        assert opened(one, min_)["type"] == "ready"
        other.send_json(hello(min_.token))
        assert problem(other) == ("challenge.used", 4409)


def test_a_challenge_that_was_answered_is_not_answered_again(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        answer(socket, Nobody(), min_.clock)
    with min_.connect() as socket:
        socket.send_json(hello(min_.token))
        assert problem(socket)[0] == "challenge.used"


def test_somebody_elses_challenge_is_not_found(min_: Enrolling) -> None:
    _, other = min_.place.person("eve")
    with min_.connect() as socket:
        socket.send_json(hello(other["Authorization"].removeprefix("Bearer ")))
        assert problem(socket) == ("enrolment.unknown", 4404)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "hello"}, "token.missing"),
        ({"type": "hello", "token": "cameo_nobody"}, "token.unknown"),
        ({"type": "hello", "token": 5}, "live.message"),
        ({"type": "hello", "token": "x" * 5000}, "live.message"),
        ({"type": "end"}, "live.message"),
        ([], "live.message"),
    ],
)
def test_who_does_not_say_who_they_are_is_told_so(min_: Enrolling, first: object, code: str) -> None:
    with min_.connect() as socket:
        socket.send_json(first)
        assert problem(socket)[0] == code


def test_a_token_may_come_as_for_every_route(min_: Enrolling) -> None:
    with min_.place.client.websocket_connect(min_.url, headers=min_.headers) as socket:
        socket.send_json({"type": "hello"})
        assert socket.receive_json()["type"] == "ready"


def test_a_token_without_the_scope_is_refused(min_: Enrolling) -> None:
    headers = min_.place.token(min_.account, "audit")
    with min_.connect() as socket:
        socket.send_json(hello(headers["Authorization"].removeprefix("Bearer ")))
        assert problem(socket) == ("scope.missing", 4403)


def test_another_device_does_not_answer_what_a_device_took(place: Place) -> None:
    account, headers = place.person("dev")
    started = place.client.post("/v1/enrolments", json=BODY, headers=headers | {"Cameo-Device": "a" * 20}).json()
    token = headers["Authorization"].removeprefix("Bearer ")
    with place.client.websocket_connect(started["live"]) as socket:
        socket.send_json(hello(token, device="b" * 20))
        assert problem(socket) == ("challenge.other_device", 4403)
    with place.client.websocket_connect(started["live"]) as socket:
        socket.send_json(hello(token, device="a" * 20))
        assert socket.receive_json()["type"] == "ready"
    assert account


def test_a_session_does_not_begin_when_too_little_time_is_left(min_: Enrolling) -> None:
    min_.clock.now_us += 120_000_000 - NEEDED_US + 1_000_000
    with min_.connect() as socket:
        socket.send_json(hello(min_.token))
        assert problem(socket) == ("challenge.expired", 4409)


def test_a_new_challenge_takes_the_place_of_the_one_before(min_: Enrolling) -> None:
    min_.place.client.post("/v1/enrolments", json=BODY, headers=min_.headers)
    with min_.connect() as socket:
        socket.send_json(hello(min_.token))
        assert problem(socket)[0] == "enrolment.unknown"


def ended(who: Enrolling, *pieces: bytes) -> tuple[str, int]:
    with who.connect() as socket:
        opened(socket, who)
        for piece in pieces:
            socket.send_bytes(piece)
        return problem(socket)


def test_what_is_no_webm_ends_the_session(min_: Enrolling) -> None:
    assert ended(min_, b"garbage" * 100) == ("media.unreadable", 4409)
    assert min_.state()["state"] == "broken"
    assert [reason["code"] for reason in min_.state()["reasons"]] == ["media.unreadable"]
    assert min_.events(RecordingReceived) == []


def test_a_piece_that_is_too_large_ends_the_session(min_: Enrolling) -> None:
    assert ended(min_, HEAD + bytes(MAX_CHUNK_BYTES))[0] == "media.too_large"


def test_a_recording_that_is_too_large_ends_the_session(min_: Enrolling) -> None:
    void = b"\xec" + (MAX_CHUNK_BYTES - 5 | 1 << 28).to_bytes(4, "big") + bytes(MAX_CHUNK_BYTES - 5)
    assert ended(min_, HEAD, *[void] * (MAX_BYTES // MAX_CHUNK_BYTES + 1))[0] == "media.too_large"


def test_a_recording_that_runs_ahead_of_time_ends_the_session(min_: Enrolling) -> None:
    who = Nobody()
    assert ended(min_, who.film(250_000), who.film(4_000_000)) == ("live.clock", 4409)


@pytest.mark.parametrize(("rate", "code"), [(0.8, "live.late"), (1.2, "live.clock")])
def test_a_recording_whose_clock_goes_wrong_ends_the_session(min_: Enrolling, rate: float, code: str) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        assert answer(socket, Nobody(), min_.clock, rate=rate)["code"] == code


def test_a_camera_that_never_starts_ends_the_session(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        min_.clock.now_us += FIRST_US + 1
        assert problem(socket)[0] == "live.broken"


def test_a_connection_that_falls_silent_ends_the_session(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        send(socket, Nobody().film(CHUNK_US))
        min_.clock.now_us += IDLE_US + 1
        assert problem(socket)[0] in {"live.broken", "live.late"}


def test_an_end_before_every_step_was_answered_is_none(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        send(socket, Nobody().film(CHUNK_US))
        assert finish(socket)["code"] == "live.broken"


def test_a_message_that_has_no_meaning_ends_the_session(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        socket.send_json({"type": "next"})
        assert problem(socket) == ("live.message", 4422)


def test_a_lost_connection_uses_the_challenge_up_and_says_what_to_do(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        send(socket, Nobody().film(CHUNK_US))
    assert min_.state()["state"] == "broken"
    assert [reason["code"] for reason in min_.state()["reasons"]] == ["live.broken"]
    assert min_.events(RecordingReceived) == []
    again = min_.place.client.post("/v1/enrolments", json=BODY, headers=min_.headers)
    assert again.status_code == 201


def test_a_connection_lost_after_every_step_loses_nothing(min_: Enrolling) -> None:
    who = Nobody()
    with min_.connect() as socket:
        opened(socket, min_)
        began_us, done = min_.clock.now_us, False
        for recorded_us in range(CHUNK_US, 40_000_000, CHUNK_US):
            min_.clock.now_us = began_us + recorded_us
            told = send(socket, who.film(recorded_us))
            done = any(one["type"] == "done" for one in told)
            if done:
                break
        socket.close(1001)
        for _ in range(200):  # the client is gone: nothing tells it that the recording was sealed
            if min_.events(RecordingReceived):
                break
            time.sleep(0.05)
    assert done
    assert len(min_.events(RecordingReceived)) == 1


def test_nothing_is_told_of_a_session_to_anybody_else(min_: Enrolling) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        with pytest.raises(Ended):
            send(socket, b"garbage" * 100)
    _, other = min_.place.person("eve")
    shown = min_.place.client.get(f"/v1/enrolments/{min_.started['enrolment']}", headers=other)
    assert shown.status_code == 404


@pytest.mark.parametrize(("rate", "code"), [(0.8, "live.late"), (1.2, "live.clock")])
def test_a_session_that_fails_after_a_step_was_shown_is_on_record(min_: Enrolling, rate: float, code: str) -> None:
    with min_.connect() as socket:
        opened(socket, min_)
        answer(socket, Nobody(), min_.clock, rate=rate)
    assert min_.events(LiveFailed) == [LiveFailed(challenge=min_.started["enrolment"], code=code)]


def test_a_session_that_fails_before_any_step_is_nobodys_failure(min_: Enrolling) -> None:
    ended(min_, b"garbage" * 100)
    assert min_.events(LiveFailed) == []


def until_a_step(socket: Any, min_: Enrolling) -> None:
    """Open a session and send film until the first step is shown."""
    film, shown, recorded_us = Nobody(), list[dict[str, Any]](), 0
    opened(socket, min_)
    while not shown:
        min_.clock.now_us += CHUNK_US
        recorded_us += CHUNK_US
        shown = send(socket, film.film(recorded_us))


def test_whoever_hangs_up_at_a_step_is_on_record(min_: Enrolling) -> None:
    with min_.connect() as socket:
        until_a_step(socket, min_)
    assert [one.code for one in min_.events(LiveFailed)] == ["live.broken"]


def test_five_failed_sessions_lock_as_five_refusals_do(min_: Enrolling) -> None:
    for _ in range(5):
        min_.place.append(cameo_of(min_.account), LiveFailed(challenge=min_.started["enrolment"], code="live.clock"))
    locked = min_.place.client.post("/v1/enrolments", json=BODY, headers=min_.headers)
    assert (locked.status_code, locked.json()["code"]) == (423, "enrolment.locked")
    assert int(locked.headers["Retry-After"]) > 14 * 60
