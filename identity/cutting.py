"""Owns cutting likeness assets out of an accepted recording. Does not judge it and does not seal them."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from identity.assets import FaceAsset, VoiceAsset, pack
from identity.core.features import Floats
from identity.errors import MediaUnusableError
from identity.extraction import ModelSet
from identity.hearing import cut_speech
from identity.ports import SAMPLE_RATE_HZ, FaceReading, Frame, MediaRefused, Picture

SOURCE_SIDE_PX: Final = 1280
CROP_PX: Final = 512
CROP_PER_FACE: Final = 2.4
"""Side of the crop over the height of the face oval: head, hair and shoulders."""
CALM_FRAMES: Final = 60
"""45 frames played to and fro looked like a person to those who made the portrait engine (one clip, no count); 60 leave a choice. At
most 72 are kept."""
JPEG_QUALITY: Final = 94
_OVAL_TOP, _OVAL_CHIN = 10, 152
_RESTLESS = ("jawOpen", "mouthPucker", "mouthFunnel", "browDownLeft", "browDownRight", "mouthSmileLeft")
_GAZE = ("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft")


def cut_face(path: Path, models: ModelSet) -> bytes:
    """Cut the calmest stretch of frames. Raises MediaUnusableError when no face is in the recording."""
    times, readings = _read_all(path, models)
    found = [i for i, reading in enumerate(readings) if reading is not None]
    if not found:
        raise MediaUnusableError("no face in the recording")
    first, last = calm_stretch(times, readings)
    kept = [r for r in readings[first:last] if r is not None]
    frames, corners, side = _crop_all(path, models, first, last, kept)
    landmarks = np.stack([r.landmarks for r in kept]).astype("<f4")
    scale = CROP_PX / side
    landmarks[:, :, :2] = (landmarks[:, :, :2] - corners) * scale
    landmarks[:, :, 2] *= scale
    pose = np.asarray([(r.yaw_deg, r.pitch_deg) for r in kept], "<f4")
    best = int(np.argmin([_restlessness(r) + _off_centre(r, pose) for r in kept]))
    return pack(
        FaceAsset(
            fps=_rate(times),
            side_px=CROP_PX,
            frames=tuple(_jpeg(frame) for frame in frames),
            best=best,
            landmarks=landmarks.tobytes(),
            pose_deg=pose.tobytes(),
            embedding=_embedding(frames[best], models).astype("<f4").tobytes(),
        )
    )


def cut_voice(path: Path, models: ModelSet) -> bytes:
    """Cut the speech. Raises MediaUnusableError when there is none."""
    media = models.decoder.decode(path, lambda _: None, max_side_px=64, sample_rate_hz=SAMPLE_RATE_HZ)
    if isinstance(media, MediaRefused):
        raise MediaUnusableError(media.code)
    speech, _ = cut_speech(media.samples, models.voice_activity)
    if len(speech) < SAMPLE_RATE_HZ // 2:
        raise MediaUnusableError("no speech in the recording")
    return pack(
        VoiceAsset(
            sample_rate_hz=SAMPLE_RATE_HZ,
            pcm=speech.astype("<i2").tobytes(),
            embedding=models.speaker.embed(speech).astype("<f4").tobytes(),
        )
    )


def calm_stretch(times: list[int], readings: list[FaceReading | None]) -> tuple[int, int]:
    """Choose the calmest run of frames that all show the face: (first, past the last), at most 72 apart."""
    pose = np.asarray([(r.yaw_deg, r.pitch_deg) if r else (np.nan, np.nan) for r in readings], np.float32)
    middle = np.nanmedian(pose, axis=0)
    speed = np.abs(np.gradient(pose, np.asarray(times) / 1e6, axis=0)).sum(axis=1) if len(times) > 1 else pose[:, 0] * 0
    still = np.asarray([_restlessness(r) if r else np.nan for r in readings])
    cost = speed / 20.0 + np.abs(pose - middle).sum(axis=1) / 8.0 + still
    runs = _runs(~np.isnan(cost))
    size = min(CALM_FRAMES, max(b - a for a, b in runs))
    starts = [start for a, b in runs for start in range(a, b - size + 1)]
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(cost))])
    first = min(starts, key=lambda start: total[start + size] - total[start])
    return first, first + size


def _runs(good: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.pad(good.astype(int), 1)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)] or [(0, len(good))]


def _restlessness(reading: FaceReading) -> float:
    shapes = reading.blendshapes
    mouth_and_brow = sum(shapes.get(name, 0.0) for name in _RESTLESS)
    gaze = sum(shapes.get(name, 0.0) for name in _GAZE) / 2
    blink = shapes.get("eyeBlinkLeft", 0.0) + shapes.get("eyeBlinkRight", 0.0)
    return 2 * mouth_and_brow + gaze + blink


def _off_centre(reading: FaceReading, pose: Floats) -> float:
    middle = np.median(pose, axis=0)
    return (abs(reading.yaw_deg - middle[0]) + abs(reading.pitch_deg - middle[1])) / 8.0


def _rate(times: list[int]) -> float:
    return round(1e6 / float(np.median(np.diff(times))), 3) if len(times) > 1 else 1.0


def _read_all(path: Path, models: ModelSet) -> tuple[list[int], list[FaceReading | None]]:
    times: list[int] = []
    readings: list[FaceReading | None] = []
    tracker = models.faces.open()

    def see(frame: Frame) -> None:
        times.append(frame.time_us)
        readings.append(tracker.read(frame.picture, frame.time_us))

    try:
        media = models.decoder.decode(path, see, max_side_px=SOURCE_SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)
    finally:
        tracker.close()
    if isinstance(media, MediaRefused):
        raise MediaUnusableError(media.code)
    return times, readings


def _crop_all(path: Path, models: ModelSet, first: int, last: int, kept: list[FaceReading]) -> tuple[list[Picture], Floats, float]:
    """Decode again and cut one square for all frames; where it leaves the picture its edge is repeated."""
    points = np.stack([r.landmarks[:, :2] for r in kept])
    height = float(np.median(np.linalg.norm(points[:, _OVAL_CHIN] - points[:, _OVAL_TOP], axis=1)))
    side = CROP_PER_FACE * height
    centre = np.median(points[:, (_OVAL_TOP, _OVAL_CHIN)].mean(axis=1), axis=0) + np.array((0.0, 0.12 * height))
    corner = (centre - side / 2).astype(np.float32)
    matrix: Floats = np.asarray(
        [[CROP_PX / side, 0, -corner[0] * CROP_PX / side], [0, CROP_PX / side, -corner[1] * CROP_PX / side]], np.float32
    )
    frames: list[Picture] = []

    def keep(frame: Frame) -> None:
        if first <= frame.index < last:
            way = cv2.INTER_AREA if side > CROP_PX else cv2.INTER_CUBIC
            cut = cv2.warpAffine(frame.picture, matrix, (CROP_PX, CROP_PX), flags=way, borderMode=cv2.BORDER_REPLICATE)
            frames.append(np.asarray(cut, np.uint8))

    models.decoder.decode(path, keep, max_side_px=SOURCE_SIDE_PX, sample_rate_hz=SAMPLE_RATE_HZ)
    if len(frames) != len(kept):
        raise MediaUnusableError("the recording gave other frames when it was read again")
    return frames, corner, side


def _jpeg(frame: Picture) -> bytes:
    ok, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise MediaUnusableError("a frame could not be written as JPEG")
    return data.tobytes()


def _embedding(frame: Picture, models: ModelSet) -> Floats:
    found = models.embedder.find(frame)
    if not found:
        raise MediaUnusableError("no face in the best frame")
    return models.embedder.embed(frame, found[0])
