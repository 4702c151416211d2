"""The question: what is asked of policy, and every fact its answer may rest on. Does not judge: requirements are Rego."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import msgspec

from policy.ports import Fact, FactReader
from schemas.consent import Strength
from schemas.generation import Action, CameoUse
from schemas.ids import POLICY_STREAM, SWITCH_STREAM

Input = dict[str, Any]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)


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
        "requester": _account(reader, question.requester),
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
    if question.app is not None:
        streams.add(question.app)
    for use in question.cameos:
        owner = reader.get(use.cameo, "owner")
        streams.update((use.cameo,) if owner is None else (use.cameo, owner.value["account"]))
    heads = {stream: reader.head(stream) for stream in sorted(streams)}
    return {stream: 0 if head is None else head.consent_revision for stream, head in heads.items()}


def _account(reader: FactReader, account: str) -> Input:
    found: Input = {"account": account}
    _add(found, reader.get(account, "standing"), standing="standing")
    _add(found, reader.get(account, "account"), minor="minor", region="region")
    return found


def _app(reader: FactReader, app: str) -> Input:
    found: Input = {"app": app}
    _add(found, reader.get(app, "app"), standing="standing")
    return found


def _generation(reader: FactReader, question: Question, started: Fact | None) -> Input:
    stream = question.generation
    found: Input = {"generation": stream, "taken_down": reader.get(stream, "taken_down") is not None}
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


def _cameo(reader: FactReader, question: Question, use: CameoUse, started: Fact | None) -> Input:
    stream = use.cameo
    found: Input = {"cameo": stream, "facets": list(use.facets)}
    _add(found, reader.get(stream, "status"), status="status", assurance="assurance")
    audience = reader.get(stream, "audience")
    if audience is not None:
        found["audience"] = audience.value | {"revision": audience.revision}
    found["grants"] = _grants(reader, question, stream)
    if reader.head(stream) is not None:
        found |= _withdrawn_and_ruled(reader, question, stream)
    owner = reader.get(stream, "owner")
    if owner is not None:
        found |= _relationship(reader, owner.value["account"], question.requester)
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
        "revoked": {strength: _revoked(reader, question, stream, strength) for strength in STRENGTHS},
        "restrictions_revision": 0 if ruled is None else ruled.revision,
        "restrictions": sorted(categories),
        "preferences": [fact.value for _, fact in reader.scan(stream, "preference/")],
    }


def _revoked(reader: FactReader, question: Question, stream: str, strength: str) -> int:
    scopes = ("all", question.requester) if question.app is None else ("all", question.requester, question.app)
    facts = (reader.get(stream, f"revoked/{scope}/{strength}") for scope in scopes)
    return max((fact.revision for fact in facts if fact is not None), default=0)


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


def _grants(reader: FactReader, question: Question, stream: str) -> list[Input]:
    grantees = (question.requester,) if question.app is None else (question.requester, question.app)
    return [
        _grant(reader, question, stream, grantee, key.rpartition("/")[2], fact)
        for grantee in grantees
        for key, fact in reader.scan(stream, f"grant/{grantee}/")
    ]


def _grant(reader: FactReader, question: Question, stream: str, grantee: str, grant: str, fact: Fact) -> Input:
    prefix = f"withdrawn/{grantee}/{grant}/"
    used = reader.used(stream, grant, question.generation)
    return fact.value | {
        "grant": grant,
        "revision": fact.revision,
        "withdrawn": {key.removeprefix(prefix): gone.revision for key, gone in reader.scan(stream, prefix)},
        "used_by_others": used.others,
        "mine": used.mine,
    }


def _add(found: Input, fact: Fact | None, **names: str) -> None:
    """Copy named values of a fact; of a missing fact, nothing."""
    if fact is not None:
        found.update({name: fact.value[key] for name, key in names.items()})
