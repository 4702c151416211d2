"""The clock of a webm that is still arriving: read from real files in pieces, and from hostile bytes without harm."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.core.webm_clock import MAX_TIME_US, MOST_ELEMENTS, MOST_HELD, WebmClock
from tests.media import noise_frames, tone, write_recording

SECONDS = 2


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("clock") / "a.webm"
    return write_recording(path, noise_frames(24 * SECONDS, 160), tone(SECONDS)).read_bytes()


def read(data: bytes, piece: int = 1 << 16) -> WebmClock:
    clock = WebmClock()
    for at in range(0, len(data), piece):
        clock.feed(data[at : at + piece])
    return clock


@pytest.mark.parametrize("piece", [1, 7, 1000, 1 << 20])
def test_the_pieces_in_which_it_comes_do_not_matter(recording, piece):
    clock = read(recording, piece)
    assert not clock.malformed
    assert abs(clock.media_us - SECONDS * 1_000_000) < 100_000


def test_the_clock_goes_on_with_what_has_arrived(recording):
    seen = [read(recording[: len(recording) * part // 8]).media_us for part in range(1, 9)]
    assert seen == sorted(seen)
    assert len(set(seen)) > 4


def element(name: str, body: bytes, size: int | None = None) -> bytes:
    length = len(body) if size is None else size
    return bytes.fromhex(name) + (length | 1 << 56).to_bytes(8, "big") + body


def unsized(name: str) -> bytes:
    return bytes.fromhex(name) + b"\x01" + b"\xff" * 7


HEAD = element("1a45dfa3", b"") + unsized("18538067")


def test_clusters_without_a_size_are_read_as_a_recorder_writes_them():
    data = HEAD
    for second in range(3):
        data += unsized("1f43b675") + element("e7", (second * 1000).to_bytes(2, "big")) + element("a3", b"\x81\x01\xf4\x80media")
    clock = read(data, 3)
    assert (clock.first_us, clock.latest_us) == (500_000, 2_500_000)


def test_the_files_own_scale_is_used():
    info = element("1549a966", element("2ad7b1", (2_000_000).to_bytes(4, "big")))
    cluster = unsized("1f43b675") + element("e7", b"\x0a") + element("a0", element("a1", b"\x81\x00\x05\x80"))
    assert read(HEAD + info + cluster).latest_us == 30_000


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 20,
        b"not a webm at all",
        element("a3", b"\x81\0\0\0"),
        HEAD + element("a3", b"\x81\0\0\0"),
        HEAD + unsized("1f43b675") + unsized("e7"),
        HEAD + unsized("1f43b675") + element("e7", b"\xff" * 8) + element("a3", b"\x81\0\0\0"),
        HEAD + unsized("1f43b675") + element("e7", b"", 9),
        HEAD + unsized("1f43b675") + element("e7", b"\0") + element("a3", b"\x81\0"),
        HEAD + element("1549a966", element("2ad7b1", b"\0")),
        HEAD + element("ec", b"") * (MOST_ELEMENTS + 1),
    ],
)
def test_what_no_recorder_writes_is_malformed(data):
    assert read(data).malformed


def test_nothing_is_held_of_an_element_that_claims_the_largest_size():
    clock = read(HEAD + element("ec", b"", (1 << 56) - 2))
    tracemalloc.start()
    for _ in range(64):
        clock.feed(bytes(1 << 16))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1 << 16
    assert clock.media_us == 0


def most_held(data: bytes) -> int:
    """How much it holds at the most between two bytes: what is read whole is dropped with its last one."""
    clock, most = WebmClock(), 0
    for byte in data:
        clock.feed(bytes([byte]))
        most = max(most, len(clock._held))
    return most


LONGEST = HEAD + element("1549a966", element("2ad7b1", (2_000_000).to_bytes(8, "big")))


def test_the_longest_that_is_held_is_a_time_scale_in_its_longest_form():
    assert most_held(LONGEST) == MOST_HELD - 1


@given(st.binary(max_size=400))
def test_no_bytes_make_it_hold_more(data):
    assert max(most_held(data), most_held(HEAD + data)) < MOST_HELD


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_leave_a_bounded_time_whatever_the_pieces(data, piece):
    clock, whole = read(HEAD + data, piece), read(HEAD + data)
    assert (clock.media_us, clock.malformed) == (whole.media_us, whole.malformed)
    assert 0 <= clock.media_us <= MAX_TIME_US + 1_000_000


def test_a_broken_recording_never_raises(recording):
    chance = np.random.default_rng(7)
    head = recording[:4000]
    for _ in range(300):
        data = bytearray(head)
        for at in chance.integers(0, len(data), 6):
            data[at] = chance.integers(0, 256)
        assert 0 <= read(bytes(data), int(chance.integers(1, 600))).media_us <= MAX_TIME_US + 1_000_000
