"""`cameo verification check` judges an assertion offline, and ends with 1 where it does not hold."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from serving.cli.verifications import verification
from serving.core.assertion import Keys, Passed, key_set, sign

SEED = b"k" * 32


@pytest.fixture
def checked(tmp_path: Path):
    (tmp_path / "keys.json").write_text(json.dumps(key_set(Keys(SEED), int(time.time()))))
    (tmp_path / "a.jwt").write_text(sign(SEED, "main", Passed("v", "cameo-1", "bank", "n" * 16, "light", int(time.time()), "basic")))

    def run(audience: str = "bank", *more: str):
        args = ["check", str(tmp_path / "a.jwt"), "--keys", str(tmp_path / "keys.json"), "--audience", audience, "--nonce", "n" * 16]
        return CliRunner().invoke(verification, [*args, *more])

    return run


def test_one_that_holds_tells_whose_cameo_and_the_level(checked) -> None:
    answer = checked("bank", "--json")
    assert answer.exit_code == 0
    told = json.loads(answer.output)
    assert (told["holds"], told["cameo"], told["level"]) == (True, "cameo-1", "light")
    assert "+00:00" in told["answered_at"]


def test_one_for_somebody_else_ends_with_1_and_says_why(checked) -> None:
    answer = checked("other")
    assert answer.exit_code == 1
    assert "does not hold" in answer.output


def test_of_another_installation_or_a_lower_level_it_does_not_hold(checked) -> None:
    assert checked("bank", "--level", "light").exit_code == 0
    assert checked("bank", "--issuer", "urn:cameo:other").exit_code == 1
