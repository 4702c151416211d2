"""Every code that a refusal may carry has a sentence and a remedy: nobody is refused without words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from identity.core.codes import CODES
from infra.places import ROOT
from policy.codes import codes
from schemas.codec import VOCABULARY
from schemas.registry import all_types

SOURCES = ("serving/keyholder", "serving/dispatcher", "serving/replica", "serving/core", "identity/keys", "policy/adapters")
FILES = {"pem", "key", "pub", "sqlite", "toml", "json", "sock", "mdb", "lock"}
FINDINGS = "serving/core/receipt.py"
"""What was checked of a receipt is a finding with its own sentence beside it, not a refusal."""
KOREAN = "serving/core/korean/"
"""Holds the Korean of codes whose English stands where they are raised: see test_problems_in_korean."""
LITERAL = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def codes_said() -> set[tuple[str, str]]:
    assert VOCABULARY, "importing it registers the events"
    events = {kind.name for kind in all_types()}
    paths = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    found = {(code, path.relative_to(ROOT).as_posix()) for path in paths for code in LITERAL.findall(path.read_text("utf-8"))}
    found = {(code, path) for code, path in found if path != FINDINGS and not path.startswith(KOREAN)}
    return {(code, path) for code, path in found if code not in events and code.partition(".")[2] not in FILES}


@pytest.mark.parametrize(("code", "path"), sorted(codes_said()))
def test_a_code_has_words(code: str, path: str) -> None:
    assert code in codes() or code in CODES, f"{path} refuses with {code}, which nobody can read"


def test_every_enrolments_end_has_words() -> None:
    """The code is an event's name too, which keeps it out of the search above."""
    assert "evidence.destroyed" in CODES


def test_the_platform_says_codes_at_all() -> None:
    assert len(codes_said()) > 20
    assert Path(ROOT / "policy/codes.json").exists()
