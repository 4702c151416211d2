"""The code table as checked in, and how it is made from METADATA. `python -m policy.codes` rewrites both files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from policy.core.codes import Code, CodeTable, code_table, rego_table
from policy.program import REGO, find_opa, metadata, requirement_folders

CODES = Path(__file__).parent / "codes.json"


@cache
def codes() -> CodeTable:
    """Read every code with its message, remedy and `disclosed_as`, English and Korean."""
    return msgspec.json.decode(CODES.read_bytes(), type=dict[str, Code])


def made(opa: Path, folder: Path = REGO) -> dict[Path, str]:
    """Make the text of the generated files from METADATA: the code table and the decision's own table."""
    table = code_table(metadata(opa, folder), requirement_folders(folder))
    return {
        CODES: _text({code: msgspec.to_builtins(known) for code, known in table.items()}),
        folder / "table" / "data.json": _text(rego_table(table)),
    }


def stale(opa: Path) -> list[str]:
    """Name the generated files that do not say what METADATA says."""
    return [path.name for path, text in made(opa).items() if not path.exists() or path.read_text("utf-8") != text]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    for written, content in made(find_opa()).items():
        written.write_text(content, encoding="utf-8")
