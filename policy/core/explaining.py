"""Explaining: of a decision on record, what each requirement looked at, and the events that had said so. Decides nothing anew.

A decision holds its whole input and the consent revision of every stream that it was made of. Folding each stream's
events up to there again tells which event wrote each fact; so every value that a requirement read is traced to an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from policy.core.codes import CodeTable
from policy.core.facts import fold
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.ids import POLICY_STREAM, SWITCH_STREAM

State = Literal["met", "unmet", "untold"]
"""`untold`: it only follows from another one that is unmet, so the answer left it out."""
Input = Mapping[str, Any]
Source = tuple[str, str]
"""A stream, and in it a key, every key that begins so (ending in `/`), or every key that has a part (beginning with `=`)."""


class Wrote(msgspec.Struct, frozen=True, kw_only=True):
    """The event that wrote a fact as it stood at the decision."""

    stream: str
    key: str
    revision: int
    event_id: str
    position: int
    type: str


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the input that was looked at, and the events behind it; none where nothing was ever said."""

    value: Any
    events: tuple[Wrote, ...]


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement of the action, and where in the input it looked."""

    code: str
    state: State
    reads: tuple[str, ...] = ()


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, requirement by requirement. `facts`: what they read, by its path in the input."""

    requirements: tuple[Requirement, ...]
    facts: dict[str, Looked]


class AsOf:
    """Facts of streams as they stood when something was decided, each with the event that wrote it."""

    def __init__(self, events: Mapping[str, Iterable[Envelope]]) -> None:
        """`events`: of each stream, those that had been appended by then, in order."""
        self._wrote: dict[str, dict[str, Wrote]] = {stream: _folded(given) for stream, given in events.items()}

    def behind(self, sources: Iterable[Source]) -> tuple[Wrote, ...]:
        """Find the events behind facts, in order of position, each once a key."""
        found: dict[Source, Wrote] = {}
        for stream, key in sources:
            for name, wrote in self._wrote.get(stream, {}).items():
                if name == key or (key.endswith("/") and name.startswith(key)) or (key[0] == "=" and key[1:] in name.split("/")):
                    found[stream, name] = wrote
        return tuple(sorted(found.values(), key=lambda wrote: (wrote.position, wrote.key)))


def explained(table: CodeTable, reads: Mapping[str, Sequence[str]], decision: Mapping[str, Any], as_of: AsOf) -> Explained:
    """Tell of every requirement of the decided action whether it was met, what it looked at and who had said so."""
    unmet = set(decision["codes"])
    asked = {code.code for code in table.values() if decision["action"] in code.actions} | unmet
    found: list[Requirement] = []
    facts: dict[str, Looked] = {}
    for code in sorted(asked):
        after = table[code].after if code in table else None
        state: State = "unmet" if code in unmet else "untold" if after in unmet else "met"
        looked = {path: one for read in reads.get(code, ()) for path, one in _looked(decision["input"], read, as_of)}
        found.append(Requirement(code=code, state=state, reads=tuple(looked)))
        facts |= looked
    return Explained(requirements=tuple(found), facts=facts)


def owned(explanation: Explained, decision: Mapping[str, Any], account: str) -> Explained:
    """Keep what an owner may be told: of their own cameo, what they themselves have said."""
    own = {
        f"cameos.{place}.": {cameo["cameo"], account, decision["input"]["generation"]["generation"]}
        for place, cameo in enumerate(decision["input"]["cameos"])
        if cameo.get("owner") == account
    }
    facts: dict[str, Looked] = {}
    for path, looked in explanation.facts.items():
        streams = next((streams for begins, streams in own.items() if path.startswith(begins)), None)
        if streams is not None and not path.rpartition(".")[2].startswith("requester_"):
            facts[path] = Looked(value=looked.value, events=tuple(wrote for wrote in looked.events if wrote.stream in streams))
    kept = tuple(
        Requirement(code=one.code, state=one.state, reads=tuple(path for path in one.reads if path in facts))
        for one in explanation.requirements
    )
    return Explained(requirements=kept, facts=facts)


