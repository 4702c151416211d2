"""What an owner can say over the API: audiences, grants and what is left, groups, passing on, revocation in every scope, pauses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policy.core.question import Question, gather
from policy.reference import judge
from schemas.consent import GrantGiven, GroupNamed
from schemas.generation import CameoUse, GenerationReleased, GenerationRequested, GenerationStarted, UseRef
from schemas.ids import cameo_of, stream_id
from serving.errors import NotFoundError
from serving.handlers import consent, groups
from serving.handlers.desk import Caller
from streams.ports import Append
from tests.unit.api.conftest import BUNDLE, Place

ME = "/v1/cameos/me"
Person = tuple[str, dict[str, str]]


@pytest.fixture
def owner(place: Place) -> Person:
    account, token = place.person("min")
    place.activate(account)
    return account, token


def unmet(place: Place, requester: str, cameo: str, **asked: Any) -> set[str]:
    """Ask the policy's reference about a start, but for what only a judged request has."""
    terms = {"purpose": "personal", "facets": ("face", "voice"), "duration_ms": 5000, "app": None} | asked
    question = Question(
        action="start", generation=stream_id("generation", bytes(16)), requester=requester, app=terms["app"], purpose=terms["purpose"],
        cameos=(CameoUse(cameo=cameo, facets=terms["facets"]),), engine="trivial", honours=(), attempt=1, film_sha256=None,
        duration_ms=terms["duration_ms"],
    )  # fmt: skip
    with place.store.snapshot() as facts:
        return set(judge(gather(facts, question).input, BUNDLE).unmet) - {"verdict.missing", "content.blocked", "content.restricted"}


def make_film(place: Place, requester: str, cameo: str, grant: str, number: int, duration_ms: int = 60_000) -> str:
    generation = stream_id("generation", bytes([number]) * 16)
    uses = (UseRef(cameo=cameo, grant=grant),)
    asked = GenerationRequested(
        requester=requester, cameos=(CameoUse(cameo=cameo, facets=("face",)),), purpose="personal", plan_digest="p", engine="trivial",
        width_px=512, height_px=512, duration_ms=duration_ms,
    )  # fmt: skip
    started = GenerationStarted(attempt=1, decision="d", public_key="k", holding={cameo: 99}, not_after_us=None, uses=uses, assets=())
    out = GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256="f" * 64, key_id="k", holding={}, uses=uses)
    for event in (asked, started, out):
        place.append(generation, event)
    return generation


def test_several_rules_stand_beside_each_other_and_are_removed_by_name(place: Place, owner: Person) -> None:
    cameo, friend = place.activate(owner[0]), place.person("theo")[0]
    place.open()
    faces = {"audience": "everyone", "purposes": ["parody"], "facets": ["face"], "regions": ["KR"], "remix": True}
    assert place.client.put(f"{ME}/audiences/faces", json=faces, headers=owner[1]).status_code == 204
    assert place.client.put(f"{ME}/audience", json={"audience": "only_me"}, headers=owner[1]).status_code == 204
    listed = place.client.get(f"{ME}/audiences", headers=owner[1]).json()
    assert [(one["rule"], one["audience"], one["regions"]) for one in listed] == [
        ("general", "only_me", None),
        ("faces", "everyone", ["KR"]),
    ]
    assert unmet(place, friend, cameo, purpose="parody", facets=("face",)) == set()
    assert "facet.not_permitted" in unmet(place, friend, cameo, purpose="parody", facets=("face", "voice"))
    for _ in range(2):
        assert place.client.delete(f"{ME}/audiences/faces", headers=owner[1]).status_code == 204
    assert "consent.required" in unmet(place, friend, cameo, purpose="parody", facets=("face",))


