"""The policy bench works, in its shortest form: every system answers every question as the model does, every part gives rows."""

from __future__ import annotations

import subprocess
import sys

from infra.places import ROOT


def test_every_part_of_the_policy_bench_runs_in_its_shortest_form() -> None:
    done = subprocess.run([sys.executable, "-m", "bench.policy", "--small"], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "decision beside OPA with everything as data" in done.stdout
