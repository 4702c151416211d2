"""The API process: wires the parts of this installation and serves on loopback. Holds no route."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import sys
import time
from functools import partial
from threading import Thread

import uvicorn
from psycopg_pool import ConnectionPool

from identity.keys.client import KeyholderClient
from infra.settings import Settings
from policy.adapters.opa import OpaEngine
from policy.codes import codes
from policy.handlers.asking import Asker
from serving.adapters.access import PostgresAccessStore
from serving.adapters.asking_view import ViewLedger
from serving.adapters.cursors import PostgresCursors
from serving.adapters.invitations import PostgresInvitationStore
from serving.adapters.overview import PostgresOverview
from serving.adapters.proofs import PostgresProofStore
from serving.adapters.rates import PostgresRateStore
from serving.adapters.reading import Reading
from serving.adapters.scrubbing import PostgresScrubber
from serving.adapters.uploads import PostgresUploadStore
from serving.adapters.verifications import PostgresRecoveryBook, PostgresVerificationBook
from serving.api.app import make_app
from serving.api.context import Parts
from serving.api.memory import give_back_large
from serving.api.whence import networks
from serving.api.written import note
from serving.assertion_keys import read_keys as read_assertion_keys
from serving.core.engines import HONOURS
from serving.core.receipt import Controller
from serving.handlers.asking import AskingDesk
from serving.handlers.at_least import AtLeast
from serving.handlers.authzen import CameoDecisions
from serving.handlers.desk import Desk
from serving.handlers.live import MAX_CHUNK_BYTES
from serving.handlers.plans import before_a_request
from serving.handlers.rates import Rates, rules_from
from serving.handlers.receipts import Receipts
from serving.handlers.uploads import Uploads
from serving.receipt_keys import read_keys
from serving.scrub_ports import Scrubber
from streams.adapters.postgres_asking import PostgresAskingLedger
from streams.errors import LedgerError

log = logging.getLogger(__name__)
POOL = 12
TIDY_S = 300.0
SCRUB_S = 10.0
SCRUB_SHARE = 100
"""Each table is locked while it is rewritten: for a hundredth of the time at most, where people are erased without end. A house rule."""
ASKING_TIMEOUT_S = 1.0
"""How long a question about consent waits for the policy: it holds nothing up, so longer than a render's."""
PATIENCE_S = 3.0
"""How long a request waits for Postgres before it is told that it does not answer; as the ledger's."""


class Server(uvicorn.Server):
    """Tells when it is ready, as every part does."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start, then say so."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            (self._settings.run / "api.ready").touch()
            sys.stdout.write("ready\n")
            sys.stdout.flush()


def _tidy(uploads: PostgresUploadStore, rates: PostgresRateStore, asked: PostgresVerificationBook) -> None:
    """Remove what has expired, now and every few minutes: nothing waits for it, and what fails is tried again."""
    while True:
        try:
            uploads.expire()
            rates.forget_full()
            asked.forget_over()
        except (LedgerError, OSError) as error:
            log.warning("what has expired was not removed: %s", error)
        time.sleep(TIDY_S)


def _scrub(scrubber: Scrubber) -> None:
    """Rewrite what erased people left in PostgreSQL's files, soon after; what cannot be done now is tried again."""
    while True:
        rest_s = SCRUB_S
        try:
            done = scrubber.scrub()
            rest_s = max(rest_s, done.took_s * SCRUB_SHARE)
            if done.left and done.left != ("scrub.busy",):
                log.warning("erased people may be left in PostgreSQL's files: %s", ", ".join(done.left))
                rest_s = max(rest_s, TIDY_S)
        except LedgerError as error:
            log.warning("what erased people left in PostgreSQL's files was not rewritten: %s", error)
        time.sleep(rest_s)


def main() -> int:
    """Run until told to stop."""
    give_back_large()
    settings = Settings.from_env(os.environ)
    dsn = settings.dsn("api")
    store = PostgresAskingLedger(dsn, settings.tenant)
    pool = ConnectionPool(dsn, min_size=1, max_size=POOL, timeout=PATIENCE_S, check=ConnectionPool.check_connection, open=True)
    token = settings.secret("token-api")
    keyholder = KeyholderClient(settings.keyholder_socket, token.decode())
    pepper = hashlib.sha256(b"cameo/requests/1" + token).digest()
    access = PostgresAccessStore(pool)
    proofs = PostgresProofStore(pool, settings.secret("access.key"))
    uploads = PostgresUploadStore(pool, settings.secret("access.key"), settings.uploads)
    rates = PostgresRateStore(pool)
    asked = PostgresVerificationBook(pool)
    Thread(target=_tidy, args=(uploads, rates, asked), daemon=True, name="tidy").start()
    Thread(target=_scrub, args=(PostgresScrubber(dsn),), daemon=True, name="scrub").start()
    table = codes()
    view = ViewLedger(settings.view, settings.max_staleness_ms * 1000)
    questions = AskingDesk(store, Asker(OpaEngine(settings.opa_socket, ASKING_TIMEOUT_S), table, HONOURS, before_a_request), table, view)
    parts = Parts(
        desk=Desk(store, keyholder, secrets.token_bytes, pepper, note, proofs),
        access=access,
        at_least=AtLeast(settings.secret("at-least.key"), store.incarnation, partial(PostgresCursors, pool)),
        proofs=proofs,
        overview=PostgresOverview(pool),
        invitations=PostgresInvitationStore(pool),
        verifications=asked,
        recoveries=PostgresRecoveryBook(pool),
        assertion_keys=partial(read_assertion_keys, settings.secrets),
        operators=settings.operators,
        keyholder=keyholder,
        reader=Reading(store, pool, keyholder),
        tenant=settings.tenant,
        asking=questions,
        decisions=CameoDecisions(questions, access),
        rates=Rates(rates, hashlib.sha256(b"cameo/whence/1" + token).digest(), rules_from(settings.rates)),
        uploads=Uploads(uploads),
        receipts=Receipts(partial(read_keys, settings.secrets), Controller(settings.controller, settings.contact, settings.jurisdiction)),
        proxies=networks(settings.proxies),
    )
    host, _, port = settings.api.rpartition(":")
    config = uvicorn.Config(
        make_app(parts),
        host=host,
        port=int(port),
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        ws_max_size=MAX_CHUNK_BYTES,
        ws_max_queue=32,
    )
    Server(config, settings).run()
    pool.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
