"""Owns reading a finished film as a stranger would: picture, sound, mouth, face, blinks, mark. Knows no engine."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import av
import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from identity.adapters.sface import SFaceEmbedder

DETECTOR, EMBEDDER, LANDMARKER = (
    "face_detection_yunet_2023mar_int8bq.onnx",
    "face_recognition_sface_2021dec_int8bq.onnx",
    "face_landmarker.task",
)
STEP_S = 0.01
LIDS = ((159, 145, 33, 133), (386, 374, 362, 263))


@dataclass(frozen=True)
class Reading:
    """What a film holds. Series have one entry a frame; `mark_at` is (x, y) or nan where no mark was found."""

    width_px: int
    height_px: int
    fps: float
    seconds: float
    sound_seconds: float
    codecs: tuple[str, str]
    gap: np.ndarray
    loudness: np.ndarray
    mouth_r: float
    mouth_lag_ms: float
    similarity: np.ndarray
    blinks: int
    yaw_deg: np.ndarray
    pitch_deg: np.ndarray
    mark_at: np.ndarray
    mark_score: np.ndarray


def read_film(film: bytes, models: Path, enrolled: np.ndarray, mark: str) -> Reading:
    """Decode a film and measure it. `enrolled`: unit face embedding; `mark`: the text that must be seen."""
    pictures, fps, codecs, sound, rate = _decoded(film)
    gap, lid, closing, yaw, pitch = _faces(pictures, fps, models)
    loudness = _loudness(sound, rate, len(pictures), fps)
    r, lag_ms = _best_lag(gap, sound, rate, fps)
    at, score = _marks(pictures, mark, models)
    height, width = pictures[0].shape[:2]
    return Reading(
        width_px=width,
        height_px=height,
        fps=fps,
        seconds=len(pictures) / fps,
        sound_seconds=len(sound) / rate,
        codecs=codecs,
        gap=gap,
        loudness=loudness,
        mouth_r=r,
        mouth_lag_ms=lag_ms,
        similarity=_similarity(pictures, models, enrolled),
        blinks=_blinks(lid, closing),
        yaw_deg=yaw,
        pitch_deg=pitch,
        mark_at=at,
        mark_score=score,
    )


def mark_scores(film: bytes, mark: str, models: Path) -> np.ndarray:
    """How well a text's drawing is found in each frame, -1..1."""
    return _marks(_decoded(film)[0], mark, models)[1]


def contact_sheet(film: bytes, columns: int = 8, rows: int = 3, side_px: int = 256) -> bytes:
    """A PNG of frames evenly taken, to be looked at before any number is believed."""
    pictures = _decoded(film)[0]
    chosen = np.linspace(0, len(pictures) - 1, columns * rows).astype(int)
    small = [cv2.resize(pictures[i], (side_px, side_px), interpolation=cv2.INTER_AREA) for i in chosen]
    sheet = np.vstack([np.hstack(small[r * columns : (r + 1) * columns]) for r in range(rows)])
    return cv2.imencode(".png", sheet)[1].tobytes()


def _decoded(film: bytes):
    with av.open(BytesIO(film)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        codecs = (video.codec.name, audio.codec.name)
        fps = float(video.average_rate)
        rate = audio.rate
        pictures, sound = [], []
        for frame in file.decode(video, audio):
            if isinstance(frame, av.VideoFrame):
                pictures.append(frame.to_ndarray(format="bgr24"))
            else:
                sound.append(frame.to_ndarray().astype(np.float32).mean(axis=0))
    return pictures, fps, codecs, np.concatenate(sound), rate


def _faces(pictures, fps, models):
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(models / LANDMARKER)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    rows = []
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for i, picture in enumerate(pictures):
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture[:, :, ::-1]))
            found = landmarker.detect_for_video(image, round(i * 1000 / fps))
            rows.append(_row(found, picture.shape) if found.face_landmarks else [np.nan] * 5)
    return np.asarray(rows, np.float32).T


