"""Owns who may see how a generation stands: who asked for it, and those who are in it. Shows nothing by itself."""

from __future__ import annotations

from typing import Any

from serving.errors import NotFoundError

NO_STORE = {"Cache-Control": "no-store"}


def visible(reader: Any, account: str, generation: str, *, as_subject: bool = False) -> dict[str, Any]:
    """Tell how a generation stands; a subject is not told why it was refused. Raises NotFoundError for everybody else.

    `as_subject`: to who looks for a subject, within a power: what the subject asked for is the subject's own to see.
    """
    state = reader.generation(generation)
    asked = state is not None and account == state["requester"] and not as_subject
    if state is None or not (asked or account in state["subjects"]):
        raise NotFoundError("generation.unknown", "there is no such generation for you", "list your generations: cameo audit")
    return state if asked else state | {"reasons": []}
