"""Owns the judge's process: `python -m serving.judge`. Every open generation gets a verdict for its subjects' rules of now.

Does not decide: a verdict is a fact that the policy reads.
"""

from __future__ import annotations

import logging
import os

from identity.keys.client import KeyholderClient
from identity.keys.errors import KeyholderUnavailableError
from infra.settings import Settings
from serving.dispatcher.tail import Tail
from serving.judge.bench import Bench
from serving.judge.lexicon import installed
from serving.judge.meaning import embed_examples, meaning_of
from serving.judge.reading import Reader
from streams.adapters.postgres import PostgresEventStore
from streams.errors import LedgerUnavailableError
from streams.process import Process

log = logging.getLogger(__name__)

ROLE = "judge"
POLL_S = 0.05
RETRY_S = 0.5


def main() -> None:
    """Judge until told to stop."""
    settings = Settings.from_env(os.environ)
    lexicon, meaning = installed(), meaning_of(settings.models)
    if meaning is None:
        log.error("no sentence model in %s: whatever only it could tell is uncertain, and subjects review it", settings.models)
    keyholder = KeyholderClient(settings.keyholder_socket, settings.secret(f"token-{ROLE}").decode())
    with (
        Process(ROLE, settings.run) as process,
        PostgresEventStore(settings.dsn(ROLE), settings.tenant, max_connections=2) as store,
    ):
        if meaning is not None:
            embed_examples(lexicon, meaning)
        bench = Bench(store, Reader(store, keyholder, lexicon), lexicon, meaning)
        tail = Tail(settings.dsn(ROLE), ROLE)
        while not process.stopping.is_set():
            try:
                open_now = tail.begin()
                if open_now is not None:
                    bench.begin(open_now)
                    process.ready()
                    _follow(tail, bench, process)
            except (LedgerUnavailableError, KeyholderUnavailableError) as error:
                log.warning("judging waits: %s", error)
            process.stopping.wait(RETRY_S)
        tail.close()


def _follow(tail: Tail, bench: Bench, process: Process) -> None:
    while not process.stopping.wait(POLL_S):
        bench.look(tail.touched())
        bench.judge()


if __name__ == "__main__":
    main()
