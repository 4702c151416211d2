"""Owns what of the record an export holds: a person's own events, with their words opened, and what they handed in. Decides not who may.

Left out are what is about somebody else, and what would help somebody pass as the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from identity.keys.errors import KeyholderRefusedError
from schemas.envelope import Envelope
from serving.core.archive import Entry, LeftOut, json_line
from streams.core.casework import again_id, appeal_id
from streams.core.seeming import as_shown
from streams.core.telling import answered_as, noticed
from streams.export import cloud_event
from streams.ports import EventStore

PURPOSE = "export"
APPEALED = frozenset({"case.opened", "case.closed"})
HANDED_IN = frozenset({"enrolment.recording_received", "evidence.added"})
"""What names a recording, or the picture of a document, as handed in."""


class PersonalKeys(Protocol):
    """The part of the keyholder that opens what is the caller's."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> Mapping[str, bytes]:
        """Open own words of an event."""
        ...

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        """Open a recording; it is an event."""
        ...

    def film(self, generation: str, viewer: str) -> bytes:
        """Open a released film, decided now."""
        ...

    def draft(self, generation: str, viewer: str) -> bytes:
        """Open a draft that waits for one of its subjects, decided now."""
        ...


def events(store: EventStore, keys: PersonalKeys, streams: Sequence[str], account: str) -> Iterator[bytes]:
    """Give every event of these streams that is the account's own, its words opened: a JSON line each."""
    for stream in streams:
        with store.snapshot() as facts:
            envelopes = as_shown(facts, store.read(stream))
        without = {one.data["enrolment"]: one.data.get("without", ()) for one in envelopes if one.type == "enrolment.started"}
        for envelope in envelopes:
            if not _is_ones_own(envelope, envelopes[0], account):
                continue
            told = cloud_event(envelope) | {"data": _data(envelope, account, without)}
            if envelope.sealed:
                told["sealed"], told["words"] = sorted(envelope.sealed), _words(keys, envelope)
            yield json_line(told)


def appeals(store: EventStore, keys: PersonalKeys, cameos: Sequence[str]) -> Iterator[bytes]:
    """Tell one's appeals and how they ended. Who looked and what they said is a case's own.

    Not the end of one that people accepted and whose face was found to be known then: it would tell just that. The enrolment tells its own.
    """
    events = (one for cameo in cameos for one in store.read(cameo))
    refused = dict.fromkeys(one.data["enrolment"] for one in events if one.type == "enrolment.refused")
    for name in map(appeal_id, refused):
        told_of = APPEALED - {"case.closed"} if store.read(again_id(name)) else APPEALED
        for envelope in store.read(name):
            if envelope.type in told_of:
                told = {name: envelope.data[name] for name in ("kind", "enrolment", "codes", "outcome") if name in envelope.data}
                yield json_line(
                    cloud_event(envelope) | {"data": told, "actor": None, "words": _words(keys, envelope) if envelope.sealed else None}
                )


def _is_ones_own(envelope: Envelope, first: Envelope, account: str) -> bool:
    """Tell whether an event may be told: of a film that somebody else asked for only one's own acts, and nobody's reports."""
    if envelope.type == "generation.reported" or first.data.get("requester", account) != account:
        return account in (envelope.actor, envelope.acting_as)
    return True


def _data(envelope: Envelope, account: str, without: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Leave out of an event what is about others, or helps to pass as the person. `without`: by enrolment, what they cannot do."""
    data = envelope.data
    match envelope.type:
        case "generation.decided":  # its input holds other people's facts
            return {name: data[name] for name in ("decision", "action", "attempt", "permit", "codes") if name in data}
        case "enrolment.assessed":
            told = {name: data[name] for name in ("enrolment", "evidence", "profile", "level") if name in data}
            return told | {"unmet": list(noticed(data, without.get(data["enrolment"], ())))}
        case "verification.answered":
            return data | {"codes": answered_as(data["codes"])}
        case "evidence.opened":
            return data | {"by": data["by"] if data["by"] in (None, account) else "a reviewer"}
        case _:
            return data


def _words(keys: PersonalKeys, envelope: Envelope) -> dict[str, str] | None:
    try:
        found = keys.unseal(envelope.stream, envelope.event_id, PURPOSE)
    except KeyholderRefusedError:
        return None  # nothing of it is given out: README says what that is
    return {name: value.decode("utf-8", "replace") for name, value in found.items()}


def recordings(store: EventStore, keys: PersonalKeys, account: str, cameos: Sequence[str], left_out: LeftOut) -> Iterator[Entry]:
    """Give what was handed in as evidence of these cameos; what is destroyed is told as left out."""
    for cameo in cameos:
        named = [(one.type, one.data["evidence"]) for one in store.read(cameo) if "evidence" in one.data]
        gone = {evidence for kind, evidence in named if kind == "evidence.destroyed"}
        for evidence in dict.fromkeys(evidence for kind, evidence in named if kind in HANDED_IN):
            if evidence in gone:
                left_out.reasons[f"recordings/{evidence}"] = ("evidence.destroyed",)
            else:
                yield from opened(f"recordings/{evidence}", partial(keys.get_evidence, evidence, PURPOSE, account), left_out)


def opened(name: str, content: Callable[[], bytes], left_out: LeftOut) -> Iterator[Entry]:
    """Give a file, or tell by which codes it is left out."""
    try:
        yield Entry(name, (content(),), packed=False)
    except KeyholderRefusedError as error:
        left_out.reasons[name] = error.codes
