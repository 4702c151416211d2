"""Owns who may see how a generation stands: who asked for it, and those who are in it. Shows nothing by itself."""

from __future__ import annotations

from typing import Any

from serving.errors import NotFoundError

NO_STORE = {"Cache-Control": "no-store"}


def visible(reader: Any, account: str, generation: str) -> dict[str, Any]:
    """Tell how a generation stands; a subject is not told why it was refused. Raises NotFoundError for everybody else."""
    state = reader.generation(generation)
    if state is None or account not in (state["requester"], *state["subjects"]):
        raise NotFoundError("generation.unknown", "there is no such generation for you", "list your generations: cameo audit")
    return state if account == state["requester"] else state | {"reasons": []}
