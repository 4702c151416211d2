"""Owns the second migration: lengths beside uses, the wider vocabulary of consent, and facts folded anew. Does not own projections."""  # noqa: INP001 -- yoyo loads it by file name

from pathlib import Path

from yoyo import step

from streams.refold import refold

__depends__ = {"ledger-0001"}
HERE = Path(__file__).parent / "ledger-0002"


def _apply(connection) -> None:  # noqa: ANN001 -- yoyo's own proxy of a psycopg connection
    cursor = connection.cursor()
    for name in ("counters.sql", "vocabulary.sql"):
        cursor.execute((HERE / name).read_text())
    refold(cursor)


steps = [step(_apply)]
