"""Owns what follows from a document that was handed in: its portrait held against the recording's face. Does not decide on it.

Durable at its end: one `evidence.compared`, a score for reviewers; called again it finds its own append.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Protocol

from identity.documents import Compared
from identity.keys.errors import KeyholderRefusedError
from schemas.codec import event_of
from schemas.envelope import Envelope
from schemas.evidence import EvidenceAdded, EvidenceCompared
from schemas.ids import StreamKind
from streams.agents.errors import HandlingError
from streams.agents.evidence import ASSESS, GONE
from streams.agents.own_face import COMPARE_PURPOSE
from streams.core.changes import Change
from streams.ports import AlreadyDone, Append, Appended, EventStore, NewEvent

ACTOR = "worker"


class DocumentReader(Protocol):
    """Compares pictures, in a process of its own."""

    def compare(self, document: bytes, template: bytes) -> Compared:
        """Hold a document's portrait against a face (512 bytes; empty: there is none). Raises HandlingError when the process died."""
        ...


class DocumentKeys(Protocol):
    """The part of the keyholder that comparing needs."""

    def get_evidence(self, evidence: str, purpose: str) -> bytes:
        """Open the document."""
        ...

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open the recording's template."""
        ...


class DocumentAgent:
    """Compares documents, one after the other."""

    name = "documents"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, keyholder: DocumentKeys, reader: DocumentReader) -> None:
        self._store = store
        self._keyholder = keyholder
        self._reader = reader

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Compare a document that was added; every other event is only counted."""
        event = event_of(envelope) if envelope.type == "evidence.added" else None
        if isinstance(event, EvidenceAdded):
            self._compare(envelope, event)
        return ()

    def _compare(self, envelope: Envelope, event: EvidenceAdded) -> None:
        history = self._store.read(envelope.stream)
        if any(past.type == "evidence.compared" and past.data["evidence"] == event.evidence for past in history):
            return
        try:
            document = self._keyholder.get_evidence(event.evidence, ASSESS)
            found = self._reader.compare(document, self._template(history, event.enrolment))
        except KeyholderRefusedError as error:
            if not GONE.intersection(error.codes):
                raise
            return  # destroyed before it was looked at: there is nothing to tell
        told = EvidenceCompared(
            enrolment=event.enrolment, evidence=event.evidence, code=found.code, similarity_micro=found.similarity_micro,
            threshold_micro=found.threshold_micro,
        )  # fmt: skip
        done = self._store.append(
            Append(
                actor=ACTOR,
                events=(NewEvent(envelope.stream, told, secrets.token_hex(16)),),
                correlation=envelope.correlation,
                causation=envelope.event_id,
                idempotency_key=f"compare/{event.evidence}",
                request_sha256=hashlib.sha256(event.evidence.encode()).hexdigest(),
            )
        )
        if not isinstance(done, Appended | AlreadyDone):
            raise HandlingError(f"what came of {event.evidence} was not appended: {done}")

    def _template(self, history: Sequence[Envelope], enrolment: str) -> bytes:
        assessed = [one for one in history if one.type == "enrolment.assessed" and one.data["enrolment"] == enrolment]
        if not assessed or "template" not in assessed[-1].sealed:
            return b""
        return self._keyholder.unseal(assessed[-1].stream, assessed[-1].event_id, COMPARE_PURPOSE)["template"]
