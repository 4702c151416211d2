"""How long the keyholder listens: what carries no content is short, and a stranger is not heard out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from identity.keys.wire import SealAnswer
from serving.keyholder.access import Doorkeeper
from serving.keyholder.app import MAX_ASK_BYTES, Keyholding, make_app

TOKEN = {"authorization": "Bearer secret"}
LONG = b"x" * (MAX_ASK_BYTES + 1)


@pytest.fixture
def client() -> TestClient:
    door = Doorkeeper({"api": b"secret"}, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    anything: Any = SimpleNamespace(vault=SimpleNamespace(seal=lambda *_: {}))
    held = Keyholding(*[anything] * 7, door, b"")
    return TestClient(make_app(held))


@pytest.mark.parametrize("endpoint", ["/v1/open", "/v1/release", "/v1/film", "/v1/unseal"])
def test_a_question_without_content_is_short(client: TestClient, endpoint: str) -> None:
    assert client.post(endpoint, content=LONG, headers=TOKEN).status_code == 413


def test_a_stranger_is_not_listened_to_for_long(client: TestClient) -> None:
    assert client.post("/v1/seal", content=LONG).status_code == 413


def test_who_may_put_content_may_put_much(client: TestClient) -> None:
    asked = msgspec.json.encode({"account": "a", "stream": "s", "event_id": "e", "fields": {"prompt": LONG}})
    answer = client.post("/v1/seal", content=asked, headers=TOKEN)
    assert msgspec.json.decode(answer.content, type=SealAnswer).sealed == {}
