"""What the decoding child does where the kernel takes its filter of calls, has none, or is forbidden to take it."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from identity.adapters import confined, media, pictures
from identity.adapters.media import Child, SubprocessMediaDecoder
from identity.errors import DecoderFailedError
from identity.ports import Media
from infra import doctor
from serving.adapters.rendering import EvidenceRenderer
from serving.errors import UnavailableError
from tests.integration.identity.fuzz.seeds import recording

ADAPTERS = Path(confined.__file__).parent
PRCTL = 157
FIRST_ARGUMENT_AT = 16
FORBIDDING = f"""
import ctypes, os, struct, sys
sys.path.insert(0, {str(ADAPTERS)!r})
import confined
answer = int(sys.argv[1])
steps = [(0x20, 0, 0, 0), (0x15, 0, 3, {PRCTL}), (0x20, 0, 0, {FIRST_ARGUMENT_AT}), (0x15, 0, 1, 22), (6, 0, 0, 0x00050000 | answer), (6, 0, 0, 0x7FFF0000)]
code = b"".join(struct.pack("<HBBI", *step) for step in steps)
kept = ctypes.create_string_buffer(code, len(code))
head = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(kept)))
assert confined.prctl(confined.PR_SET_NO_NEW_PRIVS, 1) == 0
assert confined.prctl(confined.PR_SET_SECCOMP, confined.FILTER, head) == 0
os.execv(sys.executable, [sys.executable, "-I", "-B", *sys.argv[2:]])
"""
"""Starts a script in a place where the kernel answers whoever asks for a filter with this error, as a container's own filter may."""

pytestmark = pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="the filter is of Linux on x86-64")


def told(answer: int) -> str:
    command = [sys.executable, "-I", "-B", "-c", FORBIDDING, str(answer), str(ADAPTERS / "confined.py")]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


def starting(answer: int) -> media.Start:
    @contextlib.contextmanager
    def start(source: IO[bytes], max_side_px: int, sample_rate_hz: int) -> Iterator[Child]:
        child = [str(ADAPTERS / "decoding_child.py"), str(max_side_px), str(sample_rate_hz)]
        command = [sys.executable, "-I", "-B", "-c", FORBIDDING, str(answer), *child]
        with subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as found:
            yield found

    return start


@pytest.fixture
def take(tmp_path: Path) -> Path:
    (tmp_path / "take.webm").write_bytes(recording())
    return tmp_path / "take.webm"


def test_where_the_filter_is_forbidden_no_recording_is_read(take: Path) -> None:
    with pytest.raises(DecoderFailedError, match="filter of calls was not taken"):
        SubprocessMediaDecoder(start=starting(errno.EPERM)).decode(take, lambda _: None, max_side_px=64, sample_rate_hz=16_000)


def test_where_the_filter_is_forbidden_no_picture_is_read_either() -> None:
    command = [sys.executable, "-I", "-B", "-c", FORBIDDING, str(errno.EPERM), str(ADAPTERS / "picture_child.py"), "64"]
    said = subprocess.run(command, input=b"\x89PNG", capture_output=True, check=True, timeout=60).stdout
    assert said.startswith(b"!the filter of calls was not taken")
    with pytest.raises(DecoderFailedError, match="was not taken"):
        pictures._read(said)


def test_a_reviewer_is_told_that_it_is_no_recordings_fault(take: Path) -> None:
    renderer = EvidenceRenderer(SubprocessMediaDecoder(start=starting(errno.EPERM)))
    with pytest.raises(UnavailableError) as told:
        renderer.sheet(take.read_bytes(), clear=False)
    assert (told.value.status, told.value.code) == (503, "media.undecoded")


def test_where_the_kernel_has_no_filter_recordings_are_read_and_it_is_logged_once(take: Path, caplog: pytest.LogCaptureFixture) -> None:
    media._warn_unfiltered.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            found = SubprocessMediaDecoder(start=starting(errno.ENOSYS)).decode(take, lambda _: None, max_side_px=64, sample_rate_hz=16_000)
            assert isinstance(found, Media)
    assert [one.message.split(":")[0] for one in caplog.records] == ["recordings are decoded under limits alone"]


def test_where_the_filter_is_taken_nothing_is_logged(take: Path, caplog: pytest.LogCaptureFixture) -> None:
    media._warn_unfiltered.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert isinstance(SubprocessMediaDecoder().decode(take, lambda _: None, max_side_px=64, sample_rate_hz=16_000), Media)
    assert caplog.records == []


def test_what_the_kernel_lets_us_give_up_is_said_in_one_line() -> None:
    assert told(errno.EINVAL) == "limits"
    assert told(errno.EPERM).startswith("refused the filter of calls was not taken")
    done = subprocess.run([sys.executable, "-I", "-B", str(ADAPTERS / "confined.py")], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"filter"


def test_doctor_tells_how_recordings_are_decoded() -> None:
    found = doctor._decoding()
    assert found.ok
    assert "given up" in found.version


@pytest.mark.parametrize(
    ("answers", "machine", "said"),
    [
        ((errno.EFAULT, 0, 0), "x86_64", True),
        ((errno.EINVAL,), "x86_64", False),
        ((errno.ENOSYS,), "x86_64", False),
        ((), "aarch64", False),
        ((errno.EPERM,), "x86_64", None),
        ((0,), "x86_64", None),
        ((errno.EFAULT, errno.EPERM), "x86_64", None),
        ((errno.EFAULT, 0, errno.EACCES), "x86_64", None),
        ((errno.EFAULT, 0, errno.EINVAL), "x86_64", None),
    ],
)
def test_only_a_kernel_without_filters_is_read_on_without_one(answers: tuple[int, ...], machine: str, said: bool | None) -> None:  # noqa: FBT001 -- a table's column
    given = iter(answers)
    if said is None:
        with pytest.raises(confined.UnconfinedError):
            confined.give_up_calls(lambda *_: next(given), machine)
    else:
        assert confined.give_up_calls(lambda *_: next(given), machine) is said
    assert list(given) == []
