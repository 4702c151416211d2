"""`cameo policy`: an operator's own requirement is tried beside the built-in ones, and simulated over what is on record."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from policy.core.simulating import KEPT_FLIPS, Recorded, Simulated
from policy.errors import PolicyError
from policy.program import REGO
from policy.simulate import simulate
from policy.situations import NAMES, Situation, situations
from policy.trial import Trial, trial
from schemas import account, generation
from schemas.codec import digest
from schemas.ids import stream_id
from serving.cli.main import run
from streams.adapters.postgres import PostgresEventStore
from tests.conftest import Database
from tests.integration.asking.worlds import World
from tests.policy_parts import ServedPolicy

ROOT = REGO.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "policy"
Folder = Callable[..., Path]
SITUATIONS = """
- name: a friend's political film is not made
  given: [enrolled, request, judged]
  events:
    - [ann.cameo, consent.grant_given, {grant: g1, grantee: ben, purposes: [political, personal]}]
    - [generation, generation.requested, {requester: ben, purpose: political, cameos: [{cameo: ann.cameo, facets: [face]}]}]
  expect: {codes: [house.political]}
- name: a friend's film is
  given: [enrolled, grant, request, judged]
  expect: {basis: {ann.cameo: g1}}
"""


UNREACHED = '\nmet contains "house.political" if {\n\tinput.never\n\tinput.never == 1\n}\n'


@pytest.fixture
def ours(tmp_path: Path) -> Folder:
    """A factory: an operator's folder with one requirement of the house, its test and its situations."""

    def made(*, covered: bool = True, body: str = 'input.purpose != "political"', said: str = SITUATIONS) -> Path:
        folder = tmp_path / "ours"
        one = folder / "requirements" / "house_political"
        one.mkdir(parents=True)
        text = {"en": "This house makes no political films.", "ko": "이곳에서는 정치 영상을 만들지 않습니다."}
        head = {"title": "No political films", "custom": {
            "code": "house.political", "actions": ["start"], "message": text, "remedy": text, "disclosed_as": "house.political",
        }}  # fmt: skip
        comment = "\n".join(f"# {line}" for line in json.dumps(head, ensure_ascii=False, indent=2).splitlines())
        (one / "house_political.rego").write_text(
            f'package cameo.requirements\n\n# METADATA\n{comment}\nmet contains "house.political" if {body}\n{"" if covered else UNREACHED}'
        )
        tests = "" if not covered else (
            '\ntest_permitted if requirements.met["house.political"] with input as testing.start\n\n'
            'test_refused if not requirements.met["house.political"] with input as {"purpose": "political"}\n\n'
            'test_fact_missing if not requirements.met["house.political"] with input as {}\n'
        )  # fmt: skip
        imports = "import data.cameo.requirements\nimport data.cameo.testing\n" if covered else ""
        (one / "house_political_test.rego").write_text(f"package cameo.requirements.house_political_test\n\n{imports}{tests}")
        (folder / "situations").mkdir()
        (folder / "situations" / "house.yaml").write_text(said)
        return folder

    return made


def wrong(found: Trial) -> list[str]:
    return [step.name for step in found.steps if step.problems]


def test_the_built_in_policy_and_its_golden_situations_pass(opa_binary: Path) -> None:
    found = trial(REGO, opa_binary, GOLDEN)
    assert found.passed, [step for step in found.steps if step.problems]
    assert {step.name: step.tried for step in found.steps}["situations"] >= 40


def test_a_requirement_of_the_house_is_tried_beside_the_built_in_ones(ours: Folder, opa_binary: Path) -> None:
    found = trial(ours(), opa_binary)
    assert found.passed, [step for step in found.steps if step.problems]
    assert {step.name: step.tried for step in found.steps} | {"tests": 0, "coverage": 0} == {
        "requirements": 1, "strict": 1, "formatted": 1, "tests": 0, "coverage": 0, "situations": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spoilt", "step"),
    [
        ({"covered": False}, "coverage"),
        ({"body": "not_known"}, "strict"),
        ({"body": "   input.purpose"}, "formatted"),
        ({"body": "input.purpose"}, "tests"),
        ({"said": SITUATIONS.replace("[house.political]", "[]")}, "situations"),
    ],
)
def test_what_is_wrong_is_told_by_its_step(ours: Folder, opa_binary: Path, spoilt: dict[str, Any], step: str) -> None:
    assert step in wrong(trial(ours(**spoilt), opa_binary))


