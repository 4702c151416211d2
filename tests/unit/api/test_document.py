"""The OpenAPI document that is checked in is the one that the API serves, and tells a client what it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from serving.api.document import DOCUMENT, document
from tests.unit.api.conftest import Place

TABLE: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "rights.yaml").read_text(encoding="utf-8"))
KEPT: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
OPERATIONS = {f"{method.upper()} {path}": one for path, methods in KEPT["paths"].items() for method, one in methods.items()}


def test_the_document_kept_is_the_one_served(place: Place) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "python -m serving.api.document"
    assert place.client.get("/openapi.json").json() == KEPT


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_says_what_it_does_and_who_may(name: str) -> None:
    one = OPERATIONS[name]
    assert one["description"]
    assert bool(one.get("security")) is (TABLE[name] != ["nobody"])
    assert "default" in one["responses"], "a problem is answered in one form"
    assert "application/problem+json" in one["responses"]["default"]["content"]
    assert "HTTPValidationError" not in json.dumps(one)
    assert (one["security"][0]["token"] if "security" in one else ["nobody"]) == TABLE[name], "the scopes of tests/unit/api/rights.yaml"
