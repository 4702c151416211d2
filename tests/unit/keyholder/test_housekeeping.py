"""The keyholder's housekeeping goes on whatever fails in it, and looks for leftovers once in so many rounds, also after a failure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from identity.keys.errors import DestructionUnprovenError
from schemas.errors import SchemaError
from serving.keyholder.__main__ import CLEAR_EVERY, tend
from serving.keyholder.errors import RefusedError
from streams.errors import LedgerUnavailableError


class Rounds:
    """An end that comes after so many rounds."""

    def __init__(self, rounds: int) -> None:
        self._left = rounds

    def wait(self, seconds: float) -> bool:
        del seconds
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize(
    "failing",
    [RefusedError("x"), DestructionUnprovenError("x"), LedgerUnavailableError("x"), SchemaError("x"), OSError("x")],
    ids=lambda one: type(one).__name__,
)
def test_housekeeping_outlives_what_fails_and_looks_again_in_its_turn(failing: Exception) -> None:
    due, cleared = [0], [0]

    def destroy_due() -> None:
        due[0] += 1

    def clear_leftovers() -> None:
        cleared[0] += 1
        raise failing

    held: Any = SimpleNamespace(steward=SimpleNamespace(destroy_due=destroy_due, clear_leftovers=clear_leftovers))
    ended: Any = Rounds(2 * CLEAR_EVERY)
    tend(held, ended)
    assert (due, cleared) == ([2 * CLEAR_EVERY], [2])
