"""Owns what a process does about its own memory before it holds keys or people's recordings: no dump, no debugger, no swap.

What it does not do: Python neither overwrites nor moves bytes at will, so copies of what was opened stay until their memory is used
again. Whoever is root, or has the machine's memory, reads them.
"""

from __future__ import annotations

import ctypes
import os
import resource

PR_SET_DUMPABLE = 4
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4


def leave_no_dump() -> None:
    """Dump no core, also through a pipe of the machine's, and be readable by no debugger of the same account. Raises OSError."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl PR_SET_DUMPABLE")


def stay_out_of_swap() -> bool:
    """Lock this process's pages, present and future, as they are used; False where the machine does not let us.

    Only where there is no limit to what may be locked: under one, memory that is asked for later would be refused.
    """
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY or os.geteuid() == 0
    return unlimited and ctypes.CDLL(None, use_errno=True).mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0
