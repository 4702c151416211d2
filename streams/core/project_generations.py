"""Owns what events of a generation change in the projections. Does not apply it."""

from __future__ import annotations

from schemas import generation
from streams.core.changes import Change, Put, Row, Seen, Update, Value, project, row_of


def _generation(at: Seen, **row: Value) -> tuple[Change, ...]:
    return row_of("generations", "generation", at, **row)


@project.register
def _(event: generation.GenerationRequested, at: Seen) -> tuple[Change, ...]:
    asked = _generation(
        at,
        requester=event.requester,
        app=at.app,
        purpose=event.purpose,
        engine=event.engine,
        plan_digest=event.plan_digest,
        width_px=event.width_px,
        height_px=event.height_px,
        duration_ms=event.duration_ms,
        remix_of=event.remix_of,
        state="requested",
        codes=[],
        requested_us=at.time_us,
        attempt=0,
        permille=0,
    )
    cameos = (Put("generation_cameos", {"generation": at.stream, "cameo": use.cameo}, {"facets": list(use.facets)}) for use in event.cameos)
    return (*asked, *cameos)


@project.register
def _(event: generation.GenerationJudged, at: Seen) -> tuple[Change, ...]:
    del event
    return _generation(at, judged_us=at.time_us)


@project.register
def _(event: generation.GenerationDecided, at: Seen) -> tuple[Change, ...]:
    row: Row = {
        "generation": at.stream,
        "revision": at.revision,
        "action": event.action,
        "attempt": event.attempt,
        "permit": event.permit,
        "codes": list(event.codes),
        "obligations": list(event.obligations),
        "bundle_sha256": event.bundle_sha256,
        "input_sha256": event.input_sha256,
        "not_after_us": event.not_after_us,
        "path": event.path,
        "decided_us": at.time_us,
    }
    return (Put("decisions", {"decision": event.decision}, row),)


@project.register
def _(event: generation.AttemptLeased, at: Seen) -> tuple[Change, ...]:
    return _generation(at, state="leased", attempt=event.attempt, permille=0)


@project.register
def _(event: generation.GenerationStarted, at: Seen) -> tuple[Change, ...]:
    return _generation(at, state="started", attempt=event.attempt, started_us=at.time_us)


@project.register
def _(event: generation.GenerationProgressed, at: Seen) -> tuple[Change, ...]:
    return _generation(at, permille=event.permille)


@project.register
def _(event: generation.DraftReleased, at: Seen) -> tuple[Change, ...]:
    return _generation(at, state="draft", film_sha256=event.film_sha256, draft_us=at.time_us)


@project.register
def _(event: generation.DraftApproved, at: Seen) -> tuple[Change, ...]:
    return (Update("generation_cameos", {"generation": at.stream, "cameo": event.cameo}, {"review": "approved"}),)


@project.register
def _(event: generation.DraftDeclined, at: Seen) -> tuple[Change, ...]:
    return (Update("generation_cameos", {"generation": at.stream, "cameo": event.cameo}, {"review": "declined"}),)


@project.register
def _(event: generation.GenerationRemoved, at: Seen) -> tuple[Change, ...]:
    removed = Update("generation_cameos", {"generation": at.stream, "cameo": event.cameo}, {"removed_us": at.time_us})
    return (removed, *_generation(at, state="removed"))


@project.register
def _(event: generation.GenerationReleased, at: Seen) -> tuple[Change, ...]:
    return _generation(at, state="released", film_sha256=event.film_sha256, decision=event.decision, permille=1000, ended_us=at.time_us)


@project.register
def _(event: generation.GenerationRefused, at: Seen) -> tuple[Change, ...]:
    return _generation(at, state="refused", codes=list(event.codes), decision=event.decision, ended_us=at.time_us)


@project.register
def _(event: generation.GenerationCancelled, at: Seen) -> tuple[Change, ...]:
    del event
    return _generation(at, state="cancelled", ended_us=at.time_us)


@project.register
def _(event: generation.GenerationStopped, at: Seen) -> tuple[Change, ...]:
    return _generation(
        at,
        state="stopped",
        codes=list(event.codes),
        process_gone_us=event.process_gone_at_us,
        ended_us=at.time_us,
    )


@project.register
def _(event: generation.AttemptLost, at: Seen) -> tuple[Change, ...]:
    if event.final:
        return _generation(at, state="lost", codes=list(event.codes), ended_us=at.time_us)
    return _generation(at, state="waiting")


@project.register
def _(event: generation.GenerationTakenDown, at: Seen) -> tuple[Change, ...]:
    return _generation(at, state="taken_down", codes=list(event.codes), taken_down_us=at.time_us)
