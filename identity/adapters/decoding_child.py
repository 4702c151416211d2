"""Owns decoding one file inside the bounded child process. Does not trust the file, and keeps nothing.

Runs as a script with its standard input on the file and its standard output on a pipe; writes length-prefixed
JSON heads, each followed by the bytes it announces. Container and codecs are chosen from fixed lists, and the file
is read through a plain file object: no other file, address or playlist can be opened by its contents.
"""

import json
import os
import resource
import struct
import sys
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).parent))

import av
import av.subtitles.codeccontext  # imported by PyAV when it meets a file: too late, nothing is opened any more
import av.subtitles.stream
import confined
import limits
import numpy as np
from av import logging as av_logging
from av.container import InputContainer
from av.error import FFmpegError

VIDEO_CODECS = {"vp8", "vp9", "h264", "hevc", "av1", "libdav1d"}
AUDIO_CODECS = {"opus", "vorbis", "aac", "pcm_s16le", "flac"}
NAMING_KEYS = {"encoder", "encoded_by", "handler_name", "software", "tool", "comment", "com.apple.quicktime.software"}
BYTE_TRACES = (b"x264 - core", b"x265 (build", b"Lavc")


class RefusedError(Exception):
    """The file is refused; the message is the code."""


def bind() -> bool:
    """Give up, for good, what decoding does not need. Called before the first byte of the file is read.

    Tells whether the kernel filters calls (confined.give_up_calls); raises confined.UnconfinedError.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.CHILD_OPEN_FILES, limits.CHILD_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CHILD_CPU_S, limits.CHILD_CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_MEMORY_BYTES, limits.CHILD_MEMORY_BYTES))
    return confined.give_up_calls()


def container_of(head: bytes) -> str:
    """Name the demuxer for these first bytes; refuse every other."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[4:8] == b"ftyp":
        return "mov"
    raise RefusedError("media.unreadable")


def check_size(width: int, height: int) -> None:
    """Refuse pictures out of bounds; also asked of every frame, for a stream may change its size."""
    short, long = min(width, height), max(width, height)
    if short < limits.MIN_SIDE_PX or long > limits.MAX_SIDE_PX or width * height > limits.MAX_PIXELS:
        raise RefusedError("media.resolution")


def send(out: BinaryIO, head: dict[str, object], body: bytes = b"") -> None:
    """Write one message: 4 bytes of length, JSON, 8 bytes of length, body."""
    text = json.dumps(head).encode()
    out.write(struct.pack(">I", len(text)) + text + struct.pack(">Q", len(body)))
    out.write(body)


