"""Owns which calls the decoding child may still make of the kernel once it reads a file. Does not limit how much it may use.

Standard library only: the decoding child imports it. A filter of seccomp, on x86-64 alone: what reading, computing and writing
to the pipe need is let through, every other call (opening a file, a socket, a process) fails with EPERM. As a script it gives them
up itself and says what came of it (`filter`, `limits`, or `refused` and why): `cameo doctor` asks so.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Callable

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
FILTER = 2
X86_64 = 0xC000003E
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""REFUSE: with EPERM (1). KILL: for a call by another architecture's numbers."""
NUMBER_AT, ARCHITECTURE_AT = 0, 4
LACKING = frozenset({errno.EINVAL, errno.ENOSYS})
"""What a kernel says that was built without filters. One that has them says EFAULT to a filter at no address (seccomp(2))."""
Prctl = Callable[[int, int, ctypes.Array[ctypes.c_char] | None], int]
"""Calls prctl(2) with an option, a number and an address; gives the error's number, 0 for none."""

CALLS = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19, "writev": 20, "sched_yield": 24,
    "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "getrusage": 98, "sysinfo": 99,
    "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "clock_gettime": 228, "clock_nanosleep": 230,
    "exit_group": 231, "tgkill": 234, "newfstatat": 262, "getrandom": 318, "membarrier": 324, "rseq": 334,
}  # fmt: skip
"""By their numbers on x86-64. mmap may not open: it takes a descriptor that is open already. newfstatat tells of a file, and reads none."""


class UnconfinedError(Exception):
    """The kernel knows filters, and did not take ours: something forbids it, so nothing hostile may be read here."""


def prctl(option: int, number: int, address: ctypes.Array[ctypes.c_char] | None = None) -> int:
    """See `Prctl`."""
    call = ctypes.CDLL(None, use_errno=True).prctl
    call.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    return 0 if call(option, number, address, 0, 0) == 0 else ctypes.get_errno()


def give_up_calls(ask: Prctl = prctl, machine: str = platform.machine()) -> bool:
    """Give up every other call, for good. False: there is no filter to be had, on another machine than x86-64 or without it in the kernel.

    Raises UnconfinedError where there is one and it was not taken, also by who knows what: refused when in doubt.
    """
    if machine != "x86_64":
        return False
    known = ask(PR_SET_SECCOMP, FILTER, None)
    if known in LACKING:
        return False
    if known != errno.EFAULT:
        raise UnconfinedError(f"the filter of calls was not taken: asked for one, the kernel says {os.strerror(known)}")
    code = program()
    kept = ctypes.create_string_buffer(code, len(code))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(kept)))
    error = ask(PR_SET_NO_NEW_PRIVS, 1, None) or ask(PR_SET_SECCOMP, FILTER, head)
    if error:
        raise UnconfinedError(f"the filter of calls was not taken: {os.strerror(error)}")
    return True


def program() -> bytes:
    """Make the filter: 8 bytes an instruction (struct sock_filter)."""
    numbers = sorted(CALLS.values())
    steps = [(LOAD, 0, 0, ARCHITECTURE_AT), (EQUAL, 1, 0, X86_64), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER_AT)]
    steps += [(EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    steps += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def main() -> int:
    """Say in one line what this machine lets us give up."""
    try:
        said = "filter" if give_up_calls() else "limits"
    except UnconfinedError as error:
        said = f"refused {error}"
    os.write(1, said.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
