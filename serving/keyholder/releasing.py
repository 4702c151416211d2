"""Owns releasing a film: decide on the ledger, record, tell. Does not take it in (intake) or show it (showing).

No crash exposes an unreleased film: it lies sealed under a fresh key before anything is recorded, and only a recorded
`generation.released` (or a draft, for its subjects) names that key. What no event names is cleared: see tending.
"""

from __future__ import annotations

from collections.abc import Callable

from identity.keys.errors import KeyGoneError
from identity.keys.vault import Vault
from identity.keys.wire import ReleaseAnswer, ReleaseAsk
from policy.ports import Answer
from schemas.generation import Action, DraftReleased, GenerationReleased
from serving.keyholder.core import Standing, draft_refusal, ends_generation, release_refusal
from serving.keyholder.errors import FilmBrokenError
from serving.keyholder.exact import TRIES, Asked, Exact, Reading
from serving.keyholder.intake import Film, Intake
from serving.keyholder.opening import code_of
from streams.ports import Appended, Conflict, Outcome


class Releaser:
    """Releases films. Safe between threads; a repeated call with the same bytes tells the same answer again."""

    def __init__(self, exact: Exact, vault: Vault, intake: Intake) -> None:
        self._exact = exact
        self._vault = vault
        self._intake = intake

    def release(self, ask: ReleaseAsk, caller: str) -> ReleaseAnswer:
        """Take a sealed film and decide its release. `caller`: who signed. Raises what Exact raises: nothing was released then."""
        standing = self._exact.standing(ask.generation)
        again = self._again(standing, ask)
        if again is not None:
            return again
        refusal = release_refusal(standing, ask.attempt)
        if refusal is not None:
            return self._lied(standing, ask, caller, refusal)
        reading = self._exact.read(Asked(ask.generation, "release", ask.attempt))
        if reading is None or standing.started is None:
            return _refused("generation.unknown")
        try:
            film = self._intake.take(ask, standing.started, reading)
        except FilmBrokenError as error:
            return self._lied(standing, ask, caller, error.code)
        except KeyGoneError:
            return self._erased(reading, ask)
        answer = self._decide(ask.generation, film, lambda now: release_refusal(now, ask.attempt), ask.bundle_sha256)
        if answer.outcome not in ("released", "draft"):
            self._vault.destroy(film.key_id)
        if answer.outcome in ("released", "draft") or answer.final:
            self._intake.drop(ask)
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
        honours = self._intake.started(standing.started, generation)[1]
        film = Film(draft.attempt, draft.key_id, draft.sealed_sha256, draft.film_sha256, honours)
        return self._decide(generation, film, draft_refusal)

    def _decide(
        self, generation: str, film: Film, refusal: Callable[[Standing], str | None], bundle_sha256: str | None = None
    ) -> ReleaseAnswer:
        """Decide up to three times. `bundle_sha256`: what the replica was judged by, where one asks."""
        last = "consent.contended"
        for _ in range(TRIES):
            reading = self._read(generation, "release", film)
            code = refusal(reading.standing)
            if code is not None:
                self._exact.record_lie(reading.standing, "release", film.attempt, code, {"film_sha256": film.film_sha256})
                return _refused(code)
            answer = self._exact.answer(reading)
            if answer.bundle_sha256 != reading.bundle_sha256 or bundle_sha256 not in (None, answer.bundle_sha256):
                return _refused("bundle.superseded")
            decided = self._release(reading, answer, film) if answer.permit else self._draft_or_refuse(reading, answer, film)
            if isinstance(decided, ReleaseAnswer):
                return decided
            last = code_of(decided)
        return _refused(last)

    def _release(self, reading: Reading, answer: Answer, film: Film) -> ReleaseAnswer | Outcome:
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

    def _draft_or_refuse(self, reading: Reading, answer: Answer, film: Film) -> ReleaseAnswer | Outcome:
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

    def _offer(self, reading: Reading, answer: Answer, film: Film, waiting: tuple[str, ...]) -> ReleaseAnswer | Outcome:
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

    def _read(self, generation: str, action: Action, film: Film) -> Reading:
        reading = self._exact.read(Asked(generation, action, film.attempt, film.honours, film.film_sha256))
        if reading is None:
            message = f"{generation} was requested a moment ago and is not on record now"
            raise LookupError(message)
        return reading

    def _erased(self, reading: Reading, ask: ReleaseAsk) -> ReleaseAnswer:
        """End a generation one of whose people was erased meanwhile: nothing can be sealed for them any more."""
        decided = self._exact.decided_here(reading.standing, "release", ask.attempt, ("key.destroyed",), {})
        final = isinstance(self._exact.append_refusal(reading, decided), Appended)
        return ReleaseAnswer(outcome="refused", codes=decided.codes, final=final, decision=decided.decision)

    def _lied(self, standing: Standing, ask: ReleaseAsk, caller: str, code: str) -> ReleaseAnswer:
        asked = {"caller": caller, "attempt": ask.attempt, "sealed_sha256": ask.sealed_sha256}
        self._exact.record_lie(standing, "release", ask.attempt, code, asked)
        return _refused(code)


def _refused(*codes: str) -> ReleaseAnswer:
    return ReleaseAnswer(outcome="refused", codes=codes)
