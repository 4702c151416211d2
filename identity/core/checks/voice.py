"""Owns check 8: there is speech, and one speaker's throughout. Does not say whose voice it is, nor that it is live."""

import numpy as np

from identity.core.assessment import CheckResult, Profile, measured
from identity.core.features import SpeechFacts

MIN_SPEECH_S = 1.6
"""Seven words spoken fast by the quickest of our synthetic voices; unmeasured on people."""
MIN_SIMILARITY = 0.27
"""Least cosine between any two stretches of 2 s. On 5 s of LibriSpeech from 26 speakers it misses 1 of 34 single
speakers and takes 0 of 120 spliced pairs for one; chosen on that same set. docs/identity.md, table "voice"."""


def check(speech: SpeechFacts, profile: Profile) -> tuple[CheckResult, ...]:
    """Judge how much speech there is, and how alike its stretches are. One stretch alone is like itself."""
    seconds = speech.speech_us / 1e6
    enough = measured(8, "voice.absent", seconds, MIN_SPEECH_S, "a choice, unmeasured", profile=profile)
    if not enough.passed:
        return (enough,)
    alike = measured(
        8,
        "voice.several",
        least_similarity(speech),
        MIN_SIMILARITY,
        'docs/identity.md, table "voice"',
        profile=profile,
    )
    return enough, alike


def least_similarity(speech: SpeechFacts) -> float:
    """The least cosine between two stretches; 1 when there is only one; nan when there is none."""
    vectors = speech.window_embeddings
    if len(vectors) == 0:
        return float("nan")
    return float(np.min(vectors @ vectors.T))
