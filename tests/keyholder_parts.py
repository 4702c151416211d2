"""A running keyholder on real parts (Postgres, OPA, its own process), with a world, and replicas to ask it as.

Use: `from tests.keyholder_parts import keyholding` in a conftest, then take the fixture `keyholding` (one a module).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from identity.keys.client import KeyholderClient, ReplicaClient
from identity.keys.package import Package, open_likeness, seal_film, unpack
from identity.keys.sealing import keypair
from identity.keys.signing import load_private_key
from identity.keys.wire import OpenAnswer, OpenAsk, ReleaseAnswer, ReleaseAsk
from policy.adapters.opa import UnixConnection
from policy.bundle import build
from tests.world import World

if TYPE_CHECKING:
    from infra.tools import Tools
    from tests.parts import Installation, OpaPart, Running

HONOURS = ("visible_mark",)


@dataclass
class Replica:
    """A replica as the keyholder sees it: one signature key, one one-time pair for its child."""

    client: ReplicaClient
    bundle_sha256: str
    installation: Installation
    engine: str = "trivial"
    private_key: bytes = b""
    public_key: bytes = b""

    def __post_init__(self) -> None:
        if not self.private_key:
            self.private_key, self.public_key = keypair()

    def open(self, generation: str, attempt: int = 1) -> OpenAnswer:
        """Ask for an attempt's likenesses."""
        return self.client.open(
            OpenAsk(
                generation=generation, attempt=attempt, public_key=self.public_key.hex(), engine=self.engine,
                honours=HONOURS, bundle_sha256=self.bundle_sha256,
            )
        )  # fmt: skip

    def package(self, answer: OpenAnswer) -> Package:
        """Open a package, as the child would."""
        assert answer.package is not None, answer
        return unpack(answer.package, self.private_key)

    def likenesses(self, answer: OpenAnswer) -> dict[str, bytes]:
        """Open every likeness of a package: facet → bytes."""
        media = self.installation.settings.media
        return {
            likeness.facet: open_likeness(likeness, (media / likeness.path).read_bytes()) for likeness in self.package(answer).likenesses
        }

    def spool(self, package: Package, film: bytes) -> ReleaseAsk:
        """Seal a film and leave it in the spool; gives what to ask."""
        sealed = seal_film(package, film)
        name = f"film-{os.urandom(8).hex()}"
        (self.installation.settings.media / "spool" / name).write_bytes(sealed)
        return ReleaseAsk(
            generation=package.generation, attempt=package.attempt, sealed_path=name,
            sealed_sha256=hashlib.sha256(sealed).hexdigest(), bundle_sha256=self.bundle_sha256,
        )  # fmt: skip

    def release(self, package: Package, film: bytes = b"trivial film") -> ReleaseAnswer:
        """Hand in a film."""
        return self.client.release(self.spool(package, film))


@dataclass
class Keyholding:
    """A keyholder that runs, and the world around it."""

    installation: Installation
    opa: OpaPart
    bundle_sha256: str
    running: Running
    clients: dict[str, KeyholderClient] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World(self.installation.settings.dsn, self.client, self.installation.settings.tenant)

    def client(self, role: str) -> KeyholderClient:
        """Give the keyholder as a control role sees it; kept."""
        if role not in self.clients:
            settings = self.installation.settings
            token = settings.secret(f"token-{role}").decode()
            self.clients[role] = KeyholderClient(settings.keyholder_socket, token)
        return self.clients[role]

    def replica(self, engine: str = "trivial", name: str = "replica-test", timeout_s: float = 30.0) -> Replica:
        """Make a replica with a fresh one-time key. Its patience is long: tests measure no time."""
        settings = self.installation.settings
        key = load_private_key(settings.secret("replica.key"))
        return Replica(ReplicaClient(settings.keyholder_socket, key, name, timeout_s), self.bundle_sha256, self.installation, engine)

    def ask_raw(self, endpoint: str, body: bytes, headers: dict[str, str], method: str = "POST") -> tuple[int, bytes]:
        """Ask without a client: gives status and body."""
        connection = UnixConnection(self.installation.settings.keyholder_socket, 30)
        try:
            connection.request(method, endpoint, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def restart(self) -> None:
        """Start the keyholder again after it was stopped or killed."""
        self.running.stop()
        self.running = self.installation.start("keyholder", "serving.keyholder")


def start_keyholding(
    installation: Installation, opa_server: Callable[..., OpaPart], tools: Tools, *, sandbox_use: bool = True
) -> Keyholding:
    """Build the bundle, start OPA and the keyholder, open the installation."""
    settings = installation.settings
    bundle = build(settings.bundles / "policy.tar.gz", settings.secrets / "bundle.key", tools.opa)
    opa = opa_server(bundle.path, settings.secrets / "bundle.pub", settings.keyholder_opa_socket)
    running = installation.start("keyholder", "serving.keyholder")
    held = Keyholding(installation, opa, bundle.sha256, running)
    held.world.open_installation(bundle.sha256, sandbox_use=sandbox_use)
    return held


@pytest.fixture(scope="module")
def keyholding(installation: Installation, opa_server: Callable[..., OpaPart], tools: Tools) -> Iterator[Keyholding]:
    """A keyholder on this module's ledger, with its own OPA; the installation is open, nobody is registered."""
    held = start_keyholding(installation, opa_server, tools)
    yield held
    held.world.close()