def streams_of(decision: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the streams that a decision was made of: those it held, and its own."""
    return tuple(sorted({*decision["holding"], decision["input"]["generation"]["generation"]}))


def until(stream: str, decision: Mapping[str, Any], events: Sequence[Envelope]) -> list[Envelope]:
    """Take the events of a stream that had been appended when it was decided."""
    if stream in decision["holding"]:
        return [event for event in events if event.revision <= decision["holding"][stream]]
    return [event for event in events if event.position < decision["position"]]


def _folded(events: Iterable[Envelope]) -> dict[str, Wrote]:
    found: dict[str, Wrote] = {}
    for envelope in events:
        for write in fold(event_of(envelope)):
            found[write.key] = Wrote(
                stream=envelope.stream, key=write.key, revision=envelope.revision, event_id=envelope.event_id,
                position=envelope.position, type=envelope.type,
            )  # fmt: skip
    return found


def _looked(question: Input, path: str, as_of: AsOf) -> Iterator[tuple[str, Looked]]:
    part, _, field = path.partition(".")
    if part == "cameos":
        for place, cameo in enumerate(question["cameos"]):
            if field in cameo:
                sources = _of_cameo(question, cameo, field)
                yield f"cameos.{place}.{field}", Looked(value=cameo[field], events=as_of.behind(sources))
        return
    if part not in question:
        return
    whole = question[part]
    if not field:
        yield part, Looked(value=whole, events=as_of.behind(_of_part(question, part, "")))
    elif isinstance(whole, dict) and field in whole:
        yield path, Looked(value=whole[field], events=as_of.behind(_of_part(question, part, field)))


def _of_part(question: Input, part: str, field: str) -> list[Source]:
    generation = question["generation"]["generation"]
    match part:
        case "switches":
            return [(SWITCH_STREAM, "switch/")]
        case "bundle":
            return [(POLICY_STREAM, "bundle")]
        case "app":
            return [] if question["app"] is None else [(question["app"]["app"], key) for key in ("app", "standing")]
        case "requester":
            return [(question["requester"]["account"], {"minor": "account", "region": "account"}.get(field, field or "standing"))]
        case "generation":
            key = {"plan_digest": "request", "duration_ms": "request", "remix": "request", "film_sha256": "released"}.get(field, field)
            return [(generation, key)]
        case _:
            return [(generation, "request")]


OF_THE_CAMEO: Mapping[str, Sequence[str]] = {
    "status": ("status",), "assurance": ("status",), "owner": ("owner",), "audiences": ("audience/",), "paused": ("paused", "held"),
    "revoked": ("revoked/",), "restrictions": ("restriction/",), "restrictions_revision": ("restrictions",),
    "preferences": ("preference/",),
}  # fmt: skip
OF_THE_OWNER: Mapping[str, str] = {"owner_standing": "standing", "owner_minor": "account"}
BETWEEN: Mapping[str, Callable[[str, str], Source]] = {
    "owner_blocks": lambda owner, requester: (owner, f"blocks/{requester}"),
    "owner_follows": lambda owner, requester: (owner, f"follows/{requester}"),
    "requester_blocks": lambda owner, requester: (requester, f"blocks/{owner}"),
    "requester_follows": lambda owner, requester: (requester, f"follows/{owner}"),
}


def _of_cameo(question: Input, cameo: Input, field: str) -> list[Source]:
    stream, owner, requester = cameo["cameo"], cameo.get("owner", ""), question["requester"]["account"]
    generation = question["generation"]["generation"]
    if field == "grants":
        return list(_of_grants(cameo, requester))
    if field in OF_THE_CAMEO:
        return [(stream, key) for key in OF_THE_CAMEO[field]]
    if field in OF_THE_OWNER:
        return [(owner, OF_THE_OWNER[field])]
    if field in BETWEEN:
        return [BETWEEN[field](owner, requester)]
    if field in {"approved", "declined", "removed"}:
        return [(generation, f"{field}/{stream}")]
    return [(generation, "started" if field == "started_revision" else "request")]


def _of_grants(cameo: Input, requester: str) -> Iterator[Source]:
    """Name the facts of the grants that were read: given, withdrawn, and how the requester comes by them."""
    stream = cameo["cameo"]
    named = {grant["grant"] for grant in cameo["grants"]}
    if named:
        yield from ((stream, f"{key}/{requester}/") for key in ("member", "passed"))
        yield (stream, "group/")
    for grant in named:
        yield (stream, f"={grant}")
