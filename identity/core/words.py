"""Owns the words a phrase is drawn from. Does not draw: that is challenge's.

The list was checked three ways, each pinned by a test: no word sounds like another word of English that
is spelt otherwise (no homophones, and none of the homophones of digits), no two pronunciations are nearer
than two phonemes, and every word has one spelling on both sides of the Atlantic.
Pronunciations are General American in the phoneme set that Kokoro reads.
"""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "anchor": "ˈæŋkəɹ",
    "apple": "ˈæpəl",
    "basket": "bˈæskət",
    "blanket": "blˈæŋkət",
    "bottle": "bˈɑTəl",
    "button": "bˈʌtən",
    "candle": "kˈændəl",
    "castle": "kˈæsəl",
    "coffee": "kˈɔfi",
    "copper": "kˈɑpəɹ",
    "diamond": "dˈImənd",
    "doctor": "dˈɑktəɹ",
    "dragon": "dɹˈæɡən",
    "elephant": "ˈɛləfənt",
    "engine": "ˈɛnʤən",
    "festival": "fˈɛstəvəl",
    "finger": "fˈɪŋɡəɹ",
    "forest": "fˈɔɹəst",
    "garden": "ɡˈɑɹdən",
    "guitar": "ɡətˈɑɹ",
    "hammer": "hˈæməɹ",
    "helmet": "hˈɛlmət",
    "hospital": "hˈɑspˌɪTəl",
    "island": "ˈIlənd",
    "jacket": "ʤˈækət",
    "kitchen": "kˈɪʧən",
    "lemon": "lˈɛmən",
    "library": "lˈIbɹˌɛɹi",
    "machine": "məʃˈin",
    "market": "mˈɑɹkət",
    "meadow": "mˈɛdO",
    "mirror": "mˈɪɹəɹ",
    "monkey": "mˈʌŋki",
    "mountain": "mˈWntən",
    "ocean": "ˈOʃən",
    "orange": "ˈɔɹənʤ",
    "paper": "pˈApəɹ",
    "pencil": "pˈɛnsəl",
    "piano": "piˈænO",
    "pocket": "pˈɑkət",
    "potato": "pətˈATO",
    "rabbit": "ɹˈæbət",
    "ribbon": "ɹˈɪbən",
    "river": "ɹˈɪvəɹ",
    "salad": "sˈæləd",
    "shadow": "ʃˈædO",
    "silver": "sˈɪlvəɹ",
    "spider": "spˈIdəɹ",
    "sugar": "ʃˈʊɡəɹ",
    "summer": "sˈʌməɹ",
    "table": "tˈAbəl",
    "temple": "tˈɛmpəl",
    "ticket": "tˈɪkət",
    "tiger": "tˈIɡəɹ",
    "tomato": "təmˈATO",
    "tunnel": "tˈʌnəl",
    "umbrella": "əmbɹˈɛlə",
    "valley": "vˈæli",
    "velvet": "vˈɛlvət",
    "village": "vˈɪlɪʤ",
    "violin": "vIəlˈɪn",
    "water": "wˈɔTəɹ",
    "window": "wˈɪndO",
    "yellow": "jˈɛlO",
}

DIGITS: Final[dict[str, str]] = {
    "zero": "zˈɪɹO",
    "one": "wˈʌn",
    "two": "tˈu",
    "three": "θɹˈi",
    "four": "fˈɔɹ",
    "five": "fˈIv",
    "six": "sˈɪks",
    "seven": "sˈɛvən",
    "eight": "ˈAt",
    "nine": "nˈIn",
}
"""Spoken digits in order of their value."""

SOUNDS_LIKE_DIGIT: Final[dict[str, str]] = {
    "oh": "zero",
    "won": "one",
    "to": "two",
    "too": "two",
    "for": "four",
    "fore": "four",
    "ate": "eight",
}
"""What a recogniser may write for a spoken digit. None of these is in WORDS, so nothing is lost by it."""
