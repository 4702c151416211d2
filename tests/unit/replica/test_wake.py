"""A wait for the view ends by a write, by something else to read, or by its limit; being woken is never needed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from serving.replica.wake import VIEW_FILE, Wake

LONG_S = 3600.0


@pytest.fixture
def view(tmp_path: Path) -> Path:
    (tmp_path / VIEW_FILE).write_bytes(b"a view")
    return tmp_path


def _write(view: Path) -> None:
    with (view / VIEW_FILE).open("r+b") as file:
        file.write(b"moved")


def test_a_write_of_the_view_ends_the_wait(view: Path) -> None:
    wake = Wake(view)
    waiting = threading.Thread(target=wake.wait, args=(LONG_S,))
    waiting.start()
    _write(view)
    waiting.join()
    wake.close()


def test_a_write_between_two_waits_is_not_missed(view: Path) -> None:
    wake = Wake(view)
    for _ in range(3):
        _write(view)
        wake.wait(LONG_S)
    wake.close()


def test_another_descriptor_ends_the_wait_and_stays_readable(view: Path) -> None:
    wake = Wake(view)
    here, there = os.pipe()
    os.write(there, b"x")
    wake.wait(LONG_S, here)
    assert os.read(here, 1) == b"x"


@pytest.mark.parametrize("present", [True, False], ids=["nothing is written", "there is no file to watch"])
def test_without_a_write_the_wait_ends_at_its_limit(tmp_path: Path, *, present: bool) -> None:
    if present:
        (tmp_path / VIEW_FILE).write_bytes(b"a view")
    Wake(tmp_path).wait(0.001)
