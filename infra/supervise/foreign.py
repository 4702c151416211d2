"""Owns the parts that are not ours inside an installation: preparing, commanding and probing PostgreSQL, Kafka and OPA.

Does not own how each works (infra.parts).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from infra.parts import postgres
from infra.parts.kafka import Broker
from infra.parts.opa import Opa, health
from infra.parts.ports import answers
from infra.settings import Settings
from infra.tools import Tools


@dataclass(frozen=True, slots=True)
class Foreign:
    """The foreign parts of one installation."""

    settings: Settings
    tools: Tools
    kafka_controller_port: int

    def prepare(self, name: str) -> None:
        """Make what a part needs on disk before it starts; may be called again."""
        if name == "postgres":
            self._cluster.initialise(self._superuser_password)
        elif name == "kafka":
            self._broker.initialise()
        else:
            self._opa(name).socket.unlink(missing_ok=True)

    def command(self, name: str) -> list[str]:
        """Return the command that runs a part in the foreground."""
        commands = {"postgres": self._cluster.command, "kafka": self._broker.command}
        return commands[name]() if name in commands else self._opa(name).command()

    def is_ready(self, name: str) -> bool:
        """Say whether a part answers now, ours or somebody else's."""
        if name == "postgres":
            return postgres.is_reachable(self.settings.dsn("api"))
        if name == "kafka":
            return answers(self.settings.kafka)
        return health(self._opa(name).socket)

    def started(self, name: str) -> bool:
        """Say whether our own part can take its first-time steps (PostgreSQL before it has any role)."""
        if name == "postgres":
            return postgres.is_ready(self._cluster.conninfo, self._superuser_password)
        return self.is_ready(name)

    def complete(self, name: str) -> None:
        """Do what can only be done on the running part: PostgreSQL's roles and database; may be called again."""
        if name == "postgres":
            passwords = {role: self.settings.secret(f"pg-{role}").decode() for role in postgres.ROLES}
            postgres.ensure_roles(self._cluster.conninfo, self._superuser_password, passwords)
            postgres.ensure_database(self._cluster.conninfo, self._superuser_password)

    @property
    def _superuser_password(self) -> str:
        return self.settings.secret(f"pg-{postgres.SUPERUSER}").decode()

    @property
    def _cluster(self) -> postgres.Cluster:
        sockets = Path(str(conninfo_to_dict(self.settings.postgres)["host"]))
        return postgres.Cluster(self.tools.postgres_bin, self.settings.var / "postgres", sockets)

    @property
    def _broker(self) -> Broker:
        port = int(self.settings.kafka.rsplit(":", 1)[1])
        folder = self.settings.var / "kafka"
        return Broker(self.tools.java, self.tools.kafka_libs, folder, port, self.kafka_controller_port)

    def _opa(self, name: str) -> Opa:
        sockets = {"opa": self.settings.opa_socket, "opa-keyholder": self.settings.keyholder_opa_socket}
        bundle, key = self.settings.bundles / "policy.tar.gz", self.settings.secrets / "bundle.pub"
        return Opa(self.tools.opa, sockets[name], bundle, key)
