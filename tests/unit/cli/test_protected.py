"""`cameo protected` over the API of fakes, as far as it needs no model: tests/integration/identity/test_known_face.py adds faces."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.api.conftest import Place, place
from tests.unit.api.test_protected import template
from tests.unit.cli.test_commands import Run, cli

__all__ = ["cli", "place"]


def test_what_is_no_photograph_is_told_in_words_and_adds_nothing(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    code, _, err = cli("protected", "add", str(tmp_path / "text.jpg"), "--name", "A", "--reason", "r", "--as", "operator")
    assert (code, "no picture that can be read" in err) == (2, True)
    assert json.loads(cli("protected", "list", "--json", "--as", "operator")[1]) == {"items": []}


def test_an_entry_is_listed_and_taken_off_once(cli: Run, place: Place) -> None:
    operator = place.token("account-" + "0" * 32, "operator")
    body = {"template": template(), "name": "Kim Min-ji", "reason": "asked us"}
    entry = place.client.post("/v1/protected", json=body, headers=operator).json()["entry"]
    listed = json.loads(cli("protected", "list", "--json", "--as", "operator")[1])["items"]
    assert [(one["entry"], one["name"]) for one in listed] == [(entry, "Kim Min-ji")]
    assert cli("protected", "remove", entry, "--as", "operator")[0] == 0
    assert json.loads(cli("protected", "list", "--json", "--as", "operator")[1]) == {"items": []}
    assert cli("protected", "remove", entry, "--as", "operator")[0] == 1
