"""Owns the settings of one installation as a process sees them: frozen, read once at the edge, no default for a secret or host.

Does not own finding or making any of them (infra.supervise) and is imported only by process mains and the CLI.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from psycopg.conninfo import make_conninfo

from infra.errors import InstallationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "CAMEO_"
OPTIONAL = frozenset(
    {
        "corpus",
        "max_staleness_ms",
        "view_partitions",
        "view_mib",
        "operators",
        "root_key",
        "proxies",
        "rates",
        "controller",
        "contact",
        "jurisdiction",
    }
)


class SettingsError(InstallationError):
    """A setting is missing or unreadable; the message names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; each field is the variable CAMEO_<FIELD>.

    tenant: the tenant of every event, "main" in a single installation
    var: everything durable of this installation
    run: a short path for sockets, ready files and process ids
    secrets: a folder only its owner may enter; its files are read when they are needed, never kept here
    models: the files named in infra/models.toml
    corpus: recordings for the corpus tests, or None
    postgres: conninfo without user and password, e.g. "host=/run/x port=5432 dbname=cameo"
    kafka: "127.0.0.1:PORT"
    opa_socket, keyholder_opa_socket, keyholder_socket: unix sockets
    api, serve: "127.0.0.1:PORT"
    view_partitions: which of the 32 partitions this host's consent view holds, for example "0-15"; all of them unless said
    view_mib: the room of the consent view in MiB; full, the feeder stops applying and this host refuses with feed.full
    operators: how many operators switching on again, and appointing somebody, needs; 2 by design, 1 where there is one
        (`cameo doctor` says so)
    root_key: where a new keyring's root key lies: file:NAME, credential:NAME or pkcs11:... (docs/identity.md); the keyring
        remembers it, so that later only `cameo keys rotate` changes it
    proxies: networks of the operator's own proxies, as "10.0.0.0/8": their X-Forwarded-For is believed, nobody else's
    rates: how often somebody may try, where other than by the house's rules, as "start/address=200/10 token/address=off"
    controller, contact, jurisdiction: who runs this, how to reach them, under which law: said in every receipt of consent
    max_staleness_ms: the age at which the consent view refuses; 500 by design, the published bound adds 100 for skew
    """

    tenant: str
    var: Path
    run: Path
    secrets: Path
    models: Path
    corpus: Path | None
    postgres: str
    kafka: str
    opa_socket: Path
    keyholder_opa_socket: Path
    keyholder_socket: Path
    api: str
    serve: str
    max_staleness_ms: int = 500
    view_partitions: str = "0-31"
    view_mib: int = 8192
    operators: int = 2
    proxies: str = ""
    rates: str = ""
    controller: str = ""
    contact: str = ""
    jurisdiction: str = ""
    root_key: str = "file:root.key"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read every field from CAMEO_<FIELD>; raises SettingsError naming the first variable that is missing or wrong."""
        values = {field.name: _value(field.name, str(field.type), environ) for field in fields(cls)}
        given: dict[str, Any] = {name: value for name, value in values.items() if value is not None or name == "corpus"}
        return cls(**given)

    def dsn(self, role: str) -> str:
        """Return the conninfo of a database role, its password read now from secrets/pg-<role>; raises SettingsError."""
        return make_conninfo(self.postgres, user=role, password=self.secret(f"pg-{role}").decode().strip())

    def secret(self, name: str) -> bytes:
        """Return the bytes of one secret; raises SettingsError when it is absent."""
        try:
            return (self.secrets / name).read_bytes()
        except OSError as error:
            message = f"secret {name} cannot be read from {self.secrets}: {error.strerror}"
            raise SettingsError(message) from error

    @property
    def media(self) -> Path:
        """Sealed evidence, assets and films."""
        return self.var / "media"

    @property
    def uploads(self) -> Path:
        """Recordings on their way, sealed under keys that lie in their rows alone."""
        return self.var / "uploads"

    @property
    def view(self) -> Path:
        """The consent view (LMDB) of this host."""
        return self.var / "view"

    @property
    def snapshots(self) -> Path:
        """Snapshots of the consent view, the newest with the highest log index."""
        return self.var / "view-snapshots"

    @property
    def tiles(self) -> Path:
        """The transparency log as plain files."""
        return self.var / "tiles"

    @property
    def bundles(self) -> Path:
        """Signed policy bundles; policy.tar.gz is the one OPA loads."""
        return self.var / "bundles"

    @property
    def logs(self) -> Path:
        """One rotating log a process."""
        return self.var / "logs"

    def environ(self) -> dict[str, str]:
        """Return the variables that make `from_env` give these settings again."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {PREFIX + name.upper(): str(value) for name, value in named.items() if value is not None and value != ""}


def _value(name: str, kind: str, environ: Mapping[str, str]) -> str | int | Path | None:
    variable = PREFIX + name.upper()
    text = environ.get(variable, "")
    if not text:
        if name in OPTIONAL:
            return None
        message = f"{variable} is not set (see `cameo up`, which writes var/cameo.env)"
        raise SettingsError(message)
    if kind == "int":
        if not text.isascii() or not text.isdecimal():
            message = f"{variable} is not a whole number: {text!r}"
            raise SettingsError(message)
        return int(text)
    if kind.startswith("Path"):
        if not os.path.isabs(text):  # noqa: PTH117 -- the text is judged before it becomes a path
            message = f"{variable} is not an absolute path: {text!r}"
            raise SettingsError(message)
        return Path(text)
    return text
