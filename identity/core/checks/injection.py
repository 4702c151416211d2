"""Owns check 11: signs that the picture did not come from a camera. Does not prove that it did: every sign can be faked."""

import re
from typing import Final

from identity.core.assessment import CheckResult, Polarity, Profile, measured
from identity.core.checks import generated, still
from identity.core.clients import contradictions
from identity.core.features import Features, FrameFacts
from identity.core.sequence import blending, doubling, repetition, standstill_s
from identity.core.timing import timing_of


def _names(anywhere: str, *words: str) -> re.Pattern[str]:
    """Match these names: `anywhere`, or as words of their own, with no letter before or after, and nobody's possessive."""
    return re.compile(rf"{anywhere}|(?<![^\W\d_])(?:{'|'.join(words)})(?![^\W\d_])(?!['’]s)", re.IGNORECASE)


VIRTUAL_CAMERAS: Final = _names(
    r"virtual|manycam|snap ?camera|splitcam|xsplit|droidcam|iriun|epoccam|camtwist|v4l2loopback|e2esoft|akvcam|avatarify|deepfacelive|"
    r"mmhmm|webcamoid|youcam|\.y4m|\.mjpeg|nvidia broadcast|screen[ _-]?capture",
    r"obs|vcam|dummy|fake|unitycam|unity\W*(?:video )?capture",
    r"ndi\W*(?:hx|webcam|video|virtual|camera|source|output|capture)",
)
"""Names under which known virtual cameras list themselves; a browser that is fed a file names the file. A list, not a measurement.

People's devices are named for them, and a match refuses: what is short stands as a word of its own ("Jacobs iPhone Camera" and the
camera OBSBOT hold `obs`), and what is also somebody's name (Ndi, Unity) counts only with the rest of the product's.
"""
EDITING_ENCODERS: Final = _names(
    "ffmpeg|x264|x265|handbrake|premiere|after effects|final cut|davinci|imovie|capcut|kinemaster|mkvmerge|mp4box|shotcut|kdenlive|"
    "moviepy|opencv",
    "lavf|lavc|gpac|obs|(?<!las )vegas",
)
"""Names that editing and transcoding software leaves in a file, the short ones as words of their own.

Browsers write Chrome, or QTmuxingAppLibWebM.
"""
MIN_JITTER_MS: Final = 0.75
"""Standard deviation of frame times around an even rate; rounding to whole milliseconds alone gives .29. Six recordings by Chromium
of a fake camera on a busy machine: 1.2-135. Source: docs/identity.md, table "injection" and "Picture"."""
MAX_DUPLICATES: Final = 0.20
"""Part of frames that are the frame before, or one of an earlier second, bit for bit or nearly (grey change
below .02). Chromium's six: 0-.006. Source: docs/identity.md, table "injection"."""
MAX_DROPPED: Final = 0.5
"""Part of frames missing. Chromium's six on a busy machine: 0-.35 of all but one, whose times tell no rate. Noted only."""
MAX_DOUBLED: Final = 0.35
"""Part of the change between frames that a cycle of two or three tells: .06 and less of the fitting half's 51 bona fide recordings, .84 and
more of its 7 doubled films; above their middle, for longer recordings hold more by chance. A camera that halves its rate and gives each
frame twice reads as they do, so a person looks. docs/identity.md, "Picture"."""
MAX_BLENDED: Final = 0.25
"""The same of what the frames beside each do not explain: bona fide .04 and less, made films .12, .45 and more."""
MIN_REPEATED: Final = 0.004
"""1 less the correlation of the two stretches that move most alike. Half fit: copies .0005-.003 (three of four; one that was slowed as
well .029), bona fide .14 and more; but none of those is asked for one movement twice. A fictional actor who is, each time at another
speed and width along one path, reads .007-.013 (three films in a browser): below that, and to a reviewer only."""
MIN_REVERSED: Final = 0.001
"""The same with one of them backwards: copies .0002-.0007 (three of four; the fourth .003), bona fide .11 and more, that actor
.004-.007, for a head goes out and back nearly evenly."""
MAX_STANDSTILL_S: Final = 0.4
"""A picture that stands still before a camera has its grain: bona fide .07 s and less on the fitting half, films made to stand still .66
and more. Longer than their middle, for a busy machine may hold a frame."""
_STILL = 0.02
_DOC = 'docs/identity.md, table "injection"'
_PICTURE = 'docs/identity.md, "Picture"'
_LIST = "a list of names, unmeasured"


def kept_of(camera_label: str) -> str:
    """Tell what of a camera's name is kept in the record: names of virtual cameras. People's devices are often named for them."""
    return " ".join(dict.fromkeys(found.lower() for found in VIRTUAL_CAMERAS.findall(camera_label)))


def check(features: Features, camera_label: str, profile: Profile, client: str = "") -> tuple[CheckResult, ...]:
    """Look for signs, each with its own code. `client` is what it said it records with; nothing said contradicts nothing."""
    lower = Polarity.LOWER_IS_LIVE
    tags = sum(bool(EDITING_ENCODERS.search(tag)) for tag in features.media.encoder_tags)
    label = float(bool(VIRTUAL_CAMERAS.search(camera_label)))
    timing = timing_of(features.frames)
    wrong = float(len(contradictions(features.media, client)))
    repeated = duplicates(features.frames)
    again, backwards = repetition(features.frames)
    return (
        measured(11, "injection.virtual_camera", label, 0.0, _LIST, profile=profile, polarity=lower),
        measured(11, "injection.encoder", float(tags), 0.0, _LIST, profile=profile, polarity=lower),
        measured(11, "injection.client", wrong, 0.0, "table of clients, identity/core/clients.py", profile=profile, polarity=lower),
        measured(11, "injection.timing", timing.jitter_ms, MIN_JITTER_MS, _DOC, profile=profile),
        measured(11, "injection.duplicates", repeated, MAX_DUPLICATES, _DOC, profile=profile, polarity=lower),
        measured(11, "injection.doubled", doubling(features.frames), MAX_DOUBLED, _PICTURE, profile=profile, polarity=lower),
        measured(11, "injection.blended", blending(features.frames), MAX_BLENDED, _PICTURE, profile=profile, polarity=lower),
        measured(11, "injection.repeated", again, MIN_REPEATED, _PICTURE, profile=profile),
        measured(11, "injection.reversed", backwards, MIN_REVERSED, _PICTURE, profile=profile),
        measured(11, "injection.frozen", standstill_s(features.frames), MAX_STANDSTILL_S, _PICTURE, profile=profile, polarity=lower),
        measured(11, "injection.dropped", timing.dropped, MAX_DROPPED, _PICTURE, profile=profile, polarity=lower),
        *still.check(features, profile),
        *generated.check(features, profile),
    )


def jitter_ms(frames: FrameFacts) -> float:
    """Standard deviation of frame times around the best even rate, skipped frames allowed for; nan below 10 frames."""
    return timing_of(frames).jitter_ms


def duplicates(frames: FrameFacts) -> float:
    """Part of frames that repeat: the frame before, or any earlier one; nan below 10 frames."""
    count = len(frames.digests)
    if count < 10:
        return float("nan")
    seen: set[bytes] = set()
    repeated = 0
    for digest, change in zip(frames.digests, frames.change, strict=True):
        repeated += digest in seen or bool(change < _STILL)
        seen.add(digest)
    return repeated / count
