"""Loads queries.sql: one named, commented query each. Does not run them."""

from __future__ import annotations

import re
from pathlib import Path

_BLOCK = re.compile(r"^-- (\w+) --\n(.*?)(?=^-- \w+ --\n|\Z)", re.MULTILINE | re.DOTALL)


def load(path: Path) -> dict[str, bytes]:
    """Read named queries from a file; raises ValueError where a name is given twice."""
    found: dict[str, bytes] = {}
    for name, text in _BLOCK.findall(path.read_text()):
        if name in found:
            message = f"{path.name}: query {name} is there twice"
            raise ValueError(message)
        lines = [line for line in text.strip().splitlines() if not line.startswith("--")]
        found[name] = "\n".join(lines).rstrip(";").encode()
    return found


QUERIES = load(Path(__file__).parent / "queries.sql")
