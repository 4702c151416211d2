import math

import pytest

from identity.core.assessment import measured
from identity.core.challenge import issue
from identity.core.checks import lips, sound, words
from identity.core.effects import EFFECTS, Effect, effect_of
from identity.core.profiles import Profile
from identity.core.sound import ChannelFacts, Heard, HeardWord, LipFacts, RoomFacts, SoundFacts, StreamFacts

ASKED = issue("a", 0, b"\x01" * 32)
SAID = " ".join(ASKED.phrase)
KOREAN = issue("a", 0, b"\x01" * 32, language="ko")
NAN = float("nan")


def codes(results):
    return [r.code for r in results if not r.passed]


def test_one_recogniser_that_hears_the_phrase_suffices():
    assert codes(words.check((SAID, "something " + SAID), ASKED, Profile.BASIC)) == []
    assert codes(words.check(("something else entirely was said here", SAID), ASKED, Profile.BASIC)) == ["words.doubtful"]
    assert codes(words.check(("", SAID), ASKED, Profile.BASIC)) == []


def test_two_recognisers_that_hear_other_words_refuse():
    other = " ".join((*ASKED.phrase[:-1], "door"))
    assert codes(words.check((other, other), ASKED, Profile.BASIC)) == ["words.not_as_asked"]
    assert codes(words.check(("", " "), ASKED, Profile.BASIC)) == ["words.not_heard"]


def test_korean_goes_to_a_person_where_it_counts_and_not_in_the_sandbox():
    said = ("".join(KOREAN.phrase),)
    assert codes(words.check(said, KOREAN, Profile.BASIC)) == ["words.unmeasured_language"]
    assert codes(words.check(said, KOREAN, Profile.SANDBOX)) == []
    assert effect_of("words.unmeasured_language") is Effect.REVIEW


def spoken(*texts: str) -> list[HeardWord]:
    return [HeardWord(text, i * 500_000, (i + 1) * 500_000, 0.9) for i, text in enumerate(texts)]


def test_each_asked_word_is_found_in_what_was_heard():
    found = words.word_times(spoken("well", "ocean", "four", "two", "paper"), ("ocean", "four", "nine", "two", "paper"))
    assert [word.end_us if word else None for word in found] == [1_000_000, 1_500_000, None, 2_000_000, 2_500_000]


def test_words_said_before_they_were_asked_lie_outside_the_step():
    heard = spoken("ocean", "four", "two", "paper")
    assert words.said_within(heard, ("ocean", "4", "2", "paper"), 0, 2_000_000) == 1.0
    assert words.said_within(heard, ("ocean", "four", "two", "paper"), 1_200_000, 9_000_000) == 0.5
    assert math.isnan(words.said_within((), ("ocean",), 0, 1))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (LipFacts(4.0, 0.5, 0, 1.0, 3.0), []),
        (LipFacts(4.0, 0.1, 0, 0.4, -0.2), ["lips.not_with_voice"]),
        (LipFacts(1.0, 0.5, 0, 1.0, 3.0), ["lips.unread"]),
        (LipFacts(0.0, NAN, 0, NAN, NAN), ["lips.unread"]),
    ],
)
def test_lips_are_judged_where_there_is_enough_speech(facts, expected):
    assert codes(lips.check(facts, Profile.BASIC)) == expected


def test_a_quiet_honest_sound_gives_no_sign():
    assert codes(sound.stream(StreamFacts(20_000, -40_000, 15.0, 4_000, 0, 0.02), Profile.BASIC)) == []
    assert codes(sound.room(RoomFacts(-62.0, 1.0, 1.0, 0.2), Profile.BASIC)) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (StreamFacts(900_000, 0, 0.0, 0, 0, 0.0), "injection.sound_apart"),
        (StreamFacts(0, -1_500_000, 0.0, 0, 0, 0.0), "injection.sound_apart"),
        (StreamFacts(0, 0, 0.0, 400_000, 0, 0.0), "injection.sound_clock"),
        (StreamFacts(0, 0, 9_000.0, 0, 0, 0.0), "injection.sound_clock"),
        (StreamFacts(0, 0, 0.0, 0, 400_000, 0.0), "injection.sound_silence"),
        (StreamFacts(0, 0, 0.0, 0, 0, 0.6), "injection.sound_repeats"),
    ],
)
def test_each_sign_of_a_file_that_was_put_together_has_its_code(facts, code):
    assert codes(sound.stream(facts, Profile.BASIC)) == [code]


@pytest.mark.parametrize(
    ("natural_score", "channel", "expected"),
    [
        (1.0, ChannelFacts(8000, 22.0), []),
        (-12.0, ChannelFacts(8000), ["voice.synthetic"]),
        (1.0, ChannelFacts(8000, 7.4), ["voice.narrow"]),
        (1.0, ChannelFacts(4000), ["injection.sound_band"]),
    ],
)
def test_each_sign_of_a_voice_from_elsewhere_has_its_code(natural_score, channel, expected):
    assert codes(sound.voice(natural_score, channel, Profile.BASIC)) == expected


def telling(*spans_us: tuple[int, int], words: list[HeardWord]) -> SoundFacts:
    nothing = (LipFacts(0, NAN, 0, NAN, NAN), ChannelFacts(NAN), RoomFacts(NAN, NAN, NAN, 0.0), StreamFacts(0, 0, NAN, 0, 0, 0.0))
    return SoundFacts("en", (Heard("", tuple(words)),), NAN, *nothing, speech_us=spans_us)


@pytest.mark.parametrize(
    ("spans_us", "said_s"),
    [
        (((300_000, 2_100_000),), 0.0),
        (((300_000, 2_100_000), (2_900_000, 4_100_000)), 1.2),
        (((300_000, 3_250_000),), 1.0),
        (((-2_000_000, -1_000_000), (300_000, 2_100_000)), 1.0),
    ],
)
def test_speech_beside_the_words_is_more_than_was_asked(spans_us, said_s):
    facts = telling(*spans_us, words=spoken("ocean", "four", "two", "paper"))
    assert sound.beside_words_s(facts) == pytest.approx(said_s)
    assert ("words.more_said" in codes(sound.check(facts, Profile.BASIC))) is (said_s > 0.5)


def test_without_times_of_words_nothing_is_said_of_more_speech():
    assert math.isnan(sound.beside_words_s(telling((0, 5_000_000), words=[])))


def test_a_measure_that_could_not_be_read_gives_no_result():
    nothing = ChannelFacts(NAN)
    assert sound.voice(NAN, nothing, Profile.BASIC) == ()
    assert sound.room(RoomFacts(NAN, NAN, NAN, 0.0), Profile.BASIC) == ()
    assert not math.isnan(sound.stream(StreamFacts(0, 0, NAN, 0, 0, 0.0), Profile.BASIC)[-1].score_micro)


def test_no_weak_sign_of_the_sound_refuses_alone():
    weak = [code for code in EFFECTS if code.split(".")[0] in {"voice", "room", "lips"} or code.startswith("injection.sound")]
    assert len(weak) == 12
    assert all(effect_of(code) is not Effect.REFUSE for code in weak)
    assert not measured(8, "voice.synthetic", -9.0, 0.0, "-", profile=Profile.VERIFIED).decisive
