"""Folds events of a generation: request, verdict, attempts, drafts, release. Does not judge them."""

from __future__ import annotations

import msgspec

from policy.core.folding.base import FactWrite, fold, put
from schemas import generation


@fold.register
def _(event: generation.GenerationRequested) -> tuple[FactWrite, ...]:
    return put(
        "request",
        {
            "requester": event.requester,
            "app": event.app,
            "cameos": [{"cameo": use.cameo, "facets": list(use.facets)} for use in event.cameos],
            "purpose": event.purpose,
            "plan_digest": event.plan_digest,
            "engine": event.engine,
            "duration_ms": event.duration_ms,
            "remix_of": event.remix_of,
        },
    )


@fold.register
def _(event: generation.GenerationJudged) -> tuple[FactWrite, ...]:
    return put("verdict", msgspec.to_builtins(event))


@fold.register
def _(event: generation.AttemptLeased) -> tuple[FactWrite, ...]:
    return put("attempt", {"attempt": event.attempt, "replica": event.replica, "lease_until_us": event.lease_until_us})


@fold.register
def _(event: generation.GenerationStarted) -> tuple[FactWrite, ...]:
    return put("started", msgspec.to_builtins(event))


@fold.register
def _(event: generation.GenerationProgressed) -> tuple[FactWrite, ...]:
    return put("progress", {"attempt": event.attempt, "permille": event.permille})


@fold.register
def _(event: generation.DraftReleased) -> tuple[FactWrite, ...]:
    return put("draft", msgspec.to_builtins(event))


@fold.register
def _(event: generation.DraftApproved) -> tuple[FactWrite, ...]:
    return put(f"approved/{event.cameo}", {"film_sha256": event.film_sha256})


@fold.register
def _(event: generation.DraftDeclined) -> tuple[FactWrite, ...]:
    return put(f"declined/{event.cameo}", {"film_sha256": event.film_sha256})


@fold.register
def _(event: generation.GenerationReleased) -> tuple[FactWrite, ...]:
    return put("released", msgspec.to_builtins(event)) + put("ended", {"as": "released"})


@fold.register
def _(event: generation.GenerationRefused) -> tuple[FactWrite, ...]:
    return put("ended", {"as": "refused", "codes": list(event.codes)})


@fold.register
def _(event: generation.GenerationCancelled) -> tuple[FactWrite, ...]:
    del event
    return put("ended", {"as": "cancelled"})


@fold.register
def _(event: generation.GenerationStopped) -> tuple[FactWrite, ...]:
    return put("ended", {"as": "stopped", "codes": list(event.codes)})


@fold.register
def _(event: generation.AttemptLost) -> tuple[FactWrite, ...]:
    lost = put("lost", {"attempt": event.attempt})
    return lost + put("ended", {"as": "lost", "codes": list(event.codes)}) if event.final else lost


@fold.register
def _(event: generation.GenerationTakenDown) -> tuple[FactWrite, ...]:
    return put("taken_down", {"codes": list(event.codes)})


@fold.register
def _(event: generation.GenerationRemoved) -> tuple[FactWrite, ...]:
    return put(f"removed/{event.cameo}")


@fold.register
def _(event: generation.GenerationAppealed) -> tuple[FactWrite, ...]:
    return put(f"appeal/{event.appeal}", {"codes": list(event.codes), "outcome": None})


@fold.register
def _(event: generation.AppealAnswered) -> tuple[FactWrite, ...]:
    return put(f"appeal/{event.appeal}", {"outcome": event.outcome})
