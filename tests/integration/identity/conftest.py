"""Owns one answer of a fictional actor, the real models, and a way to assess what a test makes of it."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path

import pytest

from identity.core.assessment import Assessment, Profile
from identity.core.challenge import Challenge, issue
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.features import Features
from identity.core.fusion import attack_probability
from tests.media import VOICES, Performance, Stage, write_recording

NOW_US = 1_000_000


@dataclass
class Answer:
    """A challenge, the actor's take of it, and the file as a browser would have written it."""

    challenge: Challenge
    performance: Performance
    path: Path


@pytest.fixture(scope="session")
def loaded(models):
    from identity.adapters.models import Models

    found = Models.load(models)
    yield found
    found.close()


@pytest.fixture(scope="session")
def stage(models):
    made = Stage(models)
    yield made
    made.close()
    gc.collect()


@pytest.fixture(scope="session")
def answer(stage, tmp_path_factory) -> Answer:
    challenge = issue("anna", NOW_US, (1).to_bytes(32, "big"))
    spoken = stage.say(challenge.phrase, VOICES["joon"])
    performance = stage.perform("joon", challenge.movements, spoken)
    path = write_recording(tmp_path_factory.mktemp("answer") / "a.webm", performance.frames, performance.sound)
    return Answer(challenge, performance, path)


@pytest.fixture(scope="session")
def assess(loaded, answer):
    """Assess a file; what was once extracted from a path is kept, for extraction is most of an assessment's time."""
    from identity.besides import AgeWatcher
    from identity.core.checks import age
    from identity.extraction import extract
    from identity.handlers import fingerprint_of, heard_in, run_checks, sha256_of, template_of

    kept: dict[Path, Features] = {}
    looked: dict[Path, list[float]] = {}

    def run(path: Path, *, profile=Profile.BASIC, challenge=None, earlier=(), own=None, **submission) -> Assessment:
        sent = Submission(**{"account": "anna", "received_at_us": NOW_US + 20_000_000, **submission})
        asked, digest = Asked(challenge or answer.challenge, sent, earlier, matches=(), own_template=own), sha256_of(path)
        if path not in kept:
            ages = AgeWatcher(loaded.age)
            features = extract(path, loaded, (ages,))
            assert isinstance(features, Features), features
            kept[path], looked[path] = features, ages.years
        fingerprint = fingerprint_of(digest, kept[path])
        results = (*run_checks(kept[path], fingerprint, asked, profile), *age.check(looked[path], asked, profile))
        return Assessment(
            results, digest, asked.challenge.challenge_id, profile, loaded.versions(), fingerprint,
            attack_micro=attack_probability(results), template=template_of(kept[path]), heard=heard_in(kept[path]),
        )  # fmt: skip

    return run
