"""Owns writing a projection's changes as SQL, and reading tables as digests. Does not say what changes, nor keeps cursors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql

from streams.core.changes import Change, Delete, Put, Row, Update

TABLES = {
    "accounts": ("account",),
    "relations": ("account", "other", "kind"),
    "cameos": ("cameo",),
    "enrolments": ("enrolment",),
    "grants": ("cameo", "grant_id"),
    "powers": ("account", "power"),
    "generations": ("generation",),
    "generation_cameos": ("generation", "cameo"),
    "decisions": ("decision",),
    "notifications": ("notification",),
}
"""Every projection's table and its key."""
SCHEMA = "projection"


class TableDigest(NamedTuple):
    """How many rows a table has, and the SHA-256 of all of them in order of key (hex)."""

    rows: int
    sha256: str


def write_changes(cursor: psycopg.Cursor[Any], changes: Iterable[Change], schema: str = SCHEMA) -> None:
    """Write changes on the caller's transaction. A table named with its schema stays there; the others are in `schema`."""
    for change in changes:
        match change:
            case Put():
                statement, values = _put(change, schema)
            case Update():
                statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(
                    _table(change.table, schema), _pairs(change.row, ", "), _pairs(change.where, " AND ")
                )
                values = [*change.row.values(), *change.where.values()]
            case Delete():
                where = _pairs(change.where, " AND ")
                statement = sql.SQL("DELETE FROM {} WHERE {}").format(_table(change.table, schema), where)
                values = [*change.where.values()]
        cursor.execute(statement, values)


def digests(connection: psycopg.Connection[Any], schema: str = SCHEMA) -> dict[str, TableDigest]:
    """Digest every table of the projections in one transaction of the caller's."""
    return {table: _digest(connection, table, schema) for table in TABLES}


def _digest(connection: psycopg.Connection[Any], table: str, schema: str) -> TableDigest:
    key = sql.SQL(", ").join(sql.Identifier(column) for column in TABLES[table])
    query = sql.SQL("SELECT to_jsonb(t)::text FROM {} t ORDER BY {}").format(sql.Identifier(schema, table), key)
    digest, rows = hashlib.sha256(), 0
    with connection.cursor(name=f"digest_{table}") as cursor:
        for (row,) in cursor.execute(query):
            digest.update(row.encode() + b"\n")
            rows += 1
    return TableDigest(rows, digest.hexdigest())


def _put(change: Put, schema: str) -> tuple[sql.Composed, list[Any]]:
    row: Row = {**change.initial, **change.key, **change.row}
    update = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in change.row)
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
        _table(change.table, schema),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
        sql.SQL(", ").join(map(sql.Identifier, change.key)),
        sql.SQL("UPDATE SET {}").format(update) if change.row else sql.SQL("NOTHING"),
    )
    return statement, list(row.values())


def _pairs(row: Row, joint: LiteralString) -> sql.Composed:
    return sql.SQL(joint).join(sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder()) for column in row)


def _table(table: str, schema: str) -> sql.Identifier:
    return sql.Identifier(*table.split(".")) if "." in table else sql.Identifier(schema, table)
