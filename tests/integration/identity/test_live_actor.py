"""A fictional actor answers a live challenge over the route, on the test's clock; the real models read what was sealed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from identity.core.assessment import Activated, Assessment, CheckResult, Refused, decide
from identity.core.checks import live, solid
from identity.core.context import Asked
from identity.core.features import Features
from identity.core.live import LiveTrace
from identity.core.profiles import Level
from identity.extraction import extract
from identity.handlers import fingerprint_of, level_of, run_checks, sha256_of
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from serving.fakes import InMemoryAskingLedger
from tests.live_actor import LiveActor
from tests.live_client import Clock, answer, hello
from tests.live_film import Film, S, started
from tests.unit.api.conftest import make_place


@pytest.fixture(scope="module")
def film(models: Path, loaded, tmp_path_factory) -> Film:
    clock = Clock(time.time_ns() // 1000)
    place = make_place(InMemoryAskingLedger(clock=clock))
    place.client.app.state.parts.live.clock_us = clock  # type: ignore[attr-defined]
    account, headers = place.person("joon")
    faces = FaceModels(models)
    with place.client.websocket_connect(started(place, headers)["live"]) as socket:
        socket.send_json(hello(headers["Authorization"].removeprefix("Bearer ")))
        assert socket.receive_json()["type"] == "ready"
        told = answer(socket, LiveActor("joon", faces, KokoroSpeaker(models)), clock)
    faces.close()
    assert told["type"] == "sealed", told
    found = Film(place, account, tmp_path_factory.mktemp("live"))
    features = extract(found.path, loaded)
    assert isinstance(features, Features), features
    found.features = features
    return found


def failed(results: tuple[CheckResult, ...]) -> set[str]:
    return {result.code for result in results if not result.passed}


def check_with(film: Film, trace: LiveTrace) -> set[str]:
    assert film.features is not None
    asked = Asked(film.asked.challenge, film.asked.submission, live=trace)
    return failed(live.check(film.features, asked, S))


def issued_later(film: Film, by_us: int) -> LiveTrace:
    trace = film.asked.live
    assert trace is not None
    steps = [replace(s, issued_at_us=s.issued_at_us + by_us, deadline_us=s.deadline_us + by_us) for s in trace.steps]
    return LiveTrace(tuple(steps), trace.arrivals)


def test_steps_answered_as_they_come_make_a_sandbox_cameo_active_where_the_words_are_heard(film: Film, loaded) -> None:
    assert film.features is not None
    digest = sha256_of(film.path)
    fingerprint = fingerprint_of(digest, film.features)
    results = run_checks(film.features, fingerprint, film.asked, S)
    assert not failed(tuple(r for r in results if r.number == 13))
    whole = Assessment(results, digest, film.asked.challenge.challenge_id, S, loaded.versions(), fingerprint, level=level_of(film.asked))
    assert whole.level is Level.STEPWISE
    # the recogniser does not write down every word of this synthetic voice each time; whatever else refuses is a fault
    assert decide(whole, S) in (Activated(), Refused(("words.not_as_asked",))), (failed(results), film.features.sound)


def test_turns_with_waiting_between_them_are_still_read_for_depth(film: Film) -> None:
    assert film.features is not None
    assert film.features.face.times_us[-1] > 15_000_000
    assert solid.read_depth(film.features.face).turn_deg > 30


def test_the_same_film_is_late_or_early_when_the_steps_were_issued_at_other_times(film: Film) -> None:
    assert "live.early" in check_with(film, issued_later(film, 1_500_000))
    assert {"live.late", "live.slow"} <= check_with(film, issued_later(film, -2_000_000))


def test_the_same_film_does_not_obey_steps_in_another_order(film: Film) -> None:
    trace = film.asked.live
    assert trace is not None
    moves = [i for i, step in enumerate(trace.steps) if step.kind == "move"][:2]
    steps = list(trace.steps)
    steps[moves[0]], steps[moves[1]] = (
        replace(steps[moves[0]], what=steps[moves[1]].what),
        replace(steps[moves[1]], what=steps[moves[0]].what),
    )
    assert check_with(film, LiveTrace(tuple(steps), trace.arrivals)) == {"live.broken"}
    asked = replace(film.asked.challenge, movements=tuple(reversed(film.asked.challenge.movements)))
    assert "live.broken" in failed(live.check(film.features, Asked(asked, film.asked.submission, live=trace), S))  # type: ignore[arg-type]