def _row(found, shape):
    points = np.asarray([(p.x * shape[1], p.y * shape[0]) for p in found.face_landmarks[0]])

    def span(a, b):
        return float(np.linalg.norm(points[a] - points[b]))

    eyes = np.linalg.norm((points[33] + points[133]) / 2 - (points[263] + points[362]) / 2)
    lid = np.mean([span(up, low) / span(a, b) for up, low, a, b in LIDS])
    shapes = {c.category_name: c.score for c in found.face_blendshapes[0]}
    closing = (shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"]) / 2
    nose = found.facial_transformation_matrixes[0][:3, 2]
    return [
        span(13, 14) / eyes,
        lid,
        closing,
        np.degrees(np.arctan2(nose[0], nose[2])),
        np.degrees(np.arcsin(nose[1] / np.linalg.norm(nose))),
    ]


def _level(sound, rate):
    """Loudness in dB over 40 ms, every 10 ms, held to 45 dB below the loudest."""
    step, half = int(rate * STEP_S), int(rate * 0.02)
    padded = np.pad(sound, half)
    power = [np.mean(padded[i : i + 2 * half] ** 2) for i in range(0, len(sound), step)]
    level = 10 * np.log10(np.asarray(power) + 1e-10)
    return np.clip(level - level.max(), -45, 0)


def _loudness(sound, rate, frames, fps):
    level = _level(sound, rate)
    return np.interp(np.arange(frames) / fps, np.arange(len(level)) * STEP_S, level)


def _best_lag(gap, sound, rate, fps):
    """Correlate the mouth with the sound at shifts of up to 80 ms either way, both smoothed alike (60 ms)."""
    level = _level(sound, rate)
    times = np.arange(len(level)) * STEP_S
    mouth = np.interp(times, np.arange(len(gap)) / fps, np.nan_to_num(gap, nan=np.nanmedian(gap)))
    kernel = np.exp(-0.5 * (np.arange(-18, 19) / 6.0) ** 2)
    a, b = (np.convolve(x - x.mean(), kernel / kernel.sum(), "same") for x in (mouth, level))
    found = []
    for shift in range(-8, 9):
        x, y = (a[shift:], b[: len(b) - shift]) if shift >= 0 else (a[:shift], b[-shift:])
        found.append((float(np.corrcoef(x, y)[0, 1]), shift * STEP_S * 1000))
    return max(found)


def _similarity(pictures, models, enrolled):
    embedder = SFaceEmbedder(models / DETECTOR, models / EMBEDDER)
    out = []
    for picture in pictures:
        faces = embedder.find(picture)
        out.append(float(embedder.embed(picture, faces[0]) @ enrolled) if faces else np.nan)
    return np.asarray(out)


def _blinks(lid, closing):
    closed = (closing > 0.45) | (lid < 0.62 * np.nanmedian(lid))
    return int((closed[1:] & ~closed[:-1]).sum())


def _marks(pictures, text, models):
    """Find the text by its own drawing, at the size that fits best in the first frames; nan below .45."""
    font = cv2.FontFace(str(models / "fonts/NanumGothicBold.ttf"))
    sizes = [max(9, pictures[0].shape[0] // k) for k in (20, 22, 24, 26, 28, 32)]
    templates = [_text(text, font, size) for size in sizes]
    first = _edges(pictures[0])
    best = max(templates, key=lambda t: cv2.matchTemplate(first, t, cv2.TM_CCOEFF_NORMED).max())
    at, scores = [], []
    for picture in pictures:
        match = cv2.matchTemplate(_edges(picture), best, cv2.TM_CCOEFF_NORMED)
        _, score, _, place = cv2.minMaxLoc(match)
        at.append(place if score >= 0.45 else (np.nan, np.nan))
        scores.append(score)
    return np.asarray(at, float), np.asarray(scores)


def _text(text, font, size):
    canvas = np.zeros((size * 2, size * (len(text) + 2), 3), np.uint8)
    cv2.putText(canvas, text, (size // 2, int(size * 1.3)), (255, 255, 255), font, size)
    ys, xs = np.nonzero(canvas[:, :, 0])
    return _edges(canvas[ys.min() - 2 : ys.max() + 3, xs.min() - 2 : xs.max() + 3])


def _edges(picture):
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return grey - cv2.GaussianBlur(grey, (0, 0), 4)
