"""Measures the judge on the labelled sentences: what it finds, what it sends to review, and what it costs. Owns no threshold.

`python -m bench.judging [--plans N]` writes bench/results/judging.json. Nothing is tuned on `test` and `last`; intervals are
Wilson's at 95 %. `uncertain` is counted apart: a subject then looks at the draft.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.labelled import NONE, Half, hard_prompts, restrictions
from bench.results import Row, percentile, write
from identity.core.rates import wilson
from infra.places import Places
from infra.tools import Tools
from serving.core.judging import Lexicon, Meaning, Ruled, judge, try_sentence, understand
from serving.judge.lexicon import installed
from serving.judge.meaning import MiniLm

SETS: tuple[Half, ...] = ("test", "last")
TEXTS_A_PLAN = 4
RULES = ("no politics, no meat", "don't put me on a motorcycle", "뱀 나오는 거 싫어")


@dataclass(frozen=True)
class Held:
    """One labelled text as it was found: `stopped` (refused, blocked) or `looked_at` (uncertain), or neither."""

    language: str
    kind: str
    wrong: bool
    stopped: bool
    looked_at: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=60)
    given = parser.parse_args()
    lexicon, meaning = installed(), MiniLm(Tools.load(Places.from_env(os.environ)).models)
    rows: list[Row] = []
    for half in SETS:
        rows += told(f"rules, {half}", "refused", held_rules(half, lexicon, meaning))
        rows += told(f"hard blocks, {half}", "blocked", held_blocks(half, lexicon, meaning))
    write("judging", rows + timed(given.plans, lexicon, meaning))


def held_rules(half: Half, lexicon: Lexicon, meaning: Meaning) -> list[Held]:
    """Hold every labelled sentence of a set against its rule."""
    made: list[Held] = []
    for one in restrictions(half):
        finding = try_sentence(understand(one.rule, lexicon), one.sentence, lexicon, meaning).finding
        made.append(Held(one.language, one.kind, one.forbidden, finding == "refused", finding == "uncertain"))
    return made


def held_blocks(half: Half, lexicon: Lexicon, meaning: Meaning) -> list[Held]:
    """Judge every labelled prompt of a set without rules; any block counts as blocked."""
    made: list[Held] = []
    for one in hard_prompts(half):
        found = judge("0" * 64, [one.prompt], [Ruled("", 0, ())], lexicon, meaning)
        uncertain = found.verdicts[0].finding == "uncertain"
        made.append(Held(one.language, one.kind, one.block != NONE, bool(found.hard_blocks), uncertain and not found.hard_blocks))
    return made


def told(what: str, stopped: str, held: Sequence[Held]) -> list[Row]:
    """Put what was found into rows, by language and kind."""
    rows: list[Row] = []
    for language in ("en", "ko"):
        of = [one for one in held if one.language == language]
        rows.append(share(f"{what}, {language}: precision of {stopped}", [one.wrong for one in of if one.stopped]))
        for kind in ("plain", "adversarial"):
            wrong = [one for one in of if one.kind == kind and one.wrong]
            right = [one for one in of if one.kind == kind and not one.wrong]
            name = f"{what}, {language}, {kind}"
            rows.append(share(f"{name}: recall, {stopped}", [one.stopped for one in wrong]))
            rows.append(share(f"{name}: recall, {stopped} or reviewed", [one.stopped or one.looked_at for one in wrong]))
            rows.append(share(f"{name}: innocent but {stopped}", [one.stopped for one in right]))
            rows.append(share(f"{name}: innocent but reviewed", [one.looked_at for one in right]))
    return rows


def share(what: str, of: Iterable[bool]) -> Row:
    """Make a row of a share, its interval in words."""
    each = list(of)
    low, high = wilson(sum(each), len(each))
    return Row(f"{what} (95 %: {low:.2f} to {high:.2f})", "", sum(each) / len(each) if each else 0.0, None, len(each))


def timed(plans: int, lexicon: Lexicon, meaning: Meaning) -> list[Row]:
    """Time judging plans of new sentences, with the model and by words alone."""
    sentences = [one.sentence for half in SETS for one in restrictions(half)] + [one.prompt for half in SETS for one in hard_prompts(half)]
    ruled = [Ruled("", 0, [understand(rule, lexicon) for rule in RULES])]
    texts = [[f"{one} ({number})" for one in sentences[number::plans][:TEXTS_A_PLAN]] for number in range(plans)]
    judge("0" * 64, ["warm"], ruled, lexicon, meaning)
    by_all = _times(texts, lambda plan: judge("0" * 64, plan, ruled, lexicon, meaning))
    by_words = _times(texts, lambda plan: judge("0" * 64, plan, ruled, lexicon, None))
    name = f"a plan of {TEXTS_A_PLAN} texts against {len(RULES)} rules and the hard blocks"
    return [
        Row(f"{name}, {kind}, {point}", "ms", percentile(times, at), None, plans)
        for kind, times in (("words and meaning", by_all), ("words alone", by_words))
        for point, at in (("p50", 0.5), ("p99", 0.99))
    ]


def _times(plans: list[list[str]], work: Callable[[list[str]], object]) -> list[float]:
    times: list[float] = []
    for plan in plans:
        began = time.perf_counter()
        work(plan)
        times.append((time.perf_counter() - began) * 1000)
    return times


if __name__ == "__main__":
    main()
