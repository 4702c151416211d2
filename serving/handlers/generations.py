"""Commands of a generation: ask, ask from a film, cancel. Whether it may be is decided later, at its start."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

import msgspec

from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.generation import (
    CameoUse,
    GenerationCancelled,
    GenerationRequested,
    UseRef,
)
from schemas.ids import cameo_of, stream_id, stream_kind
from serving.core.plan import PlanError, canonical_bytes, plan_from_prompt, shared_by
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers import plans
from serving.handlers.desk import Caller, Desk, anew_where_moved
from streams.core.seeming import status_seen

ENGINES = frozenset({"portrait", "trivial"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a requester asks for. `cameo` may be left out where it is made from a film: those who are in that are in it."""

    cameo: str | None
    facets: tuple[Facet, ...]
    purpose: Purpose
    prompt: str
    engine: str
    width_px: int
    height_px: int
    duration_ms: int
    remix_of: str | None = None
    """The generation whose film it is made from."""


def request(desk: Desk, caller: Caller, handle: str, asked: Asked) -> str:
    """Record a request and return the generation's id at once; it survives a restart of everything."""
    if asked.engine not in ENGINES:
        raise InvalidError("engine.unknown", f"no engine {asked.engine!r}", f"choose {' or '.join(sorted(ENGINES))}")
    cameos = _cameos(desk, caller, asked)
    plans.renew(desk, caller, caller.account)
    try:
        plan = plan_from_prompt(
            asked.prompt, cameos[0].cameo, handle,
            width_px=asked.width_px, height_px=asked.height_px, duration_ms=asked.duration_ms,
        )  # fmt: skip
    except PlanError as error:
        raise InvalidError("plan.invalid", str(error), "change the request and ask again") from error
    plan_bytes = canonical_bytes(shared_by(plan, [use.cameo for use in cameos]))
    salt = desk.entropy(32)
    generation = stream_id("generation", bytes.fromhex(desk.id_for(caller, "generation")))
    event = GenerationRequested(
        requester=caller.account, cameos=cameos, purpose=asked.purpose,
        plan_digest=hashlib.sha256(salt + plan_bytes).hexdigest(), engine=asked.engine,
        width_px=asked.width_px, height_px=asked.height_px, duration_ms=asked.duration_ms, app=caller.app,
        remix_of=asked.remix_of,
    )  # fmt: skip
    fields = {"prompt": asked.prompt, "plan": plan_bytes, "plan_salt": salt}
    prepared = desk.event(generation, event, sealed_for=caller.account, fields=fields)
    desk.append(caller, [prepared], expected={generation: 0}, request=asdict(asked))
    return generation


def cancel(desk: Desk, caller: Caller, generation: str) -> None:
    """Take a request back; a film that was released stays released. Idempotent."""

    def attempt() -> None:
        with desk.store.snapshot() as facts:
            revision = desk.existing(facts, generation, "generation")
            asked = facts.get(generation, "request")
            ended = facts.get(generation, "ended")
            started = facts.get(generation, "started")
        if asked is None or asked.value["requester"] != caller.account:
            raise NotFoundError("generation.unknown", "you asked for no such generation", "list your generations")
        if ended is not None:
            if ended.value["as"] == "cancelled":
                return
            raise ConflictError("generation.ended", f"it ended as {ended.value['as']}", "nothing is left to cancel")
        uses = tuple(UseRef(**use) for use in started.value["uses"]) if started else ()
        desk.append(caller, [desk.event(generation, GenerationCancelled(uses=uses))], expected={generation: revision})

    anew_where_moved(attempt)


def _cameos(desk: Desk, caller: Caller, asked: Asked) -> tuple[CameoUse, ...]:
    """Tell whose likeness is asked for: the cameo that is named, and everybody's who is in the film it is made from."""
    uses = {} if asked.remix_of is None else _shown_in(desk, caller, asked.remix_of)
    if asked.cameo is not None:
        _require_cameo(desk, asked.cameo)
        uses[asked.cameo] = frozenset(asked.facets) | uses.get(asked.cameo, frozenset())
    if not uses:
        raise InvalidError("cameo.missing", "nobody's likeness is asked for", "name a cameo, or a film to make it from")
    return tuple(CameoUse(cameo=cameo, facets=tuple(sorted(facets))) for cameo, facets in uses.items())


def _shown_in(desk: Desk, caller: Caller, source: str) -> dict[str, frozenset[Facet]]:
    """Find who is in a film and with which facets, for somebody who may see it: who asked for it, or is in it."""
    with desk.store.snapshot() as facts:
        request, released = facts.get(source, "request"), facts.get(source, "released")
    uses: list[CameoUse] = [] if request is None else msgspec.convert(request.value["cameos"], list[CameoUse])
    sees = request is not None and (request.value["requester"] == caller.account or cameo_of(caller.account) in [use.cameo for use in uses])
    if not sees:
        raise NotFoundError("generation.unknown", "there is no such film for you", "list yours: cameo audit, cameo films")
    if released is None:
        raise ConflictError("remix.source_gone", "that film is not out", "wait until it is released")
    return {use.cameo: frozenset(use.facets) for use in uses}


def _require_cameo(desk: Desk, cameo: str) -> None:
    try:
        known = stream_kind(cameo) == "cameo"
    except ValueError:
        known = False
    with desk.store.snapshot() as facts:
        status = status_seen(cameo, facts, desk.store.read) if known else None
    if status is None:
        raise NotFoundError("cameo.unknown", "there is no such cameo", "find it by its owner's handle")
