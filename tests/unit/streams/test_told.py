"""What goes on for a while is told once, and again when it is another thing or has been over."""

from __future__ import annotations

import logging

import pytest

from streams.adapters.kafka import require_answer
from streams.process import Told


def test_the_same_is_told_once_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    told = Told(logging.getLogger("told"))
    for error in ("away", "away", "odd", "away"):
        told.warn("not feeding", OSError(error))
    told.over()
    told.warn("not feeding", OSError("away"))
    assert [record.getMessage() for record in caplog.records] == [f"not feeding: {one}" for one in ("away", "odd", "away", "away")]


@pytest.mark.parametrize("nobody", ["", "nowhere", "127.0.0.1:x"])
def test_an_address_that_is_none_is_not_waited_for(nobody: str) -> None:
    with pytest.raises((OSError, ValueError)):
        require_answer(nobody)
