"""Owns the words a phrase is drawn from. Does not draw: that is challenge's.

The list was checked three ways, each pinned by a test: no word sounds like another word of English that
is spelt otherwise (no homophones, and none of the homophones of digits), no two pronunciations are nearer
than two phonemes, and every word has one spelling on both sides of the Atlantic.
Pronunciations are General American in the phoneme set that Kokoro reads.
"""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "balloon": "bəlˈun",
    "banana": "bənˈænə",
    "basket": "bˈæskət",
    "blanket": "blˈæŋkət",
    "bottle": "bˈɑɾəl",
    "candle": "kˈændᵊl",
    "castle": "kˈæsᵊl",
    "chocolate": "ʧˈɑkᵊlət",
    "coffee": "kˈɔfi",
    "copper": "kˈɑpəɹ",
    "crocodile": "kɹˈɑkədˌIl",
    "diamond": "dˈIəmənd",
    "dolphin": "dˈɑlfən",
    "dragon": "dɹˈæɡən",
    "elephant": "ˈɛləfənt",
    "engine": "ˈɛnʤən",
    "festival": "fˈɛstəvᵊl",
    "finger": "fˈɪŋɡəɹ",
    "forest": "fˈɔɹəst",
    "garden": "ɡˈɑɹdən",
    "guitar": "ɡətˈɑɹ",
    "hammer": "hˈæməɹ",
    "helmet": "hˈɛlmət",
    "hospital": "hˈɑspˌɪɾᵊl",
    "island": "ˈIlənd",
    "jacket": "ʤˈækət",
    "kangaroo": "kˌæŋɡəɹˈu",
    "kitchen": "kˈɪʧᵊn",
    "lantern": "lˈæntəɹn",
    "lemon": "lˈɛmən",
    "library": "lˈIbɹˌɛɹi",
    "machine": "məʃˈin",
    "market": "mˈɑɹkət",
    "meadow": "mˈɛdO",
    "monkey": "mˈʌŋki",
    "mountain": "mˈWntᵊn",
    "ocean": "ˈOʃən",
    "orange": "ˈɔɹᵊnʤ",
    "paper": "pˈApəɹ",
    "pencil": "pˈɛnsᵊl",
    "piano": "piˈænO",
    "pocket": "pˈɑkət",
    "potato": "pətˈAɾO",
    "ribbon": "ɹˈɪbən",
    "river": "ɹˈɪvəɹ",
    "sandwich": "sˈændwˌɪʧ",
    "shadow": "ʃˈædO",
    "silver": "sˈɪlvəɹ",
    "spider": "spˈIdəɹ",
    "sugar": "ʃˈʊɡəɹ",
    "summer": "sˈʌməɹ",
    "table": "tˈAbᵊl",
    "temple": "tˈɛmpᵊl",
    "tiger": "tˈIɡəɹ",
    "tomato": "təmˈAɾO",
    "umbrella": "ˌʌmbɹˈɛlə",
    "valley": "vˈæli",
    "velvet": "vˈɛlvət",
    "village": "vˈɪlɪʤ",
    "violin": "vˌIəlˈɪn",
    "volcano": "vɑlkˈAnO",
    "water": "wˈɔɾəɹ",
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
