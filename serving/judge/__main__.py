"""Owns the judge's process: `python -m serving.judge`. Every open generation gets a verdict for its subjects' rules of now.

Does not decide: a verdict is a fact that the policy reads.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from identity.keys.client import KeyholderClient
from identity.keys.errors import KeyholderUnavailableError
from infra.settings import Settings
from serving.dispatcher.tail import Tail
from serving.judge.bench import Bench
from serving.judge.lexicon import installed
from serving.judge.reading import Reader
from streams.adapters.postgres import PostgresEventStore
from streams.errors import LedgerUnavailableError

ROLE = "judge"
POLL_S = 0.05
RETRY_S = 0.5


def main() -> None:
    """Judge until told to stop."""
    settings = Settings.from_env(os.environ)
    told = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: told.set())
    lexicon = installed()
    keyholder = KeyholderClient(settings.keyholder_socket, settings.secret(f"token-{ROLE}").decode())
    ready = settings.run / f"{ROLE}.ready"
    with PostgresEventStore(settings.dsn(ROLE), settings.tenant, max_connections=2) as store:
        bench = Bench(store, Reader(store, keyholder, lexicon), lexicon)
        tail = Tail(settings.dsn(ROLE), ROLE)
        while not told.is_set():
            try:
                open_now = tail.begin()
                if open_now is None:
                    told.wait(RETRY_S)
                    continue
                bench.begin(open_now)
                if not ready.exists():
                    ready.touch()
                    sys.stdout.write("ready\n")
                    sys.stdout.flush()
                _follow(tail, bench, told)
            except (LedgerUnavailableError, KeyholderUnavailableError):
                told.wait(RETRY_S)
        tail.close()
    ready.unlink(missing_ok=True)


def _follow(tail: Tail, bench: Bench, told: threading.Event) -> None:
    while not told.wait(POLL_S):
        bench.look(tail.touched())
        bench.judge()


if __name__ == "__main__":
    main()
