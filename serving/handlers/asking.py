"""Questions about consent that record nothing: may I, and what would change it. Decides no rule: the policy does.

Whom an answer may tell what follows from who asks: see policy.core.disclosing.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from policy.core.codes import CodeTable
from policy.core.disclosing import told_to_owner, told_to_requester
from policy.core.preflight import Outcome
from policy.core.supposing import NO_PLAN
from policy.errors import PolicyUnavailableError
from policy.handlers.asking import Asker, Foreseen
from schemas.generation import GenerationRequested
from schemas.ids import cameo_of
from serving.core.advice import advice, steps, time_of
from serving.core.reasons import reasons
from serving.errors import ForbiddenError, InvalidError, UnavailableError
from serving.ports import Asking, AskingLedger, Candidates, FastLedger

Path = Literal["exact", "fast"]
View = Literal["everything", "requester", "owner"]
OVERSIGHT = frozenset({"auditor", "operator"})
"""Scopes that may ask about anybody, and are told everything."""

NO_FILM = "generation-" + "f" * 32
"""A film that nobody made."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What would be requested, of whom and how; the rest of a request says nothing about consent."""

    purpose: str = "personal"
    facets: tuple[str, ...] = ("face", "voice")
    engine: str = "portrait"
    duration_ms: int = 5000
    app: str | None = None
    remix_of: str | None = None

    def by(self, requester: str, *cameos: str, app: str | None = None) -> GenerationRequested:
        """Make the request that somebody would record. Raises InvalidError."""
        uses = [{"cameo": cameo, "facets": sorted(set(self.facets))} for cameo in cameos]
        given: dict[str, Any] = {
            "requester": requester, "cameos": uses, "purpose": self.purpose, "plan_digest": NO_PLAN, "engine": self.engine,
            "width_px": 512, "height_px": 512, "duration_ms": self.duration_ms, "app": app or self.app, "remix_of": self.remix_of,
        }  # fmt: skip
        try:
            return msgspec.convert(given, GenerationRequested)
        except msgspec.ValidationError as error:
            raise InvalidError("request.invalid", str(error), "see docs/policy.md, Asking") from error


@dataclass(frozen=True, slots=True)
class SeenLedger:
    """The ledger, once it is seen to hold what a caller has seen: one that was set back since is not answered from."""

    ledger: AskingLedger
    revisions: Mapping[str, int]

    @contextmanager
    def asking(self) -> Generator[Candidates]:
        """Open one reading. Raises UnavailableError where it lacks what the caller has seen."""
        with self.ledger.asking() as facts:
            for stream, revision in self.revisions.items():
                head = facts.head(stream)
                if head is None or head.revision < revision:
                    raise UnavailableError("ledger.behind", "the ledger lacks what you have seen of it", "tell the operator")
            yield facts


@dataclass(frozen=True, slots=True)
class AskingDesk:
    """What questions are answered with."""

    ledger: AskingLedger
    asker: Asker
    table: CodeTable
    view: FastLedger | None = None
    """This host's view, where there is one."""

    def seeing(self, caller: Asking) -> AskingDesk:
        """Answer from a ledger that holds what the caller has seen."""
        return replace(self, ledger=SeenLedger(self.ledger, caller.at_least)) if caller.at_least else self

    def by(self, path: Path, caller: Asking) -> AskingDesk:
        """Answer from the ledger (exact), or from this host's view (fast), once it holds what the caller has seen.

        Raises UnavailableError (feed.missing) where no view is here.
        """
        if path == "exact":
            return self.seeing(caller)
        if self.view is None:
            raise UnavailableError("feed.missing", "no view is on this host", "ask for the exact path")
        return replace(self, ledger=self.view.seeing(caller.at_least), view=None)


def viewed_as(caller: Asking, subject: str, owner: str | None) -> View:
    """Tell what the caller may be told of a question about a subject and a cameo. Raises ForbiddenError."""
    if caller.scopes & OVERSIGHT:
        return "everything"
    if subject == caller.account:
        return "requester"
    if owner == caller.account:
        return "owner"
    raise ForbiddenError(
        "asking.others", "you may ask about yourself and about your own cameo", "ask as the account itself, or as an auditor"
    )


def of_what_is_seen(desk: AskingDesk, caller: Asking, wish: Wish) -> Wish:
    """Ask about a film that the caller may not see as about one that there is not: whose likenesses are in it is not theirs to learn."""
    if wish.remix_of is None or caller.scopes & OVERSIGHT:
        return wish
    with desk.ledger.asking() as facts:
        request = facts.get(wish.remix_of, "request")
    shown = [] if request is None else [use["cameo"] for use in request.value["cameos"]]
    if request is not None and (request.value["requester"] == caller.account or cameo_of(caller.account) in shown):
        return wish
    return replace(wish, remix_of=NO_FILM)


def told(desk: AskingDesk, view: View, found: Foreseen, caller: Asking) -> dict[str, Any]:
    """Tell an outcome in words. What a permit rests on is told with a permit alone: of a refusal it would tell too much."""
    outcome = found.outcome
    codes = told_codes(desk, view, found, caller)
    answer: dict[str, Any] = {"permit": outcome.permit, "reasons": reasons(desk.table, codes, disclosed=False)}
    answer["plan"] = "will_be_judged"
    answer["next_steps"] = steps(codes) if view == "requester" else []
    if outcome.permit or view == "everything":
        answer |= _conditions(outcome)
    return answer


def told_codes(desk: AskingDesk, view: View, found: Foreseen, caller: Asking) -> tuple[str, ...]:
    """Choose the codes that this view tells."""
    match view:
        case "everything":
            return found.outcome.codes
        case "owner":
            return told_to_owner(found.outcome.codes, found.question, caller.account)
        case "requester":
            return told_to_requester(desk.table, found.outcome.codes)


def _conditions(outcome: Outcome) -> dict[str, Any]:
    answer = outcome.answer
    return {
        "obligations": list(answer.obligations),
        "review": list(answer.review),
        "not_after": None if answer.not_after_us is None else time_of(answer.not_after_us),
        "bundle_sha256": answer.bundle_sha256,
    }


def preflight(desk: AskingDesk, caller: Asking, cameos: Sequence[str], wish: Wish, path: Path = "exact") -> dict[str, Any]:
    """Tell the caller whether a request might start now, and every smallest change of it that would."""
    desk = desk.by(path, caller)
    asked = of_what_is_seen(desk, caller, wish).by(caller.account, *cameos, app=caller.app)
    with answering():
        found = desk.asker.foresee(desk.ledger.asking, asked)
    answer = told(desk, "requester", found, caller)
    return answer | {"would_permit": [advice(changes) for changes in found.would_permit], "as_of": time_of(found.question["now_us"])}


@contextmanager
def answering() -> Generator[None]:
    """Say that the policy does not answer as every other part is said not to. Raises UnavailableError."""
    try:
        yield
    except PolicyUnavailableError as error:
        raise UnavailableError("policy.unavailable", "the policy does not answer", "try again in a moment", retry_after_s=1) from error
