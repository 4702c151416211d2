"""Owns check 3: the head and the face move in the order asked. Does not tell a head from a picture of one."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.challenge import Challenge
from identity.core.checks.solid import closed_lids
from identity.core.features import FaceTrack, Floats
from identity.core.pose import pose_of

TURN_DEG = 13.0
"""A turn counts from here. Pictures swung to 35 degrees read at most 7.4 (16), four swung to 38 close by 15.7: a flat turn may
pass here and is left to check 4. docs/identity.md, table "movements"."""
NOD_UP_DEG = 8.0
"""Looking up reads short in MediaPipe; source: docs/identity.md, table "movements"."""
NOD_DOWN_DEG = 9.0
"""Source: docs/identity.md, table "movements"."""
BACK = 0.55
"""A movement ends when the head is back within this part of what started it. A choice, unmeasured."""
CLOSER_PART = 0.25
"""The face grows by this part: coming from 60 cm to 48. A choice; what clips without it read: docs/identity.md, "Picture"."""
SMILE_SCORE = 0.35
"""Rise of the smiling score over the person's own median. A choice; see docs/identity.md, "Picture"."""
SMILE_WIDER_PART = 0.06
"""The mouth's corners part by this besides, against the eyes' distance: a score alone also rises on speech."""
SHUT_US = 500_000
"""A blink on command: lids shut this long, twice a spontaneous blink's 100-400 ms, or two closings within TWICE_US."""
TWICE_US = 900_000
APART_US = 150_000
"""A direction that leads for so long was meant. A choice, unmeasured."""
BRIEF_US = 520_000
"""From its onset to its end: below, a beat of the head as speaking and laughing make them, and no movement. Unasked ones lasted
.39-.47 s, asked ones .57 s and more (3 people, fitting half): docs/identity.md, table "movements"."""
ONSET_PART = 0.2
"""A movement has begun at this part of its height: beyond the sway of a head that is held (1-2 of 27 degrees)."""
_SMOOTH_US = 120_000
_SOURCE = 'rule: the order asked, exactly; angles from docs/identity.md, table "movements"'
_SPANS = ((33, 263), (127, 356), (10, 2), (168, 4), (21, 251))
"""Pairs that neither speech nor expression moves much."""
_CORNERS = (61, 291)
TURNS = ("left", "right", "up", "down")
ON_COMMAND = ("blink", "smile")
"""What people also do unasked: read only where it was asked."""


@dataclass(frozen=True)
class Made:
    """One movement that was made; times from the recording's start. `movement` is a Movement's value."""

    movement: str
    start_us: int
    peak_us: int
    end_us: int
    onset_us: int = 0
    """When it had come a fifth of its way: where it began, whatever its size."""


def check(track: FaceTrack, challenge: Challenge, profile: Profile, ways: Sequence[tuple[str, ...]] = ()) -> tuple[CheckResult, ...]:
    """Score: the part of the asked order that was done from its start; any other movement makes it 0.

    `ways`: every order that obeys, where steps were broken off (identity.core.live); empty: the challenge's own.
    """
    seen = movements(track, challenge.movements, apart=bool(ways))
    asked = tuple(str(m) for m in challenge.movements)
    done = max(len(seen) / max(len(way), 1) if seen == way[: len(seen)] else 0.0 for way in ways or (asked,))
    return (measured(3, "movement.not_as_asked", done, 1.0, _SOURCE, profile=profile),)


def movements(track: FaceTrack, asked: Sequence[str] = (), *, apart: bool = False) -> tuple[str, ...]:
    """Name the movements of a track in order, neighbours of one kind once; a blink or smile only if among `asked`."""
    made = movements_made(track, apart=apart)
    named = [one.movement for one in made if one.movement in asked or one.movement not in ON_COMMAND]
    return tuple(name for name, _ in itertools.groupby(named))


def movements_made(track: FaceTrack, *, apart: bool = False) -> list[Made]:
    """Read every movement with its times, by when each was at its height.

    Angles (identity.core.pose), size and mouth are taken against the person's own neutral. Where turn and nod mix, the one of
    more degrees names it, if it reaches its own threshold: the axis that a head turns about is the larger one's. `apart`:
    a head that goes from one side straight to another made two movements; for who was told to stop midway.
    """
    if len(track.times_us) < 10:
        return []
    turns = _turns(track, apart=apart)
    found = [*turns, *_closer(track), *_smiles(track), *_blinks(track)]
    return sorted(found, key=lambda made: made.peak_us)


