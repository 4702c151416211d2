"""An API over fakes: everything of the platform but the processes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from identity.keys.fakes import InMemoryKeyholder
from policy.codes import codes
from policy.core.opening import opening_events
from policy.fakes import InMemoryPolicy
from policy.handlers.asking import Asker
from policy.ports import Head
from schemas.cameo import EnrolmentActivated, EnrolmentStarted, Profile
from schemas.ids import cameo_of, stream_id
from schemas.registry import Event
from serving.adapters.reading import Reading
from serving.api.app import make_app
from serving.api.context import Parts
from serving.api.pacing import Pacing
from serving.api.written import note
from serving.core.assertion import Keys
from serving.core.engines import HONOURS
from serving.fakes import InMemoryAccessStore, InMemoryAskingLedger
from serving.handlers.asking import AskingDesk
from serving.handlers.at_least import AtLeast
from serving.handlers.authzen import CameoDecisions
from serving.handlers.desk import Desk
from serving.handlers.plans import before_a_request
from serving.handlers.rates import Rates
from serving.handlers.receipts import ReceiptKeys, Receipts
from serving.handlers.tokens import make_token
from serving.handlers.uploads import Uploads
from serving.overview_fakes import InMemoryInvitationStore, InMemoryOverview
from serving.ports import PERSON
from serving.proof_fakes import InMemoryProofStore
from serving.rate_fakes import InMemoryRateStore
from serving.upload_fakes import InMemoryUploadStore
from serving.verification_fakes import InMemoryRecoveryBook, InMemoryVerificationBook
from streams.ports import Append, NewEvent

BUNDLE = "b" * 64
SIGNING = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


@dataclass
class Place:
    """One installation of fakes."""

    client: TestClient
    store: InMemoryAskingLedger
    access: InMemoryAccessStore

    def token(self, account: str, *scopes: str) -> dict[str, str]:
        made = make_token(self.access, secrets.token_bytes(32), account, frozenset(scopes or PERSON), now=datetime.now(UTC))
        return {"Authorization": f"Bearer {made.secret}"}

    def person(self, handle: str) -> tuple[str, dict[str, str]]:
        operator = self.token(stream_id("account", bytes(16)), "operator")
        made = self.client.post("/v1/accounts", json={"handle": handle, "region": "KR"}, headers=operator).json()
        return made["account"], {"Authorization": f"Bearer {made['token']}"}

    def open(self) -> None:
        for stream, event in opening_events(BUNDLE, sorted(HONOURS), sandbox_use=True):
            self.append(stream, event)

    def append(self, stream: str, event: Event) -> None:
        self.store.append(Append(actor="test", events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="test"))

    def activate(self, account: str, assurance: Profile = "sandbox") -> str:
        """Make an account's cameo active; the sandbox's asks for no proof before it is opened to everyone."""
        cameo = cameo_of(account)
        started = EnrolmentStarted(
            enrolment="e",
            owner=account,
            profile=assurance,
            phrase=("one",),
            movements=("left",),
            expires_at_us=1,
            consent_text_version="v",
            consent_text_sha256="0",
        )
        activated = EnrolmentActivated(enrolment="e", assurance=assurance)
        events = [NewEvent(cameo, event, secrets.token_hex(16)) for event in (started, activated)]
        self.store.append(Append(actor=account, events=events, correlation="test"))
        return cameo


class NoProjections(Reading):
    """Reads the ledger; its searches find nothing, for there is no Postgres."""

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        del query, values
        return []

    def _shown(self, cameo: str, state: str, limit: int, before_us: int | None, before_id: str | None) -> list[tuple[str, int]]:
        asked = [one for one in self._store.read_all() if one.type == "generation.requested"]
        shown = [(one.stream, one.time_us) for one in asked if cameo in [use["cameo"] for use in one.data["cameos"]]]
        shown = [one for one in shown if state in ("any", (self.generation(one[0]) or {})["state"])]
        older = [one for one in shown if before_us is None or (one[1], one[0]) < (before_us, before_id)]
        return sorted(older, key=lambda one: (one[1], one[0]), reverse=True)[:limit]


class Everything:
    """A follower that is never behind."""

    def __init__(self, store: InMemoryAskingLedger) -> None:
        self.store = store

    def head(self, stream: str) -> Head | None:
        with self.store.snapshot() as facts:
            return facts.head(stream)


@pytest.fixture
def place() -> Place:
    return make_place(InMemoryAskingLedger())


def make_place(store: InMemoryAskingLedger) -> Place:
    """Make an installation over a ledger, whose clock is the test's own where it gave one."""
    access = InMemoryAccessStore()

    def recorded(stream: str, event: Event) -> None:
        store.append(Append(actor="keyholder", events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="test"))

    keyholder = InMemoryKeyholder("api", store.read, recorded)
    proofs = InMemoryProofStore()
    questions = AskingDesk(store, Asker(InMemoryPolicy(BUNDLE), codes(), HONOURS, before_a_request), codes())
    parts = Parts(
        desk=Desk(store, keyholder, secrets.token_bytes, secrets.token_bytes(32), note, proofs),
        access=access,
        proofs=proofs,
        overview=InMemoryOverview(store),
        invitations=InMemoryInvitationStore(),
        verifications=InMemoryVerificationBook(),
        recoveries=InMemoryRecoveryBook(),
        assertion_keys=lambda: Keys(b"a" * 32),
        operators=2,
        at_least=AtLeast(secrets.token_bytes(32), lambda: 1, lambda _: Everything(store)),
        keyholder=keyholder,
        reader=NoProjections(store, None, keyholder),
        tenant="main",
        asking=questions,
        decisions=CameoDecisions(questions, access),
        rates=Rates(InMemoryRateStore(), b"r" * 32),
        uploads=Uploads(InMemoryUploadStore()),
        receipts=Receipts(lambda: ReceiptKeys(SIGNING)),
        pacing=Pacing(0.001, 0.001),
    )
    return Place(TestClient(make_app(parts), raise_server_exceptions=False), store, access)


@pytest.fixture
def people(place: Place) -> Callable[[str], tuple[str, dict[str, str]]]:
    return place.person
