"""An agent applies each revision once, in order, and waits behind what failed."""

from __future__ import annotations

import pytest

from streams.core.parking import describe, next_step, retry_after_us


@pytest.mark.parametrize(
    ("applied", "revision", "parked", "step"),
    [
        (0, 1, False, "apply"),
        (4, 5, False, "apply"),
        (4, 4, False, "done"),
        (4, 2, True, "done"),
        (4, 5, True, "parked"),
        (4, 9, True, "parked"),
        (4, 6, False, "gap"),
    ],
)
def test_each_revision_is_applied_once_and_in_order(applied: int, revision: int, *, parked: bool, step: str) -> None:
    assert next_step(applied, revision, parked=parked) == step


def test_retries_back_off_and_never_stop() -> None:
    waits = [retry_after_us(attempts) for attempts in range(1, 200)]
    assert waits[:4] == [1_000_000, 2_000_000, 4_000_000, 8_000_000]
    assert waits == sorted(waits)
    assert waits[-1] == 60_000_000


def test_a_parked_error_names_no_credentials() -> None:
    text = describe(OSError("connection failed: user=worker password=hunter2 host=/run\nDETAIL: more"))
    assert "hunter2" not in text
    assert "DETAIL" not in text
    assert text.startswith("OSError: connection failed")


def test_a_long_error_is_cut() -> None:
    assert len(describe(ValueError("x" * 10_000))) == 500
