"""The question: what is asked of policy, and every fact its answer may rest on. Does not judge: requirements are Rego."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from policy.core.ways import Asking, grants_of, passed_on, revoked
from policy.ports import Fact, FactReader
from schemas.generation import Action, CameoUse
from schemas.ids import POLICY_STREAM, SWITCH_STREAM

Input = dict[str, Any]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May this generation take this step? `honours`: obligations that the asking engine can keep."""

    action: Action
    generation: str
    requester: str
    app: str | None
    purpose: str
    cameos: tuple[CameoUse, ...]
    engine: str
    honours: tuple[str, ...]
    attempt: int | None
    film_sha256: str | None
    duration_ms: int = 0
    """Length of the film that is asked for: what a grant's or a plan's allowance must still hold."""
    remix_of: str | None = None
    """The generation whose film this one is made from."""


class Gathered(NamedTuple):
    """The policy's whole input, and the consent revision of every stream that it was made of."""

    input: Input
    holding: dict[str, int]


def question_of(
    reader: FactReader,
    generation: str,
    action: Action,
    honours: Sequence[str] = (),
    attempt: int | None = None,
    film_sha256: str | None = None,
) -> Question | None:
    """Ask about a generation as it was requested; None where no such request is on record.

    `serve` without a digest asks about the film that was released. Uses of one cameo are merged.
    """
    request = reader.get(generation, "request")
    if request is None:
        return None
    asked = request.value
    if film_sha256 is None and action == "serve":
        released = reader.get(generation, "released")
        film_sha256 = None if released is None else released.value["film_sha256"]
    return Question(
        action=action,
        generation=generation,
        requester=asked["requester"],
        app=asked["app"],
        purpose=asked["purpose"],
        cameos=_merged(asked["cameos"]),
        engine=asked["engine"],
        honours=tuple(sorted(set(honours))),
        attempt=attempt,
        film_sha256=film_sha256,
        duration_ms=asked["duration_ms"],
        remix_of=asked["remix_of"],
    )


def gather(reader: FactReader, question: Question) -> Gathered:
    """Read every fact that the answer may rest on. A fact that is missing leaves its key out, which refuses.

    What is held is read first: with a reader that is no snapshot, a change in between shows as moved, never as seen.
    """
    holding = _holding(reader, question)
    started = reader.get(question.generation, "started")
    gathered: Input = {
        "action": question.action,
        "now_us": reader.now_us(),
        "purpose": question.purpose,
        "engine": {"name": question.engine, "honours": list(question.honours)},
        "switches": {key.partition("/")[2]: fact.value["on"] for key, fact in reader.scan(SWITCH_STREAM, "switch/")},
        "requester": _requester(reader, question),
        "app": None if question.app is None else _app(reader, question.app),
        "generation": _generation(reader, question, started),
        "cameos": [_cameo(reader, question, use, started) for use in question.cameos],
    }
    bundle = reader.get(POLICY_STREAM, "bundle")
    if bundle is not None:
        gathered["bundle"] = {"active_sha256": bundle.value["bundle_sha256"]}
    return Gathered(gathered, holding)


def _merged(asked: Sequence[Mapping[str, Any]]) -> tuple[CameoUse, ...]:
    facets: dict[str, set[str]] = {}
    for use in asked:
        facets.setdefault(use["cameo"], set()).update(use["facets"])
    return tuple(msgspec.convert({"cameo": cameo, "facets": sorted(wanted)}, CameoUse) for cameo, wanted in facets.items())


def _holding(reader: FactReader, question: Question) -> dict[str, int]:
    streams = {question.requester, SWITCH_STREAM, POLICY_STREAM}
    streams.update(stream for stream in (question.app, question.remix_of) if stream is not None)
    for use in question.cameos:
        owner = reader.get(use.cameo, "owner")
        streams.update((use.cameo,) if owner is None else (use.cameo, owner.value["account"]))
        streams.update(by for _, by in passed_on(reader, question.requester, use.cameo))
    heads = {stream: reader.head(stream) for stream in sorted(streams)}
    return {stream: 0 if head is None else head.consent_revision for stream, head in heads.items()}


def _requester(reader: FactReader, question: Question) -> Input:
    account = question.requester
    found: Input = {"account": account}
    _add(found, reader.get(account, "standing"), standing="standing")
    _add(found, reader.get(account, "account"), minor="minor", region="region")
    if reader.head(account) is not None:
        found["died"] = reader.get(account, "died") is not None
        found["invited"] = reader.get(account, "invited") is not None
    plan = reader.get(account, "plan")
    if plan is not None:
        used = reader.used(account, plan.value["quota"], question.generation)
        found["plan"] = plan.value | {"used_by_others": used.others, "used_ms_by_others": used.others_ms}
    return found


