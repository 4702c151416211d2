"""`cameo doctor` on this checkout, and on one where something is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra import doctor
from infra.places import Places
from infra.tools import Tools
from serving.cli.operate import COMMANDS
from tests import parts


def findings(places: Places) -> dict[str, doctor.Finding]:
    return {one.part: one for one in doctor.examine(places)}


def test_every_part_of_a_complete_set_up_is_found_with_its_version_and_where_it_is_from(tools: Tools) -> None:
    assert tools.models.is_dir()
    found = findings(parts.places())
    assert {name for name, one in found.items() if not one.ok} == set()
    assert {"python", "uv", "packages", "postgres", "java", "kafka", "opa", "models", "libraries"} <= set(found)
    assert all(one.version and one.source for one in found.values())


def test_an_altered_model_is_named_with_both_sums_and_a_remedy(tools: Tools, tmp_path: Path) -> None:
    shutil.copytree(tools.models, tmp_path / "models", copy_function=lambda source, target: Path(target).symlink_to(source))
    altered = tmp_path / "models" / "kokoro" / "vocab.json"
    before = altered.read_bytes()
    altered.unlink()
    altered.write_bytes(before[:-1] + b" ")
    here = parts.places()
    found = findings(Places(tmp_path, here.var, here.run, here.venv))["models"]
    assert not found.ok
    assert "kokoro/vocab.json" in found.version
    assert "expected sha256" in found.version
    assert found.remedy


def test_doctor_ends_with_1_and_says_the_remedies_where_nothing_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMEO_CACHE", str(tmp_path))
    monkeypatch.setenv("CAMEO_RUN", "/tmp/" + "x" * 60)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    done = CliRunner().invoke(COMMANDS["doctor"], ["--json"])
    assert done.exit_code == 1
    wrong = {row["part"]: row["remedy"] for row in json.loads(done.stdout) if not row["ok"]}
    assert {"set-up", "kafka", "models", "run"} <= set(wrong)
    assert all(wrong.values())
    assert "CAMEO_RUN" in wrong["run"]
