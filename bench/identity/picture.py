"""Measures the picture's signs: `python -m bench.identity.picture [make|signs|solid|cost]`, all of it without an argument.

Owns the figures of docs/identity.md, "Picture". Clips and what was read of them are kept in var/cache/identity-bench/picture and
made only where they are missing, so that it may be stopped and begun again; thresholds are never changed here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from bench import results
from bench.identity import cache, people
from bench.identity.picture_clips import FIT, Clips
from bench.identity.picture_files import read, write
from bench.identity.picture_rows import rows_of, solid_rows
from bench.identity.picture_solid import depths, fit_solid
from bench.results import Row
from identity.adapters.mediapipe_face import MediaPipeFaceReader
from identity.core.checks import generated, screen, solid, still
from identity.core.continuity import largest_jump
from identity.core.features import FaceTrack
from identity.core.picture import PictureFacts
from identity.core.rates import wilson
from identity.core.unwrapped import skin_of
from identity.extraction import track_of
from identity.looking import Looking
from identity.ports import Frame
from infra.places import Places
from serving.engines.port import LikenessError

Read = tuple[FaceTrack, PictureFacts, int, int]
FOLDER: Final = cache.folder() / "picture"


def models() -> Path:
    """Where the models lie."""
    return Places.from_env(os.environ).models


def make() -> None:
    """Make every clip that is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    clips = Clips(people.corpus(), models())
    for clip in clips.all():
        path = FOLDER / f"{clip.name}.webm"
        if path.exists():
            continue
        try:
            write(path, clip.frames(), clip.fps)
        except LikenessError as error:
            print(f"{clip.name} cannot be made: {error}")
    clips.close()


def looked_at() -> dict[str, Read]:
    """Read every clip, or give what was kept of it."""
    reader = MediaPipeFaceReader(models() / "face_landmarker.task")
    source = cache.source_of(Looking, track_of)
    return {
        path.stem: cache.kept((path.stem, cache.of_file(path)), "picture-read", source, lambda p=path: look(p, reader))
        for path in sorted(FOLDER.glob("*.webm"))
    }


def look(path: Path, reader: MediaPipeFaceReader) -> Read:
    """Track and facts of one clip."""
    tracker, looking, readings = reader.open(), Looking(), []
    count = width = height = 0
    for index, (seconds, picture) in enumerate(read(path, 0.0, 99.0, 640)):
        frame = Frame(index, round(seconds * 1e6), picture)
        reading = tracker.read(picture, frame.time_us)
        looking.see(frame, reading)
        readings += [] if reading is None else [(frame.time_us, reading)]
        count, (height, width) = index + 1, picture.shape[:2]
    tracker.close()
    return track_of(readings, count), looking.facts(), width, height


def scores(one: Read) -> dict[str, float]:
    """Every sign of one clip; nan where it is not read."""
    track, facts, width, height = one
    turned = solid.turn_deg(track) >= solid.MIN_TURN_DEG
    skin = skin_of(facts, track) if turned else None
    nothing = float("nan")
    return {
        "screen.moire": screen.moire(facts),
        "screen.bezel": screen.bezel(facts),
        "screen.flicker": screen.flicker(facts),
        "screen.eyes": screen.eyes_apart(facts),
        "still.shading": still.shading_change(skin, track) if skin else nothing,
        "still.light": still.light_explains(skin)[1] if skin else nothing,
        "still.texture": still.same_texture(facts, track) if turned else nothing,
        "still.background": still.background_change(facts, track, width, height),
        "still.noise": still.face_noise(facts),
        "still.pattern": facts.fixed_pattern,
        "generated.slope": generated.spectrum_slope(facts),
        "generated.fine": generated.fine_part(facts),
        "generated.flicker": generated.detail_flicker(facts),
        "generated.rhythm": generated.blink_regularity(track),
        "face.jumped": largest_jump(facts)[0],
    }


LIMITS: Final = {
    "screen.moire": (screen.MAX_MOIRE, False),
    "screen.bezel": (screen.MAX_BEZEL, False),
    "screen.flicker": (screen.MAX_FLICKER, False),
    "screen.eyes": (screen.MAX_EYES, False),
    "still.shading": (still.MIN_SHADING, True),
    "still.light": (still.MIN_LIGHT, True),
    "still.texture": (still.MAX_SAME_TEXTURE, False),
    "still.background": (still.MIN_BACKGROUND, True),
    "still.noise": (still.MIN_FACE_NOISE, True),
    "still.pattern": (still.MIN_PATTERN, True),
    "generated.slope": (generated.MIN_SLOPE, True),
    "generated.fine": (generated.MIN_FINE, True),
    "generated.flicker": (generated.MIN_FLICKER, True),
    "generated.rhythm": (generated.MIN_RHYTHM, True),
    "face.jumped": (1.6, False),
}
"""Sign -> its threshold in the product, and whether higher is live."""


