"""Owns the first migration: the ledger's tables, vocabulary, rights and append. Does not own projections."""  # noqa: INP001 -- yoyo loads it by file name

from pathlib import Path

from yoyo import step

HERE = Path(__file__).parent / "ledger"


def _apply(connection) -> None:  # noqa: ANN001 -- yoyo's own proxy of a psycopg connection
    cursor = connection.cursor()
    for name in ("tables.sql", "vocabulary.sql", "append.sql", "rights.sql"):
        cursor.execute((HERE / name).read_text())


steps = [step(_apply)]
