"""The API as a process of its own: it starts with what an installation's folders hold, and serves receipts' keys and uploads."""

from __future__ import annotations

import httpx

from serving.core.data_integrity import key_of
from serving.receipt_keys import read_keys
from tests.conftest import Database
from tests.parts import Installation


def test_it_starts_and_publishes_its_receipt_keys(installation: Installation, database: Database) -> None:
    del database
    api = installation.start("api", "serving.api")
    with httpx.Client(base_url=f"http://{installation.settings.api}", timeout=20) as client:
        assert client.get("/health").status_code == 200
        published = client.get("/.well-known/cameo-receipt-keys.json").json()
        assert key_of(published["assertionMethod"][0]) == read_keys(installation.settings.secrets).public
        offered = client.options("/v1/enrolments/x/uploads")
        assert (offered.status_code, offered.headers["Tus-Version"]) == (204, "1.0.0")
        forged = {"Authorization": "Bearer cameo_" + "A" * 43, "X-Forwarded-For": "203.0.113.9"}
        answers = {client.get("/v1/receipts", headers=forged).status_code for _ in range(40)}
    assert answers == {401}, "nobody's word about addresses is believed here, and this machine's own is not counted"
    assert (installation.settings.uploads.stat().st_mode & 0o777) == 0o700
    api.stop()
