"""Owns the dispatcher's process: `python -m serving.dispatcher`. One at a time; whatever it held before is found again.

Does not decide: see desk and serving.core.generation.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from identity.keys.client import KeyholderClient
from identity.keys.signing import load_public_key
from infra.settings import Settings
from serving.dispatcher.calling import healthy
from serving.dispatcher.desk import Desk, Serving
from serving.dispatcher.record import Record
from serving.dispatcher.tail import Tail
from streams.adapters.postgres import PostgresEventStore
from streams.errors import LedgerUnavailableError
from streams.process import Process

log = logging.getLogger(__name__)

ROLE = "dispatcher"
POLL_S = 0.05
RETRY_S = 0.5
HEALTH_EVERY_S = 0.5
HEALTH_GOOD_FOR_S = 2.0
LIMITS = {"trivial": 16, "portrait": 2}
"""Attempts of an engine at once, over all its replicas."""


class Health:
    """Asks replicas, beside the dispatcher's own work, whether they answer."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._good_at_s: dict[str, float] = {}
        self.engines: frozenset[str] = frozenset()
        threading.Thread(target=self._serve, daemon=True).start()

    def good(self, engine: str) -> bool:
        """Tell whether the engine's replica answered within the last seconds."""
        return time.monotonic() - self._good_at_s.get(engine, -HEALTH_GOOD_FOR_S) < HEALTH_GOOD_FOR_S

    def _serve(self) -> None:
        while True:
            for engine in self.engines:
                if healthy(self._address, engine):
                    self._good_at_s[engine] = time.monotonic()
            time.sleep(HEALTH_EVERY_S if self.engines else POLL_S)


def main() -> None:
    """Dispatch until told to stop."""
    settings = Settings.from_env(os.environ)
    token = settings.secret(f"token-{ROLE}").decode().strip()
    serving = Serving(settings.serve, token, load_public_key(settings.secret("replica.pub")), LIMITS)
    health = Health(settings.serve)
    keyholder = KeyholderClient(settings.keyholder_socket, token)
    with (
        Process(ROLE, settings.run) as process,
        PostgresEventStore(settings.dsn(ROLE), settings.tenant, max_connections=16) as store,
    ):
        desk = Desk(Record(store), serving, keyholder, health.good)
        tail = Tail(settings.dsn(ROLE), ROLE)
        while not process.stopping.is_set():
            try:
                open_now = tail.begin()
                if open_now is not None:
                    desk.look(open_now)
                    process.ready()
                    _follow(tail, desk, health, process)
            except LedgerUnavailableError as error:
                log.warning("dispatching waits: %s", error)
            desk.drop_all()
            process.stopping.wait(RETRY_S)
        tail.close()


def _follow(tail: Tail, desk: Desk, health: Health, process: Process) -> None:
    while not process.stopping.wait(POLL_S):
        desk.look({touch.stream for touch in tail.touched() if touch.stream.startswith("generation-")})
        health.engines = desk.engines
        desk.act()


if __name__ == "__main__":
    main()
