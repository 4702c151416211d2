"""What a withdrawal takes down is what the policy refuses to serve for it: every way in, every scope, every strength, before and after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, get_args

import pytest

from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from policy.reference import judge
from schemas import account, cameo, consent, generation
from schemas.ids import cameo_of, stream_id
from schemas.operation import AppRegistered
from schemas.registry import Event
from streams.core.reach import reached, released

OWNER, FRIEND, OTHER, APP = (stream_id(kind, bytes([n]) * 16) for kind, n in (("account", 1), ("account", 2), ("account", 3), ("app", 4)))
CAMEO, GROUP, BUNDLE, FILM = cameo_of(OWNER), "group-" + "5" * 32, "b" * 64, "f" * 64
MADE = stream_id("generation", bytes([9]) * 16)
STRENGTHS = get_args(consent.Strength)


def grant(name: str, grantee: str) -> consent.GrantGiven:
    return consent.GrantGiven(
        grant=name, grantee=grantee, purposes=("parody",), facets=("face", "voice"), from_us=None, until_us=None, uses=9, review=False,
        pass_on=True,
    )  # fmt: skip


GROUPED = [consent.GroupNamed(group=GROUP, active=True), consent.GroupMemberAdded(group=GROUP, account=FRIEND)]
WAYS: dict[str, tuple[list[Event], str | None]] = {
    "audience": ([consent.AudienceSet(audience="everyone", purposes=("parody",), facets=("face", "voice"))], None),
    "person": ([grant("g1", FRIEND)], "g1"),
    "app": ([grant("g2", APP)], "g2"),
    "group": ([*GROUPED, grant("g3", GROUP)], "g3"),
    "passed on": ([grant("g4", OTHER), consent.GrantPassedOn(grant="g4", by=OTHER, to=FRIEND)], "g4"),
    "lost group": ([*GROUPED, grant("g3", GROUP)], "g3"),
}
SCOPES: dict[str, dict[str, Any]] = {
    "all": {}, "requester": {"account": FRIEND}, "another": {"account": OTHER}, "app": {"account": APP}, "group": {"account": GROUP},
    "purpose": {"purpose": "parody"}, "other purpose": {"purpose": "political"}, "facet": {"facet": "voice"}, "other facet": {"facet": "body"},
}  # fmt: skip


def withdrawals(used: str | None, grantees: dict[str, str]) -> Iterator[tuple[str, consent.ConsentRevoked | consent.GrantWithdrawn]]:
    for (name, scope), strength in product(SCOPES.items(), STRENGTHS):
        yield f"{name} {strength}", consent.ConsentRevoked(**({"account": None} | scope), strength=strength)
    for named, strength in product({used or "g1", "g9"}, STRENGTHS):
        yield f"{named} {strength}", consent.GrantWithdrawn(grant=named, grantee=grantees.get(named, FRIEND), strength=strength)


def history(way: str, before: list[Event]) -> InMemoryFacts:
    offered, used = WAYS[way]
    facts = InMemoryFacts(opening_events(BUNDLE, ["trivial"]), now_us=10)
    for one in (OWNER, FRIEND, OTHER):
        facts.append(one, account.AccountRegistered(region="KR", locale="ko", minor=False))
    facts.append(APP, AppRegistered(name="app", owner=OTHER))
    facts.append(
        CAMEO,
        cameo.EnrolmentStarted(
            enrolment="e", owner=OWNER, profile="basic", phrase=(), movements=(), expires_at_us=1, consent_text_version="1", consent_text_sha256="",
        ),
    )  # fmt: skip
    facts.append(CAMEO, cameo.EnrolmentActivated(enrolment="e", assurance="basic"))
    for event in (*before, *offered):
        facts.append(CAMEO, event)
    uses = () if used is None else (generation.UseRef(cameo=CAMEO, grant=used),)
    head = facts.head(CAMEO)
    assert head is not None
    for event in (
        generation.GenerationRequested(
            requester=FRIEND, cameos=(generation.CameoUse(cameo=CAMEO, facets=("face", "voice")),), purpose="parody", plan_digest="p",
            engine="trivial", width_px=512, height_px=512, duration_ms=5000, app=APP,
        ),
        generation.GenerationStarted(
            attempt=1, decision="d", public_key="k", holding={CAMEO: head.consent_revision}, not_after_us=None, uses=uses, assets=()
        ),
        generation.GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256=FILM, key_id="k", holding={}, uses=uses),
    ):  # fmt: skip
        facts.append(MADE, event)
    if way == "lost group":
        facts.append(CAMEO, consent.GroupMemberRemoved(group=GROUP, account=FRIEND))
    return facts


def refused(facts: InMemoryFacts) -> bool:
    question = question_of(facts, MADE, "serve")
    assert question is not None
    unmet = judge(gather(facts, question).input, BUNDLE).unmet
    assert set(unmet) <= {"consent.taken_down"}, unmet
    return bool(unmet)


def film(facts: InMemoryFacts) -> Any:
    request, started = facts.get(MADE, "request"), facts.get(MADE, "started")
    assert request is not None
    assert started is not None
    grantees = {key.split("/")[2]: key.split("/")[1] for key, _ in facts.scan(CAMEO, "grant/")}
    return released(CAMEO, MADE, request.value, started.value, grantees)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_taken_down_is_what_the_policy_does_not_serve(way: str) -> None:
    served = 0
    grantees = {one.grant: one.grantee for one in WAYS[way][0] if isinstance(one, consent.GrantGiven)}
    for name, event in withdrawals(WAYS[way][1], grantees):
        facts = history(way, [])
        revision = facts.append(CAMEO, event)
        assert reached(event, revision, film(facts)) == refused(facts), name
        served += not refused(facts)
    assert 0 < served < len(list(withdrawals(WAYS[way][1], grantees)))


@pytest.mark.parametrize("way", WAYS)
def test_what_was_started_after_a_revocation_is_not_taken_down_by_it(way: str) -> None:
    for name, event in withdrawals(None, {}):
        if isinstance(event, consent.ConsentRevoked):
            facts = history(way, [event])
            assert not reached(event, 3, film(facts)), name
            assert not refused(facts), name