def _turns(track: FaceTrack, *, apart: bool) -> list[Made]:
    pose = pose_of(track)
    yaw, pitch = _smooth(pose.yaw_deg, track.times_us), _smooth(pose.pitch_deg, track.times_us)
    angles = np.stack([yaw, -yaw, pitch, -pitch])
    strength = angles / np.asarray([[TURN_DEG], [TURN_DEG], [NOD_UP_DEG], [NOD_DOWN_DEG]], np.float32)
    made: list[Made] = []
    for whole in _excursions(strength.max(axis=0)):
        for start, end in _cut(angles, strength, whole, track.times_us) if apart else [whole]:
            reached = strength[:, start:end].max(axis=1) >= 1.0
            kind = int(np.where(reached, angles[:, start:end].max(axis=1), -np.inf).argmax())
            made.append(_made(TURNS[kind], strength[kind], start, end, track.times_us))
    return [one for one in made if one.end_us - one.onset_us >= BRIEF_US]


def _cut(angles: Floats, strength: Floats, whole: tuple[int, int], times_us: np.ndarray) -> list[tuple[int, int]]:
    """Cut an excursion where another direction leads for APART_US at least, while any is at its own threshold or more."""
    start, end = whole
    leads = np.where(strength[:, start:end].max(axis=0) >= 1.0, angles[:, start:end].argmax(axis=0), -1)
    edges = [0, *(np.flatnonzero(np.diff(leads)) + 1), len(leads)]
    runs = [(int(leads[a]), start + int(a), start + int(b)) for a, b in itertools.pairwise(edges)]
    lasting = [run for run in runs if run[0] >= 0 and times_us[min(run[2], len(times_us) - 1)] - times_us[run[1]] >= APART_US]
    cuts = [after[1] for before, after in itertools.pairwise(lasting) if before[0] != after[0]]
    return list(itertools.pairwise([start, *cuts, end]))


def _closer(track: FaceTrack) -> list[Made]:
    size = face_size_px(track.landmarks)
    grown = _smooth(size / np.median(size) - 1, track.times_us) / CLOSER_PART
    return [_made("closer", grown, start, end, track.times_us) for start, end in _excursions(grown)]


def _smiles(track: FaceTrack) -> list[Made]:
    if len(track.smile) != len(track.times_us):
        return []
    corners = _distance(track.landmarks, *_CORNERS) / np.maximum(face_size_px(track.landmarks), 1e-6)
    wider = corners / np.median(corners) - 1
    score = np.minimum((track.smile - np.median(track.smile)) / SMILE_SCORE, wider / SMILE_WIDER_PART)
    strength = _smooth(score.astype(np.float32), track.times_us)
    return [_made("smile", strength, start, end, track.times_us) for start, end in _excursions(strength)]


def _blinks(track: FaceTrack) -> list[Made]:
    """Closings that are long, or two that follow at once."""
    closed = closed_lids(track)
    edges = np.flatnonzero(np.diff(np.pad(closed.astype(np.int8), 1)))
    last = len(closed) - 1
    spans = [(int(track.times_us[a]), int(track.times_us[min(b, last)])) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    made = [Made("blink", a, (a + b) // 2, b, a) for a, b in spans if b - a >= SHUT_US]
    pairs = itertools.pairwise(spans)
    made += [Made("blink", a, b, d, a) for (a, b), (c, d) in pairs if c - a <= TWICE_US and max(b - a, d - c) < SHUT_US]
    return made


def face_size_px(landmarks: Floats) -> Floats:
    """How large the face is, whatever its pose: the geometric mean of distances in three dimensions, a frame."""
    logs = [np.log(np.maximum(_distance(landmarks, a, b), 1e-6)) for a, b in _SPANS]
    return np.exp(np.mean(logs, axis=0)).astype(np.float32)


def _distance(landmarks: Floats, one: int, other: int) -> Floats:
    return np.linalg.norm(landmarks[:, one] - landmarks[:, other], axis=1).astype(np.float32)


def _made(kind: str, strength: Floats, start: int, end: int, times_us: np.ndarray) -> Made:
    peak = start + int(strength[start:end].argmax())
    last = min(end, len(times_us) - 1)
    return Made(kind, int(times_us[start]), int(times_us[peak]), int(times_us[last]), _onset_us(strength, peak, times_us))


def _onset_us(strength: Floats, peak: int, times_us: np.ndarray) -> int:
    """When the strength last rose through a fifth of its peak, between two frames where it did."""
    least = ONSET_PART * float(strength[peak])
    below = np.flatnonzero(strength[:peak] < least)
    if not len(below):
        return int(times_us[0])
    i = int(below[-1])
    part = (least - float(strength[i])) / max(float(strength[i + 1] - strength[i]), 1e-9)
    return round(float(times_us[i]) + part * float(times_us[i + 1] - times_us[i]))


def _excursions(strength: Floats) -> Sequence[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = -1
    for i, value in enumerate(strength):
        if start < 0 and value >= 1.0:
            start = i
        elif start >= 0 and value < BACK:
            found.append((start, i))
            start = -1
    if start >= 0:
        found.append((start, len(strength)))
    return found


def _smooth(values: Floats, times_us: np.ndarray) -> Floats:
    step_us = max(float(np.median(np.diff(times_us))), 1.0)
    width = max(1, round(_SMOOTH_US / step_us)) | 1
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width, np.float32) / width, mode="valid").astype(np.float32)
