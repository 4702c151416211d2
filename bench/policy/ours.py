"""Ours, as a replica decides: facts gathered from the view, OPA asked over a unix socket. Does not draw the graph.

The same history as everywhere else, told in events; besides, each asked question is a request on record with its verdict,
for that is what we decide about.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.arriving import fill_view
from bench.decision import keys
from bench.policy.graph import Asked, Person, Population
from bench.policy.program import served
from infra.parts.opa import Opa
from policy.adapters.opa import OpaEngine
from policy.adapters.view import ViewReader
from policy.bundle import build
from policy.core.opening import opening_events
from policy.program import find_opa
from schemas import account, cameo, consent, generation
from schemas.ids import cameo_of
from schemas.registry import Event
from serving.replica.asker import ask

ENGINE = "portrait"
PATIENT_S = 5.0
History = Iterator[tuple[str, Event]]


@dataclass(frozen=True, slots=True)
class Ours:
    """A filled view and an OPA beside it."""

    reader: ViewReader
    engine: OpaEngine
    opa: subprocess.Popen[bytes]
    view: Path
    events: int

    def ask(self, place: int) -> bool:
        """Answer one of the questions, by its place."""
        return ask(self.reader, self.engine, _generation(place), "start", ("visible_mark",), 1).answer.permit

    @property
    def view_mb(self) -> float:
        """The view's file, as far as it is filled."""
        return (self.view / "data.mdb").stat().st_blocks * 512 / 1e6


@contextmanager
def ours(folder: Path, people: Population, questions: Sequence[Asked]) -> Iterator[Ours]:
    """Fill a view, build the bundle and run OPA for a block."""
    binary = find_opa()
    folder.mkdir(parents=True)
    signing, verification = keys(folder)
    bundle = build(folder / "bundles" / "policy.tar.gz", signing, binary)
    events = fill_view(folder / "view", _everything(bundle.sha256, people, questions))
    opa = Opa(binary, folder / "opa.sock", bundle.path, verification)
    with served(opa.command(), opa.is_ready, folder / "opa.log") as process:
        yield Ours(ViewReader(folder / "view"), OpaEngine(opa.socket, PATIENT_S), process, folder / "view", events)


def _everything(bundle_sha256: str, people: Population, questions: Sequence[Asked]) -> History:
    yield from opening_events(bundle_sha256, [ENGINE])
    for person in people:
        yield from told(person)
    for place, asked in enumerate(questions):
        yield from _request(place, asked)


def told(person: Person) -> History:
    """Tell one person's history."""
    me = _account(person.number)
    mine = cameo_of(me)
    yield me, account.AccountRegistered(region="KR", locale="ko", minor=False)
    yield from ((me, account.AccountFollowed(account=_account(other))) for other in person.follows)
    yield from ((me, account.AccountBlocked(account=_account(other))) for other in person.blocks)
    if person.suspended:
        yield me, account.AccountStandingChanged(standing="suspended", reason="bench")
    started = cameo.EnrolmentStarted(
        enrolment="e", owner=me, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
        consent_text_version="1", consent_text_sha256="0",
    )  # fmt: skip
    yield mine, started
    yield mine, cameo.EnrolmentActivated(enrolment="e", assurance="basic")
    yield mine, consent.AudienceSet(audience=person.audience, purposes=person.scope.purposes, facets=person.scope.facets)
    for at, one in enumerate(person.grants):
        grant = f"grant-{person.number:028x}{at:04x}"
        given = consent.GrantGiven(
            grant=grant, grantee=_account(one.grantee), purposes=one.scope.purposes, facets=one.scope.facets,
            from_us=one.begins_us, until_us=one.ends_us, uses=None, review=False,
        )  # fmt: skip
        yield mine, given
        if one.withdrawn:
            yield mine, consent.GrantWithdrawn(grant=grant, grantee=_account(one.grantee), strength="no_new_uses")


def _request(place: int, asked: Asked) -> History:
    stream, wanted = _generation(place), cameo_of(_account(asked.owner))
    use = generation.CameoUse(cameo=wanted, facets=asked.facets)
    yield stream, generation.GenerationRequested(
        requester=_account(asked.requester), cameos=(use,), purpose=asked.purpose, plan_digest="d", engine=ENGINE,
        width_px=512, height_px=512, duration_ms=5000,
    )  # fmt: skip
    verdict = generation.Verdict(cameo=wanted, restrictions_revision=0, finding="allowed", categories=())
    yield stream, generation.GenerationJudged(plan_digest="d", classifier="words/1", hard_blocks=(), verdicts=(verdict,))


def _account(number: int) -> str:
    return f"account-{number:032x}"


def _generation(place: int) -> str:
    return f"generation-{place:032x}"
