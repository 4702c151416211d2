"""A question and the whole history before it, as events and as facts. Does not say what the answer is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from schemas import account, cameo, consent, generation, operation
from schemas.ids import cameo_of
from schemas.registry import Event

NOW_US = 1_790_000_000_000_000
HOUR_US = 3_600_000_000
REQUESTER, APP = "account-" + "b" * 32, "app-" + "f" * 32
OWNERS = ("account-" + "a" * 32, "account-" + "c" * 32)
GENERATION, OTHER, SOURCE = (f"generation-{digit * 32}" for digit in "123")
PASSER, GROUP, QUOTA = "account-" + "d" * 32, "group-" + "9" * 32, "2026-11"
FILM = "f1" * 32
ENGINE = "portrait"


@dataclass(frozen=True)
class Subject:
    """One cameo, and how its owner lets the requester in: own, everyone, mutuals, grant, group, passed or nothing."""

    owner: str
    basis: str = "grant"
    grantee: str = REQUESTER
    purposes: tuple[str, ...] = ("personal", "parody")
    facets: tuple[str, ...] = ("face", "voice")
    from_us: int | None = None
    until_us: int | None = None
    uses: int | None = None
    review: bool = False
    minor: bool = False
    assurance: str = "basic"
    finding: str = "allowed"
    approved: bool = False
    duration_ms: int | None = None
    remix: bool = False
    apps: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    pass_on: bool = True

    @property
    def cameo(self) -> str:
        return cameo_of(self.owner)

    @property
    def holder(self) -> str:
        """Whose the grant is."""
        return {"group": GROUP, "passed": PASSER}.get(self.basis, self.grantee)

    @property
    def has_grant(self) -> bool:
        return self.basis in ("grant", "group", "passed")


@dataclass(frozen=True)
class Case:
    """A question and the events before it. `early`: before the start; `late`: after it; each (stream, event)."""

    action: str
    subjects: tuple[Subject, ...]
    app: str | None = None
    purpose: str = "personal"
    region: str = "KR"
    minor: bool = False
    asked_facets: tuple[str, ...] = ("face",)
    honours: tuple[str, ...] = ("visible_mark",)
    bundle: str | None = None
    judged: bool = True
    source: tuple[str, ...] | None = None
    """The cameos in the film that is remixed; None: no remix."""
    judged_plan: str = "d1"
    hard_blocks: tuple[str, ...] = ()
    started: bool = True
    released: bool = True
    film: str | None = FILM
    dropped: tuple[str, ...] = ()
    early: tuple[tuple[str, Event], ...] = ()
    late: tuple[tuple[str, Event], ...] = field(default=())


def history(case: Case, bundle_sha256: str, into: type[InMemoryFacts] = InMemoryFacts) -> InMemoryFacts:
    """Tell the whole history as facts."""
    facts = into(now_us=NOW_US)
    opening = [*opening_events(case.bundle or bundle_sha256, [ENGINE]), *_accounts(case)]
    opening += [one for subject in case.subjects for one in _enrolled(subject)]
    opening += [] if case.source is None else filmed(SOURCE, case.source)
    request = generation.GenerationRequested(
        requester=REQUESTER, app=case.app, purpose=case.purpose, plan_digest="d1", engine=ENGINE,  # type: ignore[arg-type]
        cameos=tuple(generation.CameoUse(cameo=one.cameo, facets=case.asked_facets) for one in case.subjects),  # type: ignore[arg-type]
        width_px=512, height_px=512, duration_ms=5000, remix_of=None if case.source is None else SOURCE,
    )  # fmt: skip
    for stream, event in [*opening, *case.early, (GENERATION, request)]:
        if stream not in case.dropped:
            facts.append(stream, event)
    if case.judged:
        facts.append(GENERATION, _verdict(case, facts))
    if case.action != "start":
        for event in _produced(case, facts):
            facts.append(GENERATION, event)
    for stream, event in case.late:
        facts.append(stream, event)
    return facts


def input_of(case: Case, bundle_sha256: str) -> dict[str, Any]:
    """Gather the input of the question."""
    facts = history(case, bundle_sha256)
    question = question_of(facts, GENERATION, case.action, case.honours, 1, case.film)  # type: ignore[arg-type]
    assert question is not None
    return gather(facts, question).input


def _accounts(case: Case) -> list[tuple[str, Event]]:
    found: list[tuple[str, Event]] = [(REQUESTER, account.AccountRegistered(region=case.region, locale="ko", minor=case.minor))]
    for subject in case.subjects:
        if subject.owner != REQUESTER:
            found.append((subject.owner, account.AccountRegistered(region="DE", locale="en", minor=subject.minor)))
        if subject.basis == "mutuals":
            found.append((subject.owner, account.AccountFollowed(account=REQUESTER)))
            found.append((REQUESTER, account.AccountFollowed(account=subject.owner)))
    if any(subject.basis == "passed" for subject in case.subjects):
        found.append((PASSER, account.AccountRegistered(region="DE", locale="en", minor=False)))
    if case.app is not None:
        found.append((case.app, operation.AppRegistered(name="studio", owner=OWNERS[0])))
    return found


def _enrolled(subject: Subject) -> list[tuple[str, Event]]:
    begun = cameo.EnrolmentStarted(
        enrolment="e", owner=subject.owner, profile="basic", phrase=("one",), movements=("left",), expires_at_us=NOW_US,
        consent_text_version="1", consent_text_sha256="0" * 64,
    )  # fmt: skip
    active = cameo.EnrolmentActivated(enrolment="e", assurance=subject.assurance)  # type: ignore[arg-type]
    return [(subject.cameo, begun), (subject.cameo, active), *given(subject)]


def given(subject: Subject) -> list[tuple[str, Event]]:
    """Tell how the owner lets the requester in."""
    stream, terms = subject.cameo, {"purposes": subject.purposes, "facets": subject.facets, "remix": subject.remix}
    if subject.basis in ("everyone", "mutuals"):
        audience: Any = subject.basis
        return [(stream, consent.AudienceSet(audience=audience, apps=subject.apps, regions=subject.regions, **terms))]  # type: ignore[arg-type]
    if not subject.has_grant:
        return []
    grant = consent.GrantGiven(
        grant="g1", grantee=subject.holder, from_us=subject.from_us, until_us=subject.until_us, uses=subject.uses,
        review=subject.review, duration_ms=subject.duration_ms, pass_on=subject.pass_on and subject.basis == "passed",
        **terms,  # type: ignore[arg-type]
    )  # fmt: skip
    more: dict[str, list[Event]] = {
        "group": [consent.GroupNamed(group=GROUP, active=True), consent.GroupMemberAdded(group=GROUP, account=REQUESTER)],
        "passed": [consent.GrantPassedOn(grant="g1", by=PASSER, to=REQUESTER)],
    }
    return [(stream, event) for event in (grant, *more.get(subject.basis, ()))]


def filmed(stream: str, cameos: tuple[str, ...]) -> list[tuple[str, Event]]:
    """Tell of another film with these cameos, which is out."""
    uses: Any = tuple(generation.CameoUse(cameo=one, facets=("face",)) for one in cameos)
    asked = generation.GenerationRequested(
        requester=OWNERS[1], purpose="personal", plan_digest="d0", engine=ENGINE, cameos=uses, width_px=512, height_px=512, duration_ms=5000
    )
    out = generation.GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256="f0" * 32, key_id="k", holding={}, uses=())
    return [(stream, asked), (stream, out)]


def _verdict(case: Case, facts: InMemoryFacts) -> Event:
    def one(subject: Subject) -> generation.Verdict:
        ruled = facts.get(subject.cameo, "restrictions")
        finding: Any = subject.finding
        return generation.Verdict(
            cameo=subject.cameo, restrictions_revision=0 if ruled is None else ruled.revision, finding=finding, categories=()
        )

    return generation.GenerationJudged(
        plan_digest=case.judged_plan,
        classifier="words/1",
        hard_blocks=case.hard_blocks,
        verdicts=tuple(one(subject) for subject in case.subjects),
    )


def _produced(case: Case, facts: InMemoryFacts) -> list[Event]:
    """Start, and for `serve` release, what the question is about."""
    uses = tuple(generation.UseRef(cameo=one.cameo, grant="g1") for one in case.subjects if one.has_grant)
    heads = {one.cameo: facts.head(one.cameo) for one in case.subjects}
    holding = {stream: head.consent_revision for stream, head in heads.items() if head is not None}
    found: list[Event] = []
    if case.started:
        found.append(
            generation.GenerationStarted(attempt=1, decision="d", public_key="k", holding=holding, not_after_us=None, uses=uses, assets=())
        )
    approvals = [one.cameo for one in case.subjects if one.approved]
    found += [generation.DraftApproved(cameo=stream, film_sha256=FILM) for stream in approvals]
    if case.action == "serve" and case.released:
        found.append(
            generation.GenerationReleased(
                attempt=1, decision="d", sealed_sha256="s", film_sha256=FILM, key_id="k", holding=holding, uses=uses
            )
        )
    return found
