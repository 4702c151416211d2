"""An API process for test_bodies: uploads in PostgreSQL, ledger of fakes, and a keyholder that is as heavy to call as the real one.

Says a line of JSON a person who may hand a recording in, then `ready`; serves until its input ends.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from psycopg_pool import ConnectionPool

from identity.keys.sealing import new_id
from identity.keys.wire import EvidencePut, EvidenceSealed
from serving.adapters.uploads import PostgresUploadStore
from serving.api.memory import give_back_large
from serving.fakes import InMemoryAskingLedger
from serving.handlers.bodies import Room
from serving.handlers.enrolments import CONSENT_TEXT_SHA256
from serving.handlers.uploads import Uploads
from tests.unit.api.conftest import Place, make_place


class Heavy:
    """Puts a recording into a message as the keyholder's client does, holds it for a moment, and keeps nothing."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def put_evidence(self, account: str, cameo: str, recording: bytes) -> EvidenceSealed:
        message = msgspec.json.encode(EvidencePut(account=account, cameo=cameo, recording=recording))
        time.sleep(0.3)
        assert len(message) > len(recording)
        return EvidenceSealed(
            evidence=new_id("evidence"), key_id=new_id("key"), sha256=hashlib.sha256(recording).hexdigest(), bytes=len(recording)
        )  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def begun(place: Place, number: int) -> dict[str, str]:
    _, headers = place.person(f"person{number}")
    body = {"profile": "sandbox", "consent_text_sha256": CONSENT_TEXT_SHA256}
    enrolment = place.client.post("/v1/enrolments", json=body, headers=headers).json()["enrolment"]
    return headers | {"enrolment": enrolment}


def main() -> None:
    dsn, folder, port, people, room_bytes = sys.argv[1:]
    give_back_large()
    place = make_place(InMemoryAskingLedger())
    app: Any = place.client.app
    with ConnectionPool(dsn, min_size=1, max_size=8, open=True) as pool:
        parts = app.state.parts
        uploads = Uploads(PostgresUploadStore(pool, b"k" * 32, Path(folder)))
        app.state.parts = replace(parts, uploads=uploads, keyholder=Heavy(parts.keyholder), room=Room(int(room_bytes)))
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=int(port), log_level="critical", lifespan="off"))
        for number in range(int(people)):
            sys.stdout.write(json.dumps(begun(place, number)) + "\n")
        serving = threading.Thread(target=server.run, daemon=True)
        serving.start()
        while not server.started:
            time.sleep(0.01)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.should_exit = True
        serving.join(20)


if __name__ == "__main__":
    main()
