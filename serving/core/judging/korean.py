"""Owns whether a Korean word stands in a token: nouns with what is attached to them, verbs in their conjugations.

By rules of its own: the kept analysers are under licences that this project does not take in. It knows no meaning, so a short
noun at the beginning of a longer one is found too; the lexicon's `innocent` words take those out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ATTACHED = re.compile(
    r"(?:들|님|씨)?(?:은|는|이|가|을|를|의|에|에서|에게|께|께서|한테|와|과|도|로|으로|만|까지|부터|처럼|같은|같이|이나|나|랑|이랑|하고|보다|마다|조차|밖에|"
    r"이다|인|이고|이며|이라|이라고|라고|라는|이라는|이야|야|입니다|이에요|예요|였다|이었다|한|하는|하며|하면|하게|해|했다|한다|할|하지|하기|"
    r"된|되는|되어|돼|됐다|된다|만은|에는|에도|에서는|에서도|으로는|로는|까지는|부터는|씩|째|쯤|뿐|대로|관련|장면|모습|등)*"
)
_ENDINGS = "는 고 며 면 어 아 었 았 으 은 을 지 자 게 던 다 네 니 려 러 기 도록 거나 세 라 습 음 여 였 와 왔 워 웠 서 더 길 곤"
_SHORT_ENDINGS = (*(unicodedata.normalize("NFD", ending) for ending in _ENDINGS.split()), *"\u11ab\u11af\u11b8\u11b7\u11bb")
_NOUNS_IN_DA = frozenset("바다 판다 소다 수다 캐나다 우간다 르완다 베란다 프라다 혼다 앞바다 밤바다".split())  # noqa: SIM905
_V = 0x1161
_CONTRACTED = {"ㅣ": "ㅕ", "ㅗ": "ㅘ", "ㅜ": "ㅝ"}
_VOWEL_OF = {name: chr(_V + at) for at, name in enumerate("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")}


def is_verb(word: str) -> bool:
    """Tell whether a word of the lexicon is a verb's dictionary form."""
    return len(word) > 1 and word.endswith("다") and word not in _NOUNS_IN_DA


def jamo(text: str) -> str:
    """Decompose syllables, so that `죽이` begins `죽인`."""
    return unicodedata.normalize("NFD", text)


def noun_in(noun: str, token: str) -> bool:
    """Tell whether a token is the noun with what is attached, or a compound with it at its beginning or end."""
    at = token.find(noun)
    if at < 0:
        return False
    rest = token[at + len(noun) :]
    if len(noun) == 1:
        return at == 0 and _ATTACHED.fullmatch(rest) is not None
    return at == 0 or len(noun) > 2 or _ATTACHED.fullmatch(rest) is not None


def verb_in(stems: tuple[str, ...], decomposed: str, *, short: bool) -> bool:
    """Tell whether a decomposed token conjugates a verb of these stems; a short one must be followed by an ending."""
    for stem in stems:
        if decomposed.startswith(stem):
            rest = decomposed[len(stem) :]
            if not short or not rest or rest.startswith(_SHORT_ENDINGS):
                return True
    return False


@lru_cache(maxsize=8192)
def stems(verb: str) -> tuple[str, ...]:
    """List the decomposed beginnings of a verb's forms; `verb` is its dictionary form, `죽이다`."""
    stem = verb.removesuffix("다")
    before, last = jamo(stem[:-1]), jamo(stem[-1])
    lead, vowel, tail = last[0], last[1], last[2:]
    found = {before + last}
    if stem.endswith("하"):
        found.add(before + lead + _VOWEL_OF["ㅐ"])
    if not tail:
        found |= {before + lead + _VOWEL_OF[into] for of, into in _CONTRACTED.items() if vowel == _VOWEL_OF[of]}
        if vowel == _VOWEL_OF["ㅡ"]:
            found |= {before + lead + _VOWEL_OF["ㅓ"], before + lead + _VOWEL_OF["ㅏ"]}
        if stem.endswith("르") and before:
            found |= {before + "\u11af" + jamo("러"), before + "\u11af" + jamo("라")}
        return tuple(sorted(found))
    found |= {before + piece for piece in _changed(lead + vowel, tail)}
    return tuple(sorted(found))


def _changed(open_syllable: str, tail: str) -> tuple[str, ...]:
    """List the forms of a last syllable whose final consonant changes or goes."""
    if tail == "\u11af":  # ㄹ: 울다, 우는, 운, 웁니다
        return tuple(open_syllable + rest for rest in ("\u11ab", "\u11b8", jamo("는"), jamo("니"), jamo("시"), jamo("세")))
    if tail == "\u11b8":  # ㅂ: 눕다, 누워, 누운
        return tuple(open_syllable + jamo(rest) for rest in ("우", "워", "와", "운"))
    if tail == "\u11ae":  # ㄷ: 걷다, 걸어
        return (open_syllable + "\u11af" + jamo("어"), open_syllable + "\u11af" + jamo("으"))
    if tail == "\u11ba":  # ㅅ: 짓다, 지어
        return (open_syllable + jamo("어"), open_syllable + jamo("은"))
    return ()
