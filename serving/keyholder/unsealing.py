"""Owns opening sealed fields of events for a named purpose, and that it is told. Who may: identity.keys.rights."""

from __future__ import annotations

from collections.abc import Sequence

from identity.keys.errors import KeyGoneError
from identity.keys.openings import told_of
from identity.keys.rights import readable
from identity.keys.vault import Vault
from identity.keys.wire import Opened
from schemas.envelope import Envelope
from serving.keyholder.errors import RefusedError
from serving.keyholder.exact import Exact
from serving.keyholder.opening import code_of
from streams.ports import AlreadyDone, Appended


class Unsealer:
    """Opens fields. Nothing by which somebody is known is given out before its event is durable. Safe between threads."""

    def __init__(self, exact: Exact, vault: Vault) -> None:
        self._exact = exact
        self._vault = vault

    def one(self, role: str, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open the fields of an appended event that a role may read for a purpose. Raises RefusedError, KeyGoneError."""
        envelope = next((one for one in self._exact.store.read(stream) if one.event_id == event_id), None)
        if envelope is None:
            raise RefusedError("event.unknown")
        fields = self._vault.unseal(envelope, _names(role, purpose, envelope))
        self._record([(envelope, tuple(fields))], purpose, role, many=False)
        return fields

    def many(self, role: str, positions: Sequence[int], purpose: str) -> tuple[Opened, ...]:
        """Open fields of the events at these positions, in their order; none of one whose key was destroyed. Raises RefusedError.

        All or nothing: one event that is not there, or that the role may not read, refuses the whole.
        """
        wanted = sorted(set(positions))
        found = self._exact.store.read_positions(wanted)
        if [one.position for one in found] != wanted:
            raise RefusedError("event.unknown")
        opened = [(one, self._unless_gone(one, _names(role, purpose, one))) for one in found]
        self._record([(one, tuple(fields)) for one, fields in opened], purpose, role, many=True)
        return tuple(Opened(position=one.position, stream=one.stream, event_id=one.event_id, fields=fields) for one, fields in opened)

    def _unless_gone(self, envelope: Envelope, names: Sequence[str]) -> dict[str, bytes]:
        try:
            return self._vault.unseal(envelope, names)
        except KeyGoneError:
            return {}

    def _record(self, opened: Sequence[tuple[Envelope, Sequence[str]]], purpose: str, role: str, *, many: bool) -> None:
        told = told_of(opened, purpose, role, many=many)
        if told is None:
            return
        outcome = self._exact.append_to(*told, self._exact.draw_id("opening"))
        if not isinstance(outcome, Appended | AlreadyDone):
            raise RefusedError(code_of(outcome), unavailable=True)


def _names(role: str, purpose: str, envelope: Envelope) -> Sequence[str]:
    names = readable(role, purpose, envelope.type)
    if not names:
        raise RefusedError("right.missing")
    return names
