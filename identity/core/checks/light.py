"""Owns check 12: the light of the screen comes back from a face. Does not stop who computes that light in time.

What is compared is colour, not brightness, for brightness follows every movement: logarithms of red over green and blue over
green, of the face less of what is beside it, so that a camera that corrects its exposure or white corrects both and cancels.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from identity.core.assessment import CheckResult, Polarity, measured
from identity.core.features import Floats
from identity.core.lighting import EDGES, LIT_US, NEAR, LightFacts, shown
from identity.core.live import LiveTrace
from identity.core.profiles import Profile

MIN_FOLLOWS: Final = 0.80
"""Correlation of what comes back with what was asked. Another random sequence reaches it within the time allowed in 9 of 1500
(simulated). docs/identity.md, table "light"."""
HINT: Final = 0.50
"""From here on a response too weak to judge is taken for a bright room. Another sequence reaches it in one of eight."""
MIN_APART: Final = 0.50
"""Part of the face's response that the face has and what is beside it has not. docs/identity.md, table "light"."""
MIN_NEARER: Final = 1.10
"""Response of what looks at the screen over that of the face's edges. docs/identity.md, table "light"."""
MAX_LATE_US: Final = 600_000
"""Network, display, camera and half of a recorder's chunk of 250 ms, by the server's clock. A choice, unmeasured: whoever computes
the light within what is left of it is in time."""
MIN_READ: Final = 0.80
MAX_CLIPPED: Final = 0.25
VISIBLE: Final = 0.04
"""The response (logarithms, a primary on against off) that a screen leaves in a lit office: below it, brightness may be why."""
_MOMENT_US: Final = 120_000
_INDEPENDENT: Final = 2
"""Frames of half a second that count as independent of each other: movement is slow. A choice."""
READABLE: Final = 4.0
"""Depth is read of a response so many times the faintest that would have been seen."""
STEP_US: Final = 40_000
_EARLY_US: Final = 80_000
_ARRIVING_US: Final = 1_500_000
_EXPOSURE_US: Final = 33_000
_DARKEST: Final = 0.002
_DOC: Final = 'docs/identity.md, table "light"'

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """How a colour signal follows what was shown: correlation -1..1 and response (logarithms, a primary on against off)."""

    follows: float
    response: float


@dataclass(frozen=True)
class Reflection:
    """What came back, at the moment where it follows best."""

    start_us: int
    """Where the first colour begins in the recording's time."""
    apart: Fit
    """The face less what is beside it."""
    face: Fit
    """The face alone: also what a whole picture that changes does."""
    nearer: float
    """Response of what looks at the screen over that of the face's edges."""
    read: float
    """Part of the frames in which a face was read."""
    clipped: float
    faintest: float
    """The least response that would have stood out of the noise: three standard errors."""


