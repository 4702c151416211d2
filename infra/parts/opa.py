"""Owns an OPA server of our own on a unix socket: its command, whether it is ready, signing keys for bundles.

Does not own policies or bundles (policy.bundle), nor asking it (policy.adapters). It keeps no decision log: the ledger does.
"""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from pathlib import Path

from infra.errors import InstallationError
from infra.places import SOCKET_PATH_LIMIT_BYTES

SIGNING = "ES256"


class SocketPathError(InstallationError):
    """A socket's path is longer than the operating system allows."""


@dataclass(frozen=True, slots=True)
class Opa:
    """One server: its program, its socket, the signed bundle and the key that it must be signed with."""

    program: Path
    socket: Path
    bundle: Path
    verification_key: Path

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground; it refuses to start on an unsigned or altered bundle."""
        require_short(self.socket)
        return [
            str(self.program), "run", "--server", "--addr", f"unix://{self.socket}", "--unix-socket-perm", "600",
            "--bundle", str(self.bundle), "--verification-key", str(self.verification_key), "--signing-alg", SIGNING,
            "--optimize-store-for-read-speed", "--skip-version-check", "--log-level", "error", "--shutdown-grace-period", "2",
        ]  # fmt: skip

    def is_ready(self) -> bool:
        """Say whether it answers that its bundle is loaded."""
        return health(self.socket)


def health(path: Path, timeout_s: float = 0.5) -> bool:
    """Ask GET /health?bundles over the socket; anything but 200 is not ready."""
    connection = UnixConnection(path, timeout_s)
    try:
        connection.request("GET", "/health?bundles=true")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


class UnixConnection(http.client.HTTPConnection):
    """HTTP/1.1 over a unix socket."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        """Connect at the first request."""
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Open the socket instead of a TCP connection."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def require_short(path: Path) -> None:
    """Raise SocketPathError when a socket cannot have this path."""
    if len(str(path).encode()) > SOCKET_PATH_LIMIT_BYTES:
        message = f"the socket path {path} is longer than {SOCKET_PATH_LIMIT_BYTES} bytes: set CAMEO_RUN to a shorter folder"
        raise SocketPathError(message)
