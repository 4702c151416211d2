"""Commands of those who are in a film: approve or decline its draft, report it, remove it. The creator keeps all others."""

from __future__ import annotations

from typing import Literal

from policy.ports import FactReader
from schemas.generation import DraftApproved, DraftDeclined, GenerationRemoved, GenerationReported
from schemas.registry import Event
from serving.errors import ConflictError, ForbiddenError, NotFoundError
from serving.handlers.authority import Authority, Check, carry_out
from serving.handlers.desk import Caller, Desk

ReportReason = Literal["impersonation", "sexual", "violence", "hate", "fraud", "political", "minor", "privacy", "other"]


def approve(desk: Desk, caller: Caller, generation: str, film_sha256: str) -> None:
    """Approve a draft, these very bytes, as its subject."""
    carry_out(
        desk, caller, "draft/approve",
        lambda a: [desk.event(generation, DraftApproved(cameo=a.cameo, film_sha256=film_sha256))],
        check=_draft(desk, generation, film_sha256), opens=False,
    )  # fmt: skip


def decline(desk: Desk, caller: Caller, generation: str, film_sha256: str, reason: str) -> None:
    """Decline a draft as its subject: it is never released."""
    carry_out(
        desk, caller, "draft/decline",
        lambda a: [desk.event(generation, DraftDeclined(cameo=a.cameo, film_sha256=film_sha256, reason=reason))],
        check=_draft(desk, generation, film_sha256),
    )  # fmt: skip


def remove(desk: Desk, caller: Caller, generation: str, reason: str) -> None:
    """Remove a film as one of its subjects: it is neither released nor served any more. May be said twice."""
    done: list[bool] = []

    def there(facts: FactReader, authority: Authority) -> None:
        _require_subject(facts, authority, generation)
        done[:] = [facts.get(generation, f"removed/{authority.cameo}") is not None]

    carry_out(
        desk, caller, "film/remove",
        lambda a: [] if done[0] else [desk.event(generation, GenerationRemoved(cameo=a.cameo, reason=reason))], check=there,
    )  # fmt: skip


def report(desk: Desk, caller: Caller, generation: str, reason: ReportReason, text: str) -> str:
    """Report a film to the operator as one of its subjects; returns the report's id. The text is sealed for the subject."""
    name = desk.id_for(caller, "report")

    def made(authority: Authority) -> Event:
        return GenerationReported(report=name, cameo=authority.cameo, reason=reason)

    carry_out(
        desk, caller, "film/report",
        lambda a: [desk.event(generation, made(a), sealed_for=a.subject, fields={"text": text})],
        check=lambda facts, authority: _require_subject(facts, authority, generation),
    )  # fmt: skip
    return name


def _draft(desk: Desk, generation: str, film_sha256: str) -> Check:
    def there(facts: FactReader, authority: Authority) -> None:
        desk.existing(facts, generation, "generation")
        asked, draft, ended = (facts.get(generation, key) for key in ("request", "draft", "ended"))
        subjects = [use["cameo"] for use in asked.value["cameos"]] if asked else []
        if authority.cameo not in subjects:
            raise ForbiddenError("draft.not_subject", "you are not in this film", "only its subjects answer a draft")
        if ended is not None:
            raise ConflictError("generation.ended", f"it ended as {ended.value['as']}", "there is nothing to answer")
        if draft is None or draft.value["film_sha256"] != film_sha256:
            raise ConflictError("draft.other", "that is not the draft as it is now", "look at the draft again")

    return there


def _require_subject(facts: FactReader, authority: Authority, generation: str) -> None:
    asked = facts.get(generation, "request")
    if asked is None or authority.cameo not in [use["cameo"] for use in asked.value["cameos"]]:
        raise NotFoundError("generation.unknown", "there is no such film with your likeness", "list them: cameo films")
