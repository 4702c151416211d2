"""A real browser answers a live challenge over the route, by its own clock; the real models read what was sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from identity.core.assessment import Assessment
from identity.core.profiles import Level
from identity.handlers import assess_recording
from serving.fakes import InMemoryAskingLedger
from tests.live_browser import chromium, stage
from tests.live_film import Film, S, started, words_of
from tests.unit.api.conftest import make_place

BROWSER = chromium()
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine: install it, or name it in CAMEO_CHROMIUM"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def found(models: Path, loaded, tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    assert BROWSER is not None
    folder = tmp_path_factory.mktemp("browser")
    place = make_place(InMemoryAskingLedger())
    account, headers = place.person("joon")
    acting = stage(place.client.app, "joon", models)
    with acting.open():
        begun = started(place, headers, light=True)
        acting.words = words_of(place, begun["enrolment"])
        told = acting.answer(BROWSER, begun["live"], headers["Authorization"].removeprefix("Bearer "), folder)
    assert told["said"], told
    assert told["said"][-1]["type"] == "sealed", told
    film = Film(place, account, folder)
    return assess_recording(film.path, film.asked, S, loaded)


def failed(found: Assessment, *numbers: int) -> list[str]:
    results = [one for one in found.results if one.number in numbers]
    assert {one.number for one in results} == set(numbers)
    return [one.code for one in results if not one.passed]


def test_every_step_is_answered_in_time_and_obeyed(found: Assessment) -> None:
    assert failed(found, 13) == []


def test_the_colours_of_the_screen_come_back_in_time(found: Assessment) -> None:
    assert failed(found, 12) == []
    assert found.level is Level.LIGHT


def test_the_movements_are_the_ones_asked(found: Assessment) -> None:
    assert failed(found, 3) == []


def test_its_recorder_leaves_no_sign_of_injection(found: Assessment) -> None:
    assert {code for code in failed(found, 11) if code.startswith("injection.")} == set()
