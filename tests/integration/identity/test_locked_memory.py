"""What the operating system shows of an index of faces: read from this process's own memory map, not from what we say of it."""

import subprocess
import sys

PROGRAM = """
import ctypes, re, sys
import numpy as np
from identity.adapters.face_index import LockedFaceIndex

def flags(address):
    inside = False
    for line in open("/proc/self/smaps"):
        span = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
        if span:
            inside = int(span[1], 16) <= address < int(span[2], 16)
        elif inside and line.startswith("VmFlags"):
            return line.split()[1:]

index = LockedFaceIndex(block_rows=4096)
vector = np.zeros(128, np.float32); vector[5] = 1.0
index.add("cameo", "a", vector)
rows = index._blocks[0].values
map_flags = flags(rows.ctypes.data)
granted = index.protect()
assert granted.undumped and "dd" in map_flags and "dc" in map_flags, map_flags
assert granted.locked == ("lo" in map_flags), map_flags
assert granted.undumpable and ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0
assert index.remove("cameo", "a") and not rows.any(), "a removed face is still in memory"
index.add("cameo", "b", vector)
index.close()
assert not rows.any()
print("protected")
"""


def test_templates_lie_in_memory_that_is_locked_not_dumped_not_forked_and_overwritten_when_removed():
    """In a process of its own: it makes itself undumpable."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "protected", done.stderr
