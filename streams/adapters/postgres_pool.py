"""Connections to the ledger: how they are set, lent and found dead. Does not know what is asked over them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

from streams.adapters.postgres_errors import LOST, refused
from streams.errors import LedgerUnavailableError

APPEND_OPTIONS = "-c transaction_timeout=300ms -c default_transaction_isolation=read\\ committed"
"""300 ms: a client frozen inside a transaction blocks a revocation for as long (measured, see DECISIONS)."""
READ_OPTIONS = "-c transaction_timeout=10s -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on"


def pool(conninfo: str, options: str, *, autocommit: bool, size: int, patience_s: float) -> ConnectionPool[Any]:
    """Open a pool in the background; statements are prepared at their first use."""
    return ConnectionPool(
        conninfo,
        kwargs={"autocommit": autocommit, "options": options, "prepare_threshold": 0, "connect_timeout": 3},
        configure=_configure,
        check=None if autocommit else ConnectionPool.check_connection,  # appends settle a lost connection themselves
        min_size=1,
        max_size=size,
        timeout=patience_s,
        open=True,
    )


def _configure(connection: psycopg.Connection[Any]) -> None:
    set_json_loads(msgspec.json.decode, connection)


@contextmanager
def lent(connections: ConnectionPool[Any], patience_s: float) -> Iterator[psycopg.Connection[Any]]:
    """Lend a connection that was seen alive; wrap the driver's errors."""
    try:
        with connections.connection(timeout=patience_s) as connection:
            yield connection
    except LOST as error:
        connections.check()
        raise LedgerUnavailableError(str(error)) from error
    except psycopg.Error as error:
        raise refused(error) from error