def test_the_general_rule_is_one_by_whatever_path_it_is_named(place: Place, owner: Person) -> None:
    cameo, friend = place.activate(owner[0]), place.person("theo")[0]
    place.open()
    assert place.client.put(f"{ME}/audiences/general", json={"audience": "everyone"}, headers=owner[1]).status_code == 204
    assert [one["rule"] for one in place.client.get(f"{ME}/audiences", headers=owner[1]).json()] == ["general"]
    assert unmet(place, friend, cameo) == set()
    assert place.client.delete(f"{ME}/audiences/general", headers=owner[1]).status_code == 204
    assert "consent.required" in unmet(place, friend, cameo), "what was removed lets nobody in"


@pytest.mark.parametrize("rule", ["A", "a/b", "..", "-x", "x" * 41, "가"])
def test_a_rule_has_a_plain_name(place: Place, owner: Person, rule: str) -> None:
    answer = place.client.put(f"{ME}/audiences/{rule}", json={"audience": "everyone"}, headers=owner[1])
    assert answer.status_code in (404, 405, 422)


def test_rules_are_bounded_and_the_error_says_so(place: Place, owner: Person) -> None:
    for number in range(64):
        assert place.client.put(f"{ME}/audiences/r{number}", json={"audience": "mutuals"}, headers=owner[1]).status_code == 204
    for audience in ("mutuals", "only_me"):
        more = place.client.put(f"{ME}/audiences/another", json={"audience": audience}, headers=owner[1])
        assert (more.status_code, more.json()["code"]) == (409, "audience.too_many")
    assert place.client.put(f"{ME}/audience", json={"audience": "only_me"}, headers=owner[1]).status_code == 204, "closing is never refused"
    assert place.client.put(f"{ME}/audiences/r1", json={"audience": "everyone"}, headers=owner[1]).status_code == 204


def test_a_rule_names_apps_that_there_are(place: Place, owner: Person) -> None:
    for app in (stream_id("app", b"n" * 16), owner[0], "app-x"):
        answer = place.client.put(f"{ME}/audiences/apps", json={"audience": "everyone", "apps": [app]}, headers=owner[1])
        assert (answer.status_code, answer.json()["code"]) == (404, "app.unknown")


