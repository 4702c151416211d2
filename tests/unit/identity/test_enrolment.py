import pytest

from identity.core.challenge import issue
from identity.core.enrolment import (
    FIRST_LOCK_US,
    LONGEST_LOCK_US,
    Locked,
    Open,
    Submission,
    challenge_codes,
    lock_after_us,
    lock_duration_us,
    replay_codes,
    standing,
)
from identity.core.fingerprint import Fingerprint

CHALLENGE = issue("anna", 1_000_000, b"\x02" * 32)


def answer(**changes) -> Submission:
    return Submission(**{"account": "anna", "received_at_us": 2_000_000, **changes})


def test_an_answer_in_time_once_by_its_account_has_nothing_against_it():
    assert challenge_codes(CHALLENGE, answer()) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account": "bert"}, "challenge.other_account"),
        ({"challenge_used": True}, "challenge.used"),
        ({"received_at_us": CHALLENGE.expires_at_us}, "challenge.expired"),
        ({"received_at_us": CHALLENGE.issued_at_us - 1}, "challenge.expired"),
    ],
)
def test_each_rule_of_a_challenge_refuses_with_its_own_code(changes, code):
    assert challenge_codes(CHALLENGE, answer(**changes)) == (code,)


def test_the_last_microsecond_is_in_time():
    assert challenge_codes(CHALLENGE, answer(received_at_us=CHALLENGE.expires_at_us - 1)) == ()


def test_four_failures_leave_one_and_the_fifth_locks():
    times = [10, 20, 30, 40]
    assert standing(times, 41) == Open(1)
    assert standing([*times, 50], 51) == Locked(50 + FIRST_LOCK_US)
    assert standing([*times, 50], 50 + FIRST_LOCK_US) == Open(5)


def test_each_further_five_failures_lock_twice_as_long_up_to_a_week():
    assert [lock_duration_us(5 * n) // FIRST_LOCK_US for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert lock_duration_us(5 * 400) == lock_duration_us(5 * 12) == LONGEST_LOCK_US
    assert lock_duration_us(0) == lock_duration_us(4) == lock_duration_us(6) == 0


def test_a_standing_has_no_truth_value():
    with pytest.raises(TypeError):
        bool(standing([], 0))


def test_the_same_bytes_are_a_replay_and_others_are_not():
    one = Fingerprint("aa")
    assert replay_codes(one, [Fingerprint("bb"), Fingerprint("aa")]) == ("replay.file",)
    assert replay_codes(one, [Fingerprint("bb")]) == ()


@pytest.mark.parametrize(
    ("failures", "elsewhere", "minutes"),
    [(1, 0, 0), (5, 0, 15), (6, 0, 0), (10, 0, 30), (1, 3, 0), (1, 4, 15), (2, 4, 15), (1, 9, 30), (3, 12, 60), (1, 999, 7 * 24 * 60)],
)
def test_one_face_under_many_accounts_is_slowed_by_all_of_them(failures, elsewhere, minutes):
    assert lock_after_us(failures, elsewhere) == minutes * 60_000_000
