"""Owns whose record a caller may read as their own: theirs, or that of somebody they hold any power of. Reads nothing of it."""

from __future__ import annotations

from schemas.ids import cameo_of
from serving.core.commands import ANY
from serving.handlers.authority import require
from serving.handlers.desk import Caller, Desk


def require_any_power(desk: Desk, caller: Caller) -> str:
    """Return the cameo that the caller may look at as its subject does. Raises ForbiddenError."""
    return cameo_of(caller.subject if caller.acting_as is None else require(desk, caller, ANY))
