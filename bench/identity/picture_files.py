"""Owns the files of the clips on which the picture signs are measured: written as a browser encodes, read in stretches. Makes none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from bench.identity.picture_attacks import SECONDS, SIDE_PX
from serving.engines.portrait.faces import Picture


def write(path: Path, frames: Iterator[Picture], fps: float, bit_rate: int = 1_500_000) -> None:
    """Encode as a browser does; the file appears whole or not at all."""
    part = path.with_suffix(".part")
    with av.open(str(part), "w", format="webm") as file:
        video = None
        for picture in frames:
            if video is None:
                video = file.add_stream("libvpx", rate=round(fps))
                video.height, video.width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
                video.pix_fmt, video.bit_rate = "yuv420p", bit_rate
                video.options = {"deadline": "realtime", "cpu-used": "-6"}
            even = np.ascontiguousarray(picture[: video.height, : video.width])
            file.mux(video.encode(av.VideoFrame.from_ndarray(even, format="bgr24")))
        if video is not None:
            file.mux(video.encode(None))
    part.rename(path)


def read(path: Path, start_s: float = 0.0, seconds: float = SECONDS, side_px: int = SIDE_PX) -> Iterator[tuple[float, Picture]]:
    """Read a stretch: seconds and BGR pictures whose longer side is at most `side_px`."""
    with av.open(str(path)) as file:
        rate = float(file.streams.video[0].average_rate or 25)
        for i, frame in enumerate(file.decode(video=0)):
            if i / rate < start_s:
                continue
            if i / rate >= start_s + seconds:
                return
            scale = min(1.0, side_px / max(frame.width, frame.height))
            yield i / rate, frame.to_ndarray(format="bgr24", width=round(frame.width * scale), height=round(frame.height * scale))
