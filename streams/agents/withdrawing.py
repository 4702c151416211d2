"""Owns what follows from withdrawn consent: taking down what is out, re-keying assets. Does not decide what may be served.

A film that consent was taken from is refused at every serving, decided on the ledger; the take-down is its record.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Protocol

from identity.keys.errors import KeyholderRefusedError
from schemas.codec import event_of
from schemas.consent import ConsentRevoked, GrantWithdrawn
from schemas.envelope import Envelope
from schemas.generation import GenerationTakenDown
from schemas.ids import StreamKind
from streams.agents.errors import HandlingError
from streams.core.changes import Change
from streams.core.reach import Released, reached
from streams.ports import AlreadyDone, Append, Appended, EventStore, NewEvent

ACTOR = "worker"
NOTHING_TO_REKEY = frozenset({"key.destroyed", "likeness.missing"})


class ReleasedFilms(Protocol):
    """Finds what is out."""

    def showing(self, cameo: str) -> Sequence[Released]:
        """Find the released generations that show a cameo and were not taken down, on the ledger's facts now."""
        ...


class Rekeyer(Protocol):
    """The part of the keyholder that re-keys."""

    def rekey(self, cameo: str) -> object:
        """Seal every asset of a cameo anew; may be called again."""
        ...


class TakeDownAgent:
    """Takes down released films when consent is withdrawn that far."""

    name = "take_down"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, films: ReleasedFilms) -> None:
        self._store = store
        self._films = films

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Append one taken-down event for each film that the withdrawal reaches; once each, however often it is called."""
        event = event_of(envelope)
        if isinstance(event, ConsentRevoked | GrantWithdrawn) and event.strength == "take_down":
            for film in self._films.showing(envelope.stream):
                if reached(event, envelope.revision, film):
                    self._take_down(film.generation, envelope)
        return ()

    def _take_down(self, generation: str, cause: Envelope) -> None:
        event = GenerationTakenDown(codes=("consent.taken_down",), cause=cause.event_id)
        outcome = self._store.append(
            Append(
                actor=ACTOR,
                events=(NewEvent(generation, event, secrets.token_hex(16)),),
                correlation=cause.correlation,
                causation=cause.event_id,
                idempotency_key=f"take_down/{cause.event_id}/{generation}",
            )
        )
        if not isinstance(outcome, Appended | AlreadyDone):
            raise HandlingError(f"{generation} was not taken down: {outcome}")


class RekeyAgent:
    """Has the keyholder seal a cameo's assets anew after consent was narrowed."""

    name = "rekey"
    kinds: frozenset[StreamKind] = frozenset({"cameo"})

    def __init__(self, store: EventStore, keyholder: Rekeyer) -> None:
        self._store = store
        self._keyholder = keyholder

    def handle(self, envelope: Envelope) -> Sequence[Change]:
        """Re-key once for a run of withdrawals: one that stands further on in the stream does it for this one too."""
        if _narrows(envelope) and not any(map(_narrows, self._store.read(envelope.stream, envelope.revision))):
            try:
                self._keyholder.rekey(envelope.stream)
            except KeyholderRefusedError as error:
                if not NOTHING_TO_REKEY.intersection(error.codes):
                    raise
        return ()


def _narrows(envelope: Envelope) -> bool:
    return envelope.type in ("consent.revoked", "consent.grant_withdrawn")