def signs() -> list[dict[str, Any]]:
    """Rows: sign, kind of clip, half; how many were read, how many the sign named, lowest, middle and highest score."""
    found = {name: scores(one) for name, one in {**looked_at(), **dict(relit())}.items() if len(one[0].times_us) >= 20}
    rows: list[dict[str, Any]] = []
    for sign, (limit, higher) in LIMITS.items():
        groups: dict[tuple[str, str], list[float]] = {}
        for name, score in found.items():
            kind, person, _ = name.rsplit("-", 2)
            half = "fit" if person in FIT else "told"
            if np.isfinite(score[sign]):
                groups.setdefault((kind, half), []).append(score[sign])
        for (kind, half), values in sorted(groups.items()):
            named = sum(v < limit if higher else v > limit for v in values)
            low, high = wilson(named, len(values))
            low_s, middle, high_s = (round(float(v), 4) for v in np.percentile(values, (0, 50, 100)))
            rows.append(
                {
                    "sign": sign,
                    "kind": kind,
                    "half": half,
                    "n": len(values),
                    "named": named,
                    "share_95": [round(low, 3), round(high, 3)],
                    "scores": [low_s, middle, high_s],
                }
            )
    return rows


def relit() -> Iterable[tuple[str, Read]]:
    """An attacker who also relights the still by its shape: a lamp from one side, of three strengths, laid over what was read."""
    for name, (track, facts, width, height) in looked_at().items():
        if not name.startswith("animated_bare"):
            continue
        skin = skin_of(facts, track)
        if skin is None:
            continue
        for strength in (0.6, 1.2, 2.4):
            facing = skin.normals[:, :, 0] - skin.normals[:1, :, 0]
            lamp = facts.skin * np.exp(strength * facing)
            yield name.replace("bare", f"relit_{strength}"), (track, replace(facts, skin=lamp.astype(np.float32)), width, height)


def cost() -> dict[str, float]:
    """Milliseconds a recorded second that looking and its checks add, without MediaPipe: one clip, one thread."""
    path = next(iter(sorted(FOLDER.glob("real-*.webm"))))
    reader = MediaPipeFaceReader(models() / "face_landmarker.task")
    tracker = reader.open()
    frames = [(Frame(i, round(s * 1e6), p), tracker.read(p, round(s * 1e6))) for i, (s, p) in enumerate(read(path, 0.0, 99.0, 640))]
    tracker.close()
    seconds, looking, start = frames[-1][0].time_us / 1e6, Looking(), time.process_time()
    for frame, reading in frames:
        looking.see(frame, reading)
    facts = looking.facts()
    seen = time.process_time()
    rows = [(frame.time_us, reading) for frame, reading in frames if reading is not None]
    scores((track_of(rows, len(frames)), facts, *frames[0][0].picture.shape[1::-1]))
    return {
        "looking_ms": round((seen - start) * 1e3 / seconds, 1),
        "checks_ms": round((time.process_time() - seen) * 1e3 / seconds, 1),
        "recorded_s": round(seconds, 1),
    }


def main() -> None:
    """Do what was asked and write its rows."""
    cv2.setNumThreads(1)
    asked = sys.argv[1:] or ["make", "signs", "solid", "cost"]
    rows: list[Row] = []
    if "make" in asked:
        make()
    if "signs" in asked:
        told = signs()
        for one in told:
            print(
                f"{one['sign']:<18} {one['kind']:<18} {one['half']:<5} {one['named']:>3} of {one['n']:<3} {one['share_95']} {one['scores']}"
            )
        rows += rows_of(told)
    if "solid" in asked:
        told = fit_solid(depths(models()))
        print(json.dumps({name: told[name] for name in ("fitted_now", "published")}, indent=1))
        rows += solid_rows(told)
    if "cost" in asked:
        found = cost()
        rows += [
            Row(f"{name.removesuffix('_ms')}: CPU a recorded second", "ms", found[name], None, 1) for name in ("looking_ms", "checks_ms")
        ]
    results.write("identity-picture", rows)


if __name__ == "__main__":
    main()
