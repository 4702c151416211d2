"""An independent checker of the record: was anything started, released or served on superseded consent?

It reads only an export of the events (`cameo events export --jsonl`), what clients wrote down (when a request was sent
and answered), and the published films. It shares no code with the platform: the read set, what moves a consent
revision, and what permits are written here a second time, from the design.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.chaos.race.consent_rules import World

HOLDERS = {"generation.started", "generation.released"}


@dataclass
class Report:
    """What was found. `violations` must be empty; the counts say whether anything was tested."""

    events: int = 0
    started: int = 0
    released: int = 0
    served: int = 0
    violations: list[str] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)

    def violation(self, kind: str, text: str) -> None:
        """Note one."""
        self.by_kind[kind] += 1
        self.violations.append(f"{kind}: {text}")


@dataclass(frozen=True)
class Served:
    """One film that a client received: when it asked and what it got."""

    generation: str
    asked_us: int
    film: bytes


@dataclass(frozen=True)
class Acknowledged:
    """One superseding append as its client saw it: durable at the latest at `acknowledged_us`."""

    event_id: str
    acknowledged_us: int


def check(
    events: Iterable[dict[str, Any]],
    served: Iterable[Served] = (),
    acknowledged: Iterable[Acknowledged] = (),
) -> Report:
    """Replay the export in order of position and judge every started, released and served film."""
    report, world = Report(), World()
    acks = {one.event_id: one.acknowledged_us for one in acknowledged}
    down: dict[str, list[tuple[int, str]]] = defaultdict(list)
    revisions: dict[str, int] = defaultdict(int)
    last = 0
    for event in events:
        report.events += 1
        stream, revision, position = event["stream"], event["revision"], event["position"]
        if position <= last:
            report.violation("order", f"position {position} after {last}")
        last = position
        if revision != revisions[stream] + 1:
            report.violation("gap", f"{stream} went from {revisions[stream]} to {revision}")
        revisions[stream] = revision
        if event["type"] in HOLDERS:
            _judge(report, world, event)
        for generation in world.taken_down_by(event):
            down[generation].append((acks.get(event["id"], 2**62), event["type"]))
        world.apply(event)
    _judge_served(report, world, served, down)
    return report


def _judge(report: Report, world: World, event: dict[str, Any]) -> None:
    generation, data = event["stream"], event["data"]
    action = "start" if event["type"] == "generation.started" else "release"
    if action == "start":
        report.started += 1
    else:
        report.released += 1
    held, where = data["holding"], f"{generation} {action} at position {event['position']}"
    for stream in world.read_set(generation):
        if stream not in held:
            report.violation("holding", f"{where} did not hold {stream}")
        elif held[stream] != world.consent_revision[stream]:
            report.violation("superseded", f"{where} held {stream} at {held[stream]}, it stood at {world.consent_revision[stream]}")
    for reason in world.refusals(generation, action, _time_us(event["time"]), data):
        report.violation("not permitted", f"{where}: {reason}")


def _time_us(time: str) -> int:
    at = datetime.fromisoformat(time)
    return int(at.replace(microsecond=0).timestamp()) * 1_000_000 + at.microsecond


def _judge_served(report: Report, world: World, served: Iterable[Served], down: dict[str, list[tuple[int, str]]]) -> None:
    for one in served:
        report.served += 1
        digest = hashlib.sha256(one.film).hexdigest()
        if digest != world.film_of(one.generation):
            report.violation("film", f"{one.generation} served bytes that were never released")
        for acknowledged_us, kind in down.get(one.generation, ()):
            if acknowledged_us <= one.asked_us:
                report.violation("served", f"{one.generation} was served after {kind} was acknowledged")
