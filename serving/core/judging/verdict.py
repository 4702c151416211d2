"""Owns holding what is asked for against rules and hard blocks. Appends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.generation import Finding, GenerationJudged, Verdict
from serving.core.judging import likeness
from serving.core.judging.blocks import blocks_in
from serving.core.judging.likeness import Meaning
from serving.core.judging.normal import COMPARED_MAX, Sentence, Text
from serving.core.judging.terms import found_in
from serving.core.judging.words import Lexicon, Rule

KEYWORD, MEANING = "keyword", "meaning"
NO_MEANING = "no-meaning"


@dataclass(frozen=True, slots=True)
class Ruled:
    """One cameo's rules, and the revision of its restrictions that they are."""

    cameo: str
    restrictions_revision: int
    rules: Sequence[Rule]


@dataclass(frozen=True, slots=True)
class Tried:
    """What one rule does to one sentence. `why`: `category:NAME`, `keyword:WORD`, `hint:NAME`, `meaning`, `not_understood`."""

    sentence: str
    finding: Finding
    why: tuple[str, ...]


def classifier(lexicon: Lexicon, meaning: Meaning | None) -> str:
    """Name the classifier as every verdict names it."""
    return f"{lexicon.version}+{NO_MEANING if meaning is None else meaning.version}"


def judge(plan_digest: str, texts: Iterable[str], ruled: Iterable[Ruled], lexicon: Lexicon, meaning: Meaning | None) -> GenerationJudged:
    """Judge what is asked for against each cameo's rules. Without `meaning`, what it alone could tell is uncertain."""
    text = lexicon.without_innocent(Text.of(*texts))
    words = blocks_in(text, lexicon)
    certain, doubtful = words.certain, words.doubtful
    unread = text.strange
    if meaning is None:
        unread = unread or any(sentence.comparable for sentence in text.sentences)
    else:
        like = likeness.blocked(text, lexicon, meaning)
        certain, doubtful = certain | like.certain, doubtful | like.doubtful
    doubt = unread or bool(doubtful)
    return GenerationJudged(
        plan_digest=plan_digest,
        classifier=classifier(lexicon, meaning),
        hard_blocks=tuple(sorted(certain)),
        verdicts=tuple(_verdict(one, text, lexicon, meaning, doubt=doubt) for one in ruled),
    )


def try_sentence(rule: Rule, written: str, lexicon: Lexicon, meaning: Meaning | None) -> Tried:
    """Hold one text against one rule."""
    text = lexicon.without_innocent(Text.of(written))
    finding, why = _held(rule, text, lexicon, meaning)
    if finding == "allowed" and text.strange:
        return Tried(written, "uncertain", ("not_understood",))
    return Tried(written, finding, why)


def _verdict(ruled: Ruled, text: Text, lexicon: Lexicon, meaning: Meaning | None, *, doubt: bool) -> Verdict:
    held = [_held(rule, text, lexicon, meaning) for rule in ruled.rules]
    findings = {finding for finding, _ in held}
    refused = {
        reason.split(":")[0] if not reason.startswith("category:") else reason[9:]
        for finding, why in held
        if finding == "refused"
        for reason in why
    }
    finding: Finding = "refused" if refused else "uncertain" if doubt or "uncertain" in findings else "allowed"
    return Verdict(
        cameo=ruled.cameo,
        restrictions_revision=ruled.restrictions_revision,
        finding=finding,
        categories=tuple(sorted(refused)),
    )


def _held(rule: Rule, text: Text, lexicon: Lexicon, meaning: Meaning | None) -> tuple[Finding, tuple[str, ...]]:
    """Hold a whole text against one rule: what it comes to, and why, sorted."""
    refused: set[str] = set()
    doubtful: set[str] = set() if rule.understood else {"not_understood"}
    for at, sentence in enumerate(text.sentences):
        certain, perhaps = _reasons(rule, sentence, lexicon)
        if sentence.comparable and not certain and at < COMPARED_MAX:
            by_meaning = (False, True) if meaning is None else likeness.compared(rule, sentence.written, lexicon, meaning)
            certain |= {MEANING} if by_meaning[0] else set()
            perhaps |= {MEANING} if by_meaning[1] else set()
        if rule.exempt and any(found_in(word, sentence) for word in rule.exempt):
            perhaps |= certain
            certain.clear()
        refused |= certain
        doubtful |= perhaps
    if refused:
        return "refused", tuple(sorted(refused))
    return ("uncertain", tuple(sorted(doubtful))) if doubtful else ("allowed", ())


def _reasons(rule: Rule, sentence: Sentence, lexicon: Lexicon) -> tuple[set[str], set[str]]:
    """Tell what the words of a sentence say against a rule, and what they hint at."""
    spoken = lexicon.spoken.find(sentence.readings)
    hinted = lexicon.hints.find(sentence.readings)
    certain = {f"category:{name}" for name in rule.categories & spoken.keys()}
    certain |= {f"keyword:{name}" for name in rule.things & spoken.keys()}
    certain |= {f"keyword:{word}" for word in rule.keywords if found_in(word, sentence)}
    certain |= {f"keyword:{'+'.join(sorted(words))}" for words in rule.together if all(found_in(word, sentence) for word in words)}
    perhaps = {f"hint:{name}" for name in (rule.concepts & hinted.keys()) | (rule.near & spoken.keys())}
    perhaps |= {f"hint:{word}" for word in rule.near_words if found_in(word, sentence)}
    if rule.read_in is not None and not (sentence.english and "en" in rule.read_in):
        perhaps.add("not_understood")
    return certain, perhaps
