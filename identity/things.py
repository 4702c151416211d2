"""Owns reading a recording of an animal or a thing: is a person its subject, and which frames are its likeness. Does not decide."""

import hashlib
from pathlib import Path
from typing import Final

import cv2
import msgspec
import numpy as np

from identity.besides import ThingWatcher
from identity.core.assessment import Assessment, CheckResult, measured
from identity.core.checks import thing
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Profile
from identity.core.things import ThingAsset
from identity.errors import MediaUnusableError
from identity.extraction import ANALYSED_SIDE_PX, ModelSet
from identity.marking import Marker
from identity.ports import SAMPLE_RATE_HZ, Frame, MediaRefused

FRAMES: Final = 24
SIDE_PX: Final = 512
JPEG_QUALITY: Final = 92


def assess_thing(path: Path, enrolment: str, profile: Profile, models: ModelSet) -> Assessment:
    """Run the checks of things on one recording. A file that cannot be read is a failed check 1. Raises DecoderFailedError, OSError."""
    watcher, marker = ThingWatcher(models.embedder), Marker()

    def see(frame: Frame) -> None:
        watcher.see(frame, None)
        marker.see(frame)

    media = models.decoder.decode(path, see, max_side_px=ANALYSED_SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    results: tuple[CheckResult, ...]
    if isinstance(media, MediaRefused):
        results, mark = (measured(1, media.code, 0.0, 1.0, "limits in identity/adapters/limits.py", profile=profile),), Fingerprint(digest)
    else:
        results, mark = thing.check(media.facts, watcher.seen, profile), marker.mark(digest, media.samples)
    return Assessment(results, digest, enrolment, profile, models.versions(), mark)


def cut_thing(path: Path, models: ModelSet) -> bytes:
    """Cut at most 24 frames spread over the recording, those that show no human face. Raises MediaUnusableError without any."""
    kept: list[tuple[int, bytes]] = []
    every = 1

    def see(frame: Frame) -> None:
        nonlocal every
        if frame.index % every:
            return
        if not models.embedder.find(frame.picture):
            kept.append((frame.time_us, _jpeg(frame.picture)))
        if len(kept) >= 2 * FRAMES:
            kept[:] = kept[::2]
            every *= 2

    media = models.decoder.decode(path, see, max_side_px=SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)
    if isinstance(media, MediaRefused) or not kept:
        raise MediaUnusableError(media.code if isinstance(media, MediaRefused) else "no frame without a face")
    places = np.linspace(0, len(kept) - 1, min(FRAMES, len(kept))).round().astype(int)
    times = [kept[place][0] for place in places]
    fps = round(1e6 / float(np.median(np.diff(times))), 3) if len(times) > 1 else 1.0
    return msgspec.msgpack.encode(ThingAsset(fps, SIDE_PX, tuple(kept[place][1] for place in places)))


def _jpeg(picture: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
