import itertools

import pytest

from identity.core.challenge import LIFETIME_US, SIDEWAYS, STEPWISE_MOVEMENTS, TURNS, Movement, issue
from identity.core.profiles import Profile
from identity.core.words import DIGITS, SOUNDS_LIKE_DIGIT, WORDS
from identity.errors import EntropyError


def entropy(n: int) -> bytes:
    return n.to_bytes(32, "big")


def phonemes(spoken: str) -> list[str]:
    return [c for c in spoken if c not in "ˈˌ"]


def distance(one: str, other: str) -> int:
    a, b = phonemes(one), phonemes(other)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


def test_the_same_bytes_give_the_same_challenge_and_others_another():
    assert issue("a", 5, entropy(1)) == issue("a", 5, entropy(1))
    assert len({issue("a", 5, entropy(n)).challenge_id for n in range(200)}) == 200


@pytest.mark.parametrize(("profile", "asked"), [(Profile.SANDBOX, 2), (Profile.BASIC, 2), (Profile.VERIFIED, 3)])
def test_a_challenge_has_words_by_profile_three_digits_and_three_different_turns(profile, asked):
    for n in range(300):
        challenge = issue("acc", 1_000, entropy(n), profile=profile)
        words = [w for w in challenge.phrase if w in WORDS]
        digits = [w for w in challenge.phrase if w in DIGITS]
        assert (len(set(words)), len(set(digits)), len(set(challenge.movements))) == (asked, 3, 3)
        assert challenge.expires_at_us - challenge.issued_at_us == LIFETIME_US == 120_000_000
        assert challenge.account == "acc"


def test_every_word_digit_and_order_of_movements_comes_up():
    drawn = [issue("a", 0, entropy(n)) for n in range(2000)]
    assert {w for c in drawn for w in c.phrase} == set(WORDS) | set(DIGITS)
    assert {c.movements for c in drawn} == set(itertools.permutations(TURNS, 3))


def test_step_by_step_every_movement_comes_up_and_one_is_always_sideways():
    drawn = [issue("a", 0, entropy(n), way="stepwise").movements for n in range(500)]
    assert {movement for movements in drawn for movement in movements} == set(Movement)
    assert all(SIDEWAYS.intersection(movements) and len(set(movements)) == STEPWISE_MOVEMENTS for movements in drawn)


def test_nobody_is_asked_for_what_they_cannot_do():
    for n in range(50):
        mute = issue("a", 0, entropy(n), without=("speech",))
        assert (mute.phrase, mute.without) == ((), ("speech",))
        still = issue("a", 0, entropy(n), way="stepwise", without={"turn", "light"})
        assert set(still.movements) == {Movement.CLOSER, Movement.BLINK, Movement.SMILE}
        assert still.without == ("light", "turn")


def test_words_are_drawn_about_equally_often():
    first = [issue("a", 0, entropy(n)).phrase[0] for n in range(6400)]
    counts = [first.count(word) for word in WORDS]
    assert min(counts) > 50
    assert max(counts) < 160


def test_too_little_entropy_raises():
    with pytest.raises(EntropyError):
        issue("a", 0, b"x" * 31)


def test_there_are_64_words_none_of_which_may_be_taken_for_a_digit():
    assert len(WORDS) == 64
    assert not set(WORDS) & (set(SOUNDS_LIKE_DIGIT) | set(DIGITS))


def test_no_two_words_are_nearer_than_two_phonemes():
    spoken = {**WORDS, **DIGITS}
    near = [(a, b) for a, b in itertools.combinations(spoken, 2) if distance(spoken[a], spoken[b]) < 2]
    assert near == []
