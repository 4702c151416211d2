"""Rego and the plain Python reference answer alike on random histories, permit often enough, and refuse for each reason alone."""

from __future__ import annotations

from collections import Counter
from itertools import product

from hypothesis import HealthCheck, given, settings

from policy.codes import codes
from policy.reference import judge
from tests.policy_parts import ServedPolicy
from tests.property.policy.histories import Case, cases, input_of, singly

DECISIONS = 3000


def agreed(served: ServedPolicy, case: Case) -> tuple[str, ...]:
    """Ask both; the codes that both gave."""
    question = input_of(case, served.bundle.sha256)
    answer = served.engine.evaluate(question)
    assert answer == judge(question, served.bundle.sha256)
    return answer.unmet


def test_every_fault_alone_is_answered_alike_and_every_requirement_is_once_the_only_reason(served: ServedPolicy) -> None:
    alone = Counter[str]()
    for basis, action in product(("grant", "everyone", "mutuals", "own"), ("start", "draft", "release", "serve")):
        refusals = [agreed(served, case) for case in singly(basis, action)]
        assert refusals[0] == (), f"the unspoilt case is permitted: {basis}, {action}"
        alone.update(codes[0] for codes in refusals if len(codes) == 1)
    requirements = {code.code for code in codes().values() if code.requirement is not None}
    assert requirements - set(alone) == set()


def test_random_histories_are_answered_alike_and_a_third_are_permitted(served: ServedPolicy) -> None:
    permitted = Counter[bool]()

    @settings(max_examples=DECISIONS, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def agree(drawn: tuple[Case, tuple[str, ...]]) -> None:
        permitted[agreed(served, drawn[0]) == ()] += 1

    agree()
    assert permitted.total() >= DECISIONS
    assert 0.3 <= permitted[True] / permitted.total() <= 0.9
