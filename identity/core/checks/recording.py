"""Owns check 1: long, sharp and bright enough, with one face. Does not decode: a recording that cannot be is refused before."""

import numpy as np

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.features import Features

MIN_SECONDS = 4.0
"""Three movements and seven words were never done faster in what we made; unmeasured on people."""
MIN_FACE_PART = 0.90
"""Part of frames with a face. Source: docs/identity.md, table "recording"."""
MIN_FACE_PX = 90.0
"""SFace aligns to 112 px; YuNet's boxes are about .8 of the head. A choice, unmeasured."""
MIN_SHARPNESS = 0.06
"""Detail in parts of the face's own light (FaceSample.sharpness). Three faces of the fitting half, blurred step by step in day and dark:
SFace knows them again (.80 and more) down to .067, not from .054 on; sharp ones read .10-.20. docs/identity.md, table "recording"."""
MIN_BRIGHTNESS, MAX_BRIGHTNESS = 27.0, 225.0
"""Mean grey of the face. The same faces darkened: at 29 the models of texture and identity read them as before, at 24 texture calls two
of them no living faces. The upper end is a choice. Unmeasured across skin tones."""
MAX_SEVERAL_PART = 0.20
"""Part of looked-at frames with a second face: one false box in six samples is forgiven. Unmeasured."""
_DOC = 'docs/identity.md, table "recording"'
_CHOICE = "a choice, unmeasured"


def check(features: Features, profile: Profile, *, guarded: bool = False) -> tuple[CheckResult, ...]:
    """Judge what was recorded before judging who is in it. `guarded`: a guardian is beside the subject, and their check counts faces."""
    samples = features.samples
    faces = [s for s in samples if s.faces > 0]
    seconds = features.media.duration_us / 1e6
    seen = len(features.face.times_us) / max(features.face.frames_seen, 1)
    several = sum(s.faces > 1 for s in samples) / max(len(samples), 1)
    brightness = _median([s.brightness for s in faces])
    off_middle = max(MIN_BRIGHTNESS - brightness, brightness - MAX_BRIGHTNESS)
    several = 0.0 if guarded else several
    results = [
        measured(1, "media.too_short", seconds, MIN_SECONDS, _CHOICE, profile=profile),
        measured(1, "quality.no_face", seen, MIN_FACE_PART, _DOC, profile=profile),
        measured(
            1,
            "quality.several_faces",
            several,
            MAX_SEVERAL_PART,
            _CHOICE,
            profile=profile,
            polarity=Polarity.LOWER_IS_LIVE,
        ),
    ]
    if faces:
        results += [
            measured(
                1,
                "quality.small_face",
                _median([s.face_width_px for s in faces]),
                MIN_FACE_PX,
                _CHOICE,
                profile=profile,
            ),
            measured(
                1,
                "quality.blurred",
                _median([s.sharpness for s in faces]),
                MIN_SHARPNESS,
                _DOC,
                profile=profile,
            ),
            measured(1, "quality.light", off_middle, 0.0, _CHOICE, profile=profile, polarity=Polarity.LOWER_IS_LIVE),
        ]
    return tuple(results)


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else float("nan")
