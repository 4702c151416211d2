"""docs/permissions.md is true: each of its examples is run over the API of fakes, whose policy is the reference."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.account import AccountRegistered
from schemas.ids import stream_id
from tests.unit.api.conftest import Place
from tests.unit.cli.test_commands import Run, cli, person, place

__all__ = ["cli", "place"]
PAGE = Path(__file__).parents[3] / "docs" / "permissions.md"
NAME = re.compile(r"<([A-Z]+)>")


class Example(NamedTuple):
    """One command and the lines that its answer holds, in this order."""

    command: str
    answer: list[str]

    @property
    def refused(self) -> bool:
        return bool(re.match(r"[a-z_]+\.[a-z_]+: ", self.answer[0]))


def sections() -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
        examples = [example for block in blocks for example in read(block)]
        if examples:
            found[section.partition("\n")[0]] = examples
    return found


def read(block: str) -> Iterator[Example]:
    for said in block.split("$ ")[1:]:
        command, *answer = said.strip().split("\n")
        yield Example(command, answer)


SECTIONS = sections()


def matched(line: str, told: list[str], names: dict[str, str]) -> int | None:
    """Find the first line told that is the one expected; keeps the ids that it names."""
    pattern = r"\s+".join(re.escape(word) for word in line.split())
    pattern = pattern.replace("…", ".*")
    pattern = NAME.sub(lambda match: re.escape(names[match[1]]) if match[1] in names else f"(?P<{match[1]}>[0-9a-z-]+)", pattern)
    for place_, one in enumerate(told):
        match = re.fullmatch(pattern, one.strip())
        if match is not None:
            names |= match.groupdict()
            return place_
    return None


@pytest.mark.parametrize("section", SECTIONS)
def test_the_examples_of_the_page_answer_as_it_says(cli: Run, place: Place, section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    place.open()
    for name in ("min", "theo", "ren", "jun"):
        place.activate(person(cli, name))
    minor = place.access.account_of("jun")
    assert minor is not None
    place.append(minor, AccountRegistered(region="KR", locale="ko", minor=True))
    names: dict[str, str] = {}
    for example in SECTIONS[section]:
        command = NAME.sub(lambda match: names[match[1]], example.command)
        program, *arguments = shlex.split(command)
        assert program == "cameo"
        code, out, err = cli(*arguments)
        wrong_use = example.answer[0].startswith("Error: ")
        assert code == (2 if wrong_use else 1 if example.refused else 0), f"{command}\n{out}{err}"
        told = (err if example.refused or wrong_use else out).splitlines()
        for line in example.answer:
            at = matched(line, told, names)
            assert at is not None, f"{command}: no line {line!r} (in this order) in\n{out}{err}"
            told = told[at + 1 :]


def test_the_page_teaches_every_command_of_consent() -> None:
    said = {" ".join(shlex.split(example.command)[1:3]) for examples in SECTIONS.values() for example in examples}
    wanted = {
        "audience everyone", "audience remove", "grant give", "grant list", "grant withdraw", "grant pass", "grant unpass", "group make",
        "request ask", "request change", "request ignore", "restrict try", "prefer list", "power give", "power acts", "power died",
        "films remove", "films report",
    }  # fmt: skip
    assert wanted <= said
    assert stream_id("account", bytes(16)) not in PAGE.read_text(encoding="utf-8")
