"""Owns what is measured of models alone, beside recordings: faces on labelled pairs, voices on read speech, words against other phrases."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from typing import Any, Final

import cv2
import numpy as np

from bench.identity.cache import cached, of_file
from bench.identity.clips.sound import load
from bench.identity.clips.writing import SOUND_HZ
from bench.identity.making import Made
from bench.identity.people import corpus, same_pairs, utterances
from bench.identity.tables import Counted, counted
from identity import hearing
from identity.adapters import sface, speaker
from identity.core.checks import words
from identity.core.checks.one_face import MIN_SIMILARITY
from identity.core.profiles import Profile
from identity.core.words import DIGITS, WORDS
from identity.ports import SAMPLE_RATE_HZ

VOICE_S: Final = 4.0
_PHOTO_PX: Final = 640


def faces(models: Any) -> dict[str, Counted]:
    """False match and non-match of SFace at the threshold of check 9, on the labelled pairs of photographs."""
    vectors = {path: _face(str(path.relative_to(corpus())), of_file(path), models) for pair in same_pairs() for path in pair[:2]}
    same, other = [], []
    for a, b, alike in same_pairs():
        one, two = vectors[a], vectors[b]
        similarity = float(one @ two) if one is not None and two is not None else -1.0
        (same if alike else other).append(similarity)
    return {
        "face.fmr": counted("face.fmr", sum(s >= MIN_SIMILARITY for s in other), len(other)),
        "face.fnmr": counted("face.fnmr", sum(s < MIN_SIMILARITY for s in same), len(same)),
    }


@cached("photo-embedding", sface)
def _face(path: str, _digest: str, _models: Any) -> np.ndarray | None:
    picture = cv2.imread(str(corpus() / path), cv2.IMREAD_COLOR)
    scale = min(1.0, _PHOTO_PX / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = _models.embedder.find(small)
    return _models.embedder.embed(small, found[0]) if found else None


def voices(models: Any) -> dict[str, Any]:
    """Equal error rate of the speaker model on 4 s of read speech: pairs of utterances of one speaker, and of two."""
    by_speaker: dict[str, list[np.ndarray]] = {}
    for one in utterances():
        vector = _voice(one.path.relative_to(corpus()).as_posix(), models)
        if vector is not None:
            by_speaker.setdefault(one.speaker, []).append(vector)
    same = [float(a @ b) for of in by_speaker.values() for a, b in itertools.combinations(of, 2)]
    firsts = [of[0] for of in by_speaker.values()]
    other = [float(a @ b) for a, b in itertools.combinations(firsts, 2)]
    other += [float(a @ b) for one, two in itertools.combinations(by_speaker.values(), 2) for a in one[1:4] for b in two[1:4]]
    rate = equal_error(same, other)
    return {"rate": rate, "same": len(same), "other": len(other), "speakers": len(by_speaker)}


@cached("voice-embedding", speaker, hearing.cut_speech)
def _voice(path: str, _models: Any) -> np.ndarray | None:
    sound = load(corpus() / path)
    place = np.arange(0, len(sound), SOUND_HZ / SAMPLE_RATE_HZ)
    samples = (np.interp(place, np.arange(len(sound)), sound) * 32767).astype(np.int16)
    speech, _ = hearing.cut_speech(samples, _models.voice_activity)
    wanted = round(VOICE_S * SAMPLE_RATE_HZ)
    return _models.speaker.embed(speech[:wanted]) if len(speech) >= wanted else None


def equal_error(same: Sequence[float], other: Sequence[float]) -> float:
    """Where as many of one are missed as of two are taken for one."""
    limits = np.sort(np.concatenate([same, other]))
    missed = np.searchsorted(np.sort(same), limits, side="left") / len(same)
    taken = 1 - np.searchsorted(np.sort(other), limits, side="left") / len(other)
    at = int(np.argmin(np.abs(missed - taken)))
    return float((missed[at] + taken[at]) / 2)


def heard(made: Iterable[Made]) -> dict[str, Counted]:
    """Words: what was said refused, and other phrases than what was said accepted, on every sound that was heard once."""
    seen: dict[str, Made] = {}
    for one in made:
        if one.features is not None and one.case.phrase:
            seen.setdefault(repr(one.case.sounds), one)
    rows: dict[str, list[bool]] = {}
    accepted: list[bool] = []
    for one in seen.values():
        assert one.features is not None
        texts = one.features.sound.texts if one.features.sound else (one.features.speech.heard,)
        kind = type(one.case.sounds).__name__
        rows.setdefault(kind, []).append(not _exact(texts, one.case.phrase))
        accepted += [_exact(texts, other) for other in others(one.case.phrase, repr(one.case.sounds))]
    told = {f"words.false_reject.{kind.lower()}": counted(kind, sum(of), len(of)) for kind, of in sorted(rows.items())}
    return {"words.false_accept": counted("words.false_accept", sum(accepted), len(accepted)), **told}


def _exact(texts: Sequence[str], phrase: tuple[str, ...]) -> bool:
    from identity.core.challenge import Challenge  # noqa: PLC0415 -- beside its one use

    challenge = Challenge("bench", "account-" + "0" * 32, phrase, (), 0, 1)
    return all(r.passed for r in words.check(texts, challenge, Profile.BASIC) if r.code in ("words.not_heard", "words.not_as_asked"))


def others(phrase: tuple[str, ...], seed: str) -> list[tuple[str, ...]]:
    """Phrases that were not said: one word another, two words in the other order, one word missing, one too many."""
    chance = random.Random(seed)
    place = chance.randrange(len(phrase))
    pool = sorted(DIGITS if phrase[place] in DIGITS else WORDS)
    other = chance.choice([word for word in pool if word not in phrase])
    swapped = list(phrase)
    k = chance.randrange(len(phrase) - 1)
    swapped[k], swapped[k + 1] = swapped[k + 1], swapped[k]
    made = [
        (*phrase[:place], other, *phrase[place + 1 :]),
        tuple(swapped),
        (*phrase[:place], *phrase[place + 1 :]),
        (*phrase, chance.choice(pool)),
    ]
    return [one for one in made if one != phrase]
