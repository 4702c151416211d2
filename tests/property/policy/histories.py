"""Histories that end in a question: permitted as drawn, then spoilt by faults. Does not say what the answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

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
GENERATION, OTHER = "generation-" + "1" * 32, "generation-" + "2" * 32
FILM = "f1" * 32
ENGINE = "portrait"


@dataclass(frozen=True)
class Subject:
    """One cameo, and how its owner lets the requester in."""

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

    @property
    def cameo(self) -> str:
        return cameo_of(self.owner)


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
    request = generation.GenerationRequested(
        requester=REQUESTER, app=case.app, purpose=case.purpose, plan_digest="d1", engine=ENGINE,  # type: ignore[arg-type]
        cameos=tuple(generation.CameoUse(cameo=one.cameo, facets=case.asked_facets) for one in case.subjects),  # type: ignore[arg-type]
        width_px=512, height_px=512, duration_ms=5000,
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
    purposes: Any = subject.purposes
    facets: Any = subject.facets
    if subject.basis in ("everyone", "mutuals"):
        audience: Any = subject.basis
        return [(subject.cameo, consent.AudienceSet(audience=audience, purposes=purposes, facets=facets))]
    if subject.basis == "grant":
        grant = consent.GrantGiven(
            grant="g1", grantee=subject.grantee, purposes=purposes, facets=facets, from_us=subject.from_us,
            until_us=subject.until_us, uses=subject.uses, review=subject.review,
        )  # fmt: skip
        return [(subject.cameo, grant)]
    return []


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
    uses = tuple(generation.UseRef(cameo=one.cameo, grant="g1") for one in case.subjects if one.basis == "grant")
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


Fault = Callable[[Case], Case]


def _late(case: Case, *events: tuple[str, Event]) -> Case:
    return replace(case, late=(*case.late, *events))


def _first(case: Case, **changes: Any) -> Case:
    return replace(case, subjects=(replace(case.subjects[0], **changes), *case.subjects[1:]))


def _revoked(strength: Any, *, scope: str | None = None, again: bool = False) -> Fault:
    def spoil(case: Case) -> Case:
        first = case.subjects[0]
        revoked = (first.cameo, consent.ConsentRevoked(account=scope, strength=strength))
        return _late(case, revoked, *(given(first) if again else ()))

    return spoil


def _withdrawn(strength: Any) -> Fault:
    def spoil(case: Case) -> Case:
        first = case.subjects[0]
        return _late(case, (first.cameo, consent.GrantWithdrawn(grant="g1", grantee=first.grantee, strength=strength)))

    return spoil


def _standing(who: Callable[[Case], str], standing: Any) -> Fault:
    return lambda case: _late(case, (who(case), account.AccountStandingChanged(standing=standing, reason="test")))


def _switched(name: str, *, on: bool) -> Fault:
    return lambda case: _late(case, ("switch-main", operation.SwitchThrown(switch=name, on=on, reason="test")))


def _used_up(case: Case) -> Case:
    use = (generation.UseRef(cameo=case.subjects[0].cameo, grant="g1"),)
    taken = generation.GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=use, assets=())
    return replace(_first(case, uses=1), early=(*case.early, (OTHER, taken)))


def _owner(case: Case) -> str:
    return case.subjects[0].owner


FAULTS: dict[str, Fault] = {
    "unknown action": lambda case: replace(case, action="remix"),
    "another bundle in force": lambda case: replace(case, bundle="0" * 64),
    "no bundle in force": lambda case: replace(case, dropped=(*case.dropped, "policy-main")),
    "rendering off": _switched("render", on=False),
    "engine off": _switched(f"engine/{ENGINE}", on=False),
    "no switches": lambda case: replace(case, dropped=(*case.dropped, "switch-main")),
    "sandbox opened": _switched("sandbox_use", on=True),
    "requester suspended": _standing(lambda _: REQUESTER, "suspended"),
    "requester limited": _standing(lambda _: REQUESTER, "limited"),
    "requester unknown": lambda case: replace(case, dropped=(*case.dropped, REQUESTER)),
    "closed region": lambda case: replace(case, region="ZZ"),
    "requester minor": lambda case: replace(case, minor=True),
    "minor for advertising": lambda case: replace(_first(case, purposes=("advertising",)), minor=True, purpose="advertising"),
    "app unknown": lambda case: replace(case, app=APP, dropped=(*case.dropped, APP)),
    "cameo erased": lambda case: _late(case, (case.subjects[0].cameo, cameo.SubjectKeyDestroyed(key_id="k"))),
    "cameo unknown": lambda case: replace(case, dropped=(*case.dropped, case.subjects[0].cameo)),
    "owner suspended": _standing(_owner, "suspended"),
    "owner unknown": lambda case: replace(case, dropped=(*case.dropped, _owner(case))),
    "owner minor": lambda case: _first(case, minor=True),
    "sandbox enrolment": lambda case: _first(case, assurance="sandbox"),
    "owner blocks": lambda case: _late(case, (_owner(case), account.AccountBlocked(account=REQUESTER))),
    "requester blocks": lambda case: _late(case, (REQUESTER, account.AccountBlocked(account=_owner(case)))),
    "unfollowed": lambda case: _late(case, (_owner(case), account.AccountUnfollowed(account=REQUESTER))),
    "nothing given": lambda case: _first(case, basis="nothing"),
    "audience closed": lambda case: _late(case, (case.subjects[0].cameo, consent.AudienceSet(audience="only_me", purposes=(), facets=()))),
    "audience opened": lambda case: _late(case, *given(replace(case.subjects[0], basis="everyone", grantee=REQUESTER))),
    "window over": lambda case: _first(case, until_us=NOW_US),
    "window to come": lambda case: _first(case, from_us=NOW_US + HOUR_US),
    "other purpose": lambda case: replace(case, purpose="advertising"),
    "training": lambda case: replace(_first(case, purposes=("personal", "training")), purpose="training"),
    "more facets": lambda case: replace(case, asked_facets=("face", "body")),
    "used up": _used_up,
    "unjudged": lambda case: replace(case, judged=False),
    "judged for another plan": lambda case: replace(case, judged_plan="d2"),
    "restricted since": lambda case: _late(
        case, (case.subjects[0].cameo, consent.RestrictionSet(restriction="r", categories=("politics",), active=True))
    ),
    "hard block": lambda case: replace(case, hard_blocks=("violence",)),
    "against the rules": lambda case: _first(case, finding="refused"),
    "uncertain": lambda case: _first(case, finding="uncertain"),
    "review": lambda case: _first(case, review=True),
    "reviewed": lambda case: _first(case, review=True, approved=True),
    "wish": lambda case: _late(
        case, (case.subjects[0].cameo, consent.PreferenceSet(preference="p", obligation="necklace", optional=False, active=True))
    ),
    "optional wish": lambda case: _late(
        case, (case.subjects[0].cameo, consent.PreferenceSet(preference="q", obligation="visible_mark", optional=True, active=True))
    ),
    "unstarted": lambda case: replace(case, started=False),
    "declined": lambda case: _late(
        case, (GENERATION, generation.DraftDeclined(cameo=case.subjects[0].cameo, film_sha256=FILM, reason="r"))
    ),
    "unreleased": lambda case: replace(case, released=False),
    "other film": lambda case: replace(case, film="f2" * 32),
    "no film": lambda case: replace(case, film=None),
    "taken down": lambda case: _late(case, (GENERATION, generation.GenerationTakenDown(codes=(), cause="c"))),
    "revoked from all": _revoked("no_new_uses"),
    "revoked from one": _revoked("stop", scope=REQUESTER),
    "revoked from the app": _revoked("take_down", scope=APP),
    "revoked from another": _revoked("take_down", scope=OWNERS[1]),
    "stopped": _revoked("stop"),
    "stopped and given again": _revoked("stop", again=True),
    "taken back": _revoked("take_down"),
    "taken back and given again": _revoked("take_down", again=True),
    "withdrawn": _withdrawn("no_new_uses"),
    "withdrawn and stopped": _withdrawn("stop"),
    "withdrawn and taken down": _withdrawn("take_down"),
}


def singly(basis: str, action: str) -> list[Case]:
    """List a permitted case and each of its faults alone."""
    own = basis == "own"
    permitted = Case(action=action, subjects=(Subject(owner=REQUESTER if own else OWNERS[0], basis=basis, uses=2),), app=APP)
    return [permitted, *(spoil(permitted) for spoil in FAULTS.values())]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, tuple[str, ...]]:
    """Draw a permitted case and up to three faults; tells the faults too."""
    action = draw(st.sampled_from(("start", "start", "release", "draft", "serve")))
    app = draw(st.sampled_from((None, None, APP)))
    basis = st.sampled_from(("grant", "grant", "everyone", "mutuals", "own"))
    subjects: list[Subject] = []
    for owner in OWNERS[: draw(st.sampled_from((1, 1, 1, 2)))]:
        chosen = draw(basis)
        grantee = APP if app is not None and draw(st.booleans()) else REQUESTER
        limit, until_us = draw(st.sampled_from((None, 1, 3))), draw(st.sampled_from((None, NOW_US + HOUR_US)))
        own = chosen == "own" and all(one.owner != REQUESTER for one in subjects)
        subjects.append(
            Subject(owner=REQUESTER if own else owner, basis="own" if own else chosen if chosen != "own" else "grant",
                    grantee=grantee, uses=limit, until_us=until_us)
        )  # fmt: skip
    faults = draw(st.lists(st.sampled_from(sorted(FAULTS)), max_size=draw(st.sampled_from((0, 1, 1, 1, 2, 3))), unique=True))
    case = Case(action=action, subjects=tuple(subjects), app=app)
    for fault in faults:
        case = FAULTS[fault](case)
    return case, tuple(faults)
