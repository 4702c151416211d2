"""A process of its own that hands something in as the API does, on the real ledger and keyholder, and may be killed just before it appends.

`python -m tests.integration.keyholder.handing_in KIND ACCOUNT NAME killed|whole`; NAME: the challenge, or the thing.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys

from identity.keys.client import KeyholderClient
from infra.settings import Settings
from serving.handlers import documents, submitting, things, verifications
from serving.handlers.desk import Caller, Desk
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Outcome


class Killed(PostgresEventStore):
    """A ledger before which its process dies."""

    def append(self, append: Append) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().append(append)


def main() -> None:
    kind, account, name, end = sys.argv[1:]
    settings = Settings.from_env(os.environ)
    keyholder = KeyholderClient(settings.keyholder_socket, settings.secret("token-api").decode(), timeout_s=60)
    with (Killed if end == "killed" else PostgresEventStore)(settings.dsn("api"), settings.tenant) as store:
        desk, caller = Desk(store, keyholder, secrets.token_bytes, secrets.token_bytes(32)), Caller(account, frozenset({"read"}))
        match kind:
            case "recording":
                submitting.submit(desk, keyholder, caller, name, b"a recording", "")
            case "answer":
                verifications.submit(desk, keyholder, caller, name, b"an answer", "")
            case "thing":
                things.submit(desk, keyholder, caller, name, b"a recording of a thing")
            case _:
                documents.add(desk, keyholder, caller, name, b"\xff\xd8\xff a passport")


if __name__ == "__main__":
    main()
