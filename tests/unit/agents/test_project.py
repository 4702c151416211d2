"""Every event of the vocabulary has a considered place in the projections."""

from __future__ import annotations

import pytest

from schemas import account, cameo, consent, generation, operation
from schemas.codec import VOCABULARY
from schemas.ids import cameo_of, stream_id
from schemas.registry import all_types, newest
from streams.core.notify import Notice, notices, notify
from streams.core.project import Delete, Put, Seen, Update, project

ACCOUNT, OTHER = (stream_id("account", bytes([n]) * 16) for n in (1, 2))
CAMEO = cameo_of(ACCOUNT)
GENERATION = stream_id("generation", bytes([3]) * 16)
SILENT = {
    "asset.sealed", "asset.rekeyed", "consent.restriction_set", "consent.preference_set",
    "consent.group_named", "consent.group_member_added", "consent.group_member_removed",
    "consent.passed_on", "consent.pass_on_ended", "consent.access_requested", "consent.access_answered",
    "account.step_up_set", "account.plan_set", "account.invited",
    "generation.reported", "generation.appealed", "generation.appeal_answered",
    "evidence.added", "evidence.opened", "evidence.compared", "biometric.opened", "opening.made", "verification.started", "verification.answered", "account.distress_set",
    "account.cases_listed", "account.recovery_begun", "consent.held", "live.failed", "enrolment.refresh_due",
    "case.opened", "case.looked", "case.shown", "case.voted", "case.closed", "face.protected", "face.unprotected",
    "app.registered", "app.standing_changed", "policy.bundle_activated", "switch.proposed", "switch.thrown",
    "role.proposed", "role.confirmed", "role.given", "role.ended",
}  # fmt: skip
"""Events that change no projection: their facts are read from the ledger."""


def at(stream: str, **clear: str | None) -> Seen:
    return Seen(stream, 1, "e1", 1_000_000, None, clear)


def test_each_event_changes_a_projection_or_is_known_to_be_silent() -> None:
    assert operation in VOCABULARY
    unplaced = {
        kind.name for kind in all_types() if kind.version == newest(kind.name) and project.dispatch(kind.cls) is project.dispatch(object)
    }
    assert unplaced == SILENT


def test_an_account_carries_its_unsealed_handle_and_its_cameo() -> None:
    event = account.AccountRegistered(region="KR", locale="ko", minor=False)
    (change,) = project(event, at(ACCOUNT, handle="mina"))
    assert isinstance(change, Put)
    assert change.row["handle"] == "mina"
    assert change.row["cameo"] == CAMEO


def test_an_erased_handle_is_null_and_not_missing() -> None:
    (change,) = project(account.AccountRegistered(region="KR", locale="ko", minor=False), at(ACCOUNT, handle=None))
    assert isinstance(change, Put)
    assert change.row["handle"] is None


def test_erasing_a_subject_erases_the_handle_that_was_shown() -> None:
    changes = project(cameo.SubjectKeyDestroyed(key_id="k"), at(CAMEO))
    assert Update("accounts", {"cameo": CAMEO}, {"handle": None}) in changes


def test_a_second_enrolment_leaves_an_active_cameo_active() -> None:
    event = cameo.EnrolmentStarted(
        enrolment="e",
        owner=ACCOUNT,
        profile="basic",
        phrase=("seven",),
        movements=("left",),
        expires_at_us=1,
        consent_text_version="1",
        consent_text_sha256="0" * 64,
    )
    row = project(event, at(CAMEO))[0]
    assert isinstance(row, Put)
    assert "status" not in row.row
    assert row.initial["status"] == "enrolling"


@pytest.mark.parametrize(("who", "where"), [(None, {"cameo": CAMEO}), (OTHER, {"cameo": CAMEO, "grantee": OTHER})])
def test_a_revocation_reaches_the_grants_it_names(who: str | None, where: dict[str, str]) -> None:
    change = project(consent.ConsentRevoked(account=who, strength="stop"), at(CAMEO))[0]
    assert isinstance(change, Update)
    assert (change.table, change.where, change.row["revoked"]) == ("grants", where, "stop")


def test_unfollowing_removes_the_relation() -> None:
    (change,) = project(account.AccountUnfollowed(account=OTHER), at(ACCOUNT))
    assert change == Delete("relations", {"account": ACCOUNT, "other": OTHER, "kind": "follows"})


def test_an_attempt_lost_waits_for_the_next_unless_it_was_the_last() -> None:
    for final, state in ((False, "waiting"), (True, "lost")):
        event = generation.AttemptLost(attempt=1, final=final, codes=("feed.stale",), uses=())
        (change,) = project(event, at(GENERATION))
        assert isinstance(change, Put)
        assert change.row["state"] == state


def test_subjects_hear_of_a_refusal_without_the_codes_of_other_subjects() -> None:
    event = generation.GenerationRefused(
        attempt=1, action="start", codes=("grant.missing",), decision="d", reported_by="keyholder", uses=()
    )
    assert notices(event) == (
        Notice("subjects", "generation.refused"),
        Notice("requester", "generation.refused", ("grant.missing",)),
    )


def test_subjects_hear_of_every_start() -> None:
    event = generation.GenerationStarted(attempt=1, decision="d", public_key="p", holding={}, not_after_us=None, uses=(), assets=())
    assert [notice.audience for notice in notices(event)] == ["subjects"]


def test_the_same_event_gives_the_same_notification_row() -> None:
    event = consent.GrantGiven(grant="g", grantee=OTHER, purposes=(), facets=(), from_us=None, until_us=None, uses=None, review=False)
    assert notify(event, at(CAMEO)) == notify(event, at(CAMEO))
    (change,) = notify(event, at(CAMEO))
    assert isinstance(change, Put)
    assert change.row["account"] == OTHER
