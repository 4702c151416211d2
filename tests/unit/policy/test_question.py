"""The question gathers every fact, leaves out what is missing and holds what it was made of."""

from __future__ import annotations

from policy.core.opening import opening_events
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from schemas.account import AccountBlocked, AccountDied, AccountFollowed, AccountRegistered
from schemas.cameo import EnrolmentActivated, EnrolmentStarted
from schemas.consent import AudienceSet, ConsentRevoked, GrantGiven, GrantPassedOn, GrantWithdrawn, PreferenceSet, RestrictionSet
from schemas.generation import CameoUse, GenerationRequested, GenerationStarted, UseRef
from schemas.ids import cameo_of

ANN, BEN = "account-" + "a" * 32, "account-" + "b" * 32
APP = "app-" + "c" * 32
CAMEO = cameo_of(ANN)
GENERATION = "generation-" + "d" * 32


def enrolled() -> list[tuple[str, object]]:
    return [
        (ANN, AccountRegistered(region="KR", locale="ko", minor=False)),
        (BEN, AccountRegistered(region="DE", locale="en", minor=False)),
        (
            CAMEO,
            EnrolmentStarted(
                enrolment="e1",
                owner=ANN,
                profile="basic",
                phrase=("one",),
                movements=("left",),
                expires_at_us=1,
                consent_text_version="1",
                consent_text_sha256="0" * 64,
            ),
        ),
        (CAMEO, EnrolmentActivated(enrolment="e1", assurance="basic")),
    ]


def requested(app: str | None = None, cameos: tuple[CameoUse, ...] | None = None) -> tuple[str, GenerationRequested]:
    return GENERATION, GenerationRequested(
        requester=BEN,
        app=app,
        cameos=cameos or (CameoUse(cameo=CAMEO, facets=("face",)),),
        purpose="personal",
        plan_digest="p" * 64,
        engine="trivial",
        width_px=512,
        height_px=512,
        duration_ms=5000,
    )


def grant(grantee: str, name: str = "g1", uses: int | None = None) -> GrantGiven:
    return GrantGiven(
        grant=name,
        grantee=grantee,
        purposes=("personal",),
        facets=("face",),
        from_us=None,
        until_us=None,
        uses=uses,
        review=False,
    )


def ask(facts: InMemoryFacts, action: str = "start", **more: object):
    question = question_of(facts, GENERATION, action, **more)  # type: ignore[arg-type]
    assert question is not None
    return gather(facts, question)


def test_an_unknown_generation_is_no_question() -> None:
    assert question_of(InMemoryFacts(), GENERATION, "start") is None


def test_facts_that_are_missing_leave_their_keys_out() -> None:
    given = ask(InMemoryFacts([requested()], now_us=7)).input
    assert "bundle" not in given
    assert given["requester"] == {"account": BEN}
    assert given["cameos"] == [{"cameo": CAMEO, "facets": ["face"], "audiences": [], "grants": [], "removed": False}]
    assert given["now_us"] == 7


def test_everything_that_was_read_is_held_at_its_consent_revision() -> None:
    facts = InMemoryFacts([*opening_events("f" * 64, ["trivial"]), *enrolled(), requested(app=APP)])
    assert ask(facts).holding == {
        ANN: 1,
        BEN: 1,
        APP: 0,
        CAMEO: 2,
        "policy-main": 1,
        "switch-main": 3,
    }


def test_the_switches_and_the_bundle_in_force_are_gathered() -> None:
    given = ask(InMemoryFacts([*opening_events("f" * 64, ["trivial"]), requested()])).input
    assert given["switches"] == {"render": True, "engine/trivial": True, "sandbox_use": False}
    assert given["bundle"] == {"active_sha256": "f" * 64}


def test_relations_are_read_in_both_directions() -> None:
    facts = InMemoryFacts([*enrolled(), requested(), (ANN, AccountFollowed(account=BEN)), (BEN, AccountBlocked(account=ANN))])
    cameo = ask(facts).input["cameos"][0]
    names = ("owner_follows", "requester_follows", "owner_blocks", "requester_blocks")
    assert [cameo[name] for name in names] == [True, False, False, True]


