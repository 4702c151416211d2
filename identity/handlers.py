"""Owns what the platform asks of identity: assess a recording, cut its assets. Does not decide, store, seal or send.

An assessment runs the numbered checks in order (core.assessment.CHECK_NAMES); `core.assessment.decide` decides on the result.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from identity.besides import AgeWatcher, FacesWatcher
from identity.core.assessment import Assessment, CheckResult, measured
from identity.core.checks import (
    age,
    answers_challenge,
    guardian,
    injection,
    known_face,
    light,
    lips,
    live,
    movements,
    one_face,
    recording,
    same_person,
    screen,
    solid,
    sound,
    texture,
    voice,
    words,
)
from identity.core.context import Asked
from identity.core.features import Features
from identity.core.fingerprint import Fingerprint, video_marks
from identity.core.fusion import attack_probability
from identity.core.live import movement_ways, phrase_ways
from identity.core.profiles import Level, Profile
from identity.cutting import cut_face, cut_voice
from identity.extraction import ModelSet, extract
from identity.lit import LightReader
from identity.ports import FrameObserver, MediaRefused


def assess_recording(path: Path, asked: Asked, profile: Profile, models: ModelSet) -> Assessment:
    """Run every check on one recording and write down what they found.

    `asked.earlier` are the fingerprints of all recordings that could be replayed: at least this account's, better the
    installation's. Reads the file, writes nothing, may be called again with the same result (recognition is greedy, models
    are fixed). A file that cannot be read is a failed check 1, not an exception. Raises ModelMissingError,
    DecoderFailedError, OSError when the file is gone.
    """
    digest = sha256_of(path)
    reader, faces, ages = LightReader(), FacesWatcher(models.embedder), AgeWatcher(models.age)
    watching: list[FrameObserver] = [reader] if asked.challenge.light else []
    if asked.guardian_template is not None:
        watching.append(faces)
    elif profile is not Profile.SANDBOX:  # nobody is asked for their age there
        watching.append(ages)
    features = extract(path, models, watching, language=asked.challenge.language)
    if isinstance(features, MediaRefused):
        fingerprint, template, heard = Fingerprint(digest), b"", ""
        refused = measured(1, features.code, 0.0, 1.0, "limits in identity/adapters/limits.py", profile=profile)
        results: tuple[CheckResult, ...] = (refused, *answers_challenge.check(asked, fingerprint, profile))
    else:
        features = replace(features, light=reader.facts()) if asked.challenge.light else features
        fingerprint, template, heard = fingerprint_of(digest, features), template_of(features), heard_in(features)
        results = (
            *run_checks(features, fingerprint, asked, profile),
            *guardian.check(faces.seen, asked.guardian_template, profile),  # 1, 9
            *age.check(ages.years, asked, profile),  # 9
        )
    return Assessment(
        results=results,
        media_sha256=digest,
        challenge_id=asked.challenge.challenge_id,
        profile=profile,
        models=models.versions(),
        fingerprint=fingerprint,
        level=level_of(asked),
        without=asked.challenge.without,
        attack_micro=attack_probability(results),
        template=template,
        heard=heard,
    )


def level_of(asked: Asked) -> Level:
    """Tell what an answer can be worth by how it was asked for."""
    if asked.live is None:
        return Level.UPLOAD
    return Level.LIGHT if asked.challenge.light else Level.STEPWISE


def run_checks(features: Features, fingerprint: Fingerprint, asked: Asked, profile: Profile) -> tuple[CheckResult, ...]:
    """Run the numbered checks over features already extracted. Pure."""
    challenge, steps = asked.challenge, asked.live.steps if asked.live else ()
    moves, phrases = (movement_ways(steps), phrase_ways(steps)) if steps else ((), ())
    return (
        *recording.check(features, profile, guarded=asked.guardian_template is not None),  # 1
        *answers_challenge.check(asked, fingerprint, profile),  # 2
        *movements.check(features.face, challenge, profile, moves),  # 3
        *solid.check(features.face, profile),  # 4
        *texture.check(features.samples, profile),  # 5
        *screen.check(features.picture, profile),  # 5
        *words.check(features.sound.texts if features.sound else features.speech.heard, challenge, profile, phrases),  # 6
        *(lips.check(features.sound.lips, profile) if features.sound else ()),  # 7
        *voice.check(features.speech, profile),  # 8
        *(sound.check(features.sound, profile) if features.sound else ()),  # 8, 11
        *one_face.check(features.samples, profile, features.picture),  # 9
        *same_person.check(template_of(features), asked.own_template, profile),  # 9
        *known_face.check(asked.matches, profile),  # 10
        *injection.check(features, asked.submission.camera_label, profile, asked.submission.client),  # 11
        *light.check(features.light, challenge.light, asked.live, profile),  # 12
        *live.check(features, asked, profile),  # 13
    )


def template_of(features: Features) -> bytes:
    """Write the face as 128 little-endian float32 of unit length: the mean of the frontal samples; empty without one."""
    seen = [sample.embedding for sample in features.samples if sample.embedding is not None]
    if not seen:
        return b""
    mean = np.mean(np.stack(seen), axis=0)
    return (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype("<f4").tobytes()


def heard_in(features: Features) -> str:
    """What was recognised, a line a recogniser."""
    return "\n".join(features.sound.texts) if features.sound else features.speech.heard


def fingerprint_of(digest: str, features: Features) -> Fingerprint:
    """Mark a recording so that it is known again, also re-encoded."""
    return Fingerprint(
        sha256=digest,
        audio=features.speech.marks,
        video=video_marks(features.frames.thumbnails, features.frames.times_us),
        landmarks=features.speech.landmarks,
    )


def extract_assets(path: Path, models: ModelSet, facets: Sequence[str] = ("face", "voice")) -> dict[str, bytes]:
    """Cut the likeness assets out of a recording that was assessed: `identity.assets` says how they read.

    Reads the file twice for `face`. Raises MediaUnusableError when the recording has no such facet; it was
    then never one that an assessment passed.
    """
    cut = {"face": cut_face, "voice": cut_voice}
    return {facet: cut[facet](path, models) for facet in facets}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
