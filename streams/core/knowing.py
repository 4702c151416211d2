"""Owns which faces are known after which events: active cameos, the protected list, refused attackers. Opens no template.

A cameo is known by the recording that last made it active; those of the sandbox are not, for anybody may put any picture
there. A refused recording is known as an attacker's only where its codes say attack, never for a poor take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from identity.core.faces import KnownKind
from streams.core.assured import SANDBOX

TYPES: Final = (
    "enrolment.assessed",
    "enrolment.activated",
    "enrolment.refused",
    "subject_key.destroyed",
    "face.protected",
    "face.unprotected",
)
ATTACK_CODES: Final = frozenset({"solid.flat", "texture.not_live", "review.not_live", "light.absent", "light.flat", "light.late"})
ATTACK_PREFIXES: Final = ("replay.", "injection.", "attack.")


class Noted(NamedTuple):
    """One event of TYPES, as far as it matters here: its places in the log (if any yet) and the ledger, its stream, its data in clear."""

    log_index: int | None
    position: int
    stream: str
    type: str
    data: Mapping[str, Any]
    has_template: bool


class Source(NamedTuple):
    """The event that a template lies sealed in."""

    stream: str
    position: int


Change = tuple[KnownKind, str, Source | None]
"""A face that becomes known from its source under a kind and ref, or (None) is forgotten."""


class Known:
    """What is known after the events that were noted, in the log's order. Noting an event twice changes nothing."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Source, str]] = {}
        self._attackers: dict[str, set[str]] = {}
        self._cameo_of: dict[str, str] = {}

    def note(self, events: Iterable[Noted]) -> Sequence[Change]:
        """Tell what changes, one change a kind and ref: of several in one go the last."""
        changes: dict[tuple[KnownKind, str], Source | None] = {}
        for event in events:
            for kind, ref, source in self._changes(event):
                changes[kind, ref] = source
        return [(kind, ref, source) for (kind, ref), source in changes.items()]

    def settle(self, events: Iterable[Noted]) -> None:
        """Let go of what was kept for events whose changes were carried out."""
        for event in events:
            if event.type == "enrolment.activated":  # a refusal may be appealed
                self._forget_try(event.stream, str(event.data["enrolment"]))
            if event.type == "subject_key.destroyed":
                for ref in self._attackers.pop(event.stream, set()):
                    self._cameo_of.pop(ref, None)
                self._open = {name: kept for name, kept in self._open.items() if kept[0].stream != event.stream}

    def _forget_try(self, cameo: str, enrolment: str) -> None:
        self._open.pop(enrolment, None)
        self._attackers.get(cameo, set()).discard(enrolment)
        self._cameo_of.pop(enrolment, None)

    def cameo_of(self, kind: KnownKind, ref: str) -> str | None:
        """Tell the cameo whose recording a known face is; None for an entry of the protected list."""
        return ref if kind == "cameo" else self._cameo_of.get(ref)

    def _changes(self, event: Noted) -> list[Change]:
        source = Source(event.stream, event.position)
        match event.type:
            case "enrolment.assessed":
                if event.has_template:
                    self._open[str(event.data["enrolment"])] = source, str(event.data["profile"])
                return []
            case "enrolment.activated":
                return self._activated(event)
            case "enrolment.refused":
                return self._refused(event)
            case "subject_key.destroyed":
                gone: list[Change] = [("attacker", ref, None) for ref in sorted(self._attackers.get(event.stream, ()))]
                return [("cameo", event.stream, None), *gone]
            case "face.protected":
                return [("protected", str(event.data["entry"]), source)]
            case _:
                return [("protected", str(event.data["entry"]), None)]

    def _activated(self, event: Noted) -> list[Change]:
        """An appeal makes active what was refused: it is no attacker's any more."""
        enrolment = str(event.data["enrolment"])
        kept = self._open.get(enrolment)
        if kept is None or kept[1] == SANDBOX:
            return []
        appealed: list[Change] = [("attacker", enrolment, None)] if enrolment in self._cameo_of else []
        return [*appealed, ("cameo", event.stream, kept[0])]

    def _refused(self, event: Noted) -> list[Change]:
        enrolment = str(event.data["enrolment"])
        kept = self._open.get(enrolment)
        if kept is None or kept[1] == SANDBOX or not is_attack(event.data["codes"]):
            return []
        self._attackers.setdefault(event.stream, set()).add(enrolment)
        self._cameo_of[enrolment] = event.stream
        return [("attacker", enrolment, kept[0])]


def is_attack(codes: Sequence[str]) -> bool:
    """Tell whether what refused a recording speaks of an attack, not of a poor take."""
    return any(code in ATTACK_CODES or code.startswith(ATTACK_PREFIXES) for code in codes)
