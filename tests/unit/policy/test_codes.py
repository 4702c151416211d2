"""Codes: every one speaks English and Korean, and what a requester sees never tells who blocks whom."""

from __future__ import annotations

import re
from typing import Any

import pytest

from policy.codes import codes
from policy.core.codes import code_table, disclosed, rego_table
from policy.errors import PolicyError

RELATIONS = ("relationship.blocked", "owner.suspended", "owner.minor", "consent.paused")
PLATFORM = [
    "feed.stale",
    "feed.gap",
    "feed.ahead",
    "feed.missing",
    "feed.epoch",
    "feed.behind",
    "feed.full",
    "feed.rewound",
    "feed.shard",
    "token.malformed",
    "token.forged",
    "token.incarnation",
    "policy.unavailable",
    "keyholder.unavailable",
    "ledger.unavailable",
    "ledger.behind",
    "consent.contended",
    "consent.expired",
    "uses.exhausted",
    "clock.astray",
    "bundle.superseded",
    "attempt.superseded",
    "attempt.lease_expired",
    "attempt.key_bound",
    "generation.ended",
    "generation.unknown",
    "film.digest_mismatch",
    "replica.unauthenticated",
]


def metadata(folder: str, **custom: Any) -> dict[str, Any]:
    text = {"en": "a", "ko": "b"}
    said = {"code": "x.y", "actions": ["start"], "message": text, "remedy": text, "disclosed_as": "x.y"} | custom
    path = [{"value": part} for part in ("data", "cameo", "requirements", "met")]
    location = {"file": f"requirements/{folder}/{folder}.rego"}
    return {"annotations": {"title": "t", "custom": said}, "path": path, "location": location}


@pytest.mark.parametrize("code", PLATFORM)
def test_every_code_of_the_platform_has_words(code: str) -> None:
    assert code in codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_code_speaks_both_languages(code: str) -> None:
    known = codes()[code]
    for text in (known.message, known.remedy):
        assert text.en.endswith(".")
        assert re.search("[가-힣]", text.ko)


def test_a_requester_is_never_told_of_another_subjects_relations() -> None:
    for code in RELATIONS:
        assert disclosed(codes(), (code, "consent.required", "switch.render")) == ("consent.required", "switch.render")


def test_the_decision_is_asked_for_every_action_that_metadata_names() -> None:
    table = rego_table(code_table([metadata("one"), metadata("two", code="x.z", actions=["serve"], after="x.y")], ["one", "two"]))
    assert table == {"asked": {"start": {"x.y": "one"}, "serve": {"x.z": "two"}}, "after": {"x.z": "x.y"}}


@pytest.mark.parametrize(
    "annotations",
    [
        [],
        [metadata("one", actions=[])],
        [metadata("one", disclosed_as="x.unknown")],
        [metadata("one", after="x.unknown")],
        [metadata("one", code="feed.stale", disclosed_as="feed.stale")],
        [metadata("one", message={"en": "only"})],
        [metadata("one", surprise=1)],
    ],
)
def test_metadata_that_is_not_whole_is_refused(annotations: list[dict[str, Any]]) -> None:
    with pytest.raises(PolicyError):
        code_table(annotations, ["one"])
