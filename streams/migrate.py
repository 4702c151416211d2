"""Brings the ledger's schema up to date (yoyo, role owner) and names its tenant. Does not create roles or databases."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations

MIGRATIONS = Path(__file__).parent / "migrations"
INCARNATION = 1


def migrate(conninfo: str, tenant: str) -> list[str]:
    """Apply what is missing and return its names; may be called again, also at once by two. Raises psycopg.Error.

    `conninfo`: of the role that owns the database. Every role of the rights table must exist.
    """
    names = apply(conninfo, MIGRATIONS)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO ledger.installation (tenant, incarnation) VALUES (%s, %s) ON CONFLICT (single) DO NOTHING",
            (tenant, INCARNATION),
        )
    return names


def apply(conninfo: str, folder: Path) -> list[str]:
    """Apply the migrations of one folder that are missing, and return their names. Raises psycopg.Error."""
    backend = get_backend(_uri(conninfo))
    try:
        with backend.lock():
            missing = backend.to_apply(read_migrations(str(folder)))
            names = [migration.id for migration in missing]
            backend.apply_migrations(missing)
    finally:
        backend.connection.close()
    return names


def _uri(conninfo: str) -> str:
    """Write a conninfo as yoyo's URI; everything but the database travels as query arguments."""
    words = {key: str(value) for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    database = quote(words.pop("dbname"))
    return f"postgresql+psycopg:///{database}?{urlencode(words, quote_via=quote)}"


def main() -> None:
    """Migrate the installation that the environment names."""
    from infra.settings import Settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone

    logging.basicConfig(level=logging.WARNING)
    settings = Settings.from_env(os.environ)
    names = migrate(settings.dsn("owner"), settings.tenant)
    print("\n".join(names) or "nothing to migrate")  # noqa: T201 -- a command's answer


if __name__ == "__main__":
    main()
