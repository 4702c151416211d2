"""Owns asking the policy on the view, at once or beside the watching; does not decide what an answer leads to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policy.core.question import Gathered, gather, question_of
from policy.errors import StaleViewError
from policy.ports import Answer, PolicyEngine
from schemas.generation import Action
from serving.core.attempt import FastDecision
from serving.core.gate import Asked
from serving.replica.lookout import mono_us, wall_us
from serving.replica.ports import Fresh, WatchedView


@dataclass(frozen=True, slots=True)
class Said:
    """What the policy said, and about what."""

    answer: Answer
    decision: FastDecision
    view_us: int
    policy_us: int


class UnknownGenerationError(Exception):
    """The view holds no request of this generation."""


def ask(view: WatchedView, policy: PolicyEngine, generation: str, action: Action, honours: Sequence[str], attempt: int) -> Said:
    """Gather the facts and ask. The facts are at least as new as the place in the log that is told with the answer.

    Raises PolicyUnavailableError, UnknownGenerationError, StaleViewError (feed.shard) where this host does not hold the facts.
    """
    begun_us = mono_us()
    fresh = _fresh(view)
    with view.reading() as facts:
        question = question_of(facts, generation, action, honours, attempt)
        if question is None:
            raise UnknownGenerationError(generation)
        gathered = gather(facts, question)
    read_us = mono_us()
    answer = policy.evaluate(gathered.input)
    return Said(answer, _decision(action, gathered, answer, fresh), read_us - begun_us, mono_us() - read_us)


def _fresh(view: WatchedView) -> Fresh | None:
    """Tell where the view stands and how old it is; None while it refuses, at which whoever acts on the answer looks too."""
    try:
        return view.freshness(wall_us(), mono_us())
    except StaleViewError:
        return None


def _decision(action: Action, gathered: Gathered, answer: Answer, fresh: Fresh | None) -> FastDecision:
    return FastDecision(
        action=action,
        permit=answer.permit,
        codes=answer.unmet,
        obligations=answer.obligations,
        input=gathered.input,
        bundle_sha256=answer.bundle_sha256,
        holding=gathered.holding,
        not_after_us=answer.not_after_us,
        log_index=None if fresh is None else fresh.log_index,
        age_us=None if fresh is None else fresh.age_us,
    )


class Asker:
    """A thread that asks one question again when told to, so that the watching never waits for an answer."""

    def __init__(self, question: Callable[[], Said], first: Mapping[str, int]) -> None:
        """`first`: the revisions that the permission so far was given on; it counts as answered now."""
        self._question = question
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._answered_at_us = mono_us()
        self._revisions = dict(first)
        self._pending_since_us: int | None = None
        self._failed_at_us: int | None = None
        self._refused: tuple[str, ...] = ()
        self.decision: FastDecision | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    def again(self) -> None:
        """Ask once more; returns at once."""
        with self._lock:
            if self._pending_since_us is None:
                self._pending_since_us = mono_us()
        self._wanted.set()

    def asked(self, streams: Sequence[str]) -> Asked:
        """Tell what was said last, about these streams."""
        with self._lock:
            return Asked(
                now_us=mono_us(),
                answered_at_us=self._answered_at_us,
                revisions={stream: self._revisions.get(stream, 0) for stream in streams},
                pending_since_us=self._pending_since_us,
                failed_at_us=self._failed_at_us,
                refused=self._refused,
            )

    def _serve(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                said = self._question()
            except Exception:  # noqa: BLE001 -- no answer is no answer, whatever the reason; silence is what kills
                self._failed()
            else:
                self._answered(said)

    def _answered(self, said: Said) -> None:
        with self._lock:
            self._pending_since_us = None
            if said.answer.permit:
                self._answered_at_us = mono_us()
                self._revisions = said.decision.holding
            else:
                self._refused = said.answer.unmet or ("policy.unavailable",)
                self.decision = said.decision

    def _failed(self) -> None:
        with self._lock:
            self._pending_since_us = None
            self._failed_at_us = mono_us()
