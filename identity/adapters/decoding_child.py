"""Owns decoding one file inside the bounded child process. Does not trust the file, and keeps nothing.

Runs as a script with its standard input on the file and its standard output on a pipe; writes length-prefixed
JSON heads, each followed by the bytes it announces. Container and codecs are chosen from fixed lists, the file is
read through a plain file object: no other file, address or playlist can be opened by its contents.
"""

import json
import os
import resource
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VIDEO_CODECS = {"vp8", "vp9", "h264", "hevc", "av1", "libdav1d"}
AUDIO_CODECS = {"opus", "vorbis", "aac", "pcm_s16le", "flac"}


class Refuse(Exception):
    """The file is refused with this code."""


def bind(limits) -> None:
    """Give up, for good, what decoding does not need. Called before the first byte of the file is read."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.CHILD_OPEN_FILES, limits.CHILD_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CHILD_CPU_S, limits.CHILD_CPU_S + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.CHILD_MEMORY_BYTES, limits.CHILD_MEMORY_BYTES))


def container_of(head: bytes) -> str:
    """Name the demuxer for these first bytes; refuse every other."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[4:8] == b"ftyp":
        return "mov"
    raise Refuse("media.unreadable")


def tags_of(container, streams, limits) -> list[str]:
    """Every text in which a program names itself."""
    texts = [f"{k}={v}" for k, v in container.metadata.items()]
    for stream in streams:
        texts += [f"{k}={v}" for k, v in stream.metadata.items()]
    named = [t for t in texts if t.split("=", 1)[0].lower() in {"encoder", "writing_app", "encoded_by", "handler_name", "software", "tool", "com.apple.quicktime.software", "comment"}]
    return [t[: limits.MAX_TAG_CHARS] for t in named[: limits.MAX_TAGS]]


def raw_traces(path_fd: int, size: int) -> list[str]:
    """Names that lie in the bytes and that no demuxer reports: EBML applications, x264's SEI, atoms of tools."""
    os.lseek(path_fd, 0, os.SEEK_SET)
    head = os.read(path_fd, min(size, 1 << 20))
    found = []
    for element in (b"\x4d\x80", b"\x57\x41"):
        at = head.find(element)
        if 0 <= at < 4096 and len(head) > at + 3 and head[at + 2] & 0x80:
            length = head[at + 2] & 0x7F
            found.append("application=" + head[at + 3 : at + 3 + length].split(b"\0")[0].decode("utf-8", "replace"))
    found += [f"trace={name.decode()}" for name in (b"x264 - core", b"x265 (build", b"Lavc") if name in head]
    return found


def send(out, head: dict, body: bytes = b"") -> None:
    """Write one message: 4 bytes of length, JSON, 8 bytes of length, body."""
    text = json.dumps(head).encode()
    out.write(struct.pack(">I", len(text)) + text + struct.pack(">Q", len(body)))
    out.write(body)


