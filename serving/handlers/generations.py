"""Commands of a generation: ask, cancel, approve, decline. Whether it may be is decided later, at its start."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

from schemas.cameo import Facet
from schemas.consent import Purpose
from schemas.generation import (
    CameoUse,
    DraftApproved,
    DraftDeclined,
    GenerationCancelled,
    GenerationRequested,
    UseRef,
)
from schemas.ids import cameo_of, stream_id, stream_kind
from serving.core.plan import PlanError, canonical_bytes, plan_from_prompt
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers.desk import TRIES, Caller, Desk

ENGINES = frozenset({"portrait", "trivial"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a requester asks for."""

    cameo: str
    facets: tuple[Facet, ...]
    purpose: Purpose
    prompt: str
    engine: str
    width_px: int
    height_px: int
    duration_ms: int


def request(desk: Desk, caller: Caller, handle: str, asked: Asked) -> str:
    """Record a request and return the generation's id at once; it survives a restart of everything."""
    if asked.engine not in ENGINES:
        raise InvalidError("engine.unknown", f"no engine {asked.engine!r}", f"choose {' or '.join(sorted(ENGINES))}")
    _require_cameo(desk, asked.cameo)
    try:
        plan = plan_from_prompt(
            asked.prompt, asked.cameo, handle,
            width_px=asked.width_px, height_px=asked.height_px, duration_ms=asked.duration_ms,
        )  # fmt: skip
    except PlanError as error:
        raise InvalidError("plan.invalid", str(error), "change the request and ask again") from error
    plan_bytes = canonical_bytes(plan)
    salt = desk.entropy(32)
    generation = stream_id("generation", bytes.fromhex(desk.id_for(caller, "generation")))
    event = GenerationRequested(
        requester=caller.account, cameos=(CameoUse(cameo=asked.cameo, facets=asked.facets),), purpose=asked.purpose,
        plan_digest=hashlib.sha256(salt + plan_bytes).hexdigest(), engine=asked.engine,
        width_px=asked.width_px, height_px=asked.height_px, duration_ms=asked.duration_ms, app=caller.app,
    )  # fmt: skip
    fields = {"prompt": asked.prompt, "plan": plan_bytes, "plan_salt": salt}
    prepared = desk.event(generation, event, sealed_for=caller.account, fields=fields)
    desk.append(caller, [prepared], expected={generation: 0}, request=asdict(asked))
    return generation


def cancel(desk: Desk, caller: Caller, generation: str) -> None:
    """Take a request back; a film that was released stays released. Idempotent."""
    for _ in range(TRIES):
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
        try:
            desk.append(caller, [desk.event(generation, GenerationCancelled(uses=uses))], expected={generation: revision})
        except ConflictError:
            continue
        return
    raise ConflictError("stream.moved", "the generation kept moving", "try again")


def approve(desk: Desk, caller: Caller, generation: str, film_sha256: str) -> None:
    """Approve a draft, these very bytes, as its subject."""
    cameo, revision = _draft(desk, caller, generation, film_sha256)
    event = DraftApproved(cameo=cameo, film_sha256=film_sha256)
    desk.append(caller, [desk.event(generation, event)], expected={generation: revision})


def decline(desk: Desk, caller: Caller, generation: str, film_sha256: str, reason: str) -> None:
    """Decline a draft as its subject: it is never released."""
    cameo, revision = _draft(desk, caller, generation, film_sha256)
    event = DraftDeclined(cameo=cameo, film_sha256=film_sha256, reason=reason)
    desk.append(caller, [desk.event(generation, event)], expected={generation: revision})


def _draft(desk: Desk, caller: Caller, generation: str, film_sha256: str) -> tuple[str, int]:
    cameo = cameo_of(caller.account)
    with desk.store.snapshot() as facts:
        revision = desk.existing(facts, generation, "generation")
        asked = facts.get(generation, "request")
        draft = facts.get(generation, "draft")
        ended = facts.get(generation, "ended")
    subjects = [use["cameo"] for use in asked.value["cameos"]] if asked else []
    if cameo not in subjects:
        raise ForbiddenError("draft.not_subject", "you are not in this film", "only its subjects answer a draft")
    if ended is not None:
        raise ConflictError("generation.ended", f"it ended as {ended.value['as']}", "there is nothing to answer")
    if draft is None or draft.value["film_sha256"] != film_sha256:
        raise ConflictError("draft.other", "that is not the draft as it is now", "look at the draft again")
    return cameo, revision


def _require_cameo(desk: Desk, cameo: str) -> None:
    try:
        known = stream_kind(cameo) == "cameo"
    except ValueError:
        known = False
    if not known or desk.snapshot_fact(cameo, "status") is None:
        raise NotFoundError("cameo.unknown", "there is no such cameo", "find it by its owner's handle")
