"""Owns releasing a film: check its bytes, sign and seal it, decide on the ledger, record. Does not serve it.

No crash exposes an unreleased film: it lies sealed under a fresh key before anything is recorded, and only a recorded
`generation.released` (or a draft, for its subjects) names that key. What no event names is cleared: see tending.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identity.keys.errors import KeyGoneError, SealBrokenError
from identity.keys.sealing import open_with
from identity.keys.vault import Vault
from identity.keys.wire import ReleaseAnswer, ReleaseAsk
from policy.ports import Answer
from schemas.generation import Action, DraftReleased, GenerationReleased, GenerationStarted
from serving.core import provenance
from serving.keyholder.core import Standing, draft_refusal, ends_generation, release_refusal
from serving.keyholder.errors import FilmBrokenError
from serving.keyholder.exact import TRIES, Asked, Exact, Reading
from serving.keyholder.opening import code_of
from streams.ports import Appended, Conflict, Outcome

MAX_FILM_BYTES = 512 * 1024 * 1024
SPOOL = "spool"
VERSION = "0.1.0"
_SPOOLED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$")

Sign = Callable[[bytes, dict[str, Any]], bytes]


@dataclass(frozen=True, slots=True)
class _Film:
    """A film that lies sealed and waits for its decision."""

    attempt: int
    key_id: str
    sealed_sha256: str
    film_sha256: str
    honours: tuple[str, ...]


class Releaser:
    """Releases films. Safe between threads; a repeated call with the same bytes tells the same answer again."""

    def __init__(self, exact: Exact, vault: Vault, sign: Sign, media: Path, film_private_key: bytes) -> None:
        """`media/spool`: where replicas leave what their children sealed."""
        self._exact = exact
        self._vault = vault
        self._sign = sign
        self._spool = media / SPOOL
        self._film_private_key = film_private_key

    def release(self, ask: ReleaseAsk) -> ReleaseAnswer:
        """Take a sealed film and decide its release. Raises what Exact raises: nothing was released then."""
        standing = self._exact.standing(ask.generation)
        again = self._again(standing, ask)
        if again is not None:
            return again
        refusal = release_refusal(standing, ask.attempt)
        if refusal is not None:
            return self._lied(standing, ask, refusal)
        reading = self._exact.read(Asked(ask.generation, "release", ask.attempt))
        if reading is None or standing.started is None:
            return _refused("generation.unknown")
        try:
            film = self._take(ask, standing, reading)
        except FilmBrokenError as error:
            return self._lied(standing, ask, error.code)
        except KeyGoneError:
            return self._erased(reading, ask)
        answer = self._decide(ask.generation, film, lambda now: release_refusal(now, ask.attempt), ask)
        if answer.outcome not in ("released", "draft"):
            self._vault.destroy(film.key_id)
        if answer.outcome in ("released", "draft") or answer.final:
            self._path(ask).unlink(missing_ok=True)
        return answer

    def release_draft(self, generation: str) -> ReleaseAnswer:
        """Decide the release of a draft again, for the very bytes that its subjects saw."""
        standing = self._exact.standing(generation)
        if standing.released is not None and standing.draft is not None:
            return ReleaseAnswer(outcome="released", decision=standing.released.decision, film_sha256=standing.released.film_sha256)
        refusal = draft_refusal(standing)
        if refusal is not None or standing.draft is None or standing.started is None:
            return _refused(refusal or "draft.missing")
        draft = standing.draft
        honours = self._started(standing.started, generation)[1]
        film = _Film(draft.attempt, draft.key_id, draft.sealed_sha256, draft.film_sha256, honours)
        return self._decide(generation, film, draft_refusal, None)

    def _take(self, ask: ReleaseAsk, standing: Standing, reading: Reading) -> _Film:
        """Open what the child sealed, sign it, seal it under a fresh key. Raises FilmBrokenError."""
        if standing.started is None:
            raise FilmBrokenError("never started")
        sealed = self._spooled(ask)
        try:
            made = open_with(self._film_private_key, sealed)
        except SealBrokenError as error:
            raise FilmBrokenError(str(error)) from error
        event_id, honours = self._started(standing.started, ask.generation)
        if reading.question.engine not in provenance.UNSIGNED:
            if not provenance.is_mp4(made):
                raise FilmBrokenError("not an MP4 file", "film.unreadable")
            about = provenance.manifest(
                generation=ask.generation, engine=reading.question.engine, started_event=event_id,
                decision=standing.started.decision, holding=standing.started.holding, version=VERSION,
            )  # fmt: skip
            made = self._sign(made, about)
        film_sha256 = hashlib.sha256(made).hexdigest()
        key_id, sealed_sha256 = self._vault.put_film(
            made,
            (*reading.owners, reading.question.requester),
            {"generation": ask.generation, "attempt": ask.attempt, "spooled": ask.sealed_sha256},
        )
        return _Film(ask.attempt, key_id, sealed_sha256, film_sha256, honours)

    def _decide(self, generation: str, film: _Film, refusal: Callable[[Standing], str | None], ask: ReleaseAsk | None) -> ReleaseAnswer:
        last = "consent.contended"
        for _ in range(TRIES):
            reading = self._read(generation, "release", film)
            code = refusal(reading.standing)
            if code is not None:
                return _refused(code) if ask is None else self._lied(reading.standing, ask, code)
            answer = self._exact.answer(reading)
            if answer.bundle_sha256 != reading.bundle_sha256 or (ask is not None and ask.bundle_sha256 != answer.bundle_sha256):
                return _refused("bundle.superseded")
            decided = self._release(reading, answer, film) if answer.permit else self._draft_or_refuse(reading, answer, film)
            if isinstance(decided, ReleaseAnswer):
                return decided
            last = code_of(decided)
        return _refused(last)

    def _release(self, reading: Reading, answer: Answer, film: _Film) -> ReleaseAnswer | Outcome:
        decided = self._exact.decided(reading, answer)
        released = GenerationReleased(
            attempt=film.attempt,
            decision=decided.decision,
            sealed_sha256=film.sealed_sha256,
            film_sha256=film.film_sha256,
            key_id=film.key_id,
            holding=reading.holding,
            uses=reading.standing.reserved,
        )
        outcome = self._exact.append_held(reading, decided, released, answer.not_after_us)
        if isinstance(outcome, Appended):
            return ReleaseAnswer(outcome="released", decision=decided.decision, film_sha256=film.film_sha256)
        return outcome

    def _draft_or_refuse(self, reading: Reading, answer: Answer, film: _Film) -> ReleaseAnswer | Outcome:
        """A film that lacks nothing but its subjects' approval is a draft; any other refusal is recorded."""
        if answer.review:
            as_draft = self._read(reading.asked.generation, "draft", film)
            if as_draft.standing.revision != reading.standing.revision:
                return Conflict(reading.asked.generation, reading.standing.revision, as_draft.standing.revision)
            draft_answer = self._exact.answer(as_draft)
            if draft_answer.permit:
                return self._offer(as_draft, draft_answer, film, answer.unmet)
        if not ends_generation(answer.unmet):
            return _refused(*answer.unmet)
        decided = self._exact.decided(reading, answer)
        outcome = self._exact.append_refusal(reading, decided)
        if isinstance(outcome, Appended):
            return ReleaseAnswer(outcome="refused", codes=answer.unmet, final=True, decision=decided.decision)
        return outcome

    def _offer(self, reading: Reading, answer: Answer, film: _Film, waiting: tuple[str, ...]) -> ReleaseAnswer | Outcome:
        if reading.standing.draft is not None and reading.standing.draft.key_id == film.key_id:
            return ReleaseAnswer(outcome="draft", codes=waiting, film_sha256=film.film_sha256)
        decided = self._exact.decided(reading, answer)
        draft = DraftReleased(
            attempt=film.attempt,
            decision=decided.decision,
            sealed_sha256=film.sealed_sha256,
            film_sha256=film.film_sha256,
            key_id=film.key_id,
            subjects=tuple(sorted(answer.review)),
        )
        outcome = self._exact.append_held(reading, decided, draft, answer.not_after_us)
        if isinstance(outcome, Appended):
            return ReleaseAnswer(outcome="draft", codes=waiting, decision=decided.decision, film_sha256=film.film_sha256)
        return outcome

    def _again(self, standing: Standing, ask: ReleaseAsk) -> ReleaseAnswer | None:
        """Answer a repeated call whose first answer was lost: same attempt, same sealed bytes."""
        done = standing.released or standing.draft
        if done is None or done.attempt != ask.attempt:
            return None
        about = self._vault.keyring.row(done.key_id).about
        if about.get("spooled") != ask.sealed_sha256:
            return None
        outcome = "released" if standing.released is not None else "draft"
        return ReleaseAnswer(outcome=outcome, decision=done.decision, film_sha256=done.film_sha256)

    def _read(self, generation: str, action: Action, film: _Film) -> Reading:
        reading = self._exact.read(Asked(generation, action, film.attempt, film.honours, film.film_sha256))
        if reading is None:
            message = f"{generation} was requested a moment ago and is not on record now"
            raise LookupError(message)
        return reading

    def _spooled(self, ask: ReleaseAsk) -> bytes:
        try:
            descriptor = os.open(self._path(ask), os.O_RDONLY | os.O_NOFOLLOW)
        except (OSError, ValueError) as error:
            raise FilmBrokenError(str(error)) from error
        with os.fdopen(descriptor, "rb") as file:
            sealed = file.read(MAX_FILM_BYTES + 1)
        if len(sealed) > MAX_FILM_BYTES:
            raise FilmBrokenError("the film is too large")
        if not hmac.compare_digest(hashlib.sha256(sealed).hexdigest(), ask.sealed_sha256):
            raise FilmBrokenError("the sealed bytes have another digest")
        return sealed

    def _path(self, ask: ReleaseAsk) -> Path:
        name = ask.sealed_path.removeprefix(f"{SPOOL}/")
        if _SPOOLED.match(name) is None:
            raise FilmBrokenError("not a file of the spool")
        return self._spool / name

    def _started(self, started: GenerationStarted, generation: str) -> tuple[str, tuple[str, ...]]:
        """Find the event of a start, and the obligations that its engine said it keeps."""
        event_id, honours = "", ()
        for envelope in self._exact.store.read(generation):
            if envelope.type == "generation.started" and envelope.data["decision"] == started.decision:
                event_id = envelope.event_id
            if envelope.type == "generation.decided" and envelope.data["decision"] == started.decision:
                honours = tuple(envelope.data["input"]["engine"]["honours"])
        return event_id, honours

    def _erased(self, reading: Reading, ask: ReleaseAsk) -> ReleaseAnswer:
        """End a generation one of whose people was erased meanwhile: nothing can be sealed for them any more."""
        decided = self._exact.decided_here(reading.standing, "release", ask.attempt, ("key.destroyed",), {})
        final = isinstance(self._exact.append_refusal(reading, decided), Appended)
        return ReleaseAnswer(outcome="refused", codes=decided.codes, final=final, decision=decided.decision)

    def _lied(self, standing: Standing, ask: ReleaseAsk, code: str) -> ReleaseAnswer:
        asked = {"attempt": ask.attempt, "sealed_sha256": ask.sealed_sha256}
        self._exact.record_lie(standing, "release", ask.attempt, code, asked)
        return _refused(code)


def _refused(*codes: str) -> ReleaseAnswer:
    return ReleaseAnswer(outcome="refused", codes=codes)
