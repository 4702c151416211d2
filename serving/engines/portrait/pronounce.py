"""Owns turning English text into the phonemes that the speech model reads. Does not speak them.

Words are looked up in two pronunciation lists (data of misaki, Apache-2.0), the checked one first. A word in
neither is spelt by rule, letter by letter; Hangul is romanised first. Rules are plain and will be heard to be.
"""

import re
from collections.abc import Mapping

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|\d+|[가-힣]+|[.,!?;:…—]")
_PAUSES = {"—": ",", "…": ".", ":": ",", ";": ","}

_LEADS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "_", "j", "jj", "ch", "k", "t", "p", "h"]
_VOWELS = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"]
_TAILS = [
    "_",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]

# Longest match first: spelling -> phonemes, General American.
_RULES: tuple[tuple[str, str], ...] = (
    ("tion", "ʃən"), ("ough", "O"), ("igh", "I"), ("eau", "O"), ("sch", "sk"), ("tch", "ʧ"), ("dge", "ʤ"),
    ("ch", "ʧ"), ("sh", "ʃ"), ("th", "θ"), ("ph", "f"), ("wh", "w"), ("ck", "k"), ("ng", "ŋ"), ("qu", "kw"),
    ("kk", "k"), ("tt", "t"), ("pp", "p"), ("ss", "s"), ("jj", "ʤ"), ("ll", "l"), ("rr", "ɹ"), ("nn", "n"), ("mm", "m"),
    ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "W"), ("ow", "O"), ("oi", "Y"), ("oy", "Y"), ("ai", "A"), ("ay", "A"),
    ("au", "ɔ"), ("aw", "ɔ"), ("eu", "ʊ"), ("eo", "ʌ"), ("ae", "ɛ"), ("oe", "wɛ"), ("ui", "wi"), ("ie", "i"), ("ar", "ɑɹ"),
    ("er", "əɹ"), ("or", "ɔɹ"), ("ir", "ɜɹ"), ("ur", "ɜɹ"), ("a", "ɑ"), ("b", "b"), ("c", "k"), ("d", "d"), ("e", "ɛ"),
    ("f", "f"), ("g", "ɡ"), ("h", "h"), ("i", "ɪ"), ("j", "ʤ"), ("k", "k"), ("l", "l"), ("m", "m"), ("n", "n"), ("o", "O"),
    ("p", "p"), ("q", "k"), ("r", "ɹ"), ("s", "s"), ("t", "t"), ("u", "u"), ("v", "v"), ("w", "w"), ("x", "ks"), ("y", "i"),
    ("z", "z"),
)  # fmt: skip
VOWELS = frozenset("AIOQWYaeiouæɑɒɔəɚɛɜɪʊʌᵊᵻɐ")


def words_of(text: str) -> tuple[str, ...]:
    """Split text into words and pauses; numbers are written out, Hangul is romanised."""
    out: list[str] = []
    for token in _TOKEN.findall(text):
        if token.isdigit():
            out.extend(number_words(token))
        elif token[0] >= "가" and not token.isascii():
            out.append(_PAUSES.get(token) or romanised(token))
        else:
            out.append(_PAUSES.get(token, token.replace("’", "'")))
    return tuple(out)


def number_words(digits: str) -> list[str]:
    """Say a number: up to 9999 as a quantity, longer ones or a leading zero digit by digit."""
    if len(digits) > 4 or (len(digits) > 1 and digits[0] == "0"):
        return [_UNITS[int(d)] for d in digits]
    n = int(digits)
    if n < 20:
        return [_UNITS[n]]
    if n < 100:
        return [_TENS[n // 10]] + ([_UNITS[n % 10]] if n % 10 else [])
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if n >= size:
            rest = number_words(str(n % size)) if n % size else []
            return [*number_words(str(n // size)), name, *rest]
    raise AssertionError(digits)


def romanised(hangul: str) -> str:
    """Write Hangul syllables in Latin letters (Revised Romanization without assimilation)."""
    out = []
    for syllable in hangul:
        index = ord(syllable) - 0xAC00
        if not 0 <= index < 11172:
            continue
        lead, vowel, tail = index // 588, index // 28 % 21, index % 28
        out.append((_LEADS[lead] + _VOWELS[vowel] + _TAILS[tail]).replace("_", ""))
    return "".join(out)


def phonemes_of(word: str, *lists: Mapping[str, object]) -> str:
    """Pronounce one word: the first list that has it, else by rule."""
    for spelling in (word, word.lower(), word.capitalize()):
        for known in lists:
            found = known.get(spelling)
            if isinstance(found, dict):
                found = found.get("DEFAULT")
            if isinstance(found, str) and found:
                return found
    lowered = word.lower()
    for ending, sound in (("'s", "z"), ("s", "z"), ("'ll", "əl"), ("ed", "d"), ("ing", "ɪŋ")):
        if lowered.endswith(ending) and len(lowered) > len(ending) + 2:
            for known in lists:
                stem = known.get(lowered[: -len(ending)])
                if isinstance(stem, str):
                    return stem + sound
    return spelt(lowered)


def spelt(word: str) -> str:
    """Pronounce a word by spelling rules, stressed on its first vowel."""
    out, rest = "", re.sub("[^a-z]", "", word.lower())
    if len(rest) > 3 and rest.endswith("e") and rest[-2] not in "aeiou":
        rest = rest[:-1]
    while rest:
        letters, sound = next(rule for rule in _RULES if rest.startswith(rule[0]))
        out += sound
        rest = rest[len(letters) :]
    first = next((i for i, sound in enumerate(out) if sound in VOWELS), 0)
    return out[:first] + "ˈ" + out[first:]
