"""Each way of breaking a reader of the vocabulary is seen and named; what breaks none is let through."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.compatibility import ASYNCAPI, breaks, main
from schemas.publish import published

BEFORE: dict[str, Any] = {name: json.loads(text) for name, text in published().items()}
GRANT = "consent.grant_given.v1.json"
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> list[str]:
    after = copy.deepcopy(BEFORE)
    change(after)
    return breaks(BEFORE, after)


def fields(after: dict[str, Any], file: str = GRANT) -> dict[str, Any]:
    return next(iter(after[file]["$defs"].values()))


BREAKING: dict[str, tuple[Change, str]] = {
    "a version is gone": (lambda a: a.pop(GRANT), f"{GRANT}: disappeared"),
    "a gap between versions": (lambda a: a.pop(GRANT), "consent.grant_given: versions [2]"),
    "a field is gone": (lambda a: fields(a)["properties"].pop("review"), "review: disappeared"),
    "a field came": (lambda a: fields(a)["properties"].update(price={"type": "integer"}), "price: appeared"),
    "a field is required now": (lambda a: fields(a, "generation.requested.v1.json")["required"].append("app"), "required: was"),
    "a field is not required any more": (lambda a: fields(a)["required"].remove("review"), "required: was"),
    "another type": (lambda a: fields(a)["properties"]["grant"].update(type="integer"), 'was "string", is "integer"'),
    "a code less": (lambda a: a["account.standing_changed.v1.json"]["$defs"]["AccountStandingChanged"]["properties"]["standing"]["enum"].pop(),
                    "enum: was"),
    "a code more, which old readers refuse": (
        lambda a: a["account.standing_changed.v1.json"]["$defs"]["AccountStandingChanged"]["properties"]["standing"]["enum"].append("gone"),
        "enum: was"),
    "a tighter bound": (lambda a: fields(a)["properties"]["grant"].update(maxLength=3), "maxLength: appeared"),
    "a nested class": (lambda a: a["generation.requested.v1.json"]["$defs"]["CameoUse"]["properties"].pop("facets"), "facets: disappeared"),
    "another stream": (lambda a: a[GRANT].update({"x-stream": "account"}), "different kinds of stream"),
    "a sealed field is gone": (lambda a: a[GRANT].update({"x-sealed-fields": []}), "x-sealed-fields: was"),
    "no longer about consent": (lambda a: a[GRANT].update({"x-moves-consent-revision": False}), "no longer moves the consent revision"),
    "the envelope": (lambda a: fields(a, "envelope.v1.json")["properties"].pop("app"), "app: disappeared"),
    "the first version is not 1": (lambda a: a.update({"consent.asked.v2.json": a[GRANT]}), "consent.asked: versions [2]"),
    "a file of another kind": (lambda a: a.update({"notes.json": {}}), "notes.json: neither"),
    "a message is gone": (lambda a: a[ASYNCAPI]["channels"]["events"]["messages"].pop("account.blocked.v1"), "account.blocked.v1: disappeared"),
    "another address": (lambda a: a[ASYNCAPI]["channels"]["events"].update(address="events"), "address: was"),
    "other partitions": (lambda a: a[ASYNCAPI]["channels"]["events"]["bindings"]["kafka"].update(partitions=64), "partitions: was 32, is 64"),
    "a header is gone": (lambda a: a[ASYNCAPI]["components"]["schemas"]["cloudEventHeaders"]["required"].remove("ce_id"), "no longer"),
    "an operation is gone": (lambda a: a[ASYNCAPI]["operations"].clear(), "publish: disappeared"),
    "AsyncAPI 4": (lambda a: a[ASYNCAPI].update(asyncapi="4.0.0"), "was of AsyncAPI 3, is of 4"),
    "no document": (lambda a: a.pop(ASYNCAPI), "disappeared"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKING)
def test_a_break_is_seen_and_named(name: str) -> None:
    change, line = BREAKING[name]
    assert any(line in one for one in changed(change)), changed(change)


LETTING: dict[str, Change] = {
    "nothing": lambda a: a,
    "a new event": lambda a: a.update({"consent.asked.v1.json": a[GRANT]}),
    "a new version": lambda a: a.update({"consent.grant_given.v3.json": copy.deepcopy(a["consent.grant_given.v2.json"])}),
    "words": lambda a: (a[GRANT].update(title="x"), fields(a).update(description="y")),
    "a class's name": lambda a: a[GRANT].update({"$ref": "#/$defs/Given", "$defs": {"Given": next(iter(a[GRANT]["$defs"].values()))}}),
    "the order of what has none": lambda a: fields(a)["required"].reverse(),
    "about consent from now on": lambda a: a["generation.reported.v1.json"].update({"x-moves-consent-revision": True}),
    "a channel more": lambda a: a[ASYNCAPI]["channels"].update(beats={"address": "cameo.beats"}),
    "a header more": lambda a: a[ASYNCAPI]["components"]["schemas"]["cloudEventHeaders"]["required"].append("ce_new"),
}


@pytest.mark.parametrize("name", LETTING)
def test_what_breaks_no_reader_is_let_through(name: str) -> None:
    assert changed(LETTING[name]) == []


def test_the_command_ends_with_1_and_says_what_broke(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        (folder / GRANT).write_text(json.dumps(BEFORE["consent.grant_withdrawn.v1.json"] if folder is after else BEFORE[GRANT]))
    assert main(["--baseline", str(before), "--today", str(after)]) == 1
    assert "broken  " in capsys.readouterr().out


def test_an_empty_baseline_is_a_mistake_not_a_success(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--baseline", str(tmp_path)])
