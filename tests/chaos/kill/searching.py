"""Owns looking for planted bytes in everything an installation keeps: database, Kafka, every file and file name. Changes nothing."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaConsumer, TopicPartition
from psycopg import sql

from infra.settings import Settings

Found = dict[str, set[str]]
"""What was planted → where it was found."""


def forms(plain: bytes) -> tuple[bytes, ...]:
    """Tell how bytes may be written: as they are, in hex, UTF-16, base64 at each of its three places, and as JSON escapes them."""
    text = plain.decode("utf-8", "replace")
    encoded = [base64.b64encode(b"\0" * shift + plain) for shift in range(3)]
    inner = {one[4 : len(one) // 4 * 4 - 4] for one in encoded if len(one) > 20}
    escaped = text.encode("unicode_escape") if not text.isascii() else plain
    return tuple({plain, plain.hex().encode(), plain.hex().upper().encode(), text.encode("utf-16-le"), escaped, *inner})


@dataclass
class Search:
    """One look at an installation. `planted`: name → bytes."""

    settings: Settings
    superuser: str
    planted: Mapping[str, bytes]

    def __post_init__(self) -> None:
        self.forms = {name: forms(plain) for name, plain in self.planted.items()}
        self.looked: dict[str, int] = {}
        self.found: Found = {}

    def everywhere(self) -> Found:
        """Look through the databases, Kafka and every file."""
        self._databases()
        self._kafka()
        self._files(self.settings.var)
        self._files(self.settings.run)
        return self.found

    def _look(self, where: str, content: bytes) -> None:
        for name in self._held(content):
            self.found.setdefault(name, set()).add(where)

    def _held(self, content: bytes) -> set[str]:
        return {name for name, ways in self.forms.items() if any(content.find(way) >= 0 for way in ways)}

    def _databases(self) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            names = [name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datallowconn")]
        for name in names:
            with psycopg.connect(self.superuser, dbname=name, autocommit=True) as connection:
                tables = connection.execute(
                    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT LIKE 'pg\\_temp%'"
                ).fetchall()
                for schema, table in tables:
                    self._table(connection, f"{name}.{schema}.{table}", sql.Identifier(schema, table))

    def _table(self, connection: psycopg.Connection, where: str, table: sql.Identifier) -> None:
        query = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(table)
        content = bytearray()
        with connection.cursor().copy(query) as copy:
            for piece in copy:
                content += piece
        self.looked["rows' bytes"] = self.looked.get("rows' bytes", 0) + len(content)
        self._look(where, bytes(content))

    def _kafka(self) -> None:
        consumer = KafkaConsumer(bootstrap_servers=self.settings.kafka, enable_auto_commit=False)
        try:
            parts = [
                TopicPartition(topic, part)
                for topic in consumer.topics()
                if not topic.startswith("__")
                for part in consumer.partitions_for_topic(topic) or ()
            ]
            consumer.assign(parts)
            consumer.seek_to_beginning()
            ends = consumer.end_offsets(parts)  # beats come five times a second: a reader that waits for silence never ends
            while any(consumer.position(part) < end for part, end in ends.items()):
                for part, records in consumer.poll(timeout_ms=500, max_records=5000).items():
                    self.looked["records"] = self.looked.get("records", 0) + len(records)
                    self._look(f"topic {part.topic}", b"\n".join(map(_carried, records)))
        finally:
            consumer.close()

    def _files(self, folder: Path) -> None:
        known: dict[bytes, set[str]] = {}  # each database of a server begins as a copy of the same files
        for path in _below(folder):
            self._look(f"the name {path.relative_to(folder)}", str(path).encode())
            content = _written(path) if path.is_file() and not path.is_symlink() else b""
            self.looked["files"] = self.looked.get("files", 0) + 1
            self.looked["files' bytes"] = self.looked.get("files' bytes", 0) + len(content)
            digest = hashlib.sha256(content).digest()
            if digest not in known:
                known[digest] = self._held(content)
            for name in known[digest]:
                self.found.setdefault(name, set()).add(str(path.relative_to(folder)))


def _carried(record: Any) -> bytes:
    headers = b"".join(key.encode() + (value or b"") for key, value in record.headers or ())
    return (record.key or b"") + b"\n" + (record.value or b"") + b"\n" + headers


def _below(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)


def _written(path: Path) -> bytes:
    """Read what was ever written of a file: the view and Kafka's indexes are gigabytes of holes. Deleted meanwhile: nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return b""
    try:
        size, at, parts = os.fstat(descriptor).st_size, 0, list[bytes]()
        while at < size:
            try:
                begin = os.lseek(descriptor, at, os.SEEK_DATA)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                break  # nothing but a hole is left
            at = os.lseek(descriptor, begin, os.SEEK_HOLE)
            parts.append(os.pread(descriptor, at - begin, begin))
        return b"".join(parts).rstrip(b"\0")
    finally:
        os.close(descriptor)


def wrapped_keys(keyring: Path, account: str) -> dict[str, bytes]:
    """Read the wrapped key of an account and of everything under it, by what each is for."""
    with sqlite3.connect(f"file:{keyring}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT k.kind, k.name, k.wrapped FROM keys k LEFT JOIN key_subjects s USING (key_id)"
            " WHERE (s.account = ? OR (k.kind = 'subject' AND k.name = ?)) AND k.wrapped IS NOT NULL",
            (account, account),
        ).fetchall()
    return {f"wrapped {kind} {name}": bytes(wrapped) for kind, name, wrapped in rows}
