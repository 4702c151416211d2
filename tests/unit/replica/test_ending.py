"""A process that is ended is gone when the call returns, whatever state it was in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from serving.replica import ending

HOLDS_MEMORY = "import sys; held = b'x' * 50_000_000; print('here', flush=True); sys.stdin.read()"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", HOLDS_MEMORY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
        assert one.stdout is not None
        one.stdout.readline()
        yield one
        one.kill()


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_process_that_holds_memory_is_gone(process: subprocess.Popen[bytes]) -> None:
    ending.end(process)
    assert _is_gone(process.pid)
    assert process.returncode == -signal.SIGKILL


def test_one_that_died_before_is_gone_and_may_be_ended_again(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    ending.end(process)
    ending.end(process)
    assert _is_gone(process.pid)


def test_a_kernel_without_the_call_only_makes_it_slower(process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PROCESS_MRELEASE", 100_000)
    ending.end(process)
    assert _is_gone(process.pid)


def test_a_system_without_handles_of_processes_kills_all_the_same(
    process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    ending.end(process)
    assert _is_gone(process.pid)
