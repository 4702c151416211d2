"""A step-by-step enrolment, lit by the screen, on a whole installation and its own clock: to its end, and what the record then says."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from identity.keys.client import KeyholderClient
from schemas.codec import event_of
from serving.demo.stage import Stage, open_stage, wait_for
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.adapters.postgres import PostgresEventStore
from streams.core.verification import challenge_of
from tests.live_actor import LiveActor
from tests.live_client import CHUNK_US, Ended, Wire, finish, hello, send

pytestmark = pytest.mark.timeout(600)
WITHOUT = ["speech"]
"""The recognisers do not write down every word of a synthetic voice, so the actor says that they cannot speak."""
TRIES = 3
HELD_UP = {"live.broken", "live.clock", "live.late", "live.not_obeyed", "light.absent", "light.late", "media.too_short"}
"""What a machine that draws too slowly in real time is refused for: the actor begins again, as a person would."""
WEBM = bytes.fromhex("1a45dfa3")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="cl-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with open_stage(folder / "stage") as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def answered_now(wire: Wire, actor: LiveActor, seconds: float = 44) -> dict[str, Any]:
    """Answer a challenge as time goes; returns the server's last word."""
    began_s = time.monotonic()
    for due_us in range(CHUNK_US, round(seconds * 1e6), CHUNK_US):
        time.sleep(max(0.0, due_us / 1e6 - (time.monotonic() - began_s)))
        try:
            told = send(wire, actor.film(round((time.monotonic() - began_s) * 1e6)))
        except Ended as end:
            return end.told
        for one in told:
            if one["type"] == "done":
                return finish(wire)
            actor.see(one, round((time.monotonic() - began_s) * 1e6))
    raise AssertionError("the server never came to an end")


class Enrolled:
    """An actor's live enrolment, gone to its end, and what the record says of it."""

    def __init__(self, stage: Stage) -> None:
        self.settings = stage.settings
        self.token, self.client = stage.register("maeve")["token"], stage.client("maeve")
        for _ in range(TRIES):
            self.enrol()
            if {one["code"] for one in self.state["reasons"]}.isdisjoint(HELD_UP):
                break
        store = PostgresEventStore(self.settings.dsn("worker"), self.settings.tenant, max_connections=1)
        self.history = {one.type: one for one in store.read(self.begun["cameo"])}
        store.close()

    def enrol(self) -> None:
        """Take a challenge and answer it."""
        with closing(FaceModels(self.settings.models)) as faces:
            self.actor = LiveActor("maeve", faces, KokoroSpeaker(self.settings.models))
        body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256, "way": "stepwise", "light": True, "without": WITHOUT}
        self.begun = self.client.call("POST", "/v1/enrolments", body)
        with connect(f"ws://{self.settings.api}{self.begun['live']}") as connection:
            wire = Wire(connection)
            wire.send_json(hello(self.token))
            assert wire.receive_json()["type"] == "ready"
            self.sealed = answered_now(wire, self.actor)
        path = f"/v1/enrolments/{self.begun['enrolment']}"
        self.state = wait_for("the checks' answer", lambda: settled(self.client.call("GET", path)), every_s=0.2)

    def event(self, name: str) -> Any:
        """The last of that name."""
        return event_of(self.history[name])


@pytest.fixture(scope="module")
def enrolled(stage: Stage) -> Enrolled:
    return Enrolled(stage)


def test_an_actor_enrols_step_by_step_under_the_screens_light(enrolled: Enrolled) -> None:
    assert enrolled.sealed["type"] == "sealed", enrolled.sealed
    codes = [one["code"] for one in enrolled.state["reasons"]]
    # a busy machine makes a slow actor, and a person looks at whoever is slower than most
    assert (enrolled.state["state"], codes) in (("activated", []), ("in_review", ["live.slow"]))
    found = enrolled.event("enrolment.assessed")
    assert found.level == "light"
    judged = {one.code for one in found.checks if one.number == 12 and one.passed}
    assert judged == {"light.absent", "light.flat", "light.late"}, "what came back was measured, in depth and in time"
    assert any(one.number == 13 for one in found.checks)
    if enrolled.state["state"] == "activated":
        assert enrolled.event("enrolment.activated").level == "light"


def test_the_record_told_no_step_before_it_was_over_and_then_what_it_was_bound_to(enrolled: Enrolled) -> None:
    started, received = enrolled.event("enrolment.started"), enrolled.event("enrolment.recording_received")
    assert enrolled.begun["phrase"] == enrolled.begun["movements"] == []
    assert (started.phrase, started.movements, started.light) == ((), (), True)
    told = challenge_of(enrolled.history["enrolment.started"], started, received)
    assert told.commitment(received.salt) == started.commitment
    shown = enrolled.actor.seen
    assert tuple(shown[-1]["what"]) == told.light
    assert set(told.movements) <= {one["what"][0] for one in shown if one["do"] in ("move", "stop")}
    assert [step.kind for step in received.live.steps] == [one["do"] for one in shown], "the trace is what the client was shown"


def test_what_was_filmed_lies_sealed_and_is_what_was_received(enrolled: Enrolled) -> None:
    received, settings = enrolled.event("enrolment.recording_received"), enrolled.settings
    keyholder = KeyholderClient(settings.keyholder_socket, settings.secret("token-worker").decode())
    opened = keyholder.get_evidence(received.evidence, "assess")
    assert hashlib.sha256(opened).hexdigest() == received.sha256 == enrolled.sealed["sha256"]
    assert opened.startswith(WEBM)
    large = [one for one in settings.var.rglob("*") if one.is_file() and one.stat().st_size >= len(opened)]
    assert large
    assert all(opened[len(opened) // 2 :][:64] not in one.read_bytes() for one in large), "no file holds it in clear"


def settled(state: dict[str, Any]) -> dict[str, Any] | None:
    return state if state["state"] in {"activated", "in_review", "refused", "expired", "broken"} else None
