"""Rego and the plain Python reference answer alike on random histories, permit often enough, and refuse for each reason alone.

CAMEO_DECISIONS says how many random decisions (default 10,000); each is drawn from its own number, which a failure names.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from random import Random

from policy.codes import codes
from policy.reference import judge
from tests.policy_parts import ServedPolicy
from tests.property.policy.histories import ACTIONS, BASES, Case, drawn, input_of, singly

DECISIONS = int(os.environ.get("CAMEO_DECISIONS", "10000"))
EACH_ALONE = 50
"""Times that each requirement is the only one to refuse, in every 10,000 decisions."""


def agreed(served: ServedPolicy, case: Case, drawn_as: object) -> tuple[str, ...]:
    """Ask both; the codes that both gave."""
    question = input_of(case, served.bundle.sha256)
    answer, expected = served.engine.evaluate(question), judge(question, served.bundle.sha256)
    assert answer == expected, drawn_as
    return answer.unmet


def requirements() -> set[str]:
    return {code.code for code in codes().values() if code.requirement is not None}


def test_every_fault_alone_is_answered_alike_and_every_requirement_is_once_the_only_reason(served: ServedPolicy) -> None:
    alone = Counter[str]()
    for basis, action in product(BASES, ACTIONS):
        refusals = [agreed(served, case, (basis, action, place)) for place, case in enumerate(singly(basis, action))]
        assert refusals[0] == (), f"the unspoilt case is permitted: {basis}, {action}"
        alone.update(codes[0] for codes in refusals if len(codes) == 1)
    assert requirements() - set(alone) == set()


def test_random_histories_are_answered_alike_a_third_permitted_and_each_requirement_the_only_refusal(served: ServedPolicy) -> None:
    def told(number: int) -> tuple[str, ...]:
        case, faults = drawn(Random(number))
        return agreed(served, case, (number, faults))

    permitted, alone = 0, Counter[str]()
    with ThreadPoolExecutor(4) as pool:
        for block in range(0, DECISIONS, 10_000):  # what is waiting to be judged stays small however long the run
            for unmet in pool.map(told, range(block, min(block + 10_000, DECISIONS))):
                permitted += unmet == ()
                alone.update(unmet[:1] if len(unmet) == 1 else ())
    assert 0.3 <= permitted / DECISIONS <= 0.9
    assert {code: alone[code] for code in requirements() if alone[code] < EACH_ALONE * DECISIONS // 10_000} == {}