def check(facts: LightFacts | None, colours: tuple[str, ...], live: LiveTrace | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge the reflection of the colours asked; no colours asked: nothing is judged.

    Of a live challenge the server's clock tells when the first colour was handed out, and what comes later than a person needs
    is refused; where its place in the recording cannot be told, nothing was measured. Of a single upload nobody knows it: the
    colours are looked for in the whole recording.
    """
    if not colours:
        return ()
    began_us = None if facts is None or live is None else handed_out_us(facts, live)
    if facts is None or (live is not None and began_us is None):
        return (_result("light.unmeasured", 0.0, MIN_READ, profile),)
    return judge(facts, colours, began_us, profile)


def handed_out_us(facts: LightFacts, live: LiveTrace) -> int | None:
    """Tell when the first colour was handed out, in the recording's own time: by how late the frames arrived that came next.

    Not by the fastest frames of the recording: who stalls and catches up later would seem in time.
    """
    issued_us = next((step.issued_at_us for step in live.steps if step.kind == "light"), None)
    sent, arrived_us = [one.bytes for one in live.arrivals], [one.at_us for one in live.arrivals]
    if issued_us is None or not sent or len(facts.offsets) < 2:
        return None
    ends = np.append(facts.offsets[1:], sent[-1])
    places = np.searchsorted(np.asarray(sent, np.int64), ends)
    known = (facts.offsets >= 0) & (places < len(sent))
    came_us = np.asarray(arrived_us, np.int64)[np.minimum(places, len(sent) - 1)]
    next_ones = known & (came_us >= issued_us) & (came_us < issued_us + _ARRIVING_US)
    if not next_ones.any():
        return None
    return issued_us - int(np.median(came_us[next_ones] - facts.times_us[next_ones]))


def judge(facts: LightFacts, colours: tuple[str, ...], began_us: int | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge the reflection of colours of which the first was handed out at this time of the recording; None: nobody knows."""
    found = reflection(facts, colours, began_us)
    if found is None or found.read < MIN_READ or found.clipped > MAX_CLIPPED:
        return (_result("light.unmeasured", 0.0 if found is None else min(found.read, 1 - found.clipped), MIN_READ, profile),)
    follows, response = max((one.follows, one.response) for one in (found.apart, found.face))
    weak = response < VISIBLE and follows >= HINT
    if follows < MIN_FOLLOWS and (weak or found.faintest > VISIBLE):
        return (_result("light.unmeasured", follows, MIN_FOLLOWS, profile),)
    absent = _result("light.absent", follows, MIN_FOLLOWS, profile)
    return (absent, *_depth_and_time(found, response, began_us, profile)) if absent.passed else (absent,)


def _depth_and_time(found: Reflection, response: float, began_us: int | None, profile: Profile) -> tuple[CheckResult, ...]:
    apart = found.apart.response / max(found.face.response, 1e-6)
    if response < READABLE * found.faintest:
        return (_result("light.unmeasured", response / found.faintest, READABLE, profile),)
    if apart >= MIN_APART and found.apart.follows < MIN_FOLLOWS:
        return (_result("light.unmeasured", found.apart.follows, MIN_FOLLOWS, profile),)
    flat = _result("light.flat", min(apart / MIN_APART, found.nearer / MIN_NEARER), 1.0, profile)
    if began_us is None:
        return (flat,)
    late = (found.start_us - began_us) / MAX_LATE_US
    return flat, _result("light.late", late, 1.0, profile, Polarity.LOWER_IS_LIVE)


def _result(code: str, score: float, threshold: float, profile: Profile, polarity: Polarity = Polarity.HIGHER_IS_LIVE) -> CheckResult:
    return measured(12, code, score, threshold, _DOC, profile=profile, polarity=polarity)


def reflection(facts: LightFacts, colours: tuple[str, ...], began_us: int | None) -> Reflection | None:
    """Find where the colours come back best; None where the recording is too short or too little of a face was read."""
    starts = _starts(facts, began_us)
    near = _colour(facts.face[:, NEAR].mean(axis=1))
    beside = _colour(facts.around)
    apart = near - beside if np.isfinite(beside).all(axis=1).mean() >= MIN_READ else near
    tried = [(_fit(facts.times_us, apart, colours, start), _fit(facts.times_us, near, colours, start), start) for start in starts]
    fits = [(a, f, start) for a, f, start in tried if a is not None and f is not None]
    if not fits:
        return None
    best, face, start = max(fits, key=lambda one: max(one[0].follows, one[1].follows))
    inside = _inside(facts.times_us, start)
    return Reflection(
        start_us=start,
        apart=best,
        face=face,
        nearer=_nearer(facts, apart - near, colours, start),
        read=float(np.isfinite(near[inside]).all(axis=1).mean()),
        clipped=float(np.nanmean(facts.clipped[inside])),
        faintest=_faintest(facts.times_us, apart, colours, start),
    )


def _starts(facts: LightFacts, began_us: int | None) -> range:
    if len(facts.times_us) == 0:
        return range(0)
    first, last = int(facts.times_us[0]), int(facts.times_us[-1]) - LIT_US
    if began_us is not None:
        first, last = max(first, began_us - _EARLY_US), min(last, began_us + 2 * MAX_LATE_US)
    return range(first, last + 1, STEP_US)


def _inside(times_us: NDArray[np.int64], start_us: int) -> NDArray[np.bool_]:
    return (times_us >= start_us) & (times_us < start_us + LIT_US)


def _colour(light: Floats) -> Doubles:
    """Red over green and blue over green, in logarithms: (frames, 2)."""
    logs = np.log(light.astype(np.float64) + _DARKEST)
    return np.stack([logs[:, 0] - logs[:, 1], logs[:, 2] - logs[:, 1]], axis=1)


def _asked(colours: tuple[str, ...], times_us: NDArray[np.int64]) -> Doubles:
    """What was shown, in the same two numbers, over the time that a frame is exposed."""
    over = [shown(colours, times_us - back) for back in (0, _EXPOSURE_US // 2, _EXPOSURE_US)]
    seen = np.mean(over, axis=0).astype(np.float64)
    return np.stack([seen[:, 0] - seen[:, 1], seen[:, 2] - seen[:, 1]], axis=1)


def _fit(times_us: NDArray[np.int64], signal: Doubles, colours: tuple[str, ...], start_us: int) -> Fit | None:
    """Fit at one moment, both colour numbers together, each less its own slow drift (a parabola)."""
    use = _inside(times_us, start_us) & np.isfinite(signal).all(axis=1)
    if use.sum() < MIN_READ * _inside(times_us, start_us).sum() or use.sum() < 5 * len(colours):
        return None
    at = (times_us[use] - start_us) / LIT_US
    drift = np.linalg.qr(np.stack([np.ones_like(at), at, at * at], axis=1))[0]
    said, heard = _without(_asked(colours, times_us[use] - start_us), drift), _without(signal[use], drift)
    size = float(np.sqrt((said**2).sum() * (heard**2).sum()))
    dot = float((said * heard).sum())
    return Fit(dot / size if size > 0 else 0.0, dot / float((said**2).sum()))


def _without(signal: Doubles, drift: Doubles) -> Doubles:
    return signal - drift @ (drift.T @ signal)


def _nearer(facts: LightFacts, less: Doubles, colours: tuple[str, ...], start_us: int) -> float:
    """Response of the near parts over that of the edges; 0 where neither can be told."""
    parts = [_fit(facts.times_us, _colour(facts.face[:, which].mean(axis=1)) + less, colours, start_us) for which in (NEAR, EDGES)]
    if parts[0] is None or parts[1] is None:
        return 0.0
    return parts[0].response / max(parts[1].response, 1e-3)


def _faintest(times_us: NDArray[np.int64], signal: Doubles, colours: tuple[str, ...], start_us: int) -> float:
    """Three standard errors of the response, from how the signal changes within a moment.

    The median of the changes is taken, so that the few steps of any light, asked or other, do not count as noise.
    """
    use = _inside(times_us, start_us) & np.isfinite(signal).all(axis=1)
    seen, at = signal[use], times_us[use]
    apart = max(1, round(_MOMENT_US / max(float(np.median(np.diff(at))), 1.0)))
    noise = 1.4826 * float(np.median(np.abs(seen[apart:] - seen[:-apart]))) / np.sqrt(2)
    spread = float(_asked(colours, at - start_us).std())
    return float(3 * noise / (np.sqrt(_INDEPENDENT * 2 * len(colours)) * max(spread, 1e-6)))
