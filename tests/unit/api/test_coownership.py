"""Those who are in a film: they find it, answer its draft, report it, remove it; a remix asks all of them again."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.generation import CameoUse, DraftReleased, GenerationReleased, GenerationRequested, GenerationStarted
from schemas.ids import cameo_of, stream_id
from serving.core.plan import plan_from_bytes
from serving.errors import ForbiddenError
from serving.handlers import step_up
from tests.unit.api.conftest import Place

FILM = "f" * 64
Person = tuple[str, dict[str, str]]


@pytest.fixture
def people(place: Place) -> dict[str, Person]:
    found = {name: place.person(name) for name in ("min", "ren", "theo", "mallory")}
    for name in ("min", "ren"):
        place.activate(found[name][0])
    return found


def made(place: Place, people: dict[str, Person], *, number: int = 1, out: bool = False, draft: bool = False) -> str:
    """A film by theo of min and ren."""
    generation = stream_id("generation", bytes([number]) * 16)
    cameos = tuple(cameo_of(people[name][0]) for name in ("min", "ren"))
    place.append(
        generation,
        GenerationRequested(
            requester=people["theo"][0], cameos=tuple(CameoUse(cameo=one, facets=("face",)) for one in cameos), purpose="personal",
            plan_digest="p", engine="trivial", width_px=512, height_px=512, duration_ms=5000,
        ),
    )  # fmt: skip
    place.append(generation, GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=(), assets=()))
    if draft:
        place.append(
            generation, DraftReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256=FILM, key_id="k", subjects=cameos)
        )  # fmt: skip
    if out:
        place.append(
            generation, GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256=FILM, key_id="k", holding={}, uses=())
        )  # fmt: skip
    return generation


def films(place: Place, who: Person, **query: Any) -> list[dict[str, Any]]:
    return place.client.get("/v1/cameos/me/films", params=query, headers=who[1]).json()["items"]


def test_a_subject_finds_films_with_their_likeness_by_state_and_in_pages(place: Place, people: dict[str, Person]) -> None:
    running, draft, out = (made(place, people, number=number, draft=number == 2, out=number == 3) for number in (1, 2, 3))
    assert [one["generation"] for one in films(place, people["min"])] == [out, draft, running]
    assert [(one["generation"], one["creator"]) for one in films(place, people["ren"], state="released")] == [(out, "theo")]
    assert [one["draft_sha256"] for one in films(place, people["min"], state="draft")] == [FILM]
    assert films(place, people["theo"]) == [], "who only asked is in none"
    first = place.client.get("/v1/cameos/me/films", params={"limit": 2}, headers=people["min"][1]).json()
    rest = place.client.get("/v1/cameos/me/films", params={"cursor": first["next"]}, headers=people["min"][1]).json()
    assert [one["generation"] for one in rest["items"]] == [running]


def test_a_subject_removes_a_film_and_its_maker_keeps_the_others(place: Place, people: dict[str, Person]) -> None:
    gone, kept = made(place, people, out=True), made(place, people, number=2, out=True)
    for _ in range(2):
        assert place.client.post(f"/v1/generations/{gone}/removal", json={"reason": "싫어요"}, headers=people["min"][1]).status_code == 204
    assert [one.type for one in place.store.read(gone)].count("generation.removed") == 1
    seen = {name: place.client.get(f"/v1/generations/{gone}", headers=people[name][1]).json() for name in ("theo", "ren")}
    assert {one["state"] for one in seen.values()} == {"removed"}
    assert cameo_of(people["min"][0]) not in str(seen["ren"].get("removed", "")), "by whom is not told"
    assert place.client.get(f"/v1/generations/{kept}", headers=people["theo"][1]).json()["state"] == "released"
    assert films(place, people["min"])[1]["you"] == ["removed"]


def test_only_who_is_in_a_film_removes_or_reports_it(place: Place, people: dict[str, Person]) -> None:
    film = made(place, people, out=True)
    for name in ("theo", "mallory"):
        for url, body in ((f"/v1/generations/{film}/removal", {}), (f"/v1/generations/{film}/reports", {"reason": "other"})):
            answer = place.client.post(url, json=body, headers=people[name][1])
            assert (answer.status_code, answer.json()["code"]) == (404, "generation.unknown")


def test_a_report_names_a_reason_and_seals_its_words(place: Place, people: dict[str, Person]) -> None:
    film = made(place, people, out=True)
    body = {"reason": "impersonation", "text": "제가 한 말이 아닙니다"}
    assert place.client.post(f"/v1/generations/{film}/reports", json=body, headers=people["min"][1]).status_code == 201
    kept = place.store.read(film)[-1]
    assert (kept.type, kept.data["reason"], kept.sealed.keys()) == ("generation.reported", "impersonation", {"text"})
    wrong = place.client.post(f"/v1/generations/{film}/reports", json={"reason": "boring"}, headers=people["min"][1])
    assert wrong.status_code == 422


def test_a_holder_of_review_answers_drafts_for_their_subject(
    place: Place, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = made(place, people, draft=True)
    theirs = people["mallory"][1] | {"Cameo-Acting-As": "@min"}
    answer = {"film_sha256": FILM}
    assert place.client.post(f"/v1/generations/{film}/approval", json=answer, headers=theirs).json()["code"] == "power.missing"
    given = {"holder": "@mallory", "may": ["review"]}
    place.client.post("/v1/accounts/me/powers", json=given, headers=people["min"][1])
    assert place.client.get(f"/v1/generations/{film}", headers=theirs).json()["draft_sha256"] == FILM
    assert place.client.post(f"/v1/generations/{film}/approval", json=answer, headers=theirs).status_code == 204
    assert place.store.read(film)[-1].acting_as == people["min"][0]

    def required(*_: object, **__: object) -> None:
        raise ForbiddenError("step_up.required", "a proof", "send one")

    monkeypatch.setattr(step_up, "require", required)
    refused = place.client.post(f"/v1/generations/{film}/approval", json=answer, headers=people["ren"][1])
    assert refused.json()["code"] == "step_up.required", "approving widens"
    place.client.app.state.parts.desk.sealer.seal = None  # type: ignore[attr-defined]
    assert place.client.post(f"/v1/generations/{film}/decline", json=answer, headers=people["ren"][1]).status_code == 204
    assert place.client.post(f"/v1/generations/{film}/removal", json={}, headers=people["ren"][1]).status_code == 204


def test_a_holder_of_review_sees_no_film_that_their_subject_only_asked_for(place: Place, people: dict[str, Person]) -> None:
    film = made(place, people, draft=True)
    given = {"holder": "@mallory", "may": ["review"]}
    assert place.client.post("/v1/accounts/me/powers", json=given, headers=people["theo"][1]).status_code == 201
    theirs = people["mallory"][1] | {"Cameo-Acting-As": "@theo"}
    assert place.client.get(f"/v1/generations/{film}", headers=people["theo"][1]).status_code == 200
    for path in (film, f"{film}/draft"):
        assert place.client.get(f"/v1/generations/{path}", headers=theirs).json()["code"] == "generation.unknown"


def test_a_draft_is_answered_by_its_digest(place: Place, people: dict[str, Person]) -> None:
    film = made(place, people, draft=True)
    other = place.client.post(f"/v1/generations/{film}/approval", json={"film_sha256": "0" * 64}, headers=people["min"][1])
    assert (other.status_code, other.json()["code"]) == (409, "draft.other")
    stranger = place.client.post(f"/v1/generations/{film}/decline", json={"film_sha256": FILM}, headers=people["mallory"][1])
    assert (stranger.status_code, stranger.json()["code"]) == (403, "draft.not_subject")


def test_a_remix_asks_everybody_who_is_in_its_source(place: Place, people: dict[str, Person]) -> None:
    film = made(place, people, out=True)
    ask = {"prompt": 'on a beach, saying "다시"', "engine": "trivial", "remix_of": film}
    generation = place.client.post("/v1/generations", json=ask, headers=people["theo"][1]).json()["generation"]
    (asked,) = place.store.read(generation)
    both = [cameo_of(people[name][0]) for name in ("min", "ren")]
    assert ([use["cameo"] for use in asked.data["cameos"]], asked.data["remix_of"]) == (both, film)
    keyholder = place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    plan = plan_from_bytes(keyholder.vault.unseal(asked, ("plan",))["plan"])
    assert [scene.cameos for scene in plan.scenes] == [tuple(both)]
    own = place.person("sol")
    place.activate(own[0])
    more = place.client.post("/v1/generations", json=ask | {"cameo": "@sol"}, headers=people["min"][1]).json()["generation"]
    cameos = [use["cameo"] for use in place.store.read(more)[0].data["cameos"]]
    assert cameos == [*both, cameo_of(own[0])], "one who is in it may remix it too, with others"


def test_nobody_remixes_what_they_may_not_see_or_what_is_not_out(place: Place, people: dict[str, Person]) -> None:
    film, running = made(place, people, out=True), made(place, people, number=2)
    ask = {"prompt": "waving", "engine": "trivial"}
    for body, who, code in (
        ({"remix_of": film}, "mallory", "generation.unknown"),
        ({"remix_of": running}, "theo", "remix.source_gone"),
        ({"remix_of": "generation-x"}, "theo", "generation.unknown"),
        ({}, "theo", "cameo.missing"),
    ):
        answer = place.client.post("/v1/generations", json=ask | body, headers=people[who][1])
        assert answer.json()["code"] == code, body
