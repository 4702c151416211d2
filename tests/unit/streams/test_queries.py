from __future__ import annotations

from pathlib import Path

import pytest

from streams.adapters.queries import QUERIES, load
from streams.errors import LedgerUnavailableError


def test_queries_are_found_by_name_without_their_comments(tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_text("-- one --\n-- says why\nSELECT 1;\n\n-- two --\nSELECT\n    2;\n")
    assert load(file) == {"one": b"SELECT 1", "two": b"SELECT\n    2"}


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_text("-- one --\nSELECT 1;\n-- one --\nSELECT 2;\n")
    with pytest.raises(ValueError, match="one is there twice"):
        load(file)


def test_every_query_of_the_ledger_is_loaded() -> None:
    text = (Path(load.__code__.co_filename).parent / "queries.sql").read_text()
    assert len(QUERIES) == sum(line.startswith("-- ") and line.endswith(" --") for line in text.splitlines())


def test_the_docstring_of_an_error_is_its_message() -> None:
    assert str(LedgerUnavailableError("x")).endswith("`ledger.unavailable`. (x)")
