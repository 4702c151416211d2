"""What Postgres's errors mean to the record. Does not raise them itself."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from streams.errors import (
    AppendMisuseError,
    IdempotencyError,
    IncarnationError,
    LedgerError,
    LedgerUnavailableError,
    NotPermittedError,
)

LOST = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
"""The connection is gone or was never had: whether the statement ran is unknown."""
RETRIED = (errors.TransactionTimeout, errors.DeadlockDetected, errors.UniqueViolation)
"""Nothing was written; the same statement may go through now."""

_OWN = {"CA001": IncarnationError, "CA002": IdempotencyError, "CA003": AppendMisuseError}


def refused(error: psycopg.Error) -> LedgerError:
    """Name what the database refused; the caller chains the cause."""
    message = (error.diag.message_primary or str(error)) if error.diag else str(error)
    if isinstance(error, errors.InsufficientPrivilege):
        return NotPermittedError(message)
    if isinstance(error, (*LOST, *RETRIED, PoolClosed)):
        return LedgerUnavailableError(message)
    return _OWN.get(error.sqlstate or "", LedgerError)(message)
