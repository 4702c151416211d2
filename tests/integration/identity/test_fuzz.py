"""Broken recordings through the real decoding child: each gives a recording or a code, and no child dies of one."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from identity.adapters import limits
from infra.places import ROOT
from tests.integration.identity.fuzz.mutating import Breaking, parts_of
from tests.integration.identity.fuzz.seeds import recording

FILES = 480


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    command = [sys.executable, "-m", "tests.integration.identity.fuzz", str(FILES), "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_every_broken_file_gives_a_recording_or_a_code(told):
    assert told["files"] == FILES
    assert set(told["outcomes"]) <= limits.CODES | {"read"}
    assert told["outcomes"]["read"] > FILES // 20, "what is broken a little is still read: else nothing behind the container was tried"
    assert len(told["outcomes"]) >= 6


def test_no_child_ended_but_by_its_own_answer(told):
    assert told["ends"] == {}


def test_none_took_more_than_its_bounds(told):
    assert told["worst_cpu_s"] < limits.CHILD_CPU_S
    assert told["worst_mib"] < limits.CHILD_MEMORY_BYTES >> 20


def test_a_number_breaks_a_file_in_one_way_and_each_in_another():
    seeds = [recording(), recording("h264.mp4")]
    assert all(len(parts_of(seed)) > 20 for seed in seeds)
    once, twice = ([Breaking(number, seeds).broken() for number in range(100)] for _ in range(2))
    assert once == twice
    assert len(set(once)) > 90
