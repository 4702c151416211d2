"""What a watcher does at each glance: it lets work run only while every reason to stop it is absent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.core.gate import (
    ASK_EVERY_US,
    POLICY_SILENCE_US,
    RETRY_ASK_US,
    SILENCES,
    AskAgain,
    Asked,
    Continue,
    Held,
    Kill,
    Sight,
    behind,
    glance,
    judged,
)

HELD = Held(holding={"cameo-a": 4, "account-b": 2}, not_after_us=1_000, lease_until_us=2_000)
SIGHT = Sight(now_us=500, revisions={"cameo-a": 4, "account-b": 2}, stale=None, ended=False, attempt=1, started=1)
ASKED = Asked(now_us=10_000, answered_at_us=9_000, revisions=SIGHT.revisions, pending_since_us=None, failed_at_us=None)


def test_work_runs_while_nothing_moved_and_the_policy_answered():
    assert glance(HELD, 1, SIGHT, ASKED) == Continue()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"stale": "feed.stale"}, "feed.stale"),
        ({"stale": "feed.gap"}, "feed.gap"),
        ({"ended": True}, "generation.ended"),
        ({"attempt": 2}, "attempt.superseded"),
        ({"now_us": 1_000}, "consent.expired"),
        ({"revisions": {"cameo-a": 3, "account-b": 2}}, "feed.epoch"),
        ({"revisions": {"account-b": 2}}, "feed.epoch"),
        ({"started": 0}, "feed.epoch"),
    ],
)
def test_each_doubt_kills_with_its_code(changed, code):
    assert glance(HELD, 1, replace(SIGHT, **changed), ASKED) == Kill((code,))


def test_the_lease_ends_the_work_where_consent_has_no_end():
    held = replace(HELD, not_after_us=None)
    assert glance(held, 1, replace(SIGHT, now_us=2_000), ASKED) == Kill(("attempt.lease_expired",))


def test_a_stream_that_moved_is_asked_about_and_not_yet_a_reason_to_stop():
    newer = replace(SIGHT, revisions={"cameo-a": 5, "account-b": 2})
    assert glance(HELD, 1, newer, ASKED) == AskAgain()
    assert glance(HELD, 1, newer, replace(ASKED, revisions=newer.revisions)) == Continue()


def test_a_refusal_kills_with_the_policys_own_codes():
    assert glance(HELD, 1, SIGHT, replace(ASKED, refused=("consent.stopped",))) == Kill(("consent.stopped",))


def test_it_asks_again_from_time_to_time_for_rules_that_look_at_the_clock():
    assert glance(HELD, 1, SIGHT, replace(ASKED, now_us=9_000 + ASK_EVERY_US)) == AskAgain()


def test_a_change_that_is_not_judged_in_time_kills():
    moved = replace(SIGHT, revisions={"cameo-a": 5, "account-b": 2})
    pending = replace(ASKED, pending_since_us=9_500, now_us=9_500 + POLICY_SILENCE_US)
    assert glance(HELD, 1, moved, pending) == Continue()
    assert glance(HELD, 1, moved, replace(pending, now_us=pending.now_us + 1)) == Kill(("policy.unavailable",))


def test_one_late_answer_while_nothing_moved_is_no_silence_and_a_second_one_is():
    late = replace(ASKED, failed_at_us=9_500, now_us=9_000 + ASK_EVERY_US + POLICY_SILENCE_US + 1)
    assert glance(HELD, 1, SIGHT, late) == AskAgain()
    silent = replace(late, now_us=9_000 + ASK_EVERY_US + SILENCES * (POLICY_SILENCE_US + RETRY_ASK_US) + 1)
    assert glance(HELD, 1, SIGHT, silent) == Kill(("policy.unavailable",))


def test_a_policy_that_was_silent_judges_no_change():
    moved = replace(SIGHT, revisions={"cameo-a": 5, "account-b": 2})
    late = replace(ASKED, failed_at_us=9_500, now_us=9_000 + ASK_EVERY_US + POLICY_SILENCE_US + 1)
    assert glance(HELD, 1, moved, late) == Kill(("policy.unavailable",))


def test_a_policy_that_fails_is_asked_again_soon():
    failed = replace(ASKED, failed_at_us=9_500, now_us=9_500 + RETRY_ASK_US)
    assert glance(HELD, 1, SIGHT, failed) == AskAgain()
    assert glance(HELD, 1, SIGHT, replace(failed, now_us=failed.now_us - 1)) == Continue()


@given(
    stale=st.sampled_from([None, "feed.stale"]),
    ended=st.booleans(),
    attempt=st.integers(0, 2),
    now_us=st.integers(0, 3_000),
    seen=st.integers(0, 6),
    answered_on=st.integers(0, 6),
    refused=st.sampled_from([(), ("consent.stopped",)]),
)
def test_it_never_continues_while_any_reason_to_stop_stands(stale, ended, attempt, now_us, seen, answered_on, refused):
    sight = replace(SIGHT, stale=stale, ended=ended, attempt=attempt, now_us=now_us, revisions={"cameo-a": seen, "account-b": 2})
    asked = replace(ASKED, revisions={"cameo-a": answered_on, "account-b": 2}, refused=refused)
    if glance(HELD, 1, sight, asked) == Continue():
        assert stale is None
        assert not ended
        assert attempt == 1
        assert now_us < 1_000
        assert not behind(HELD, 1, sight)
        assert seen == answered_on
        assert not refused


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"pending_since_us": 9_500}, False),
        ({"failed_at_us": 9_500}, False),
        ({"failed_at_us": 8_500}, True),
        ({"revisions": {"cameo-a": 3, "account-b": 2}}, False),
    ],
)
def test_a_likeness_is_used_only_when_the_view_as_it_stands_was_judged(changed, expected):
    assert judged(SIGHT, replace(ASKED, **changed)) is expected