class Decoding:
    """One pass over one file."""

    def __init__(self, out: BinaryIO, max_side_px: int, rate_hz: int) -> None:
        self._out = out
        self._max_side_px = max_side_px
        self._rate_hz = rate_hz
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
        self._sound: list[bytes] = []
        self._samples = 0
        self._played_us = 0
        self._clock: list[tuple[int, int]] = []
        self._peak = 0
        self._frames = 0
        self._brightest = 0.0
        self._first_us: int | None = None
        self._last_us = 0
        self._places: dict[int, int] = {}

    def run(self, source: BinaryIO) -> dict[str, object]:
        """Decode sound and picture in file order, writing frames as they come; answer with the facts."""
        size = os.fstat(source.fileno()).st_size
        if size > limits.MAX_FILE_BYTES:
            raise RefusedError("media.too_large")
        form = container_of(source.read(64))
        source.seek(0)
        with av.open(source, mode="r", format=form) as container:
            facts = self._facts(container, form)
            self._read(container)
        self._check_end()
        facts["encoder_tags"] = [*facts["encoder_tags"], *byte_traces(source, size)]  # type: ignore[misc]
        facts["duration_us"] = self._last_us
        clock = [(time_us - (self._first_us or 0), played_us) for time_us, played_us in self._clock]
        send(self._out, {"kind": "sound", "rate": self._rate_hz, "clock": clock}, b"".join(self._sound))
        return facts

    def _read(self, container: InputContainer) -> None:
        packets = container.demux(container.streams.video[0], container.streams.audio[0])
        for count, packet in enumerate(packets):
            if count >= limits.MAX_PACKETS:
                raise RefusedError("media.too_long")
            if packet.pts is not None and packet.pos is not None and packet.stream.type == "video":
                self._places[packet.pts] = packet.pos
            for frame in packet.decode():
                self._take(frame)

    def _facts(self, container: InputContainer, form: str) -> dict[str, object]:
        """Refuse by what the headers claim, before anything is decoded."""
        if not container.streams.video:
            raise RefusedError("media.no_video")
        if not container.streams.audio:
            raise RefusedError("media.no_audio")
        video, audio = container.streams.video[0], container.streams.audio[0]
        if video.codec_context is None or audio.codec_context is None:  # PyAV knows no decoder for it
            raise RefusedError("media.codec")
        if video.codec_context.name not in VIDEO_CODECS or audio.codec_context.name not in AUDIO_CODECS:
            raise RefusedError("media.codec")
        if (container.duration or 0) > (limits.MAX_SECONDS + 1) * 1_000_000:
            raise RefusedError("media.too_long")
        check_size(video.codec_context.width, video.codec_context.height)
        if not 0 < audio.codec_context.sample_rate <= limits.MAX_SAMPLES_HZ:
            raise RefusedError("media.unreadable")
        video.codec_context.thread_count = audio.codec_context.thread_count = 1
        return {
            "container": form,
            "video_codec": video.codec_context.name,
            "audio_codec": audio.codec_context.name,
            "width_px": video.codec_context.width,
            "height_px": video.codec_context.height,
            "encoder_tags": naming_tags(container.metadata, video.metadata, audio.metadata),
        }

    def _take(self, frame: object) -> None:
        if isinstance(frame, av.AudioFrame):
            self._take_sound(frame)
        elif isinstance(frame, av.VideoFrame) and frame.pts is not None and frame.time_base is not None:
            self._take_picture(frame, round(float(frame.pts * frame.time_base) * 1e6))

    def _take_sound(self, frame: av.AudioFrame) -> None:
        """Resample and keep; note when the file says each part begins, and how much had been played before it."""
        if frame.pts is not None and frame.time_base is not None:
            time_us = round(float(frame.pts * frame.time_base) * 1e6)
            due = not self._clock or self._played_us >= self._clock[-1][1] + limits.SOUND_CLOCK_STEP_US
            if due and len(self._clock) < limits.MAX_SOUND_CLOCK and abs(time_us) < limits.MAX_CLOCK_US:
                self._clock.append((time_us, self._played_us))
        self._played_us += round(frame.samples / frame.sample_rate * 1e6)
        for part in self._resampler.resample(frame):
            block = part.to_ndarray().reshape(-1).astype("<i2")
            self._samples += len(block)
            if self._samples > limits.MAX_SECONDS * self._rate_hz:
                raise RefusedError("media.too_long")
            self._peak = max(self._peak, int(np.abs(block.astype(np.int32)).max(initial=0)))
            self._sound.append(block.tobytes())

    def _take_picture(self, frame: av.VideoFrame, time_us: int) -> None:
        """Scale, turn to BGR, turn upright, write. A frame at the time of the one before it is dropped."""
        place = self._places.pop(frame.pts, None) if frame.pts is not None else None
        if self._first_us is None:
            self._first_us = time_us
        time_us -= self._first_us
        if self._frames and time_us <= self._last_us:
            if time_us < self._last_us - limits.MAX_BACK_S * 1e6:
                raise RefusedError("media.clock")
            return
        if self._frames >= limits.MAX_FRAMES or time_us > limits.MAX_SECONDS * 1_000_000:
            raise RefusedError("media.too_long")
        if time_us - self._last_us > limits.MAX_GAP_S * 1e6:
            raise RefusedError("media.clock")
        check_size(frame.width, frame.height)
        scale = min(1.0, self._max_side_px / max(frame.width, frame.height))
        width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
        way = "AREA" if scale < 1 else "BILINEAR"
        picture = frame.to_ndarray(format="bgr24", width=width, height=height, interpolation=way, threads=1)
        picture = np.rot90(picture, round(frame.rotation / 90) % 4)
        self._brightest = max(self._brightest, float(picture[::8, ::8].mean()))
        head = {
            "kind": "frame", "index": self._frames, "time_us": time_us, "byte_offset": place,
            "height": picture.shape[0], "width": picture.shape[1],
        }  # fmt: skip
        send(self._out, head, np.ascontiguousarray(picture).tobytes())
        self._frames, self._last_us = self._frames + 1, time_us

    def _check_end(self) -> None:
        if not self._frames:
            raise RefusedError("media.no_video")
        if not self._sound:
            raise RefusedError("media.no_audio")
        sound_us = self._samples * 1_000_000 // self._rate_hz
        if min(self._last_us, sound_us) < limits.MIN_SECONDS * 1_000_000:
            raise RefusedError("media.too_short")
        if abs(self._last_us - sound_us) > limits.MAX_APART_S * 1e6:
            raise RefusedError("media.lengths")
        if self._peak < limits.SILENT_PEAK:
            raise RefusedError("media.silent")
        if self._brightest < limits.BLACK_MEAN:
            raise RefusedError("media.black")


def naming_tags(*tables: dict[str, str]) -> list[str]:
    """Every tag in which a program names itself."""
    named = [f"{key}={text}" for table in tables for key, text in table.items() if key.lower() in NAMING_KEYS]
    return [text[: limits.MAX_TAG_CHARS] for text in named[: limits.MAX_TAGS]]


def byte_traces(source: BinaryIO, size: int) -> list[str]:
    """Names that lie in the bytes and that no demuxer reports: EBML applications, x264's SEI, libavcodec's."""
    source.seek(0)
    head = source.read(min(size, 1 << 20))
    found: list[str] = []
    for element in (b"\x4d\x80", b"\x57\x41"):
        at = head.find(element)
        if 0 <= at < 4096 and len(head) > at + 3 and head[at + 2] & 0x80:
            text = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)].split(b"\0")[0]
            found.append("application=" + text.decode("utf-8", "replace"))
    return found + [f"trace={name.decode()}" for name in BYTE_TRACES if name in head]


def main(max_side_px: int, rate_hz: int) -> int:
    """Decode standard input to standard output; a refusal is an answer, exit 0."""
    av_logging.set_level(av_logging.PANIC)
    source, out = os.fdopen(0, "rb"), os.fdopen(1, "wb", closefd=False)
    try:
        send(out, {"kind": "bound", "filtered": bind()})
        facts = Decoding(out, max_side_px, rate_hz).run(source)
        send(out, {"kind": "end", "facts": facts})
    except confined.UnconfinedError as error:
        send(out, {"kind": "unconfined", "why": str(error)})
    except RefusedError as refusal:
        send(out, {"kind": "refused", "code": str(refusal)})
    except (FFmpegError, ValueError, OverflowError, ArithmeticError, OSError, MemoryError):
        send(out, {"kind": "refused", "code": "media.unreadable"})
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