def test_rules_in_ones_own_words_and_preferences_are_bounded(place: Place, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    place.activate(owner[0])
    monkeypatch.setattr(consent, "RESTRICTIONS", 1)
    for path, body in (("restrictions", {"text": "no politics"}), ("preferences", {"text": "a hat", "obligation": "wear"})):
        key = owner[1] | {"Idempotency-Key": path}
        for _ in range(2):
            assert place.client.post(f"{ME}/{path}", json=body, headers=key).status_code == 201, "said again is the same one"
        more = place.client.post(f"{ME}/{path}", json=body, headers=owner[1])
        assert (more.status_code, more.json()["code"]) == (409, f"{path.removesuffix('s')}.too_many")


def test_a_grant_carries_every_term_and_tells_what_is_left(place: Place, owner: Person) -> None:
    friend, theo = place.person("theo")
    body = {
        "account": "@theo", "purposes": ["personal", "parody"], "facets": ["face"], "until": "2198-12-31T23:59:59+09:00", "uses": 3,
        "duration_ms": 600_000, "review": True, "pass_on": True, "remix": True, "price": {"minor": 15000, "currency": "KRW"}, "note": "생일 축하",
    }  # fmt: skip
    grant = place.client.post(f"{ME}/grants", json=body, headers=owner[1]).json()["grant"]
    make_film(place, friend, place.activate(owner[0]), grant, 1)
    (told,) = place.client.get(f"{ME}/grants", headers=owner[1]).json()["items"]
    assert (told["state"], told["uses_left"], told["duration_left_ms"], told["used"]) == ("standing", 2, 540_000, 1)
    assert (told["price"], told["note"]) == ({"minor": 15000, "currency": "KRW"}, "생일 축하")
    assert (told["until_at"], told["review"], told["pass_on"], told["remix"]) == ("2198-12-31T14:59:59.000000Z", True, True, True)
    kept = str([envelope for envelope in place.store.read_all() if envelope.type == "consent.grant_given"])
    assert "생일" not in kept, "a note is sealed"
    assert place.client.get(f"{ME}/grants", headers=theo).json()["items"] == []


def test_grants_come_in_pages_and_by_grantee(place: Place, owner: Person) -> None:
    for name in ("theo", "ren"):
        place.person(name)
    given = [
        place.client.post(f"{ME}/grants", json={"account": name, "uses": uses}, headers=owner[1]).json()["grant"]
        for uses, name in enumerate(["@theo", "@ren", "@theo", "@ren", "@theo"], start=1)
    ]
    seen: list[str] = []
    cursor = None
    while True:
        page = place.client.get(f"{ME}/grants", params={"limit": 2} | ({"cursor": cursor} if cursor else {}), headers=owner[1]).json()
        seen += [one["grant"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == given[::-1]
    mine = place.client.get(f"{ME}/grants", params={"grantee": "@ren"}, headers=owner[1]).json()["items"]
    assert [one["grant"] for one in mine] == [given[3], given[1]]
    bad = place.client.get(f"{ME}/grants", params={"cursor": "x"}, headers=owner[1])
    assert bad.json()["code"] == "cursor.invalid"


@pytest.mark.parametrize(
    ("revocation", "state"),
    [
        ({}, "revoked"), ({"account": "@theo"}, "revoked"), ({"account": "@ren"}, "standing"), ({"purpose": "personal"}, "revoked"),
        ({"purpose": "political"}, "standing"), ({"facet": "face"}, "standing"),
    ],
)  # fmt: skip
def test_a_revocation_in_one_scope_shows_in_the_grants_it_reaches(
    place: Place, owner: Person, revocation: dict[str, str], state: str
) -> None:
    for name in ("theo", "ren"):
        place.person(name)
    place.client.post(f"{ME}/grants", json={"account": "@theo"}, headers=owner[1])
    done = place.client.post(f"{ME}/revocations", json={"strength": "no_new_uses"} | revocation, headers=owner[1])
    assert done.status_code == 201
    (told,) = place.client.get(f"{ME}/grants", headers=owner[1]).json()["items"]
    assert told["state"] == state
    assert told["facets"] == (["voice"] if "facet" in revocation else ["face", "voice"])
    standing = place.client.get(f"{ME}/grants", params={"standing": True}, headers=owner[1]).json()["items"]
    assert len(standing) == (state == "standing")


def test_two_scopes_at_once_are_refused(place: Place, owner: Person) -> None:
    body = {"strength": "stop", "purpose": "parody", "facet": "face"}
    answer = place.client.post(f"{ME}/revocations", json=body, headers=owner[1])
    assert (answer.status_code, answer.json()["code"]) == (422, "revocation.scope")


def test_a_pause_stops_everything_until_it_is_resumed(place: Place, owner: Person) -> None:
    cameo = place.activate(owner[0])
    for _ in range(2):
        assert place.client.put(f"{ME}/pause", headers=owner[1]).status_code == 204
    assert place.client.get(ME, headers=owner[1]).json()["paused"] is True
    assert place.client.delete(f"{ME}/pause", headers=owner[1]).status_code == 204
    before = len(place.store.read(cameo))
    assert place.client.delete(f"{ME}/pause", headers=owner[1]).status_code == 204
    assert len(place.store.read(cameo)) == before, "there was nothing to end"
    assert place.client.get(ME, headers=owner[1]).json()["paused"] is False


def test_a_group_is_named_filled_given_to_and_dissolved(place: Place, owner: Person) -> None:
    place.open()
    cameo, (theo, _), (ren, _) = place.activate(owner[0]), place.person("theo"), place.person("서연")
    group = place.client.post(f"{ME}/groups", json={"name": "우리  팀"}, headers=owner[1]).json()["group"]
    added = place.client.post(f"{ME}/groups/{group}/members", json={"accounts": ["@theo", "@서연", "@theo"]}, headers=owner[1])
    assert added.json() == {"added": 2}
    assert place.client.post(f"{ME}/groups/{group}/members", json={"accounts": ["@theo"]}, headers=owner[1]).json() == {"added": 0}
    assert place.client.post(f"{ME}/grants", json={"account": group, "uses": 1}, headers=owner[1]).status_code == 201
    assert unmet(place, theo, cameo) == unmet(place, ren, cameo) == set()
    assert place.client.delete(f"{ME}/groups/{group}/members/@theo", headers=owner[1]).status_code == 204
    assert "consent.required" in unmet(place, theo, cameo)
    shown = place.client.get(f"{ME}/groups/{group}", headers=owner[1]).json()
    assert (shown["name"], shown["members"]) == ("우리 팀", [{"account": ren, "handle": "서연"}])
    assert place.client.put(f"{ME}/groups/{group}", json={"name": "옛 팀"}, headers=owner[1]).status_code == 204
    assert place.client.get(f"{ME}/groups", headers=owner[1]).json() == [{"group": group, "name": "옛 팀", "members": 1}]
    assert "팀" not in str(list(place.store.read_all())), "the name is sealed"
    assert place.client.delete(f"{ME}/groups/{group}", headers=owner[1]).status_code == 204
    assert "consent.required" in unmet(place, ren, cameo)
    assert place.client.get(f"{ME}/grants", headers=owner[1]).json()["items"][0]["state"] == "group_dissolved"


def test_a_group_that_is_dissolved_while_it_is_renamed_stays_dissolved(place: Place, owner: Person) -> None:
    """The owner dissolves it between the look at it and the append."""
    place.activate(owner[0])
    group = place.client.post(f"{ME}/groups", json={"name": "team"}, headers=owner[1]).json()["group"]
    desk, store = place.client.app.state.parts.desk, place.store  # type: ignore[attr-defined]

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def append(self, append: Append) -> Any:
            if desk.snapshot_fact(cameo_of(owner[0]), f"group/{group}") is not None:
                place.append(cameo_of(owner[0]), GroupNamed(group=group, active=False))
            return store.append(append)

    with pytest.raises(NotFoundError, match=r"group\.unknown"):
        groups.rename_group(replace(desk, store=Slow()), Caller(owner[0], frozenset({"consent"})), group, "crew")
    assert place.client.get(f"{ME}/groups", headers=owner[1]).json() == []


def test_groups_and_members_are_bounded_and_the_errors_say_so(place: Place, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(groups.GROUPS):
        assert place.client.post(f"{ME}/groups", json={"name": f"g{number}"}, headers=owner[1]).status_code == 201
    more = place.client.post(f"{ME}/groups", json={"name": "another"}, headers=owner[1])
    assert (more.status_code, more.json()["code"]) == (409, "group.too_many")
    monkeypatch.setattr(groups, "MEMBERS", 1)
    group = place.client.get(f"{ME}/groups", headers=owner[1]).json()[0]["group"]
    for name in ("theo", "ren"):
        place.person(name)
    full = place.client.post(f"{ME}/groups/{group}/members", json={"accounts": ["@theo", "@ren"]}, headers=owner[1])
    assert (full.status_code, full.json()["code"]) == (409, "group.full")


def test_anothers_group_is_none_of_ones_own(place: Place, owner: Person) -> None:
    other, ren = place.person("ren")
    place.activate(other)
    group = place.client.post(f"{ME}/groups", json={"name": "team"}, headers=owner[1]).json()["group"]
    for answer in (
        place.client.get(f"{ME}/groups/{group}", headers=ren),
        place.client.post(f"{ME}/grants", json={"account": group}, headers=ren),
        place.client.get(f"{ME}/groups/group-x", headers=ren),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "group.unknown")


def test_a_grant_is_passed_on_where_it_says_so_and_taken_back_by_either(place: Place, owner: Person) -> None:
    place.open()
    cameo, (theo, theos), (ren, _) = place.activate(owner[0]), place.person("theo"), place.person("ren")
    kept = place.client.post(f"{ME}/grants", json={"account": "@theo"}, headers=owner[1]).json()["grant"]
    passable = place.client.post(f"{ME}/grants", json={"account": "@theo", "pass_on": True, "uses": 2}, headers=owner[1]).json()["grant"]
    to_ren = {"owner": "@min", "account": "@ren"}
    refused = place.client.post(f"/v1/grants/{kept}/passes", json=to_ren, headers=theos)
    assert (refused.status_code, refused.json()["code"]) == (403, "grant.not_passable")
    stolen = place.client.post(f"/v1/grants/{passable}/passes", json=to_ren, headers=place.person("mallory")[1])
    assert (stolen.status_code, stolen.json()["code"]) == (404, "grant.unknown")
    for ending in (theos, owner[1]):
        for _ in range(2):
            assert place.client.post(f"/v1/grants/{passable}/passes", json=to_ren, headers=theos).status_code == 204
        assert unmet(place, ren, cameo) == set()
        told = place.client.get(f"{ME}/grants", headers=owner[1]).json()["items"]
        assert [one["passed_to"] for one in told] == [[ren], []]
        query = {"owner": "@min"} if ending is theos else {}
        assert place.client.delete(f"/v1/grants/{passable}/passes/@ren", params=query, headers=ending).status_code == 204
        assert "consent.required" in unmet(place, ren, cameo)
    written = [one.type for one in place.store.read(cameo) if "pass" in one.type]
    assert written == ["consent.passed_on", "consent.pass_on_ended"] * 2, "said twice is written once"
    assert place.store.read(cameo)[-1].data == {"grant": passable, "by": theo, "to": ren}


def test_who_asks_in_vain_for_a_grant_that_makes_no_sense_is_told_why(place: Place, owner: Person) -> None:
    place.person("theo")
    for body, code in (
        ({"account": "@min"}, "grant.self"),
        ({"account": "@theo", "from": "2100-01-02T00:00:00Z", "until": "2100-01-01T00:00:00Z"}, "grant.window"),
        ({"account": "@theo", "price": {"minor": 1, "currency": "won"}}, "request.invalid"),
        ({"account": "@theo", "purposes": []}, "request.invalid"),
    ):
        assert place.client.post(f"{ME}/grants", json=body, headers=owner[1]).json()["code"] == code


def test_standing_grants_to_one_person_are_bounded(place: Place, owner: Person) -> None:
    friend = place.person("theo")[0]
    cameo = place.activate(owner[0])
    for number in range(64):
        place.append(
            cameo,
            GrantGiven(
                grant=f"{number:032x}",
                grantee=friend,
                purposes=("personal",),
                facets=("face",),
                from_us=None,
                until_us=None,
                uses=1,
                review=False,
            ),
        )
    more = place.client.post(f"{ME}/grants", json={"account": "@theo"}, headers=owner[1])
    assert (more.status_code, more.json()["code"]) == (409, "grant.too_many")
    assert place.client.delete(f"{ME}/grants/{0:032x}", headers=owner[1]).status_code == 204
    assert place.client.post(f"{ME}/grants", json={"account": "@theo"}, headers=owner[1]).status_code == 201


def test_a_rule_is_tried_before_it_is_saved_and_nothing_is_written(place: Place, owner: Person) -> None:
    before = len(list(place.store.read_all()))
    body = {"text": "no politics", "sentences": ["an election rally", "a dog on a beach"]}
    told = place.client.post(f"{ME}/restrictions/try", json=body, headers=owner[1]).json()
    assert told["categories"] == ["politics"]
    assert [one["finding"] == "refused" for one in told["tried"]] == [True, False]
    assert place.client.post(f"{ME}/restrictions/try", json={"text": "x" * 501}, headers=owner[1]).status_code == 422
    assert len(list(place.store.read_all())) == before


def test_the_kinds_of_preference_say_which_engines_honour_them(place: Place, owner: Person) -> None:
    kinds = {one["obligation"]: one for one in place.client.get("/v1/obligations", headers=owner[1]).json()}
    assert kinds["visible_mark"]["engines"] == ["portrait", "trivial"]
    assert kinds["wear"]["engines"] == []
    assert all(one["text"] and one["ko"] for one in kinds.values())