@pytest.mark.parametrize("said", ["- {name: a, given: [nobody], expect: {}}", "- {name: a, given: [enrolled], expect: {}}", "a: ["])
def test_a_situation_that_cannot_be_read_is_refused(ours: Folder, opa_binary: Path, said: str) -> None:
    with pytest.raises(PolicyError):
        trial(ours(said=said), opa_binary)


def test_the_command_ends_with_what_it_found(ours: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ended(*arguments: str) -> int:
        with pytest.raises(SystemExit) as end:
            run(["policy", "test", *arguments])
        return int(end.value.code or 0)

    folder = ours()
    assert ended(str(folder)) == 0
    assert re.search(r"ok +situations +2", capsys.readouterr().out)
    (folder / "situations" / "house.yaml").write_text(SITUATIONS.replace("[house.political]", "[]"))
    assert ended(str(folder), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["passed"]
    assert "house.political" in json.dumps(told["steps"])
    (tmp_path / "empty").mkdir()
    assert ended(str(tmp_path / "empty"), "--json") == 2
    assert json.loads(capsys.readouterr().err)["code"] == "policy.untried"


def recorded(served: ServedPolicy) -> list[Recorded]:
    """Decisions as the keyholder records them: the golden situations, answered by the policy in force; some of each purpose."""
    found: list[Recorded] = []
    for at, one in enumerate([*situations(GOLDEN), *_political()]):
        question = one.question(served.bundle.sha256)
        if question["action"] not in get_args(generation.Action):
            continue
        answer = served.engine.evaluate(question)
        data = {
            "decision": f"d{at}", "action": question["action"], "attempt": 1, "permit": answer.permit, "codes": answer.unmet,
            "obligations": answer.obligations, "input": question, "input_sha256": digest(question), "path": "exact",
            "bundle_sha256": served.bundle.sha256, "holding": {}, "not_after_us": answer.not_after_us,
        }  # fmt: skip
        plain = msgspec.json.decode(msgspec.json.encode(msgspec.convert(data, generation.GenerationDecided)))
        found.append(Recorded(generation=NAMES["generation"], position=at + 1, time_us=at, data=plain))
    return found


def _political() -> list[Situation]:
    given = situations(GOLDEN)[0].given
    request = {"requester": "ben", "purpose": "political", "cameos": [{"cameo": "ann.cameo", "facets": ["face"]}]}
    asked = [["generation", "generation.requested", request]]
    grant = [["ann.cameo", "consent.grant_given", {"grant": "g1", "grantee": "ben", "purposes": ["political"]}]]
    judged = {"verdicts": [{"cameo": "ann.cameo", "restrictions_revision": 0, "finding": "allowed", "categories": []}]}
    events = [*grant, *asked, ["generation", "generation.judged", judged]]
    permitted = {"given": ["enrolled"], "events": events, "expect": {}}
    return [Situation("permitted", permitted, given), Situation("refused", permitted | {"events": events[1:]}, given)]


def test_the_same_policy_flips_nothing(served: ServedPolicy, opa_binary: Path) -> None:
    found = simulate(served.bundle.archived, opa_binary, [(2, one) for one in recorded(served)])
    assert (found.decisions, found.same, found.flipped, found.flips) == (len(recorded(served)), found.decisions, 0, [])


def test_another_policy_flips_whom_it_refuses_and_says_by_which_code(served: ServedPolicy, ours: Folder, opa_binary: Path) -> None:
    decisions = recorded(served)
    found = simulate(ours(), opa_binary, [(2, one) for one in decisions] + [(1, decisions[0])])
    permitted = [
        one for one in decisions if one.data["input"]["purpose"] == "political" and one.data["action"] == "start" and one.data["permit"]
    ]
    refused = [
        one for one in decisions if one.data["input"]["purpose"] == "political" and one.data["action"] == "start" and not one.data["permit"]
    ]
    assert permitted
    assert refused
    assert (found.directions["now refused"], found.directions["other reasons"], found.older_form) == (len(permitted), len(refused), 1)
    assert dict(found.gained) == {"house.political": len(permitted) + len(refused)}
    assert found.requesters == {NAMES["ben"]: len(permitted)}
    assert found.flipped == len(permitted)


def test_a_policy_that_permits_more_is_told_so(served: ServedPolicy, tmp_path: Path, opa_binary: Path) -> None:
    laxer = tmp_path / "laxer"
    shutil.copytree(REGO, laxer)
    rule = laxer / "requirements" / "relationship" / "relationship.rego"
    head, _, _ = rule.read_text().partition("\nmet contains")
    rule.write_text(head + '\nmet contains "relationship.blocked" if input.action\n')
    decisions = recorded(served)
    blocked = [one for one in decisions if one.data["codes"] == ["relationship.blocked"]]
    found = simulate(laxer, opa_binary, [(2, one) for one in decisions])
    assert blocked
    assert found.directions["now permitted"] == len(blocked)
    assert {flip.decision for flip in found.flips if flip.direction == "now permitted"} == {one.data["decision"] for one in blocked}


def test_flips_that_are_kept_are_bounded(served: ServedPolicy) -> None:
    one = recorded(served)[-2]
    answer = served.engine.evaluate(one.data["input"] | {"purpose": "training"})
    found = Simulated(bundle_sha256=served.bundle.sha256)
    for _ in range(KEPT_FLIPS + 5):
        found.add(one, answer)
    assert (len(found.flips), found.directions["now refused"]) == (KEPT_FLIPS, KEPT_FLIPS + 5)


def test_the_command_reads_exported_events_in_a_time_range(
    served: ServedPolicy, ours: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = tmp_path / "events.jsonl"
    lines = [
        {"type": "generation.decided", "dataschema": "urn:cameo:generation.decided.v2", "subject": one.generation,
         "time": f"2026-11-{1 + one.position % 20:02}T00:00:00Z", "position": one.position, "data": one.data}
        for one in recorded(served)
    ]  # fmt: skip
    events.write_text(
        "".join(json.dumps(one) + "\n" for one in [{"type": "switch.thrown", "dataschema": "x.v1", "time": "2026-11-01T00:00:00Z"}, *lines])
    )

    def ended(*arguments: str) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as end:
            run(["policy", "simulate", *arguments, "--events", str(events), "--json"])
        return int(end.value.code or 0), json.loads(capsys.readouterr().out or "null")

    folder = ours()
    code, told = ended(str(folder))
    assert (code, told["decisions"], told["flipped"] > 0) == (1, len(lines), True)
    some = [one for one in lines if "2026-11-05" <= one["time"] < "2026-11-09"]
    assert ended(str(folder), "--since", "2026-11-05T00:00:00Z", "--until", "2026-11-09T00:00:00Z")[1]["decisions"] == len(some)
    assert ended(str(folder), "--limit", "3")[1]["decisions"] == 3
    assert ended(str(served.bundle.archived))[0] == 0
    nonsense = tmp_path / "nonsense.tar.gz"
    nonsense.write_bytes(b"no bundle")
    assert ended(str(nonsense))[0] == 2


def test_the_ledgers_own_decisions_are_read(
    database: Database, served: ServedPolicy, installation: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        PostgresEventStore(database.dsn("keyholder"), "main", max_connections=1) as store,
        PostgresEventStore(database.dsn("api"), "main", max_connections=1) as api,
    ):
        for one in recorded(served)[:4]:
            stream = stream_id("generation", one.position.to_bytes(16))
            World(store, store, None, 0).append(stream, msgspec.convert(one.data, generation.GenerationDecided))  # type: ignore[arg-type]
        World(api, api, None, 0).append(stream_id("account", bytes(16)), account.AccountRegistered(region="KR", locale="ko", minor=False))  # type: ignore[arg-type]
    for name, value in installation.environ.items():
        if name.startswith("CAMEO_"):
            monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        run(["policy", "simulate", str(served.bundle.archived), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (end.value.code, told["decisions"], told["same"]) == (0, 4, 4)
