"""Owns the keyholder's process: secrets, parts, socket, housekeeping, a clean end. `python -m serving.keyholder`."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from nacl.public import PrivateKey

from identity.keys import durable
from identity.keys.blobs import FileBlobs
from identity.keys.errors import KeysError
from identity.keys.keyring import KeyRing
from identity.keys.memory import leave_no_dump, stay_out_of_swap
from identity.keys.sealing import keypair, new_id
from identity.keys.vault import Vault
from identity.keys.wrapping import ConfiguredRootKeys, credentials_of
from infra.settings import Settings
from policy.adapters.opa import OpaEngine
from schemas.errors import SchemaError
from serving.keyholder.access import Doorkeeper
from serving.keyholder.app import Keyholding, make_app
from serving.keyholder.checkpoint import Checkpoint
from serving.keyholder.errors import KeyholderError
from serving.keyholder.exact import Exact
from serving.keyholder.intake import SPOOL, Intake
from serving.keyholder.opening import Opener
from serving.keyholder.releasing import Releaser
from serving.keyholder.rotating import Rotation
from serving.keyholder.showing import Exhibitor
from serving.keyholder.signer import FilmSigner
from serving.keyholder.tending import Steward
from streams.adapters.postgres import PostgresEventStore
from streams.errors import StreamsError

NAME = "keyholder"
CONNECTIONS = 16
"""To Postgres, writing and reading each; 64 parallel openings queue for them. Unmeasured."""
POLICY_TIMEOUT_S = 0.5
"""Longer than a watcher's 100 ms: nothing runs while the keyholder asks, so being late here costs no protection."""
TEND_EVERY_S = 1.0
CLEAR_EVERY = 30
"""Leftovers are looked for at every so many rounds."""
LOG = logging.getLogger(NAME)


def now_us() -> int:
    """Tell the wall clock in UTC microseconds."""
    return time.time_ns() // 1000


def compose(settings: Settings, store: PostgresEventStore) -> Keyholding:
    """Put the keyholder together on real parts."""
    folder = settings.var / NAME
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.media / SPOOL).mkdir(mode=0o700, parents=True, exist_ok=True)
    roots = ConfiguredRootKeys(settings.root_key, settings.secrets, credentials_of(os.environ))
    keyring = KeyRing(folder / "keys.sqlite", roots, now_us)
    vault = Vault(settings.tenant, keyring, FileBlobs(settings.media))
    checkpoint = Checkpoint(folder / "checkpoint")
    private_key, public_key = _film_keys(settings.secrets)
    exact = Exact(store, OpaEngine(settings.keyholder_opa_socket, POLICY_TIMEOUT_S), checkpoint, new_id)
    return Keyholding(
        exact=exact,
        opener=Opener(exact, vault, public_key),
        releaser=Releaser(exact, vault, Intake(exact, vault, FilmSigner(folder).sign, settings.media, private_key)),
        exhibitor=Exhibitor(exact, vault),
        steward=Steward(exact, vault, settings.media),
        rotation=Rotation(keyring, roots),
        checkpoint=checkpoint,
        doorkeeper=Doorkeeper.from_secrets(settings.secrets),
        film_public_key=public_key,
    )


def main() -> int:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.umask(0o077)
    leave_no_dump()
    if not stay_out_of_swap():
        LOG.warning("keys may be swapped out: run with LimitMEMLOCK=infinity, or without swap")
    settings = Settings.from_env(os.environ)
    folder = settings.var / NAME
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One keyholder at a time: keyring, checkpoint and leftovers have one writer.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with PostgresEventStore(settings.dsn(NAME), settings.tenant, max_connections=CONNECTIONS) as store:
            held = compose(settings, store)
            ended = threading.Event()
            tending = threading.Thread(target=tend, args=(held, ended), daemon=True)
            tending.start()
            _serve(settings, held)
            ended.set()
            tending.join(timeout=5)
    return 0


class _Server(uvicorn.Server):
    """Says when it listens, and lets the process end by itself: uvicorn's own would die of the signal once more."""

    def __init__(self, config: uvicorn.Config, ready: Path) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.touch()
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


def _serve(settings: Settings, held: Keyholding) -> None:
    ready = settings.run / f"{NAME}.ready"
    config = uvicorn.Config(
        make_app(held), access_log=False, log_config=None, lifespan="off", timeout_keep_alive=75, timeout_graceful_shutdown=5
    )
    try:
        _Server(config, ready).run(sockets=[_listen(settings.keyholder_socket)])
    finally:
        ready.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    """Listen on a unix socket that this account alone may open, over one left by a killed process."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    path.chmod(0o600)
    return listening


def tend(held: Keyholding, ended: threading.Event) -> None:
    """Destroy what is due, clear what was left over, until it ended. A failure is logged, ends nothing, and is tried again in its turn."""
    rounds = 0
    while not ended.wait(TEND_EVERY_S):
        rounds += 1
        try:
            held.steward.destroy_due()
            if rounds % CLEAR_EVERY == 1:
                held.steward.clear_leftovers()
        except (KeyholderError, KeysError, StreamsError, SchemaError, OSError) as error:
            LOG.warning("housekeeping waits: %s: %s", type(error).__name__, error)


def _film_keys(secrets: Path) -> tuple[bytes, bytes]:
    """Read (or make, once) the X25519 pair that films are sealed to."""
    path = secrets / "film.key"
    if not path.exists():
        durable.replace(path, keypair()[0])
    private = path.read_bytes()
    return private, bytes(PrivateKey(private).public_key)


if __name__ == "__main__":
    sys.exit(main())
