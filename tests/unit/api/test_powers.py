"""Guardians, agents and executors: within what is written, seen by the subject, never past its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.account import AccountRegistered, AccountStandingChanged, PowerEnded
from schemas.consent import AudienceSet
from schemas.ids import cameo_of, stream_id
from serving.core.commands import COMMANDS
from serving.errors import ConflictError, ForbiddenError
from serving.handlers import consent, step_up
from serving.handlers.desk import Caller
from streams.core.changes import Put, seen
from streams.core.notify import notify
from streams.ports import Append
from tests.unit.api.conftest import Place

ME = "/v1/cameos/me"
Person = tuple[str, dict[str, str]]
ALL = ["audience", "grants", "revoke", "rules", "review", "requests"]


@pytest.fixture
def owner(place: Place) -> Person:
    account, token = place.person("min")
    place.activate(account)
    return account, token


@pytest.fixture
def theo(place: Place) -> Person:
    return place.person("theo")


@pytest.fixture
def operator(place: Place) -> dict[str, str]:
    return place.token(stream_id("account", bytes(16)), "operator")


def give(place: Place, owner: Person, *may: str, **more: Any) -> str:
    answer = place.client.post("/v1/accounts/me/powers", json={"holder": "@theo", "may": list(may), **more}, headers=owner[1])
    assert answer.status_code == 201, answer.text
    return answer.json()["power"]


def acting(who: Person, subject: str = "@min") -> dict[str, str]:
    return who[1] | {"Cameo-Acting-As": subject}


BY_POWER = {
    "audience": [("PUT", f"{ME}/audience", {"audience": "mutuals"}), ("DELETE", f"{ME}/pause", None)],
    "grants": [("POST", f"{ME}/grants", {"account": "@ren"}), ("POST", f"{ME}/groups", {"name": "team"})],
    "revoke": [("POST", f"{ME}/revocations", {"strength": "stop"}), ("PUT", f"{ME}/pause", None)],
    "rules": [
        ("POST", f"{ME}/restrictions", {"text": "no politics"}),
        ("POST", f"{ME}/preferences", {"text": "a hat", "obligation": "wear"}),
    ],
}


@pytest.mark.parametrize("power", BY_POWER)
def test_a_power_opens_its_own_commands_and_no_other(place: Place, owner: Person, theo: Person, power: str) -> None:
    place.person("ren")
    give(place, owner, power)
    for of, commands in BY_POWER.items():
        for method, url, body in commands:
            answer = place.client.request(method, url, json=body, headers=acting(theo))
            if of == power:
                assert answer.status_code < 300, answer.text
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "power.missing"), url


def test_the_subject_sees_every_act_and_is_told_of_it(place: Place, owner: Person, theo: Person) -> None:
    give(place, owner, "revoke")
    place.client.post(f"{ME}/revocations", json={"strength": "stop"}, headers=acting(theo))
    (act,) = place.client.get("/v1/accounts/me/acts", headers=owner[1]).json()
    assert (act["by"], act["handle"], act["did"]) == (theo[0], "theo", "consent.revoked")
    envelope = place.store.read(cameo_of(owner[0]))[-1]
    assert (envelope.actor, envelope.acting_as) == (theo[0], owner[0])
    from schemas.codec import event_of

    changes = notify(event_of(envelope), seen(envelope, {}))
    told = [one.row for one in changes if isinstance(one, Put)]
    assert [(row["account"], row["kind"]) for row in told] == [(owner[0], "acted_for:consent.revoked")]
    assert place.client.get("/v1/accounts/me/acts", headers=theo[1]).json() == []


def test_a_power_that_ended_or_is_not_yet_counts_for_nothing(place: Place, owner: Person, theo: Person) -> None:
    power = give(place, owner, "revoke")
    for _ in range(2):
        assert place.client.delete(f"/v1/accounts/me/powers/{power}", headers=owner[1]).status_code == 204
    give(place, owner, "revoke", **{"from": "2100-01-01T00:00:00+09:00"})
    answer = place.client.post(f"{ME}/revocations", json={"strength": "stop"}, headers=acting(theo))
    assert answer.json()["code"] == "power.missing"
    assert place.client.get("/v1/accounts/me/powers", headers=owner[1]).json()["over_me"][0]["from_at"] == "2099-12-31T15:00:00.000000Z"


def test_a_power_is_held_until_the_commit(place: Place, owner: Person, theo: Person) -> None:
    """The power ends between the look at it and the append: nothing is written."""
    power = give(place, owner, "audience")
    desk, store = place.client.app.state.parts.desk, place.store  # type: ignore[attr-defined]

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def append(self, append: Append) -> Any:
            place.append(owner[0], PowerEnded(power=power, holder=theo[0]))
            return store.append(append)

    caller = Caller(theo[0], frozenset({"consent"}), acting_as=owner[0])
    before = len(store.read(cameo_of(owner[0])))
    with pytest.raises(ForbiddenError, match=r"power\.missing"):
        consent.set_audience(replace(desk, store=Slow()), caller, AudienceSet(audience="everyone", purposes=(), facets=()))
    assert len(store.read(cameo_of(owner[0]))) == before


def test_widening_gives_up_where_what_it_rests_on_keeps_moving_and_narrowing_does_not(place: Place, owner: Person) -> None:
    desk, store = place.client.app.state.parts.desk, place.store  # type: ignore[attr-defined]

    class Moving:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def append(self, append: Append) -> Any:
            place.append(owner[0], AccountStandingChanged(standing="good", reason="moves"))
            return store.append(append)

    moving, caller = replace(desk, store=Moving()), Caller(owner[0], frozenset({"consent"}))
    with pytest.raises(ConflictError, match=r"stream\.moved"):
        consent.set_audience(moving, caller, AudienceSet(audience="everyone", purposes=(), facets=()))
    consent.revoke(moving, caller, "stop")
    consent.set_audience(moving, caller, AudienceSet(audience="only_me", purposes=(), facets=()))
    consent.remove_audience(moving, caller, "")
    consent.pause(moving, caller)


def test_a_suspended_holder_acts_for_nobody(place: Place, owner: Person, theo: Person) -> None:
    give(place, owner, "revoke")
    place.append(theo[0], AccountStandingChanged(standing="suspended", reason="r"))
    answer = place.client.post(f"{ME}/revocations", json={"strength": "stop"}, headers=acting(theo))
    assert answer.json()["code"] == "power.missing"


def test_what_is_done_for_oneself_alone_is_refused_for_others_and_never_done_to_oneself(place: Place, owner: Person, theo: Person) -> None:
    place.activate(theo[0])
    give(place, owner, *ALL)
    for method, url, body in (
        ("DELETE", f"{ME}?handle=theo", None),
        ("PUT", "/v1/accounts/me/blocks/@min", None),
        ("POST", "/v1/accounts/me/powers", {"holder": "@min", "may": ["revoke"]}),
        ("POST", "/v1/requests", {"owner": "@min"}),
    ):
        answer = place.client.request(method, url, json=body, headers=acting(theo))
        assert (answer.status_code, answer.json()["code"]) == (422, "acting.not_here"), url
    assert place.store.read(cameo_of(theo[0]))[-1].type == "enrolment.activated"


def test_a_holder_lays_a_power_down_and_a_stranger_ends_none(place: Place, owner: Person, theo: Person) -> None:
    power = give(place, owner, "revoke")
    stranger = place.client.delete(f"/v1/accounts/me/powers/{power}", params={"subject": "@min"}, headers=place.person("ren")[1])
    assert (stranger.status_code, stranger.json()["code"]) == (404, "power.unknown")
    assert place.client.delete(f"/v1/accounts/me/powers/{power}", params={"subject": "@min"}, headers=theo[1]).status_code == 204
    assert place.client.get("/v1/accounts/me/powers", headers=owner[1]).json()["over_me"] == []


def test_a_korean_subject_is_named_percent_encoded(place: Place, theo: Person) -> None:
    owner = place.person("민지")
    place.activate(owner[0])
    give(place, owner, "revoke")
    for name in ("@%EB%AF%BC%EC%A7%80", owner[0]):
        answer = place.client.put(f"{ME}/pause", headers=theo[1] | {"Cameo-Acting-As": name})
        assert answer.status_code == 204, answer.text


def test_a_guardian_narrows_a_minors_cameo_and_widens_it_for_nobody(place: Place, theo: Person, operator: dict[str, str]) -> None:
    child, childs = place.person("jun")
    place.append(child, AccountRegistered(region="KR", locale="ko", minor=True))
    place.activate(child)
    refused = place.client.post("/v1/accounts/me/powers", json={"holder": "@theo", "may": ALL}, headers=childs)
    assert refused.json()["code"] == "power.minor"
    body = {"holder": "@theo", "kind": "guardian", "may": ALL}
    power = place.client.post("/v1/accounts/@jun/powers", json=body, headers=operator).json()["power"]
    for method, url, asked in (
        ("PUT", f"{ME}/audience", {"audience": "everyone"}),
        ("POST", f"{ME}/grants", {"account": "@theo"}),
    ):
        for headers in (acting(theo, "@jun"), childs):
            answer = place.client.request(method, url, json=asked, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "minor.not_widenable")
    assert place.client.put(f"{ME}/audience", json={"audience": "only_me"}, headers=acting(theo, "@jun")).status_code == 204
    assert place.client.post(f"{ME}/revocations", json={"strength": "take_down"}, headers=acting(theo, "@jun")).status_code == 201
    own = place.client.delete(f"/v1/accounts/me/powers/{power}", headers=childs)
    assert own.json()["code"] == "power.recorded", "a minor does not end the guardian's power"
    assert place.client.delete(f"/v1/accounts/@jun/powers/{power}", headers=operator).status_code == 204


@pytest.mark.usefixtures("owner")
def test_a_guardian_of_a_grown_up_or_an_executor_of_the_living_is_not_recorded(place: Place, operator: dict[str, str]) -> None:
    place.person("theo")
    for kind in ("guardian", "executor"):
        answer = place.client.post("/v1/accounts/@min/powers", json={"holder": "@theo", "kind": kind, "may": ALL}, headers=operator)
        assert (answer.status_code, answer.json()["code"]) == (409, "power.kind")


def test_after_a_death_consent_ends_and_an_executor_alone_acts(place: Place, owner: Person, theo: Person, operator: dict[str, str]) -> None:
    ren = place.person("ren")
    give(place, owner, *ALL)
    executor = {"holder": "@ren", "may": ["revoke", "review"], "kind": "executor"}
    assert place.client.post("/v1/accounts/me/powers", json=executor, headers=owner[1]).status_code == 201
    assert place.client.put(f"{ME}/pause", headers=acting(ren)).json()["code"] == "power.missing", "an executor of the living"
    for _ in range(2):
        assert place.client.put("/v1/accounts/@min/death", headers=operator).status_code == 204
    died, revoked = place.store.read(owner[0])[-1], place.store.read(cameo_of(owner[0]))[-1]
    assert (died.type, revoked.type, revoked.data["strength"]) == ("account.died", "consent.revoked", "stop")
    assert died.position + 1 == revoked.position, "in one append"
    assert place.client.get(ME, headers=owner[1]).status_code == 401, "the dead person's tokens have ended"
    fresh = place.token(owner[0])
    assert place.client.put(f"{ME}/audience", json={"audience": "everyone"}, headers=fresh).json()["code"] == "account.died"
    assert place.client.put(f"{ME}/pause", headers=acting(theo)).json()["code"] == "power.missing", "an agent of the dead"
    assert place.client.post(f"{ME}/revocations", json={"strength": "take_down"}, headers=acting(ren)).status_code == 201
    assert place.client.post(f"{ME}/grants", json={"account": "@theo"}, headers=acting(ren)).json()["code"] == "power.missing"
    late = {"holder": "@theo", "kind": "executor", "may": ["rules"]}
    assert place.client.post("/v1/accounts/@min/powers", json=late, headers=operator).status_code == 201


def test_whoever_answers_requests_gives_what_was_asked_and_no_other_terms(place: Place, owner: Person, theo: Person) -> None:
    ren = place.person("ren")
    place.client.post("/v1/accounts/me/powers", json={"holder": "@ren", "may": ["requests"]}, headers=owner[1])
    request = place.client.post("/v1/requests", json={"owner": "@min"}, headers=theo[1]).json()["request"]
    approval = f"{ME}/requests/{request}/approval"
    wider = {"terms": {"purposes": ["training"], "pass_on": True}}
    assert place.client.post(approval, json=wider, headers=acting(ren)).json()["code"] == "power.missing"
    assert place.client.post(approval, json={}, headers=acting(ren)).status_code == 201


WIDENING = {
    "account/follow": ("PUT", "/v1/accounts/me/follows/@theo", None), "account/unblock": ("DELETE", "/v1/accounts/me/blocks/@theo", None),
    "audience/open": ("PUT", f"{ME}/audience", {"audience": "everyone"}), "grant/give": ("POST", f"{ME}/grants", {"account": "@theo"}),
    "consent/resume": ("DELETE", f"{ME}/pause", None), "power/give": ("POST", "/v1/accounts/me/powers", {"holder": "@theo", "may": ["revoke"]}),
    "rule/lift": ("DELETE", f"{ME}/restrictions/RULE", None), "preference/drop": ("DELETE", f"{ME}/preferences/WISH", None),
    "group/add": ("POST", f"{ME}/groups/GROUP/members", {"accounts": ["@theo"]}),
    "request/approve": ("POST", f"{ME}/requests/REQUEST/approval", {}),
    "request/change": ("POST", f"{ME}/requests/REQUEST/approval", {"terms": {"purposes": ["parody"]}}),
    "grant/pass_on": ("POST", "/v1/grants/GRANT/passes", {"owner": "@ren", "account": "@theo"}),
}  # fmt: skip
NARROWING = {
    "account/unfollow": ("DELETE", "/v1/accounts/me/follows/@theo", None), "account/block": ("PUT", "/v1/accounts/me/blocks/@theo", None),
    "audience/close": ("PUT", f"{ME}/audience", {"audience": "only_me"}), "consent/revoke": ("POST", f"{ME}/revocations", {"strength": "stop"}),
    "consent/pause": ("PUT", f"{ME}/pause", None), "rule/set": ("POST", f"{ME}/restrictions", {"text": "no politics"}),
    "preference/set": ("POST", f"{ME}/preferences", {"text": "a hat", "obligation": "wear"}),
    "grant/withdraw": ("DELETE", f"{ME}/grants/GIVEN", None), "request/refuse": ("POST", f"{ME}/requests/REQUEST/refusal", {}),
    "group/remove": ("DELETE", f"{ME}/groups/GROUP/members/@theo", None), "group/dissolve": ("DELETE", f"{ME}/groups/GROUP", None),
    "power/end": ("DELETE", "/v1/accounts/me/powers/POWER", None),
    "grant/pass_on_end": ("DELETE", "/v1/grants/GIVEN/passes/@ren", None),
}  # fmt: skip
ELSEWHERE = {"draft/approve", "draft/decline", "film/remove"}
"""Tested in test_coownership.py."""


def prepared(place: Place, owner: Person, theo: Person) -> dict[str, str]:
    """Make what the commands above name, before step-up is on."""

    def post(url: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        answer = place.client.post(url, json=body, headers=headers)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else {}

    ren, rens = place.person("ren")
    place.activate(ren)
    named = {
        "GRANT": post(f"{ME}/grants", {"account": "@min", "pass_on": True}, rens)["grant"],
        "GIVEN": post(f"{ME}/grants", {"account": "@theo", "pass_on": True}, owner[1])["grant"],
        "RULE": post(f"{ME}/restrictions", {"text": "no politics"}, owner[1])["restriction"],
        "WISH": post(f"{ME}/preferences", {"text": "a hat", "obligation": "wear"}, owner[1])["preference"],
        "GROUP": post(f"{ME}/groups", {"name": "team"}, owner[1])["group"],
        "POWER": post("/v1/accounts/me/powers", {"holder": "@theo", "may": ["revoke"]}, owner[1])["power"],
        "REQUEST": post("/v1/requests", {"owner": "@min"}, theo[1])["request"],
    }
    post(f"/v1/grants/{named['GIVEN']}/passes", {"owner": "@min", "account": "@ren"}, theo[1])
    place.client.put(f"{ME}/pause", headers=owner[1])
    return named


def test_every_command_is_tried_in_its_direction() -> None:
    widens = {name for name, one in COMMANDS.items() if one.widens}
    narrows = {name for name, one in COMMANDS.items() if one.direction == "narrows"}
    assert widens == WIDENING.keys() | (widens & ELSEWHERE)
    assert narrows == NARROWING.keys() | (narrows & ELSEWHERE)


@pytest.mark.parametrize("name", [*WIDENING, *NARROWING])
def test_widening_waits_for_a_fresh_proof_and_narrowing_for_nothing(
    place: Place, owner: Person, theo: Person, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = prepared(place, owner, theo)
    method, url, body = (WIDENING | NARROWING)[name]
    for key, value in named.items():
        url = url.replace(key, value)

    def required(*_: object, **__: object) -> None:
        raise ForbiddenError("step_up.required", "a proof", "send one")

    monkeypatch.setattr(step_up, "require", required)
    before = len(list(place.store.read_all()))
    answer = place.client.request(method, url, json=body, headers=owner[1])
    if name in WIDENING:
        assert (answer.status_code, answer.json()["code"]) == (403, "step_up.required")
        assert len(list(place.store.read_all())) == before
    else:
        assert answer.status_code < 300, answer.text
        assert len(list(place.store.read_all())) == before + 1


@pytest.mark.parametrize("name", [name for name in NARROWING if name not in ("rule/set", "preference/set")])
def test_narrowing_needs_no_keyholder(place: Place, owner: Person, theo: Person, name: str) -> None:
    named = prepared(place, owner, theo)
    method, url, body = NARROWING[name]
    for key, value in named.items():
        url = url.replace(key, value)
    place.client.app.state.parts.desk.sealer.seal = None  # type: ignore[attr-defined]
    assert place.client.request(method, url, json=body, headers=owner[1]).status_code < 300
