"""Owns the words a phrase is drawn from. Does not draw: that is challenge's.

The list was checked four ways, each pinned by a test: no word sounds like another word of English that
is spelt otherwise (no homophones, and none of the homophones of digits), no two pronunciations are nearer
than two phonemes, every word has one spelling on both sides of the Atlantic, and none is a given name or a family
name (Faker's 61,625 names; three more known otherwise).
Pronunciations are General American in the phoneme set that Kokoro reads.
"""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "balloon": "bəlˈun",
    "banana": "bənˈænə",
    "basket": "bˈæskət",
    "bicycle": "bˈIsəkəl",
    "blanket": "blˈæŋkət",
    "bottle": "bˈɑɾəl",
    "butterfly": "bˈʌɾəɹflˌI",
    "camera": "kˈæməɹə",
    "candle": "kˈændᵊl",
    "chocolate": "ʧˈɑkᵊlət",
    "coffee": "kˈɔfi",
    "copper": "kˈɑpəɹ",
    "crocodile": "kɹˈɑkədˌIl",
    "cucumber": "kjˈukˌʌmbəɹ",
    "dinosaur": "dˈInəsˌɔɹ",
    "dolphin": "dˈɑlfən",
    "dragon": "dɹˈæɡən",
    "elephant": "ˈɛləfənt",
    "engine": "ˈɛnʤən",
    "factory": "fˈæktəɹi",
    "festival": "fˈɛstəvᵊl",
    "finger": "fˈɪŋɡəɹ",
    "garden": "ɡˈɑɹdən",
    "guitar": "ɡətˈɑɹ",
    "hamburger": "hˈæmbˌɜɹɡəɹ",
    "helicopter": "hˈɛləkˌɑptəɹ",
    "helmet": "hˈɛlmət",
    "hospital": "hˈɑspˌɪɾᵊl",
    "hurricane": "hˈɜɹəkˌAn",
    "island": "ˈIlənd",
    "jacket": "ʤˈækət",
    "kangaroo": "kˌæŋɡəɹˈu",
    "kitchen": "kˈɪʧᵊn",
    "lantern": "lˈæntəɹn",
    "library": "lˈIbɹˌɛɹi",
    "machine": "məʃˈin",
    "microphone": "mˈIkɹəfˌOn",
    "monkey": "mˈʌŋki",
    "mushroom": "mˈʌʃɹˌum",
    "ocean": "ˈOʃən",
    "octopus": "ˈɑktəpəs",
    "paper": "pˈApəɹ",
    "pencil": "pˈɛnsᵊl",
    "penguin": "pˈɛŋɡwᵊn",
    "piano": "piˈænO",
    "pocket": "pˈɑkət",
    "potato": "pətˈAɾO",
    "rainbow": "ɹˈAnbˌO",
    "ribbon": "ɹˈɪbən",
    "shadow": "ʃˈædO",
    "spider": "spˈIdəɹ",
    "sugar": "ʃˈʊɡəɹ",
    "table": "tˈAbᵊl",
    "telephone": "tˈɛləfˌOn",
    "tomato": "təmˈAɾO",
    "umbrella": "ˌʌmbɹˈɛlə",
    "valley": "vˈæli",
    "vegetable": "vˈɛʤtəbəl",
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
