"""The worked examples of docs/policy.md, Asking, are what the API answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from serving.cli.main import GROUPS
from tests.unit.api.conftest import Place
from tests.unit.api.test_asking import Scene

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text("utf-8")
SECTION = PAGE.partition("## Asking\n")[2].partition("\n## ")[0]
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", SECTION, re.DOTALL)]


def holds(answer: Any, said: Any) -> bool:
    """Tell whether an answer says what the page says, and nothing else in a list."""
    if isinstance(said, dict):
        return isinstance(answer, dict) and all(name in answer and holds(answer[name], value) for name, value in said.items())
    if isinstance(said, list):
        return len(answer) == len(said) and all(holds(one, other) for one, other in zip(answer, said, strict=True))
    return answer == said


def test_each_example_is_answered_as_the_page_says(place: Place) -> None:
    scene = Scene(place)
    scene.audience()
    assert len(EXAMPLES) == 4
    for path, asked, said in (("/v1/preflight", *EXAMPLES[:2]), ("/access/v1/evaluation", *EXAMPLES[2:])):
        answer = place.client.post(path, json=asked, headers=scene.theos).json()
        assert holds(answer, said), answer


def test_every_command_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"(?:`|^)cameo ([a-z]+)", SECTION, re.MULTILINE))
    assert {"preflight", "users", "usable", "policy", "explain"} <= named <= set(GROUPS)
