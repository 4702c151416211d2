"""Owns the forms of an English word: regular ones by rule, irregular ones by a list. Does not look for them."""

from __future__ import annotations

import re
from functools import lru_cache

_VOWELS = "aeiou"

_IRREGULAR = """
arise arose arisen; awake awoke awoken; be am is are was were been being; bear bore borne; beat beaten; become became; begin began begun;
bend bent; bet; bind bound; bite bit bitten; bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built;
burn burnt; buy bought; catch caught; choose chose chosen; cling clung; come came; creep crept; cut; deal dealt; dig dug; dive dove;
do does did done; draw drew drawn; dream dreamt; drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed;
feel felt; fight fought; find found; flee fled; fling flung; fly flies flew flown; forget forgot forgotten; freeze froze frozen;
get got gotten getting; give gave given; go goes went gone; grind ground; grow grew grown; hang hung; have has had having; hear heard;
hide hid hidden; hit; hold held; hurt; keep kept; kneel knelt; know knew known; lay laid; lead led; leap leapt; leave left; lend lent;
let; lie lies lay lain lying; light lit; lose lost; make made; mean meant; meet met; pay paid; put; quit; read; ride rode ridden;
ring rang rung; rise rose risen; run ran; say said; see saw seen; seek sought; sell sold; send sent; set; sew sewn; shake shook shaken;
shave shaven; shine shone; shoot shot; show shown; shrink shrank shrunk; shut; sing sang sung; sink sank sunk; sit sat; slay slew slain;
sleep slept; slide slid; sling slung; slit; smell smelt; speak spoke spoken; spend spent; spill spilt; spin spun; spit spat; split;
spread; spring sprang sprung; stand stood; steal stole stolen; stick stuck; sting stung; stink stank stunk; stride strode; strike struck;
string strung; swear swore sworn; sweep swept; swell swollen; swim swam swum; swing swung; take took taken; teach taught; tear tore torn;
tell told; think thought; throw threw thrown; tread trod trodden; wake woke woken; wear wore worn; weave wove woven; weep wept; win won;
wind wound; wring wrung; write wrote written; die died dying; tie tied tying;
man men; woman women; child children; person people; foot feet; tooth teeth; goose geese; mouse mice; louse lice; ox oxen; knife knives;
wife wives; life lives; wolf wolves; leaf leaves; loaf loaves; thief thieves; calf calves; half halves; shelf shelves; scarf scarves;
elf elves; hoof hooves; dwarf dwarves; policeman policemen; policewoman policewomen; fireman firemen; clergyman clergymen
"""
_FORMS = {parts[0]: frozenset(parts) for parts in (one.split() for one in _IRREGULAR.split(";")) if parts}


@lru_cache(maxsize=8192)
def forms(word: str) -> frozenset[str]:
    """List the forms of a word: plural, third person, past, participle, -ing."""
    found = {word, word + "s", *_FORMS.get(word, ())}
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        found.add(word + "es")
    if word.endswith("e"):
        return frozenset(found | {word + "d", word[:-1] + "ing"})
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return frozenset(found | {word[:-1] + "ies", word[:-1] + "ied", word + "ing"})
    if _closed(word):
        found |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    if not _closed(word) or len(re.findall(r"[aeiou]+", word)) > 1:
        found |= {word + "ed", word + "ing"}
    return frozenset(found)


@lru_cache(maxsize=8192)
def family(word: str) -> frozenset[str]:
    """List the forms of every word that this may be a form of: `accordions` is found as `accordion`."""
    stems = {word, *(base for base, of in _FORMS.items() if word in of)}
    for ending, instead in (("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word.removesuffix(ending)
            stems |= {stem + instead, stem[:-1] if stem[-1] == stem[-2] else stem + instead}
    return frozenset[str]().union(*(forms(stem) for stem in stems if word in forms(stem)))


def _closed(word: str) -> bool:
    """Tell whether a word ends as `stab` does, whose last letter doubles."""
    return len(word) > 2 and word[-1] not in _VOWELS + "wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS
