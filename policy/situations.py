"""Reads named situations: events in short form, the question, the answer expected. Does not ask anybody.

A situation: `given` (names of the folder's given.yaml, in order), `events` ([stream, wire name, data]), `ask`, `without`
(paths in the input that are left out), `expect` (codes, basis, obligations, review, not_after_us). Short names stand for
streams, digests and times; of an event, what a situation leaves out is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.errors import PolicyError
from policy.fakes import InMemoryFacts
from schemas.codec import read_event
from schemas.errors import SchemaError
from schemas.ids import cameo_of
from schemas.registry import Event, newest

NOW_US = 1_790_000_000_000_000
PEOPLE = {name: f"account-{digit * 32}" for name, digit in (("ann", "a"), ("ben", "b"), ("cem", "c"), ("dan", "d"))}
NAMES = PEOPLE | {f"{name}.cameo": cameo_of(account) for name, account in PEOPLE.items()} | {
    "studio": "app-" + "e" * 32, "film": "f" * 64, "other-film": "0" * 64, "generation": "generation-" + "1" * 32,
    "another": "generation-" + "2" * 32, "third": "generation-" + "3" * 32, "source": "generation-" + "4" * 32,
    "friends": "group-" + "9" * 32, "others": "group-" + "8" * 32, "app-other": "app-" + "d" * 32,
    "switches": "switch-main", "policy": "policy-main",
}  # fmt: skip
TIMES = {"now": NOW_US, "past": NOW_US - 1, "later": NOW_US + 3_600_000_000}
FACES = {"purposes": ["personal"], "facets": ["face", "voice"]}
LEFT_OUT: Mapping[str, dict[str, Any]] = {
    "account.invited": {"invitation": "i"},
    "account.plan_set": {"plan": "maker", "quota": "november", "uses": None, "duration_ms": None, "from_us": 0, "until_us": None},
    "account.registered": {"region": "KR", "locale": "ko", "minor": False},
    "account.standing_changed": {"reason": "test"},
    "app.registered": {"name": "studio", "owner": "dan"},
    "app.standing_changed": {"reason": "test"},
    "consent.audience_set": FACES,
    "consent.grant_given": FACES | {"from_us": None, "until_us": None, "uses": None, "review": False},
    "consent.grant_withdrawn": {"grant": "g1", "grantee": "ben"},
    "consent.group_member_added": {"group": "friends"},
    "consent.group_member_removed": {"group": "friends"},
    "consent.group_named": {"group": "friends", "active": True},
    "consent.revoked": {"account": None},
    "enrolment.activated": {"enrolment": "e", "assurance": "basic"},
    "enrolment.started": {
        "enrolment": "e", "profile": "basic", "phrase": ["one"], "movements": ["left"], "expires_at_us": 1,
        "consent_text_version": "1", "consent_text_sha256": "0",
    },
    "generation.draft_released": {
        "attempt": 1, "decision": "d", "sealed_sha256": "s", "film_sha256": "film", "key_id": "k", "subjects": [],
    },
    "generation.judged": {"plan_digest": "d1", "classifier": "words/1", "hard_blocks": []},
    "generation.released": {
        "attempt": 1, "decision": "d", "sealed_sha256": "s", "film_sha256": "film", "key_id": "k", "holding": {}, "uses": [],
    },
    "generation.removed": {"reason": "test"},
    "generation.requested": {
        "purpose": "personal", "plan_digest": "d1", "engine": "portrait", "width_px": 512, "height_px": 512, "duration_ms": 5000,
    },
    "generation.started": {
        "attempt": 1, "decision": "d", "public_key": "k", "holding": {}, "not_after_us": None, "uses": [], "assets": [],
    },
    "generation.taken_down": {"codes": [], "cause": "c"},
    "switch.proposed": {"reason": "test"},
    "switch.thrown": {"reason": "test"},
}  # fmt: skip
GIVEN: Mapping[str, list[list[Any]]] = {
    "enrolled": [
        ["ann", "account.registered", {}], ["ben", "account.registered", {"region": "DE"}],
        ["ann.cameo", "enrolment.started", {"owner": "ann"}], ["ann.cameo", "enrolment.activated", {}],
    ],
    "everyone": [["ann.cameo", "consent.audience_set", {"audience": "everyone"}]],
    "grant": [["ann.cameo", "consent.grant_given", {"grant": "g1", "grantee": "ben"}]],
    "request": [["generation", "generation.requested", {"requester": "ben", "cameos": [{"cameo": "ann.cameo", "facets": ["face"]}]}]],
    "judged": [["generation", "generation.judged", {
        "verdicts": [{"cameo": "ann.cameo", "restrictions_revision": 0, "finding": "allowed", "categories": []}],
    }]],
}  # fmt: skip
"""What every folder's situations may begin with; a folder's given.yaml adds its own."""


class Situation(NamedTuple):
    """One named situation of a file."""

    name: str
    raw: Mapping[str, Any]
    given: Mapping[str, list[list[Any]]]

    def question(self, bundle_sha256: str) -> dict[str, Any]:
        """Gather the question's input, with a bundle in force. Raises PolicyError where the situation cannot be read."""
        try:
            facts = InMemoryFacts(opening_events(bundle_sha256, ["portrait"]), now_us=NOW_US)
            for stream, event in self.events():
                facts.append(stream, event)
            ask = {"action": "start", "honours": [], "attempt": 1, "film_sha256": None} | named(self.raw.get("ask", {}))
            question = question_of(facts, NAMES["generation"], **ask)
        except (SchemaError, KeyError, TypeError, ValueError) as error:
            raise PolicyError(f"{self.name}: {type(error).__name__}: {error}") from error
        if question is None:
            raise PolicyError(f"{self.name}: no generation is requested")
        return without(gather(facts, question).input, self.raw.get("without", ()))

    def events(self) -> Iterator[tuple[str, Event]]:
        """Write out the events, in order."""
        for stream, wire, data in [*(event for name in self.raw["given"] for event in self.given[name]), *self.raw.get("events", [])]:
            yield NAMES[stream], read_event(wire, newest(wire), named(LEFT_OUT.get(wire, {})) | named(data or {}))

    def expected(self) -> dict[str, Any]:
        """Tell what of the answer the situation says."""
        expect = named(self.raw["expect"])
        codes = sorted(expect.get("codes", []))
        said = {name: expect[name] for name in ("basis", "obligations", "review", "not_after_us") if name in expect}
        return {"permit": not codes, "unmet": codes} | said


def situations(folder: Path) -> list[Situation]:
    """Read every YAML file beneath a folder, in order of name. Raises PolicyError."""
    given = dict(GIVEN)
    found: list[Situation] = []
    for path in sorted(folder.rglob("*.yaml")):
        try:
            said = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise PolicyError(f"{path.name}: {error}") from error
        if path.name == "given.yaml":
            given |= said
        else:
            found += [Situation(f"{path.stem}: {one['name']}", one, given) for one in said or []]
    return found


def without(question: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Leave facts out, each by its path in the input, as `cameos.0.owner`."""
    for path in paths:
        *parents, last = path.split(".")
        place: Any = question
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        del place[last]
    return question


def named(value: Any) -> Any:
    """Put ids, digests and times where short names stand."""
    if isinstance(value, dict):
        return {NAMES.get(key, key): named(item) for key, item in value.items()}
    if isinstance(value, list):
        return [named(item) for item in value]
    return NAMES.get(value, TIMES.get(value, value)) if isinstance(value, str) else value
