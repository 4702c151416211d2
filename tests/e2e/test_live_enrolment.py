"""A step-by-step enrolment, lit by the screen, on a whole installation and its own clock: to its end, and what the record then says."""

from __future__ import annotations

import hashlib

import pytest

from identity.keys.client import KeyholderClient
from streams.core.verification import challenge_of
from tests.e2e.live import Enrolled

pytestmark = pytest.mark.timeout(600)
WEBM = bytes.fromhex("1a45dfa3")


def test_an_actor_enrols_step_by_step_under_the_screens_light(enrolled: Enrolled) -> None:
    assert enrolled.sealed["type"] == "sealed", enrolled.sealed
    codes = [one["code"] for one in enrolled.state["reasons"]]
    # a busy machine makes a slow actor, and a person looks at whoever is slower than most (`live.slow`, which is told as a doubt)
    assert (enrolled.state["state"], codes) in (("activated", []), ("in_review", ["review.doubtful"]))
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