def test_grants_to_the_requester_and_to_the_app_are_gathered_and_no_others() -> None:
    facts = InMemoryFacts([*enrolled(), requested(app=APP)])
    for grantee, name in ((BEN, "g1"), (APP, "g2"), (ANN, "g3")):
        facts.append(CAMEO, grant(grantee, name))
    assert [one["grant"] for one in ask(facts).input["cameos"][0]["grants"]] == ["g1", "g2"]


def test_a_withdrawn_grant_is_left_out_unless_it_was_reserved_and_then_tells_its_strength_and_revision() -> None:
    facts = InMemoryFacts([*enrolled(), requested(), (CAMEO, grant(BEN))])
    facts.append(CAMEO, GrantWithdrawn(grant="g1", grantee=BEN, strength="stop"))
    assert ask(facts).input["cameos"][0]["grants"] == []
    use = UseRef(cameo=CAMEO, grant="g1")
    facts.append(
        GENERATION,
        GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=(use,), assets=()),
    )
    found = ask(facts).input["cameos"][0]["grants"][0]
    assert (found["revision"], found["withdrawn"]) == (3, {"stop": 4})


def test_what_somebody_passed_on_counts_while_they_live() -> None:
    passer = "account-" + "e" * 32
    registered = AccountRegistered(region="KR", locale="ko", minor=False)
    passed = GrantPassedOn(grant="g1", by=passer, to=BEN)
    facts = InMemoryFacts([*enrolled(), requested(), (passer, registered), (CAMEO, grant(passer)), (CAMEO, passed)])
    told = {"account": passer, "blocked": False}
    assert ask(facts).input["cameos"][0]["grants"][0]["via"] == told | {"standing": "good"}
    facts.append(passer, AccountDied())
    found = ask(facts)
    assert found.input["cameos"][0]["grants"][0]["via"] == told, "without a standing the way is closed"
    assert found.holding[passer] == 2


def test_the_newest_revocation_of_any_scope_that_fits_counts() -> None:
    facts = InMemoryFacts([*enrolled(), requested()])
    for account in (None, BEN, "account-" + "e" * 32):
        facts.append(CAMEO, ConsentRevoked(account=account, strength="stop"))
    assert ask(facts).input["cameos"][0]["revoked"] == {"no_new_uses": 0, "stop": 4, "take_down": 0}


def test_own_uses_are_told_apart_from_others() -> None:
    facts = InMemoryFacts([*enrolled(), requested(), (CAMEO, grant(BEN, uses=2))])
    for stream in (GENERATION, "generation-" + "9" * 32):
        facts.append(
            stream,
            GenerationStarted(
                attempt=1,
                decision="d",
                public_key="k",
                holding={CAMEO: 3},
                not_after_us=None,
                uses=(UseRef(cameo=CAMEO, grant="g1"),),
                assets=(),
            ),
        )
    cameo = ask(facts, "release").input["cameos"][0]
    assert (cameo["grants"][0]["used_by_others"], cameo["grants"][0]["mine"]) == (1, True)
    assert cameo["started_revision"] == 3


def test_restrictions_and_preferences_that_were_removed_are_gone_but_move_the_revision() -> None:
    facts = InMemoryFacts([*enrolled(), requested()])
    for active in (True, False):
        facts.append(CAMEO, RestrictionSet(restriction="r", categories=("politics",), active=active))
    facts.append(CAMEO, PreferenceSet(preference="p", obligation="necklace", optional=False, active=True))
    facts.append(CAMEO, AudienceSet(audience="everyone", purposes=("personal",), facets=("face",)))
    cameo = ask(facts).input["cameos"][0]
    assert (cameo["restrictions"], cameo["restrictions_revision"]) == ([], 4)
    assert cameo["preferences"] == [{"obligation": "necklace", "optional": False}]
    assert cameo["audiences"][0]["revision"] == 6


def test_two_uses_of_one_cameo_are_one_with_the_facets_of_both() -> None:
    twice = (CameoUse(cameo=CAMEO, facets=("voice",)), CameoUse(cameo=CAMEO, facets=("face",)))
    given = ask(InMemoryFacts([*enrolled(), requested(cameos=twice)])).input
    assert [one["facets"] for one in given["cameos"]] == [["face", "voice"]]
