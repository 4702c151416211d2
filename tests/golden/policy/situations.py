"""Reads the golden situations: events in short form, the question, the answer expected. Does not ask anybody.

A situation: `given` (names of given.yaml, in order), `events` ([stream, wire name, data]), `ask`, `expect`. Short names
stand for streams and digests; `request`, `judged`, `started`, `released` are events with what a situation leaves out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from schemas.codec import read_event
from schemas.ids import cameo_of
from schemas.registry import Event, newest

FOLDER = Path(__file__).parent
NOW_US = 1_790_000_000_000_000
NAMES = {name: f"account-{digit * 32}" for name, digit in (("ann", "a"), ("ben", "b"), ("cem", "c"), ("dan", "d"))}
NAMES |= {f"{name}.cameo": cameo_of(NAMES[name]) for name in ("ann", "ben", "cem")}
NAMES |= {"studio": "app-" + "e" * 32, "film": "f" * 64, "other-film": "0" * 64, "generation": "generation-" + "1" * 32}
NAMES |= {"another": "generation-" + "2" * 32, "third": "generation-" + "3" * 32, "source": "generation-" + "4" * 32}
NAMES |= {
    "friends": "group-" + "9" * 32,
    "others": "group-" + "8" * 32,
    "app-other": "app-" + "d" * 32,
    "switches": "switch-main",
    "policy": "policy-main",
}
TIMES = {"now": NOW_US, "past": NOW_US - 1, "later": NOW_US + 3_600_000_000}
LEFT_OUT: dict[str, dict[str, Any]] = {
    "account.registered": {"region": "KR", "locale": "ko", "minor": False},
    "account.standing_changed": {"reason": "test"},
    "enrolment.started": {
        "enrolment": "e", "profile": "basic", "phrase": ["one"], "movements": ["left"], "expires_at_us": 1,
        "consent_text_version": "1", "consent_text_sha256": "0",
    },
    "enrolment.activated": {"enrolment": "e", "assurance": "basic"},
    "consent.grant_given": {
        "purposes": ["personal"], "facets": ["face", "voice"], "from_us": None, "until_us": None, "uses": None, "review": False,
    },
    "consent.audience_set": {"purposes": ["personal"], "facets": ["face", "voice"]},
    "generation.requested": {
        "purpose": "personal", "plan_digest": "d1", "engine": "portrait", "width_px": 512, "height_px": 512, "duration_ms": 5000,
    },
    "generation.judged": {"plan_digest": "d1", "classifier": "words/1", "hard_blocks": []},
    "generation.started": {
        "attempt": 1, "decision": "d", "public_key": "k", "holding": {}, "not_after_us": None, "uses": [], "assets": [],
    },
    "generation.released": {
        "attempt": 1, "decision": "d", "sealed_sha256": "s", "film_sha256": "film", "key_id": "k", "holding": {}, "uses": [],
    },
    "generation.draft_released": {
        "attempt": 1, "decision": "d", "sealed_sha256": "s", "film_sha256": "film", "key_id": "k", "subjects": [],
    },
    "switch.thrown": {"reason": "test"},
    "switch.proposed": {"reason": "test"},
    "app.standing_changed": {"reason": "test"},
    "account.plan_set": {"plan": "maker", "quota": "november", "uses": None, "duration_ms": None, "from_us": 0, "until_us": None},
    "account.invited": {"invitation": "i"},
    "generation.removed": {"reason": "test"},
    "generation.taken_down": {"codes": [], "cause": "c"},
    "consent.group_named": {"group": "friends", "active": True},
    "consent.group_member_added": {"group": "friends"},
    "consent.group_member_removed": {"group": "friends"},
    "consent.revoked": {"account": None},
    "consent.grant_withdrawn": {"grant": "g1", "grantee": "ben"},
    "app.registered": {"name": "studio", "owner": "dan"},
}  # fmt: skip


class Situation(NamedTuple):
    """One named situation: the input of its question, with the digest that is in force, and the answer expected."""

    name: str
    raw: dict[str, Any]

    def input(self, bundle_sha256: str) -> dict[str, Any]:
        facts = InMemoryFacts(opening_events(bundle_sha256, ["portrait"]), now_us=NOW_US)
        for stream, event in self.events():
            facts.append(stream, event)
        ask = {"action": "start", "honours": [], "attempt": 1, "film_sha256": None} | _named(self.raw.get("ask", {}))
        question = question_of(facts, NAMES["generation"], **ask)
        assert question is not None, self.name
        given = gather(facts, question).input
        for path in self.raw.get("without", ()):
            *parents, last = path.split(".")
            place: Any = given
            for parent in parents:
                place = place[int(parent) if parent.isdigit() else parent]
            del place[last]
        return given

    def events(self) -> list[tuple[str, Event]]:
        known = yaml.safe_load((FOLDER / "given.yaml").read_text("utf-8"))
        found = [event for name in self.raw["given"] for event in known[name]] + self.raw.get("events", [])
        return [(NAMES[stream], _event(wire, _named(data or {}))) for stream, wire, data in found]

    def expected(self, bundle_sha256: str) -> dict[str, Any]:
        expect = _named(self.raw["expect"])
        codes = expect.get("codes", [])
        answer = {"permit": not codes, "unmet": codes, "obligations": expect.get("obligations", [])}
        answer |= {"review": expect.get("review", []), "not_after_us": expect.get("not_after_us")}
        return answer | {"basis": expect.get("basis", {}), "bundle_sha256": bundle_sha256}


def situations() -> list[Situation]:
    """Read every golden file, in order of name."""
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "given.yaml")
    return [Situation(f"{path.stem}: {one['name']}", one) for path in files for one in yaml.safe_load(path.read_text("utf-8"))]


def _event(wire: str, data: dict[str, Any]) -> Event:
    return read_event(wire, newest(wire), _named(LEFT_OUT.get(wire, {})) | data)


def _named(value: Any) -> Any:
    """Put ids, digests and times where short names stand."""
    if isinstance(value, dict):
        return {NAMES.get(key, key): _named(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item) for item in value]
    return NAMES.get(value, TIMES.get(value, value)) if isinstance(value, str) else value
