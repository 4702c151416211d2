"""Owns what a text looks like before its words are looked for: folded, in sentences, evasions undone. Knows no word.

Every sentence has readings: as written, and with evasions undone (letters spaced out, digits for letters, letters of other
alphabets, syllables broken into jamo, repeated letters). A word counts that is found in any of them.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from dataclasses import dataclass

TEXT_MAX_CHARS = 20_000
"""What is judged of one text; what is longer is not read further, and the verdict is uncertain."""

COMPARED_MAX = 200
"""How many sentences of a request are compared by meaning; of more, the verdict is uncertain."""
COMPARED_MIN_WORDS = 3
_SENTENCE_MAX_CHARS, _WORD_MAX_CHARS = 300, 64
"""A longer sentence or word is taken in pieces: a model reads 128 tokens, and evasions are undone in linear time."""

_WORD = re.compile("[a-z0-9']+|[가-힣]+|[\u1100-\u11ff]+")
_SENTENCE = re.compile(r"(?<=[.!?。…])\s+|[\n\r;]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_SPACED = re.compile(r"(?<![a-z0-9'])(?:[a-z0-9@$][ .\-_*~|/,]{1,2}){2,}[a-z0-9@$](?![a-z0-9])")
_SPACED_KO = re.compile(r"(?<![가-힣])(?:[가-힣][ .\-_*~|/,]{1,2})+[가-힣](?![가-힣])")
_INSIDE_KO = re.compile(r"(?<=[가-힣])[^\w\s가-힣]{1,3}(?=[가-힣])|(?<=[가-힣])[0-9a-z](?=[가-힣])")
_INSIDE_EN = re.compile(r"(?<=[a-z])[.\-_~|'^](?=[a-z])")
_REPEATED = re.compile(r"(.)\1{2,}")
_MIXED = re.compile(r"(?=[^\s]*[a-z])(?=[^\s]*[0-9@$!|+])[a-z0-9@$!|+]+")
_STARRED = re.compile(r"[a-z]+[*#][a-z*#]*")
_JAMO = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]{2,}")
_READ = re.compile(r"[a-zA-Z가-힣ㄱ-ㅎㅏ-ㅣ]")
_LEET = str.maketrans("013456789@$!|+", "oieasgtbgasiit")
_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝүһӏαβεηικνορτυχγωƒɡɑıℓ", "abekmhopctyxijsdqwyhlabenikvoptuxywfgail"
)  # fmt: skip
_LEADS, _VOWELS, _TAILS = (
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
    "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as written, and its words in every reading."""

    written: str
    readings: tuple[tuple[str, ...], ...]

    @property
    def english(self) -> bool:
        """Tell whether it is mostly written in Latin letters."""
        latin = sum(character.isascii() and character.isalpha() for character in self.written)
        return latin * 2 > sum(character.isalpha() for character in self.written)

    @property
    def comparable(self) -> bool:
        """Tell whether it says enough in English to be compared by meaning; a word alone is like far too much."""
        return self.english and len(self.readings[0]) >= COMPARED_MIN_WORDS


@dataclass(frozen=True, slots=True)
class Text:
    """A text as sentences. `strange`: part of it is in letters that nobody here reads, or it is too long to be read whole."""

    sentences: tuple[Sentence, ...]
    strange: bool

    @classmethod
    def of(cls, *texts: str) -> Text:
        """Split texts into sentences."""
        written = [piece for text in texts for part in _SENTENCE.split(text[:TEXT_MAX_CHARS]) for piece in _pieces(part)]
        strange = len(written) > COMPARED_MAX or any(len(text) > TEXT_MAX_CHARS or _foreign(text) for text in texts)
        return cls(tuple(Sentence(part, readings(part)) for part in dict.fromkeys(written)), strange)


def fold(text: str) -> str:
    """Fold width, case, accents, invisible letters and look-alikes; jamo become syllables."""
    seen = _JAMO.sub(lambda match: _syllables(match.group()), _INVISIBLE.sub("", text))
    bare = "".join(c for c in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", seen)) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare).casefold().translate(_ALIKE).replace("’", "'").replace("`", "'")


def words(folded: str) -> tuple[str, ...]:
    """Split a folded text into words, possessives undone."""
    return tuple(word for found in _WORD.findall(folded) if (word := found.strip("'").removesuffix("'s")))


def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """Read a sentence as written and with evasions undone; equal readings once."""
    folded = fold(text)
    joined = _SPACED_KO.sub(lambda match: re.sub(r"[^가-힣]", "", match.group()), _INSIDE_KO.sub("", folded))
    after_article = re.sub(r"\b[ai] (?=[a-z0-9@$][ .\-_*~|/,]{1,2}[a-z0-9@$]\b)", "_ ", joined)
    joined, spelled = (_SPACED.sub(lambda match: re.sub(r"[ .\-_*~|/,]", "", match.group()), one) for one in (joined, after_article))
    plain = _MIXED.sub(lambda match: match.group().translate(_LEET), joined)
    glued = _INSIDE_EN.sub("", _REPEATED.sub(r"\1", plain))
    undone = [folded, joined, spelled, plain, glued, _REPEATED.sub(r"\1\1", plain)]
    undone += [
        _STARRED.sub(lambda match, vowel=vowel: re.sub(r"[*#]", vowel, match.group()), folded)
        for vowel in "aeiou"
        if "*" in folded or "#" in folded
    ]
    return tuple(dict.fromkeys(words(one) for one in undone))


def _pieces(sentence: str) -> list[str]:
    """Cut what is longer than a sentence at its spaces, and what is longer than a word anywhere."""
    cut = re.sub(rf"\S{{{_WORD_MAX_CHARS}}}(?=\S)", r"\g<0> ", sentence)
    return textwrap.wrap(cut, _SENTENCE_MAX_CHARS, break_long_words=False, break_on_hyphens=False)


def _foreign(text: str) -> bool:
    letters = [character for character in unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).translate(_ALIKE) if character.isalpha()]
    unread = sum(not (_READ.match(character) or "\u1100" <= character <= "\u11ff") for character in letters)
    return unread * 10 > len(letters)


def _syllables(jamo: str) -> str:
    """Compose loose jamo into syllables, as far as they make some."""
    out, at = "", 0
    while at < len(jamo):
        lead, vowel = jamo[at], jamo[at + 1 : at + 2]
        if lead not in _LEADS or not vowel or vowel not in _VOWELS:
            out, at = out + lead, at + 1
            continue
        tail, after = jamo[at + 2 : at + 3], jamo[at + 3 : at + 4]
        closed = bool(tail) and tail in _TAILS and not (after and after in _VOWELS)
        code = (_LEADS.index(lead) * 21 + _VOWELS.index(vowel)) * 28 + (_TAILS.index(tail) if closed else 0)
        out, at = out + chr(0xAC00 + code), at + (3 if closed else 2)
    return out
