"""What owners say, on the real ledger, projections and book of requests: held, listed, counted, taken down."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg_pool import ConnectionPool

from identity.keys.fakes import InMemoryKeyholder
from schemas.cameo import EnrolmentActivated, EnrolmentStarted
from schemas.generation import CameoUse, GenerationReleased, GenerationRequested, GenerationStarted, UseRef
from schemas.ids import PARTITIONS, cameo_of, stream_id
from schemas.registry import Event as AnyEvent
from serving.adapters.access import PostgresAccessStore
from serving.adapters.reading import Reading
from serving.api.app import make_app
from serving.api.context import Parts
from serving.api.written import note
from serving.fakes import InMemoryAskingLedger
from serving.handlers.desk import Desk
from serving.proof_fakes import InMemoryProofStore
from streams.adapters.agent_queries import AgentQueries
from streams.adapters.agent_state import PostgresAgentState
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_asking import PostgresAskingLedger
from streams.agents.projecting import NotifyAgent, ProjectAgent
from streams.agents.runner import Runner
from streams.agents.withdrawing import TakeDownAgent
from streams.ports import Append, Appended, NewEvent
from tests.conftest import Database
from tests.unit.api.conftest import Place, make_place

ME = "/v1/cameos/me"
FILM = "f" * 64
Person = tuple[str, dict[str, str]]


class Real(Place):
    """The API over a real ledger; who appends what is who may."""

    database: Database
    keyholder: InMemoryKeyholder

    def write(self, role: str, stream: str, *events: AnyEvent) -> None:
        with PostgresEventStore(self.database.dsn(role), "main", max_connections=1) as store:
            new = [NewEvent(stream, event, secrets.token_hex(16)) for event in events]
            assert isinstance(store.append(Append(actor=role, events=new, correlation="c")), Appended)

    def activate(self, account: str) -> str:
        cameo = cameo_of(account)
        started = EnrolmentStarted(
            enrolment=secrets.token_hex(16), owner=account, profile="basic", phrase=("one",), movements=("left",), expires_at_us=2**52,
            consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        self.write("api", cameo, started)
        self.write("worker", cameo, EnrolmentActivated(enrolment=started.enrolment, assurance="basic"))
        return cameo

    def film(self, requester: str, cameo: str, grant: str | None, purpose: Any = "personal") -> str:
        generation = stream_id("generation", secrets.token_bytes(16))
        uses = () if grant is None else (UseRef(cameo=cameo, grant=grant),)
        with self.store.snapshot() as facts:
            head = facts.head(cameo)
        assert head is not None
        self.write(
            "api", generation,
            GenerationRequested(
                requester=requester, cameos=(CameoUse(cameo=cameo, facets=("face",)),), purpose=purpose, plan_digest="0" * 64,
                engine="trivial", width_px=64, height_px=64, duration_ms=60_000,
            ),
        )  # fmt: skip
        holding = {cameo: head.consent_revision}
        self.write(
            "keyholder", generation,
            GenerationStarted(attempt=1, decision="d", public_key="p", holding=holding, not_after_us=None, uses=uses, assets=()),
            GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256=FILM, key_id="k", holding=holding, uses=uses),
        )  # fmt: skip
        return generation

    def carry(self) -> None:
        """Project what was appended, as the worker does."""
        for agent in (ProjectAgent(self.keyholder.as_role("worker")), NotifyAgent()):
            state = PostgresAgentState(self.database.dsn("worker"), agent.name, agent.kinds)
            runner = Runner(agent, state, self.store, Event(), lambda: time.time_ns() // 1000)
            while runner.sweep(frozenset(range(PARTITIONS))):
                pass
            state.close()


@pytest.fixture(scope="module")
def real(database: Database) -> Iterator[Real]:
    dsn = database.dsn("api")
    with PostgresAskingLedger(dsn, "main") as store, ConnectionPool(dsn, min_size=1, max_size=4, open=True) as pool:
        keyholder, access, proofs = InMemoryKeyholder("api", store.read), PostgresAccessStore(pool), InMemoryProofStore()
        base: Parts = make_place(InMemoryAskingLedger()).client.app.state.parts  # type: ignore[attr-defined]
        desk = Desk(store, keyholder, secrets.token_bytes, secrets.token_bytes(32), note, proofs)
        parts = replace(
            base,
            desk=desk,
            access=access,
            proofs=proofs,
            keyholder=keyholder,
            reader=Reading(store, pool, keyholder),  # type: ignore[arg-type]
        )
        made = Real(TestClient(make_app(parts), raise_server_exceptions=False), store, access)  # type: ignore[arg-type]
        made.database, made.keyholder = database, keyholder
        yield made


@pytest.fixture(scope="module")
def people(real: Real) -> dict[str, Person]:
    found = {name: real.person(name) for name in ("min", "theo", "ren")}
    real.activate(found["min"][0])
    return found


def test_an_owner_sees_who_used_a_grant_and_its_receiver_finds_it(real: Real, people: dict[str, Person]) -> None:
    (_, min_), (theo, theos) = people["min"], people["theo"]
    body = {"account": "@theo", "uses": 3, "duration_ms": 600_000, "pass_on": True, "note": "메모"}
    grant = real.client.post(f"{ME}/grants", json=body, headers=min_).json()["grant"]
    film = real.film(theo, cameo_of(people["min"][0]), grant)
    real.carry()
    (used,) = real.client.get(f"{ME}/grants/{grant}/uses", headers=min_).json()
    assert (used["generation"], used["account"], used["handle"], used["state"]) == (film, theo, "theo", "consumed")
    (told,) = real.client.get(f"{ME}/grants", headers=min_).json()["items"]
    assert (told["uses_left"], told["duration_left_ms"], told["note"]) == (2, 540_000, "메모")
    (got,) = real.client.get("/v1/grants/received", headers=theos).json()["items"]
    assert (got["grant"], got["owner"], got["duration_ms"], got["pass_on"], got["ended"]) == (grant, "min", 600_000, True, None)
    (shown,) = real.client.get(f"{ME}/films", params={"state": "released"}, headers=min_).json()["items"]
    assert (shown["generation"], shown["creator"]) == (film, "theo")


def test_a_group_is_kept_on_the_ledger_and_its_name_is_opened_for_its_owner(real: Real, people: dict[str, Person]) -> None:
    min_ = people["min"][1]
    group = real.client.post(f"{ME}/groups", json={"name": "우리 팀"}, headers=min_).json()["group"]
    assert real.client.post(f"{ME}/groups/{group}/members", json={"accounts": ["@ren"]}, headers=min_).json() == {"added": 1}
    shown = real.client.get(f"{ME}/groups/{group}", headers=min_).json()
    assert (shown["name"], [one["handle"] for one in shown["members"]]) == ("우리 팀", ["ren"])


def test_a_request_is_asked_shown_and_answered_and_a_blocked_one_is_shown_to_nobody(real: Real, people: dict[str, Person]) -> None:
    min_, rens = people["min"][1], people["ren"][1]
    blocked = real.person("mallory")[1]
    assert real.client.put("/v1/accounts/me/blocks/@mallory", headers=min_).status_code == 204
    ask = {"owner": "@min", "uses": 1, "message": "부탁해요"}
    wanted = real.client.post("/v1/requests", json=ask, headers=rens).json()["request"]
    assert real.client.post("/v1/requests", json=ask, headers=blocked).status_code == 201
    (shown,) = real.client.get(f"{ME}/requests", headers=min_).json()["items"]
    assert (shown["request"], shown["handle"], shown["message"]) == (wanted, "ren", "부탁해요")
    assert real.client.post(f"{ME}/requests/{wanted}/approval", json={}, headers=min_).status_code == 201
    for token, state in ((rens, "approved"), (blocked, "open")):
        (sent,) = real.client.get("/v1/requests", headers=token).json()["items"]
        assert sent["state"] == state


def test_a_power_is_held_listed_and_its_acts_are_seen(real: Real, people: dict[str, Person]) -> None:
    (owner, min_), (theo, theos) = people["min"], people["theo"]
    given = {"holder": "@theo", "may": ["revoke", "review"]}
    power = real.client.post("/v1/accounts/me/powers", json=given, headers=min_).json()["power"]
    film = real.film(theo, cameo_of(owner), None)
    acting = theos | {"Cameo-Acting-As": "@min"}
    assert real.client.put(f"{ME}/pause", headers=acting).status_code == 204
    assert real.client.post(f"/v1/generations/{film}/removal", json={}, headers=acting).status_code == 204
    assert real.client.delete(f"{ME}/pause", headers=acting).json()["code"] == "power.missing"
    assert real.client.delete(f"{ME}/pause", headers=min_).status_code == 204
    real.carry()
    (held,) = real.client.get("/v1/accounts/me/powers", headers=theos).json()["mine"]
    assert (held["subject"], held["handle"], held["power"], held["may"]) == (owner, "min", power, ["revoke", "review"])
    acts = real.client.get("/v1/accounts/me/acts", headers=min_).json()
    assert [(one["did"], one["by"]) for one in acts] == [("generation.removed", theo), ("consent.paused", theo)]
    told = real.client.get("/v1/notifications", headers=min_).json()["items"]
    assert {"acted_for:consent.paused", "acted_for:generation.removed"} <= {one["kind"] for one in told}
    assert real.client.get(f"/v1/generations/{film}", headers=theos).json()["state"] == "removed"


def test_a_report_reaches_the_auditor_with_its_words(real: Real, people: dict[str, Person]) -> None:
    film = real.film(people["theo"][0], cameo_of(people["min"][0]), None)
    body = {"reason": "fraud", "text": "돈을 달라고 합니다"}
    assert real.client.post(f"/v1/generations/{film}/reports", json=body, headers=people["min"][1]).status_code == 201
    auditor = real.token(stream_id("account", bytes(16)), "auditor")
    told = real.client.get("/v1/reports", headers=auditor).json()[0]
    assert (told["generation"], told["reason"], told["text"]) == (film, "fraud", "돈을 달라고 합니다")


def test_a_death_is_one_append_and_ends_what_was_permitted(real: Real) -> None:
    account, token = real.person("sol")
    real.activate(account)
    operator = real.token(stream_id("account", bytes(16)), "operator")
    assert real.client.put("/v1/accounts/@sol/death", headers=operator).status_code == 204
    died, revoked = real.store.read(account)[-1], real.store.read(cameo_of(account))[-1]
    assert (died.type, revoked.type, died.correlation) == ("account.died", "consent.revoked", revoked.correlation)
    assert real.client.get(ME, headers=token).status_code == 401


def test_a_take_down_by_purpose_or_group_reaches_the_films_it_names(real: Real, people: dict[str, Person]) -> None:
    owner, min_ = real.person("duri")
    cameo, theo = real.activate(owner), people["theo"][0]
    group = real.client.post(f"{ME}/groups", json={"name": "g"}, headers=min_).json()["group"]
    real.client.post(f"{ME}/groups/{group}/members", json={"accounts": ["@theo"]}, headers=min_)
    grant = real.client.post(f"{ME}/grants", json={"account": group, "purposes": ["personal", "parody"]}, headers=min_).json()["grant"]
    personal, parody = real.film(theo, cameo, grant), real.film(theo, cameo, None, "parody")
    agent = TakeDownAgent(PostgresEventStore(real.database.dsn("worker"), "main"), AgentQueries(real.database.dsn("worker")))

    def taken(**scope: str) -> list[str]:
        assert real.client.post(f"{ME}/revocations", json={"strength": "take_down", **scope}, headers=min_).status_code == 201
        agent.handle(real.store.read(cameo)[-1])
        return [film for film in (personal, parody) if real.store.read(film)[-1].type == "generation.taken_down"]

    assert taken(purpose="political") == []
    assert taken(facet="voice") == []
    assert taken(purpose="parody") == [parody]
    assert taken(account=group) == [personal, parody]
    later = real.film(theo, cameo, None)
    agent.handle(next(one for one in real.store.read(cameo) if one.type == "consent.revoked" and one.data["purpose"] == "parody"))
    assert real.store.read(later)[-1].type == "generation.released"
