import json

from identity.core.words import WORDS

STRESS = str.maketrans("", "", "ˈˌ")


def test_no_word_has_a_homophone_in_the_lexicon(models):
    """Against misaki's 90,000 checked pronunciations; one of its entries is not a word anybody writes for it."""
    lexicon = json.loads((models / "misaki/us_gold.json").read_text())
    sounds: dict[str, set[str]] = {}
    for word, said in lexicon.items():
        for one in [said] if isinstance(said, str) else [s for s in said.values() if s]:
            if word.islower():
                sounds.setdefault("".join(one.translate(STRESS)), set()).add(word)
    homophones = {w: sounds["".join(p.translate(STRESS))] - {w} for w, p in WORDS.items()}
    assert {w: h for w, h in homophones.items() if h} == {"pencil": {"pensile"}}
