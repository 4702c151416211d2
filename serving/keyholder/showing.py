"""Owns showing films: every serving is decided anew on the ledger, so that a film can be taken back. Does not stream."""

from __future__ import annotations

import hashlib
import threading

from identity.keys.errors import KeyGoneError
from identity.keys.vault import Vault
from schemas.generation import Action
from serving.keyholder.core import draft_refusal, may_view
from serving.keyholder.errors import RefusedError
from serving.keyholder.exact import TRIES, Asked, Exact, Reading
from serving.keyholder.opening import code_of
from streams.ports import Appended

REMEMBERED = 10_000
"""Servings whose like is on record already; a player asks many times for one film."""


class Exhibitor:
    """Shows released films and drafts. Safe between threads."""

    def __init__(self, exact: Exact, vault: Vault) -> None:
        self._exact = exact
        self._vault = vault
        self._recorded: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()

    def film(self, generation: str, viewer: str) -> bytes:
        """Show a released film to who asked for it or is in it. Raises RefusedError with codes, and what Exact raises."""
        for _ in range(TRIES):
            reading = self._require(self._exact.read(Asked(generation, "serve")))
            released = reading.standing.released
            if released is None:
                raise RefusedError("film.unreleased")
            if not may_view(viewer, reading.question.requester, reading.owners):
                raise RefusedError("viewer.not_permitted")
            film = self._shown(reading, viewer, released.key_id, released.film_sha256, once=True)
            if film is not None:
                return film
        raise RefusedError("consent.contended", unavailable=True)

    def draft(self, generation: str, viewer: str) -> bytes:
        """Show a draft to the owners of the cameos in it, and to nobody else; each showing is recorded."""
        for _ in range(TRIES):
            standing = self._exact.standing(generation)
            refusal = draft_refusal(standing)
            if refusal is not None or standing.draft is None:
                raise RefusedError(refusal or "draft.missing")
            draft, asked = standing.draft, self._as_draft(generation, standing.draft.attempt, standing.draft.film_sha256)
            reading = self._require(self._exact.read(asked))
            if viewer not in reading.owners:
                raise RefusedError("viewer.not_permitted")
            film = self._shown(reading, viewer, draft.key_id, draft.film_sha256, once=False)
            if film is not None:
                return film
        raise RefusedError("consent.contended", unavailable=True)

    def _as_draft(self, generation: str, attempt: int, film_sha256: str) -> Asked:
        honours: tuple[str, ...] = ()
        for envelope in self._exact.store.read(generation):
            if envelope.type == "generation.decided" and envelope.data["action"] == "draft" and envelope.data["permit"]:
                honours = tuple(envelope.data["input"]["engine"]["honours"])
        return Asked(generation, "draft", attempt, honours, film_sha256)

    def _shown(self, reading: Reading, viewer: str, key_id: str, film_sha256: str, *, once: bool) -> bytes | None:
        """Decide, record, open; None when something held has moved meanwhile."""
        answer = self._exact.answer(reading)
        if answer.bundle_sha256 != reading.bundle_sha256:
            raise RefusedError("bundle.superseded", unavailable=True)
        decided = self._exact.decided(reading, answer)
        if not once or self._is_new(reading, viewer, decided.codes):
            outcome = self._exact.append_seen(reading, decided)
            if not isinstance(outcome, Appended):
                if code_of(outcome) == "clock.astray":
                    raise RefusedError("clock.astray", unavailable=True)
                return None
            self._remember(reading, viewer, decided.codes)
        if not answer.permit:
            raise RefusedError(*answer.unmet)
        try:
            film = self._vault.open(key_id)
        except KeyGoneError as error:
            raise RefusedError("key.destroyed") from error
        if hashlib.sha256(film).hexdigest() != film_sha256:
            raise RefusedError("film.digest_mismatch")
        # Whatever was withdrawn while the bytes were opened still stops them here.
        now = self._exact.still(reading.asked.generation, reading.holding)
        return None if now is None or now.taken_down else film

    def _is_new(self, reading: Reading, viewer: str, codes: tuple[str, ...]) -> bool:
        with self._lock:
            return _like(reading, viewer, codes) not in self._recorded

    def _remember(self, reading: Reading, viewer: str, codes: tuple[str, ...]) -> None:
        """Only what is on record: a serving whose append failed is recorded when it is asked for again."""
        with self._lock:
            if len(self._recorded) >= REMEMBERED:
                self._recorded.clear()
            self._recorded.add(_like(reading, viewer, codes))

    @staticmethod
    def _require(reading: Reading | None) -> Reading:
        if reading is None:
            raise RefusedError("generation.unknown")
        return reading


def _like(reading: Reading, viewer: str, codes: tuple[str, ...]) -> tuple[str, str, str]:
    action: Action = reading.asked.action
    return (reading.asked.generation, viewer, f"{action} {codes} {sorted(reading.holding.items())}")
