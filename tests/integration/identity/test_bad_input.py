"""What people and attackers hand in that is no good recording: a code each, from the real decoding child."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from identity.adapters import confined, limits
from identity.adapters.media import SubprocessMediaDecoder
from identity.core.assessment import Refused, decide
from identity.core.challenge import issue
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.profiles import Profile
from identity.handlers import assess_recording
from identity.ports import Frame
from infra.places import ROOT
from tests.integration.identity.fuzz.seeds import FPS, KINDS, pictures, recording, sound
from tests.media import ACTORS_FOLDER, SOUND_HZ, write_recording
from tests.media import FPS as FRAMES_A_SECOND

BLACK = [np.zeros((240, 240, 3), np.uint8)] * 24


def timed_back() -> bytes:
    """The second cluster's time stamp is put before the first one's end."""
    data = bytearray(recording(frames=pictures(60), tone=sound(6)))
    first = data.index(b"\x1f\x43\xb6\x75")
    at = data.index(b"\xe7", data.index(b"\x1f\x43\xb6\x75", first + 4)) + 2
    size = data[at - 1] & 0x7F
    data[at : at + size] = (100).to_bytes(size, "big")
    return bytes(data)


def claimed_large() -> bytes:
    """The header claims 16000 pixels, the frames have 320."""
    return recording(frames=pictures(24, side=320)).replace(b"\xb0\x82\x01\x40", b"\xb0\x82\x3e\x80")


CASES = {
    "empty": (lambda: b"", "media.unreadable"),
    "another form": (lambda: b"GIF89a" + bytes(200), "media.unreadable"),
    "webm cut off": (lambda: (whole := recording())[: len(whole) // 2], "media.too_short"),
    "mp4 cut off": (lambda: (whole := recording("h264.mp4"))[: len(whole) // 2], "media.unreadable"),
    "one frame": (lambda: recording(frames=pictures(1)), "media.too_short"),
    "half a second of sound": (lambda: recording(tone=sound(0.5)), "media.too_short"),
    "longer sound": (lambda: recording(tone=sound(6)), "media.lengths"),
    "longer film": (lambda: recording(frames=pictures(80)), "media.lengths"),
    "silent": (lambda: recording(tone=sound(2.4, loudness=0)), "media.silent"),
    "black": (lambda: recording(frames=BLACK), "media.black"),
    "tiny": (lambda: recording(frames=pictures(24, side=160)), "media.resolution"),
    "a claim of a picture larger than any camera's": (claimed_large, "media.resolution"),
    "a jump in time": (lambda: recording(times_s=[at / FPS + (4 if at > 12 else 0) for at in range(24)], tone=sound(6.4)), "media.clock"),
    "back in time": (timed_back, "media.clock"),
    "another picture codec": (lambda: recording("h264.mp4", codecs=("mpeg4", "aac")), "media.codec"),
    "another sound codec": (lambda: recording("h264-flac.mkv", codecs=("libx264", "libmp3lame")), "media.codec"),
    "an hour": (lambda: recording(times_s=[150 * at for at in range(24)]), "media.too_long"),
} | {f"whole {kind}": (lambda kind=kind: recording(kind), "read") for kind in KINDS}


@pytest.fixture(scope="module")
def came(tmp_path_factory) -> dict[str, str]:
    """What each file came to: all by forked children of one process, which saves the start of an interpreter a file."""
    folder = tmp_path_factory.mktemp("bad")
    for name, (made, _) in CASES.items():
        (folder / name).write_bytes(made())
    command = [sys.executable, "-m", "tests.integration.identity.fuzz", "--decode", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", CASES)
def test_each_has_a_code_of_its_own(name, came):
    assert came[name] == CASES[name][1]


def test_where_each_frame_begins_in_the_file_is_told(tmp_path):
    for kind in ("vp8.webm", "h264.mp4"):
        found: list[Frame] = []
        (tmp_path / kind).write_bytes(recording(kind))
        SubprocessMediaDecoder().decode(tmp_path / kind, found.append, max_side_px=64, sample_rate_hz=16_000)
        offsets = [frame.byte_offset for frame in found]
        assert None not in offsets, kind
        assert len(set(offsets)) == len(offsets)
        assert min(offsets) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")
def test_the_child_opens_nothing_and_speaks_to_nobody():
    """The child's own `bind`, then what an attacker would try, each in a process of its own: refused, and reading still works."""
    tried = {
        "open a file": "open('/etc/passwd')",
        "open a socket": "import _socket; _socket.socket(2, 1)",
        "speak to a neighbour": "import _socket; _socket.socketpair()",
        "start a program": "os.execv('/bin/true', ['true'])",
        "fork": "os.fork()",
        "write a file": "os.open('/tmp/cameo-child', os.O_CREAT | os.O_WRONLY)",
        "end its parent": "os.kill(os.getppid(), 0)",
    }
    folder = str(Path(limits.__file__).parent)
    begin = f"import os, sys, _socket; sys.path.insert(0, {folder!r}); import decoding_child; decoding_child.bind()\n"
    for what, attempt in tried.items():
        code = (
            begin
            + f"try:\n    {attempt}\nexcept OSError as error:\n    os.write(1, str(error.errno).encode())\nelse:\n    os.write(1, b'done')"
        )
        done = subprocess.run([sys.executable, "-I", "-B", "-c", code], capture_output=True, check=False, timeout=60)
        assert done.stdout in (b"1", b"24"), f"{what}: {done.stdout!r} {done.stderr[-300:]!r}"


def test_the_filter_is_one_the_kernel_knows():
    assert len(confined.program()) == 8 * (4 + len(confined.CALLS) + 2)
    assert len(set(confined.CALLS.values())) == len(confined.CALLS)


def test_two_people_in_one_picture(assess, answer, tmp_path):
    still = cv2.imread(str(ACTORS_FOLDER / "maeve.jpg"))
    side = answer.performance.frames[0].shape[0]
    other = cv2.resize(still, (side, side), interpolation=cv2.INTER_AREA)
    both = [np.hstack([frame, other]) for frame in answer.performance.frames[:60]]
    found = assess(write_recording(tmp_path / "x.webm", both, answer.performance.sound[: 60 * SOUND_HZ // FRAMES_A_SECOND]))
    assert "quality.several_faces" in {one.code for one in found.results if not one.passed}
    assert isinstance(decide(found, Profile.BASIC), Refused)


@pytest.mark.parametrize("name", ["empty", "webm cut off", "silent", "another picture codec", "back in time"])
def test_what_cannot_be_read_is_an_assessment_that_refuses_with_its_code(name, loaded, tmp_path):
    """As the worker assesses it, models and all: nothing is raised, so that no worker dies of a file."""
    made, code = CASES[name]
    (tmp_path / "x").write_bytes(made())
    challenge = issue("anna", 1_000_000, (1).to_bytes(32, "big"))
    found = assess_recording(tmp_path / "x", Asked(challenge, Submission("anna", 2_000_000), matches=()), Profile.BASIC, loaded)
    decision = decide(found, Profile.BASIC)
    assert isinstance(decision, Refused)
    assert code in decision.codes
