"""A protected photograph and a recording meet in the index, with real models and fictional people."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from identity.adapters.face_index import LockedFaceIndex
from identity.core import faces
from identity.core.checks import known_face
from identity.core.profiles import Profile
from identity.extraction import extract
from identity.handlers import template_of as recorded
from identity.photograph import PhotographError, template_of
from serving.demo.people import ACTORS


def photograph(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return np.asarray(picture, np.uint8)


@pytest.fixture(scope="module")
def protected(loaded):
    index = LockedFaceIndex()
    for still in sorted(ACTORS.glob("*.jpg")):
        index.add("protected", still.stem, template_of(photograph(still), loaded.embedder))
    yield index
    index.close()


def test_a_recording_of_a_protected_person_is_known_best_by_their_photograph_and_sent_to_a_reviewer(protected, loaded, answer):
    template = faces.read(recorded(extract(answer.path, loaded)))
    matches = protected.search(template, 5, faces.floor_of(len(protected)))
    assert (matches[0].kind, matches[0].ref) == ("protected", "joon"), "rendered actors are more alike than people are"
    assert matches[0].similarity_micro > 500_000
    (result,) = known_face.check(matches, Profile.BASIC)
    assert (result.code, result.passed) == ("face.known", False)


def test_a_photograph_without_a_face_or_with_two_is_refused(loaded):
    one = photograph(min(ACTORS.glob("*.jpg")))
    with pytest.raises(PhotographError, match="no face"):
        template_of(np.full_like(one, 120), loaded.embedder)
    with pytest.raises(PhotographError, match="2 faces"):
        template_of(np.hstack([one, one]), loaded.embedder)
