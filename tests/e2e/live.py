"""An actor who answers challenges of a whole installation live, on its own clock: to enrol, and to be known again."""

from __future__ import annotations

import secrets
import time
from contextlib import closing
from typing import Any

from websockets.sync.client import connect

from infra.settings import Settings
from schemas.codec import event_of
from serving.demo.stage import Stage, wait_for
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from streams.adapters.postgres import PostgresEventStore
from tests.live_actor import LiveActor
from tests.live_client import CHUNK_US, Ended, Wire, finish, hello, send

WITHOUT = ["speech"]
"""The recognisers do not write down every word of a synthetic voice, so the actor says that they cannot speak."""
TRIES = 3
HELD_UP = {
    "live.broken",
    "live.clock",
    "live.late",
    "live.not_obeyed",
    "light.absent",
    "light.late",
    "media.too_short",
    "movement.not_as_asked",
}
"""What a machine that draws too slowly in real time is refused for: the actor begins again, as a person would."""


def settled(state: dict[str, Any]) -> dict[str, Any] | None:
    return state if state["state"] in {"activated", "in_review", "refused", "expired", "broken"} else None


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


def answer_live(settings: Settings, token: str, live: str, device: str = "") -> tuple[dict[str, Any], LiveActor]:
    """Have maeve answer the challenge at this path; returns the server's last word, and her. No two takes are alike."""
    with closing(FaceModels(settings.models)) as faces:
        actor = LiveActor("maeve", faces, KokoroSpeaker(settings.models), seed=secrets.randbelow(2**31), anew=True)
    with connect(f"ws://{settings.api}{live}") as connection:
        wire = Wire(connection)
        wire.send_json(hello(token, device=device))
        assert wire.receive_json()["type"] == "ready"
        return answered_now(wire, actor), actor


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
        body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256, "way": "stepwise", "light": True, "without": WITHOUT}
        self.begun = self.client.call("POST", "/v1/enrolments", body)
        self.sealed, self.actor = answer_live(self.settings, self.token, self.begun["live"])
        path = f"/v1/enrolments/{self.begun['enrolment']}"
        self.state = wait_for("the checks' answer", lambda: settled(self.client.call("GET", path)), every_s=0.2)

    def event(self, name: str) -> Any:
        """The last of that name."""
        return event_of(self.history[name])
