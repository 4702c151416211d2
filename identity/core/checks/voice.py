"""Owns check 8: there is speech, and one speaker's throughout. Does not say whose voice it is, nor that it is live."""

from typing import Final

import numpy as np

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.features import Floats, SpeechFacts

_TABLE: Final = 'docs/identity.md, table "voice"'
MIN_SPEECH_S = 1.6
"""Seven words spoken fast by the quickest of our synthetic voices; unmeasured on people."""
MIN_SIMILARITY = 0.27
"""Refused below: the voice before any moment against the voice after it, stretches of 2 s. Read speech of 5 and 7 s, near and in noise
(15 dB): 2 of 52 takes fitting, 2 of 50 reporting refused; one voice that goes on as another's after 2.5 s: 35 of 40, 37 of 40."""
LEAST_ALIKE = 0.2
"""To a reviewer below: any two stretches of 2 s. One voice 3 of 52, 5 of 50; voices that change every 2 s 24 of 25, 24 of 25."""
LEAST_ALIKE_SHORT = 0.2
"""To a reviewer below: as MIN_SIMILARITY, stretches of .8 s. Read speech of 3.2 s, near, in noise and far: 4 of 141 fitting, 8 of 138
reporting; changed in the middle 50 of 60, 44 of 60, at a quarter to three quarters 45, 47; every .6 s 10, 15."""


def check(speech: SpeechFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge how much speech there is, and how alike its stretches are. One stretch alone is like itself."""
    seconds = speech.speech_us / 1e6
    enough = measured(8, "voice.absent", seconds, MIN_SPEECH_S, "a choice, unmeasured", profile=profile)
    if not enough.passed:
        return (enough,)
    vectors = speech.window_embeddings
    one = measured(8, "voice.several", least_turn(vectors), MIN_SIMILARITY, _TABLE, profile=profile)
    if len(vectors) < 3:
        return enough, one
    return enough, one, measured(8, "voice.changed", float(np.min(vectors @ vectors.T)), LEAST_ALIKE, _TABLE, profile=profile)


def changed(voices: Floats, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge whether the voice changes within one phrase, from vectors of short stretches; nothing where they are too few."""
    if len(voices) < 2 * _SIDE + 1:
        return ()
    return (measured(8, "voice.changed", least_turn(voices, side=_SIDE), LEAST_ALIKE_SHORT, _TABLE, profile=profile),)


_SIDE: Final = 2


def least_turn(vectors: Floats, side: int = 1) -> float:
    """The least cosine between the mean voice before and after any moment; 1 when there is only one stretch, nan without any.

    Vectors are of stretches that overlap the next one, so one is left out between the two sides. Means say more than the worst of
    many pairs, which falls the longer somebody speaks. `side`: how many stretches there must be on either side.
    """
    count = len(vectors)
    if count < 2:
        return 1.0 if count else float("nan")
    apart = 1 if count >= 2 * side + 1 else 0
    return min(_cosine(vectors[:k].mean(axis=0), vectors[k + apart :].mean(axis=0)) for k in range(side, count - apart - side + 1))


def _cosine(one: Floats, other: Floats) -> float:
    return float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9)
