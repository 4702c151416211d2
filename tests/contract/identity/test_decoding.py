"""What every MediaDecoder answers, and how the real one meets hostile files."""

import itertools
import os
import random
from pathlib import Path

import numpy as np
import pytest

from identity.adapters import limits
from identity.adapters.media import SubprocessMediaDecoder
from identity.fakes import Scene
from identity.ports import Media, MediaRefused
from tests.media import noise_frames, tone, write_recording


@pytest.fixture(scope="module")
def webm(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("m") / "a.webm"
    return write_recording(path, noise_frames(90), tone(3.5)).read_bytes()


@pytest.fixture
def good(is_fake, tmp_path, webm) -> Path:
    path = tmp_path / "good"
    if is_fake:
        return Scene().write(path)
    path.write_bytes(webm)
    return path


def decode(models, path, **options):
    frames = []
    answer = models.decoder.decode(path, frames.append, **{"max_side_px": 640, "sample_rate_hz": 16_000, **options})
    return answer, frames


def test_a_good_file_gives_frames_in_order_and_sound(any_models, good):
    media, frames = decode(any_models, good)
    assert isinstance(media, Media)
    assert [f.index for f in frames] == list(range(90))
    assert all(a.time_us < b.time_us for a, b in itertools.pairwise(frames))
    assert frames[0].time_us == 0
    assert frames[0].picture.dtype == np.uint8
    assert frames[0].picture.shape[2] == 3
    assert media.samples.dtype == np.int16
    assert 3 * 16_000 < len(media.samples) <= 4 * 16_000
    assert media.facts.duration_us == frames[-1].time_us


def test_sound_comes_with_the_clock_that_the_file_gives_it(any_models, good):
    media, _ = decode(any_models, good)
    said, played = media.sound_clock_us.T
    assert len(said) > 100
    assert (np.diff(played) >= limits.SOUND_CLOCK_STEP_US).all()
    assert np.abs(said - played).max() < 60_000


def test_no_side_is_longer_than_asked(any_models, good):
    _, frames = decode(any_models, good, max_side_px=100)
    assert max(frames[0].picture.shape) == 100


def test_decoding_twice_gives_the_same(any_models, good):
    one, other = decode(any_models, good), decode(any_models, good)
    assert [f.picture.tobytes() for f in one[1]] == [f.picture.tobytes() for f in other[1]]
    assert one[0].samples.tobytes() == other[0].samples.tobytes()


@pytest.mark.parametrize("content", [b"", b"not media", b"\x00" * 4096, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"{}{"], ids=str)
def test_what_is_no_recording_is_unreadable(any_models, tmp_path, content):
    path = tmp_path / "x"
    path.write_bytes(content)
    assert decode(any_models, path)[0] == MediaRefused("media.unreadable")


def test_a_file_that_is_gone_raises(any_models, tmp_path):
    with pytest.raises(OSError, match="absent"):
        decode(any_models, tmp_path / "absent")


# --- the real decoder on hostile files ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_bytes_flipped_anywhere_give_a_recording_or_a_code(tmp_path, webm, seed):
    chance = random.Random(seed)
    data = bytearray(webm)
    for _ in range(chance.choice((1, 8, 200))):
        data[chance.randrange(len(data) if seed % 2 else 600)] = chance.randrange(256)
    path = tmp_path / "x.webm"
    path.write_bytes(data)
    answer = SubprocessMediaDecoder().decode(path, lambda _: None, max_side_px=320, sample_rate_hz=16_000)
    assert isinstance(answer, Media) or answer.code in limits.CODES


@pytest.mark.parametrize("part", [0.001, 0.01, 0.3, 0.7])
def test_a_truncated_file_gives_a_recording_or_a_code(tmp_path, webm, part):
    path = tmp_path / "x.webm"
    path.write_bytes(webm[: int(len(webm) * part)])
    answer = SubprocessMediaDecoder().decode(path, lambda _: None, max_side_px=320, sample_rate_hz=16_000)
    assert isinstance(answer, Media) or answer.code in limits.CODES


def test_a_file_over_the_size_limit_is_refused_unread(tmp_path):
    path = tmp_path / "x.webm"
    with path.open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)
    assert decode_real(path) == MediaRefused("media.too_large")


def decode_real(path, decoder=None):
    return (decoder or SubprocessMediaDecoder()).decode(path, lambda _: None, max_side_px=320, sample_rate_hz=16_000)


@pytest.mark.parametrize(
    ("frames", "sound", "code"),
    [
        (lambda: noise_frames(30), tone(1.2), "media.too_short"),
        (lambda: noise_frames(90), None, "media.no_audio"),
        (list, tone(4), "media.no_video"),
        (lambda: noise_frames(60, side=128), tone(3), "media.resolution"),
        (lambda: noise_frames(60), tone(limits.MAX_SECONDS + 2), "media.too_long"),
    ],
    ids=["short", "silent film", "sound alone", "tiny picture", "long sound"],
)
def test_what_is_out_of_bounds_has_a_code_of_its_own(tmp_path, frames, sound, code):
    path = write_recording(tmp_path / "x.webm", frames(), sound)
    assert decode_real(path) == MediaRefused(code)


def test_a_film_with_too_many_frames_is_too_long(tmp_path):
    path = write_recording(tmp_path / "x.webm", noise_frames(limits.MAX_FRAMES + 1, side=240), tone(3), fps=250, jitter_ms=0)
    assert decode_real(path) == MediaRefused("media.too_long")


def test_a_file_that_takes_too_long_is_stopped_and_its_child_is_gone(tmp_path, webm):
    path = tmp_path / "x.webm"
    path.write_bytes(webm)
    assert decode_real(path, SubprocessMediaDecoder(wall_s=0.01)) == MediaRefused("media.timeout")
    assert children() == set()


def test_a_reader_that_fails_leaves_no_child(tmp_path, webm):
    path = tmp_path / "x.webm"
    path.write_bytes(webm)

    def fail(_):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        SubprocessMediaDecoder().decode(path, fail, max_side_px=320, sample_rate_hz=16_000)
    assert children() == set()


def children() -> set[str]:
    """Decoding children of this process that still run."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            stat, line = (entry / "stat").read_text(), (entry / "cmdline").read_text()
        except (OSError, ValueError):
            continue
        if "decoding_child" in line and int(stat.rsplit(")", 1)[1].split()[1]) == os.getpid():
            found.add(entry.name)
    return found


def test_the_child_may_use_little():
    """Its own limits, read from /proc while it waits for a file that never comes."""
    import subprocess
    import sys
    import time

    script = Path(limits.__file__).with_name("decoding_child.py")
    child = subprocess.Popen([sys.executable, "-I", "-B", str(script), "64", "16000"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        wanted = {
            "Max cpu time": str(limits.CHILD_CPU_S),
            "Max address space": str(limits.CHILD_MEMORY_BYTES),
            "Max file size": "0",
            "Max core file size": "0",
            "Max open files": str(limits.CHILD_OPEN_FILES),
        }
        deadline = time.monotonic() + 60
        found: dict[str, str] = {}
        while found != wanted and time.monotonic() < deadline and child.poll() is None:
            lines = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
            found = {name: line[26:].split()[0] for line in lines for name in wanted if line.startswith(name)}
            time.sleep(0.05)
        assert found == wanted
    finally:
        child.kill()
        child.communicate()
