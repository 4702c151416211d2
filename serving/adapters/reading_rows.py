"""What every part of the API's reader stands on: the ledger, the projections, sealed words, pages. Tells nothing by itself."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from policy.codes import codes as code_table
from serving.core.reasons import Reason
from serving.core.reasons import reasons as reasons_of
from serving.errors import InvalidError
from streams.adapters.postgres_pool import lent
from streams.ports import EventStore

SHOW = "show"
"""The keyholder's word for what the API reads sealed fields for (identity.keys.rights)."""


class Unsealer(Protocol):
    """The part of the keyholder that opens people's own words."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> Mapping[str, bytes]:
        """Open those fields of an event that the API may read."""
        ...


class Rows:
    """The ledger, the projections and sealed words, as the reader's parts use them."""

    def __init__(self, store: EventStore, pool: ConnectionPool[Any], keyholder: Unsealer | None = None) -> None:
        """`keyholder`: opens notes, names and messages; without it they are told as null."""
        self._store = store
        self._pool = pool
        self._keyholder = keyholder

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        with lent(self._pool, self._pool.timeout) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def _words(self, stream: str, event_id: str, field: str) -> str | None:
        """Open somebody's words; None where there are none, their key is destroyed or the keyholder does not answer."""
        if self._keyholder is None:
            return None
        try:
            found = self._keyholder.unseal(stream, event_id, SHOW).get(field)
        except (KeyholderRefusedError, KeyholderUnavailableError):
            return None
        return None if found is None else found.decode()

    def _owner(self, cameo: str) -> str | None:
        with self._store.snapshot() as facts:
            owner = facts.get(cameo, "owner")
        return None if owner is None else owner.value["account"]


def reasons(codes: Iterable[str], *, disclosed: bool = True) -> list[Reason]:
    """Put codes into words by the table of the policy in this release."""
    return reasons_of(code_table(), codes, disclosed=disclosed)


def times(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tell microseconds as RFC 3339 times, `…_us` as `…_at`."""
    return {
        key.removesuffix("_us") + "_at" if key.endswith("_us") else key: time(value) if key.endswith("_us") and value is not None else value
        for key, value in row.items()
    }


def time(time_us: int) -> str:
    """Tell a time in RFC 3339, UTC."""
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def page(items: Sequence[dict[str, Any]], limit: int, keys: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """Make a page of at most `limit` items of which one more may have been read; `keys` says where each stands."""
    more = len(items) > limit
    return {"items": list(items[:limit]), "next": cursor_of(*keys[limit - 1]) if more else None}


def cursor_of(order: int, last: str) -> str:
    """Say where a page ended."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order, last])).decode()


def cursor_read(cursor: str | None) -> tuple[int | None, str | None]:
    """Read where a page ended; raises InvalidError."""
    if cursor is None:
        return None, None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[int, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidError("cursor.invalid", "that cursor was not made here", "start from the first page") from error