def _app(reader: FactReader, app: str) -> Input:
    found: Input = {"app": app}
    _add(found, reader.get(app, "standing"), standing="standing")
    return found


def _generation(reader: FactReader, question: Question, started: Fact | None) -> Input:
    stream = question.generation
    found: Input = {
        "generation": stream,
        "taken_down": reader.get(stream, "taken_down") is not None,
        "duration_ms": question.duration_ms,
        "remix": None if question.remix_of is None else _remixed(reader, question.remix_of),
    }
    _add(found, reader.get(stream, "request"), plan_digest="plan_digest")
    for key in ("verdict", "attempt"):
        fact = reader.get(stream, key)
        if fact is not None:
            found[key] = fact.value
    if started is not None:
        found["started"] = {key: started.value[key] for key in ("attempt", "holding", "uses")}
    for key in ("draft", "released"):
        fact = reader.get(stream, key)
        if fact is not None:
            found[key] = {"film_sha256": fact.value["film_sha256"]}
    if question.film_sha256 is not None:
        found["film_sha256"] = question.film_sha256
    return found


def _remixed(reader: FactReader, source: str) -> Input:
    """Read the film that is remixed: whether it is out, and whose likenesses are in it."""
    found: Input = {"generation": source}
    request = reader.get(source, "request")
    if request is not None:
        found["cameos"] = sorted({use["cameo"] for use in request.value["cameos"]})
        found["out"] = reader.get(source, "released") is not None and reader.get(source, "taken_down") is None
        found["removed"] = bool(reader.scan(source, "removed/"))
    return found


def _cameo(reader: FactReader, question: Question, use: CameoUse, started: Fact | None) -> Input:
    stream = use.cameo
    found: Input = {"cameo": stream, "facets": list(use.facets)}
    _add(found, reader.get(stream, "status"), status="status", assurance="assurance")
    rules = reader.scan(stream, "audience/")
    found["audiences"] = [fact.value | {"rule": key.partition("/")[2], "revision": fact.revision} for key, fact in rules]
    uses = () if started is None else started.value["uses"]
    reserved = frozenset(one["grant"] for one in uses if one["cameo"] == stream)
    found["grants"] = grants_of(reader, Asking(question.requester, question.app, question.generation, reserved), stream)
    if reader.head(stream) is not None:
        found |= _withdrawn_and_ruled(reader, question, stream)
    owner = reader.get(stream, "owner")
    if owner is not None:
        found |= _relationship(reader, owner.value["account"], question.requester)
    found["removed"] = reader.get(question.generation, f"removed/{stream}") is not None
    for key in ("approved", "declined"):
        answered = reader.get(question.generation, f"{key}/{stream}")
        if answered is not None:
            found[key] = answered.value["film_sha256"]
    if started is not None and stream in started.value["holding"]:
        found["started_revision"] = started.value["holding"][stream]
    return found


def _withdrawn_and_ruled(reader: FactReader, question: Question, stream: str) -> Input:
    """Read what only an existing cameo can be said not to have: revocations, restrictions, preferences."""
    ruled = reader.get(stream, "restrictions")
    categories = {name for _, fact in reader.scan(stream, "restriction/") for name in fact.value["categories"]}
    return {
        "paused": any(reader.get(stream, key) is not None for key in ("paused", "held")),
        "revoked": revoked(reader, stream, _scopes(question, stream)),
        "restrictions_revision": 0 if ruled is None else ruled.revision,
        "restrictions": sorted(categories),
        "preferences": [fact.value for _, fact in reader.scan(stream, "preference/")],
    }


def _scopes(question: Question, stream: str) -> list[str]:
    """Name what a revocation may have named that this question falls under."""
    facets = [f"facet:{facet}" for use in question.cameos if use.cameo == stream for facet in use.facets]
    app = [] if question.app is None else [question.app]
    return ["all", question.requester, *app, f"purpose:{question.purpose}", *facets]


def _relationship(reader: FactReader, owner: str, requester: str) -> Input:
    """Read what stands between owner and requester. Absence is only ever read from an account that exists."""
    found: Input = {"owner": owner}
    _add(found, reader.get(owner, "standing"), owner_standing="standing")
    _add(found, reader.get(owner, "account"), owner_minor="minor")
    if reader.head(owner) is not None:
        found["owner_blocks"] = reader.get(owner, f"blocks/{requester}") is not None
        found["owner_follows"] = reader.get(owner, f"follows/{requester}") is not None
    if reader.head(requester) is not None:
        found["requester_blocks"] = reader.get(requester, f"blocks/{owner}") is not None
        found["requester_follows"] = reader.get(requester, f"follows/{owner}") is not None
    return found


def _add(found: Input, fact: Fact | None, **names: str) -> None:
    """Copy named values of a fact; of a missing fact, nothing."""
    if fact is not None:
        found.update({name: fact.value[key] for name, key in names.items()})
