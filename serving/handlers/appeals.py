"""Commands of appeals: a requester asks a person to look at a refusal of content; an operator answers, with reasons.

An answer permits nothing by itself: `overturned` says that the finding was wrong and the lists are to be mended; the film is asked
for anew. Appealing lets operators read the text and the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from schemas.envelope import Envelope
from schemas.generation import AppealAnswered, AppealOutcome, GenerationAppealed
from schemas.ids import is_stream
from serving.errors import ConflictError, NotFoundError
from serving.handlers.desk import Caller, Desk, anew_where_moved
from serving.overview_ports import Appeal, Overview

APPEALABLE = frozenset({"content.blocked", "content.restricted"})
"""What a classifier found. Consent is its owner's alone: nobody can be appealed to about it."""
SHOW = "show"


class Unsealer(Protocol):
    """The part of the keyholder that opens people's own words."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> Mapping[str, bytes]:
        """Open those fields of an event that the API may read."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """An appeal as an operator reads it; words are None where their key is destroyed."""

    appeal: Appeal
    text: str | None
    prompt: str | None
    outcome: str | None
    reason: str | None


def appeal(desk: Desk, caller: Caller, generation: str, text: str) -> str:
    """Appeal a refusal of the caller's own request, once; returns the appeal's id. The text is sealed for the requester."""
    name = desk.id_for(caller, "appeal")

    def attempt() -> str:
        with desk.store.snapshot() as facts:
            head, asked, ended = facts.head(generation), facts.get(generation, "request"), facts.get(generation, "ended")
            made = [key.partition("/")[2] for key, _ in facts.scan(generation, "appeal/")]
        if head is None or asked is None or asked.value["requester"] != caller.account:
            raise NotFoundError("generation.unknown", "you asked for no such generation", "list your generations")
        if made == [name]:
            return name
        if made:
            raise ConflictError("appeal.made", "you appealed this already", "see the answer in your notifications")
        codes = sorted(APPEALABLE.intersection(() if ended is None else ended.value.get("codes", ())))
        if not codes:
            raise ConflictError(
                "appeal.not_content", "this was not refused for its content", "ask the owner; who may use a likeness is theirs alone"
            )
        event = GenerationAppealed(appeal=name, codes=tuple(codes))
        prepared = desk.event(generation, event, sealed_for=caller.account, fields={"text": text})
        desk.append(caller, [prepared], expected={generation: head.revision}, request=["appeal", generation, text])
        return name

    return anew_where_moved(attempt)


def queue(overview: Overview) -> Sequence[Appeal]:
    """List appeals that nobody answered, oldest first (operator)."""
    return overview.open_appeals()


def show(desk: Desk, keyholder: Unsealer, generation: str, name: str) -> Shown:
    """Read one appeal with the requester's words and the prompt (operator)."""
    made = answered = asked = None
    for event in desk.store.read(generation) if is_stream("generation", generation) else ():
        match event.type:
            case "generation.requested":
                asked = event
            case "generation.appealed" if event.data["appeal"] == name:
                made = event
            case "generation.appeal_answered" if event.data["appeal"] == name:
                answered = event
            case _:
                pass
    if made is None:
        raise NotFoundError("appeal.unknown", "there is no such appeal", "list them: cameo appeal queue")
    return Shown(
        Appeal(generation, name, tuple(made.data["codes"]), made.time_us),
        _words(keyholder, made, "text"),
        _words(keyholder, asked, "prompt"),
        None if answered is None else answered.data["outcome"],
        None if answered is None else answered.data["reason"],
    )


def answer(desk: Desk, caller: Caller, generation: str, name: str, outcome: AppealOutcome, reason: str) -> None:
    """Answer an appeal, once (operator). The requester is notified."""

    def attempt() -> None:
        with desk.store.snapshot() as facts:
            head, fact = facts.head(generation), facts.get(generation, f"appeal/{name}")
        if head is None or fact is None:
            raise NotFoundError("appeal.unknown", "there is no such appeal", "list them: cameo appeal queue")
        if fact.value["outcome"] is not None:
            raise ConflictError("appeal.answered", f"it was answered already: {fact.value['outcome']}", "nothing is left to do")
        event = AppealAnswered(appeal=name, outcome=outcome, reason=reason)
        desk.append(caller, [desk.event(generation, event)], expected={generation: head.revision})

    anew_where_moved(attempt)


def _words(keyholder: Unsealer, event: Envelope | None, field: str) -> str | None:
    if event is None:
        return None
    try:
        found = keyholder.unseal(event.stream, event.event_id, SHOW).get(field)
    except (KeyholderRefusedError, KeyholderUnavailableError):
        return None
    return None if found is None else found.decode()
