"""Owns what a process does to itself before it may see a likeness; does not start or kill other processes."""

from __future__ import annotations

import ctypes
import os
import signal

from identity.keys.memory import leave_no_dump, stay_out_of_swap

PR_SET_PDEATHSIG = 1


class ConfinementError(Exception):
    """The kernel refused a protection without which no likeness may be held."""


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies. Raises ConfinementError, also when it is dead already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        message = "the parent is gone already"
        raise ConfinementError(message)


def leave_no_trace() -> None:
    """Dump no core, be readable by no debugger, and stay out of swap where the machine lets us."""
    try:
        leave_no_dump()
    except OSError as error:
        raise ConfinementError(str(error)) from error
    stay_out_of_swap()  # best effort: its refusal changes nothing


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, value, 0, 0, 0) != 0:
        message = f"prctl {option}: {os.strerror(ctypes.get_errno())}"
        raise ConfinementError(message)