def decode(source, out, max_side: int, rate: int, limits) -> dict:
    """Decode sound and picture in file order, writing frames as they come; answer with the facts."""
    import av
    import numpy as np

    size = os.fstat(source.fileno()).st_size
    if size > limits.MAX_FILE_BYTES:
        raise Refuse("media.too_large")
    form = container_of(source.read(64))
    source.seek(0)
    with av.open(source, format=form, options={"protocol_whitelist": "", "enable_drefs": "0"} if form == "mov" else {}) as container:
        video = next(iter(container.streams.video), None)
        audio = next(iter(container.streams.audio), None)
        check_streams(video, audio, limits)
        for stream in (video, audio):
            stream.codec_context.thread_count = 1
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        facts = {
            "container": form,
            "video_codec": video.codec_context.name,
            "audio_codec": audio.codec_context.name,
            "width_px": video.codec_context.width,
            "height_px": video.codec_context.height,
            "encoder_tags": tags_of(container, (video, audio), limits),
        }
        sound, frames, last_us, first_us, samples = [], 0, 0, None, 0
        for packet in container.demux(video, audio):
            for frame in packet.decode():
                if isinstance(frame, av.AudioFrame):
                    for part in resampler.resample(frame):
                        block = part.to_ndarray().reshape(-1).astype("<i2")
                        samples += len(block)
                        if samples > limits.MAX_SECONDS * rate:
                            raise Refuse("media.too_long")
                        sound.append(block)
                    continue
                if frame.pts is None:
                    continue
                at_us = round(float(frame.pts * frame.time_base) * 1e6)
                first_us = at_us if first_us is None else first_us
                at_us -= first_us
                if frames and at_us <= last_us:
                    continue
                if frames >= limits.MAX_FRAMES or at_us > limits.MAX_SECONDS * 1_000_000:
                    raise Refuse("media.too_long")
                write_frame(out, frame, frames, at_us, max_side, limits)
                frames, last_us = frames + 1, at_us
    if not frames or first_us is None:
        raise Refuse("media.no_video")
    if not sound:
        raise Refuse("media.no_audio")
    if last_us < limits.MIN_SECONDS * 1_000_000:
        raise Refuse("media.too_short")
    facts["encoder_tags"] += raw_traces(source.fileno(), size)
    facts["duration_us"] = last_us
    send(out, {"kind": "sound", "rate": rate}, np.concatenate(sound).tobytes())
    return facts


def check_streams(video, audio, limits) -> None:
    """Refuse by what the headers claim, before anything is decoded."""
    if video is None:
        raise Refuse("media.no_video")
    if audio is None:
        raise Refuse("media.no_audio")
    if video.codec_context.name not in VIDEO_CODECS or audio.codec_context.name not in AUDIO_CODECS:
        raise Refuse("media.unreadable")
    check_size(video.codec_context.width, video.codec_context.height, limits)
    if not 0 < audio.codec_context.sample_rate <= limits.MAX_SAMPLES_HZ:
        raise Refuse("media.unreadable")


def check_size(width: int, height: int, limits) -> None:
    """Refuse pictures out of bounds; also asked of every frame, for a stream may change its size."""
    if min(width, height) < limits.MIN_SIDE_PX or max(width, height) > limits.MAX_SIDE_PX or width * height > limits.MAX_PIXELS:
        raise Refuse("media.resolution")


def write_frame(out, frame, index: int, at_us: int, max_side: int, limits) -> None:
    """Scale, turn to BGR, turn upright, write."""
    check_size(frame.width, frame.height, limits)
    scale = min(1.0, max_side / max(frame.width, frame.height))
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    picture = frame.to_ndarray(format="bgr24", width=width, height=height, interpolation="AREA" if scale < 1 else "BILINEAR")
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    if turns:
        import numpy as np

        picture = np.ascontiguousarray(np.rot90(picture, turns))
    head = {"kind": "frame", "index": index, "time_us": at_us, "height": picture.shape[0], "width": picture.shape[1]}
    send(out, head, picture.tobytes())


def main() -> int:
    """Decode standard input to standard output; a refusal is an answer, exit 0."""
    sys.path.insert(0, HERE)
    import limits

    out = sys.stdout.buffer
    max_side, rate = int(sys.argv[1]), int(sys.argv[2])
    import av
    import numpy as np

    av.logging.set_level(av.logging.PANIC)
    np.zeros(1)
    bind(limits)
    source = os.fdopen(0, "rb")
    try:
        send(out, {"kind": "end", "facts": decode(source, out, max_side, rate, limits)})
    except Refuse as refusal:
        send(out, {"kind": "refused", "code": str(refusal)})
    except (av.FFmpegError, ValueError, MemoryError, OverflowError, OSError, ArithmeticError) as error:
        code = "media.too_large" if isinstance(error, MemoryError) else "media.unreadable"
        send(out, {"kind": "refused", "code": code})
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
