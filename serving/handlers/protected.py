"""Commands of the protected list: faces that nobody enrols before a person has looked. Sees no photograph, only its template.

An entry's template and name are sealed under the key of a subject that is nobody's account and of this entry alone: taking
the entry off destroys that key, and with it both, in every copy of the record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from identity.core import faces
from identity.keys.errors import KeyholderRefusedError
from schemas.codec import event_of
from schemas.ids import SWITCH_STREAM
from schemas.operation import FaceProtected, FaceUnprotected
from serving.errors import InvalidError, NotFoundError
from serving.handlers.desk import Caller, Desk
from serving.handlers.erasure import Destroyer

GONE = frozenset({"key.destroyed"})
PURPOSE = "show"


class Opener(Protocol):
    """Opens sealed fields (the keyholder)."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open the fields of an event that this role may read for a purpose."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One protected face, as operators see it. `name`: None where its key is destroyed."""

    entry: str
    name: str | None
    reason: str
    operator: str
    since_us: int


def protect(desk: Desk, caller: Caller, template: bytes, name: str, reason: str) -> Entry:
    """Put a face on the list: from the next search on, whoever shows it is sent to a reviewer. Raises CommandError."""
    try:
        faces.read(template)
    except ValueError as error:
        raise InvalidError("protected.template", "that is no template of a face", "make it with: cameo protected add") from error
    entry = f"entry-{desk.id_for(caller, 'entry')}"
    event = FaceProtected(entry=entry, subject=subject_of(entry), reason=reason, operator=caller.account)
    fields: dict[str, str | bytes] = {"template": template, "name": name}
    asked = {"template": hashlib.sha256(template).hexdigest(), "name": name, "reason": reason}
    (written,) = desk.append(caller, [desk.event(SWITCH_STREAM, event, sealed_for=event.subject, fields=fields)], request=asked)
    return Entry(entry, name, reason, caller.account, written.time_us)


def unprotect(desk: Desk, keyholder: Destroyer, caller: Caller, entry: str) -> None:
    """Take an entry off: its key is destroyed, then it is recorded. Raises NotFoundError, CommandError."""
    fact = desk.snapshot_fact(SWITCH_STREAM, f"protected/{entry}")
    if fact is None:
        raise NotFoundError("protected.unknown", f"there is no entry {entry}", "cameo protected list")
    keyholder.destroy_subject(str(fact.value["subject"]), ())
    desk.append(caller, [desk.event(SWITCH_STREAM, FaceUnprotected(entry=entry, operator=caller.account))])


def entries(desk: Desk, keyholder: Opener) -> list[Entry]:
    """List who is protected, oldest first, with the names that can be opened."""
    with desk.store.snapshot() as facts:
        listed = {str(key).partition("/")[2] for key, _ in facts.scan(SWITCH_STREAM, "protected/")}
    found: list[Entry] = []
    for envelope in desk.store.read(SWITCH_STREAM):
        event = event_of(envelope)
        if isinstance(event, FaceProtected) and event.entry in listed:
            name = _name(keyholder, envelope.event_id)
            found.append(Entry(event.entry, name, event.reason, event.operator, envelope.time_us))
    return found


def subject_of(entry: str) -> str:
    """Name the subject that an entry's key hangs on: nobody's account."""
    return "account-" + hashlib.sha256(b"cameo/protected/" + entry.encode()).hexdigest()[:32]


def _name(keyholder: Opener, event_id: str) -> str | None:
    try:
        return keyholder.unseal(SWITCH_STREAM, event_id, PURPOSE)["name"].decode()
    except KeyholderRefusedError as error:
        if not GONE.intersection(error.codes):
            raise
        return None
