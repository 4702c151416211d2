"""Owns a PostgreSQL cluster of our own: its data folder, its command, its roles and databases.

Does not own tables, rights or per-role settings: migrations do (streams.migrate). Reached over a unix socket alone, by
scram passwords alone, with fsync and synchronous commit on, for an acknowledged event must survive a power cut.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infra.errors import InstallationError
from infra.parts.account import Account

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLES = ("owner", "api", "keyholder", "relay", "feeder", "worker", "judge", "dispatcher", "auditor")
SUPERUSER = "postgres"
PORT = 5432  # only the name of the socket's file: nothing listens on TCP
DATABASE = "cameo"
OPTIONS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
}
RIGHTS = (
    "GRANT pg_checkpoint TO api",
    "GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal(), pg_catalog.pg_ls_waldir() TO api",
    "GRANT MAINTAIN ON pg_catalog.pg_statistic TO api",
    r"""
    CREATE OR REPLACE FUNCTION public.stray_files() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
        SELECT place || file
        FROM (SELECT 'base/' || oid || '/' AS place FROM pg_database WHERE datname = current_database()) AS here, pg_ls_dir(place) AS file
        WHERE file ~ '^[0-9]+(_[a-z]+)?(\.[0-9]+)?$' AND (pg_stat_file(place || file, true)).size > 0
          AND substring(file FROM '^[0-9]+')::oid NOT IN (SELECT coalesce(pg_relation_filenode(oid), 0) FROM pg_class)
    $$""",
    "REVOKE ALL ON FUNCTION public.stray_files() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION public.stray_files() TO api",
)
"""What only a superuser can give, for what rewrites PostgreSQL's files after an erasure (docs/identity.md). A file that no table
owns is left where the server was killed while it wrote one; nothing ever deletes it, and it holds what its rows were then."""


class PostgresError(InstallationError):
    """A program of PostgreSQL failed; its words are in the message."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster: PostgreSQL's programs, its data folder, the folder of its socket."""

    bin: Path
    data: Path
    sockets: Path

    @property
    def conninfo(self) -> str:
        """How to reach it, without user, password and database."""
        return make_conninfo("", host=str(self.sockets), port=PORT)

    def initialise(self, password: str) -> None:
        """Make the data folder unless it is there; the superuser gets the password; scram for everyone."""
        account = Account.for_data(self.data)
        account.own(self.sockets)
        self.sockets.chmod(0o755)
        if (self.data / "PG_VERSION").exists():
            return
        account.own(self.data)
        with tempfile.NamedTemporaryFile("w", prefix="cameo-pw-") as file:
            file.write(password + "\n")
            file.flush()
            if account.entry is not None:
                os.chown(file.name, account.entry.pw_uid, account.entry.pw_gid)
            locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            words = [str(self.bin / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "--auth=scram-sha-256", *locale]
            done = subprocess.run(
                account.command([*words, f"--pwfile={file.name}"], self.data, self.bin),
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
            )
        if done.returncode != 0:
            message = f"initdb failed: {done.stdout}{done.stderr}"
            raise PostgresError(message)

    def command(self, before: list[str] | None = None) -> list[str]:
        """Return the command that runs the server in the foreground; stop it with SIGINT (fast) or SIGTERM (smart).

        before: a program that runs the server, under the server's account (a change of account clears PDEATHSIG).
        """
        words = [*(before or []), str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-p", str(PORT)]
        for name, value in OPTIONS.items():
            words += ["-c", f"{name}={value}"]
        return Account.for_data(self.data).command(words, self.data, self.bin, self.sockets)


def is_ready(conninfo: str, password: str) -> bool:
    """Say whether the server answers the superuser now."""
    return is_reachable(_superuser(conninfo, password))


def is_reachable(dsn: str) -> bool:
    """Say whether a complete conninfo is answered now."""
    try:
        with psycopg.connect(dsn, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def ensure_roles(conninfo: str, password: str, passwords: Mapping[str, str]) -> None:
    """Create or update each login role with its password; may be called again."""
    with psycopg.connect(_superuser(conninfo, password), autocommit=True) as connection:
        present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, secret in passwords.items():
            verb = sql.SQL("ALTER" if role in present else "CREATE")
            statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
            connection.execute(statement.format(verb, sql.Identifier(role), sql.Literal(secret)))


def ensure_database(conninfo: str, password: str, name: str = DATABASE) -> bool:
    """Create a database owned by `owner`, closed to everyone else, unless it is there; return whether it was created.

    Gives the rights that only a superuser can give, also in one that is there.
    """
    with psycopg.connect(_superuser(conninfo, password), autocommit=True) as connection:
        present = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
        if not present:
            database = sql.Identifier(name)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER owner").format(database))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            roles = sql.SQL(", ").join(sql.Identifier(role) for role in ROLES)
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, roles))
    with psycopg.connect(_superuser(conninfo, password, name), autocommit=True) as connection:
        if not present:
            connection.execute("ALTER SCHEMA public OWNER TO owner")
        for right in RIGHTS:
            connection.execute(right)
    return not present


def drop_database(conninfo: str, password: str, name: str) -> None:
    """Drop a database with whoever is connected to it."""
    with psycopg.connect(_superuser(conninfo, password), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _superuser(conninfo: str, password: str, database: str = "postgres") -> str:
    return make_conninfo(conninfo, user=SUPERUSER, password=password, dbname=database)
