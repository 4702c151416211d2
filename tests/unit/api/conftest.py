"""An API over fakes: everything of the platform but the processes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from identity.keys.fakes import InMemoryKeyholder
from schemas.cameo import EnrolmentActivated, EnrolmentStarted
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from serving.adapters.reading import Reading
from serving.api.app import make_app
from serving.api.context import Parts
from serving.fakes import InMemoryAccessStore
from serving.handlers.desk import Desk
from serving.handlers.tokens import make_token
from serving.ports import PERSON
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent


@dataclass
class Place:
    """One installation of fakes."""

    client: TestClient
    store: InMemoryEventStore
    access: InMemoryAccessStore

    def token(self, account: str, *scopes: str) -> dict[str, str]:
        made = make_token(self.access, secrets.token_bytes(32), account, frozenset(scopes or PERSON), now=datetime.now(UTC))
        return {"Authorization": f"Bearer {made.secret}"}

    def person(self, handle: str) -> tuple[str, dict[str, str]]:
        operator = self.token(stream_id("account", bytes(16)), "operator")
        made = self.client.post("/v1/accounts", json={"handle": handle, "region": "KR"}, headers=operator).json()
        return made["account"], {"Authorization": f"Bearer {made['token']}"}

    def activate(self, account: str) -> str:
        cameo = cameo_of(account)
        started = EnrolmentStarted(
            enrolment="e",
            owner=account,
            profile="basic",
            phrase=("one",),
            movements=("left",),
            expires_at_us=1,
            consent_text_version="v",
            consent_text_sha256="0",
        )
        activated = EnrolmentActivated(enrolment="e", assurance="basic")
        events = [NewEvent(cameo, event, secrets.token_hex(16)) for event in (started, activated)]
        self.store.append(Append(actor=account, events=events, correlation="test"))
        return cameo


class NoProjections(Reading):
    """Reads the ledger; its searches find nothing, for there is no Postgres."""

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        del query, values
        return []


@pytest.fixture
def place() -> Place:
    store, access = InMemoryEventStore(), InMemoryAccessStore()

    def recorded(stream: str, event: Event) -> None:
        store.append(Append(actor="keyholder", events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="test"))

    keyholder = InMemoryKeyholder("api", store.read, recorded)
    parts = Parts(
        desk=Desk(store, keyholder, secrets.token_bytes, secrets.token_bytes(32)),
        access=access,
        keyholder=keyholder,
        reader=NoProjections(store, None),
        tenant="main",
    )
    return Place(TestClient(make_app(parts), raise_server_exceptions=False), store, access)


@pytest.fixture
def people(place: Place) -> Callable[[str], tuple[str, dict[str, str]]]:
    return place.person
