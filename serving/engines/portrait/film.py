"""Owns writing pictures and sound as one MP4, in memory only. Does not sign it."""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

import av
import numpy as np

from serving.engines.portrait.faces import Picture
from serving.engines.portrait.speech import SAMPLE_RATE_HZ, Sound

_AAC_RATE_HZ: Final = 48_000
_CHUNK: Final = 1024


def write_mp4(pictures: Iterator[Picture], sound: Sound, width_px: int, height_px: int, fps: int) -> bytes:
    """Encode H.264 (yuv420p, CRF 19) and AAC (96 kbit/s): uint8 BGR pictures, float32 mono 24 kHz sound."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as file:
        video = file.add_stream("libx264", rate=fps, options={"crf": "19", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = width_px, height_px, "yuv420p"
        video.codec_context.thread_count = 1
        audio = file.add_stream("aac", rate=_AAC_RATE_HZ)
        audio.layout, audio.bit_rate = "mono", 96_000
        for picture in pictures:
            file.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        file.mux(video.encode(None))
        for start, chunk in _chunks(doubled(sound)):
            frame = av.AudioFrame.from_ndarray(chunk[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = _AAC_RATE_HZ, start
            file.mux(audio.encode(frame))
        file.mux(audio.encode(None))
    return out.getvalue()


def doubled(sound: Sound) -> Sound:
    """Raise 24 kHz to 48 kHz by a zero-padded spectrum, in blocks of the whole sound."""
    count = len(sound)
    spectrum = np.fft.rfft(sound)
    wide = np.zeros(count + 1, spectrum.dtype)
    wide[: len(spectrum)] = spectrum
    ratio = _AAC_RATE_HZ // SAMPLE_RATE_HZ
    return (np.fft.irfft(wide, count * ratio) * ratio).astype(np.float32)


def _chunks(samples: Sound) -> Iterator[tuple[int, Sound]]:
    for start in range(0, len(samples), _CHUNK):
        chunk = samples[start : start + _CHUNK]
        yield start, np.pad(chunk, (0, _CHUNK - len(chunk)))
