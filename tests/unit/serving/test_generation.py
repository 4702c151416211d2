"""The life of a generation: what its events fold to and what its dispatcher does next."""

import pytest

from schemas import generation as events
from schemas.codec import event_data
from schemas.envelope import Envelope
from schemas.registry import by_class
from serving.core.attempt import Report
from serving.core.generation import (
    MAX_ATTEMPTS,
    PAUSES_US,
    Decline,
    Lease,
    Lose,
    Publish,
    Rest,
    ending,
    fold,
    lease_length_us,
    next_action,
    transient,
)

STREAM = "generation-" + "a" * 32
CAMEO = "cameo-" + "b" * 32
USE = events.UseRef(cameo=CAMEO, grant="grant-1")
SECOND_US = 1_000_000

REQUESTED = events.GenerationRequested(
    requester="account-" + "c" * 32,
    app=None,
    cameos=(events.CameoUse(cameo=CAMEO, facets=("face",)),),
    purpose="personal",
    plan_digest="0" * 64,
    engine="trivial",
    width_px=512,
    height_px=512,
    duration_ms=1000,
)
JUDGED = events.GenerationJudged(plan_digest="0" * 64, classifier="lexicon-1", hard_blocks=(), verdicts=())


def leased(attempt):
    return events.AttemptLeased(attempt=attempt, replica="serve/trivial", lease_until_us=60 * SECOND_US)


def started(attempt):
    return events.GenerationStarted(
        attempt=attempt, decision="d", public_key="00", holding={CAMEO: 3}, not_after_us=None, uses=(USE,), assets=()
    )


def lost(attempt, *, final=False):
    return events.AttemptLost(attempt=attempt, final=final, codes=("feed.stale",), uses=())


DRAFT = events.DraftReleased(attempt=1, decision="d", sealed_sha256="1" * 64, film_sha256="2" * 64, key_id="key-1", subjects=(CAMEO,))


def history(*happened):
    return [
        Envelope(
            tenant="main",
            stream=STREAM,
            revision=number,
            position=number,
            event_id=f"{number:032x}",
            type=by_class(type(event)).name,
            version=by_class(type(event)).version,
            actor="test",
            acting_as=None,
            app=None,
            correlation="c",
            causation=None,
            time_us=number * SECOND_US,
            data=event_data(event),
            sealed={},
        )
        for number, event in enumerate(happened, 1)
    ]


def state(*happened):
    folded = fold(history(REQUESTED, *happened))
    assert folded is not None
    return folded


def report(**changed):
    fields = {
        "replica": "serve/trivial",
        "generation": STREAM,
        "attempt": 1,
        "outcome": "stopped",
        "codes": ("consent.stopped",),
        "action": "release",
        "reported_by": "replica",
        "final": False,
        "process_gone_at_us": 5,
        "decision": None,
        "timings_us": {},
        "time_us": 6,
    }
    return Report(**fields | changed)


def test_nothing_is_known_of_a_stream_without_a_request():
    assert fold(history(JUDGED)) is None


def test_an_unjudged_request_waits_for_the_judge():
    assert next_action(state(), 0, running=False) == Rest()


def test_a_judged_request_is_leased_as_attempt_one():
    now_us = 10 * SECOND_US
    assert next_action(state(JUDGED), now_us, running=False) == Lease(1, now_us + lease_length_us("trivial", 1000))


def test_nothing_is_begun_beside_what_runs():
    assert next_action(state(JUDGED), 0, running=True) == Rest()


@pytest.mark.parametrize("then", [(leased(1),), (leased(1), started(1))])
def test_an_attempt_that_nobody_holds_is_lost(then):
    assert next_action(state(JUDGED, *then), 0, running=False) == Lose(1, ("replica.lost",))


def test_after_a_lost_attempt_the_next_one_waits_its_pause():
    waiting = state(JUDGED, leased(1), lost(1))
    ended_us = 4 * SECOND_US
    assert next_action(waiting, ended_us, running=False) == Rest(ended_us + PAUSES_US[1])
    due = next_action(waiting, ended_us + PAUSES_US[1], running=False)
    assert isinstance(due, Lease)
    assert due.attempt == 2


def test_the_last_attempt_that_is_lost_ends_the_generation_and_returns_its_uses():
    waiting = state(JUDGED, leased(1), lost(1), leased(2), lost(2), leased(3), started(3))
    assert waiting.attempt == MAX_ATTEMPTS
    end = ending(waiting, report(attempt=3, codes=("policy.unavailable",)), None)
    assert end == events.AttemptLost(attempt=3, final=True, codes=("policy.unavailable",), uses=(USE,))


def test_a_transient_stop_costs_the_attempt_and_keeps_the_reservation():
    end = ending(state(JUDGED, leased(1), started(1)), report(codes=("feed.stale",)), None)
    assert end == events.AttemptLost(attempt=1, final=False, codes=("feed.stale",), uses=())


def test_consent_that_is_gone_ends_the_generation():
    end = ending(state(JUDGED, leased(1), started(1)), report(), None)
    assert end == events.GenerationStopped(attempt=1, codes=("consent.stopped",), process_gone_at_us=5, uses=(USE,))


def test_one_code_about_consent_among_transient_ones_is_final():
    assert transient(("feed.stale", "policy.unavailable"))
    assert not transient(("feed.stale", "consent.stopped"))
    assert not transient(())


def test_a_refusal_that_the_keyholder_recorded_is_not_recorded_again():
    refused = report(outcome="refused", reported_by="keyholder", final=True)
    assert ending(state(JUDGED, leased(1)), refused, None) is None


def test_a_replica_that_says_released_is_not_believed_into_the_record():
    assert ending(state(JUDGED, leased(1), started(1)), report(outcome="released"), None) is None


def test_what_comes_after_the_end_changes_nothing():
    ended = state(JUDGED, events.GenerationCancelled(uses=()), leased(1), started(1))
    assert ended.phase == "cancelled"
    assert ending(ended, report(), None) is None
    assert next_action(ended, 0, running=False) == Rest()


def test_a_draft_waits_for_every_subject_then_is_published():
    draft = (JUDGED, leased(1), started(1), DRAFT)
    approved = events.DraftApproved(cameo=CAMEO, film_sha256="2" * 64)
    assert next_action(state(*draft), 0, running=False) == Rest()
    assert next_action(state(*draft, approved), 0, running=False) == Publish()


def test_a_film_that_a_subject_removed_is_refused_where_nobody_works_on_it():
    removed = events.GenerationRemoved(cameo=CAMEO, reason="no")
    assert next_action(state(JUDGED, removed), 0, running=False) == Decline()
    assert next_action(state(JUDGED, leased(1), started(1), DRAFT, removed), 0, running=False) == Decline()
    assert next_action(state(JUDGED, leased(1), started(1), removed), 0, running=True) == Rest()


def test_a_declined_draft_is_refused_even_when_others_approve():
    declined = events.DraftDeclined(cameo=CAMEO, film_sha256="2" * 64, reason="no")
    approved = events.DraftApproved(cameo=CAMEO, film_sha256="2" * 64)
    assert next_action(state(JUDGED, leased(1), started(1), DRAFT, approved, declined), 0, running=False) == Decline()
