"""What is compared is the same model: the readable one, the one that is sent, and the graph that all are filled with."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import bench.policy
from bench.policy.graph import Population
from bench.policy.model import MODEL, tuples
from bench.policy.record import Record
from bench.results import Row

NOW_US = 1_795_000_000_000_000
FGA = (Path(bench.policy.__file__).parent / "model.fga").read_text()


def test_the_readable_model_and_the_one_that_is_sent_name_the_same_types_relations_and_conditions() -> None:
    readable: dict[str, set[str]] = {}
    for line in FGA.splitlines():
        if found := re.match(r"type (\w+)", line):
            readable[found.group(1)] = set()
        elif found := re.match(r"    define (\w+):", line):
            readable[list(readable)[-1]].add(found.group(1))
    assert readable == {one["type"]: set(one["relations"]) for one in MODEL["type_definitions"]}
    conditions = dict(MODEL["conditions"])
    for name, expression in re.findall(r"condition (\w+)\(.*\) \{\n  (.*)\n\}", FGA):
        assert conditions.pop(name)["expression"] == expression
    assert conditions == {}


def test_half_of_the_questions_permit_and_every_system_is_asked_the_same() -> None:
    people = Population(200)
    asked = people.questions(400, NOW_US)
    assert Counter(people.permits(one, NOW_US) for one in asked) == {True: 200, False: 200}
    assert asked == Population(200).questions(400, NOW_US)
    assert len({(one.requester, one.owner) for one in asked}) > 200


def test_every_reason_to_refuse_is_in_the_graph() -> None:
    people = list(Population(300))
    assert any(one.suspended for one in people)
    assert {one.audience for one in people} == {"only_me", "approved", "mutuals", "everyone"}
    grants = [grant for one in people for grant in one.grants]
    assert any(grant.withdrawn for grant in grants)
    assert {grant.stands(NOW_US) for grant in grants if grant.begins_us is not None} == {True, False}
    assert any(one.blocks for one in people)


def test_no_tuple_is_written_twice() -> None:
    keys = [one[:3] for person in Population(200) for one in tuples(person)]
    assert len(keys) == len(set(keys))


def test_a_part_that_fails_leaves_no_older_figure_behind(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    record = Record(file, anew=True)
    record.keep("one", [Row("a", "ms", 1.0, None, 1)], 1)
    record.keep("two", [Row("b", "ms", 1.0, None, 1, goal=0.5)], 1)
    Record(file, anew=False).failed("one", ValueError())
    assert [row["what"] for row in json.loads(file.read_text())["rows"]] == ["b"]
