"""Who else is in the picture: a guardian beside a minor, a person where a thing should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from identity.besides import AgeWatcher, FacesWatcher, ThingWatcher
from identity.core.challenge import issue
from identity.core.checks import age, guardian, thing
from identity.core.checks.guardian import FacesSeen
from identity.core.checks.thing import ThingSeen
from identity.core.context import Asked
from identity.core.effects import Effect, effect_of
from identity.core.enrolment import Submission
from identity.core.faces import written
from identity.core.features import Floats, MediaFacts
from identity.core.profiles import Profile
from identity.core.reviewing import wanted
from identity.fakes import InMemoryAge, head_points, paint
from identity.ports import FaceReading, FoundFace, Frame, Picture

B = Profile.BASIC
NAN = float("nan")
ALONE = Asked(issue("anna", 0, bytes(32)), Submission("anna", 1))
MEDIA = MediaFacts("webm", "vp8", "opus", 640, 480, 5_000_000, ())


def face(who: int) -> Floats:
    vector = np.zeros(128, np.float32)
    vector[who] = 1
    return vector


MINOR, GUARDIAN, STRANGER = face(0), face(1), face(2)


def failed(results: tuple) -> set[str]:
    return {one.code for one in results if not one.passed}


def test_a_guardian_beside_the_minor_passes_and_a_person_still_looks() -> None:
    seen = [FacesSeen((MINOR, GUARDIAN))] * 8 + [FacesSeen((MINOR,))] * 4
    assert failed(guardian.check(seen, written(GUARDIAN), B)) == {"review.guardian"}


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ([FacesSeen((MINOR,))] * 10, "guardian.absent"),
        ([FacesSeen((MINOR, STRANGER))] * 10, "guardian.absent"),
        ([FacesSeen((MINOR, GUARDIAN))] * 4 + [FacesSeen((MINOR,))] * 6, "guardian.absent"),
        ([FacesSeen((GUARDIAN, MINOR))] * 10, "guardian.in_front"),
        ([FacesSeen((MINOR, GUARDIAN, STRANGER))] * 10, "quality.several_faces"),
        ([], "guardian.absent"),
    ],
)
def test_without_the_guardian_or_with_others_it_is_refused(seen: list[FacesSeen], code: str) -> None:
    assert code in failed(guardian.check(seen, written(GUARDIAN), B))


def test_a_child_that_is_like_its_guardian_is_not_taken_for_them() -> None:
    child = (0.6 * GUARDIAN + 0.8 * MINOR).astype(np.float32)
    assert failed(guardian.check([FacesSeen((child, GUARDIAN))] * 10, written(GUARDIAN), B)) == {"review.guardian"}


def test_a_guardian_whose_face_was_not_kept_counts_as_absent() -> None:
    assert "guardian.absent" in failed(guardian.check([FacesSeen((MINOR, GUARDIAN))] * 10, b"", B))


def test_nobody_is_asked_for_where_there_is_no_guardian() -> None:
    assert guardian.check([FacesSeen((MINOR, STRANGER))], None, B) == ()


class TwoFaces:
    """Finds a large face and a small one, and a smudge."""

    def find(self, picture: Picture) -> tuple[FoundFace, ...]:
        del picture
        row = np.zeros(15, np.float32)
        return tuple(FoundFace((0.0, 0.0, side, side), 0.9, row) for side in (200.0, 100.0, 20.0))

    def embed(self, picture: Picture, face: FoundFace) -> Floats:
        del picture
        return MINOR if face.box_px[2] == 200 else GUARDIAN


def test_watchers_look_twice_and_a_half_a_second_and_leave_smudges_out() -> None:
    faces, things = FacesWatcher(TwoFaces()), ThingWatcher(TwoFaces())
    for index in range(30):
        frame = Frame(index, index * 40_000, np.zeros((400, 500, 3), np.uint8))
        faces.see(frame, None)
        things.see(frame, None)
    assert [len(one.vectors) for one in faces.seen] == [2, 2, 2]
    assert [one.face_part for one in things.seen] == [0.2, 0.2, 0.2]


def test_a_thing_passes_and_a_face_is_refused_and_somebody_now_and_then_is_looked_at() -> None:
    cat, person = ThingSeen(0.0, 90.0), ThingSeen(0.15, 90.0)
    assert failed(thing.check(MEDIA, [cat] * 30, B)) == set()
    assert failed(thing.check(MEDIA, [ThingSeen(0.005, 90.0)] * 30, B)) == set(), "a face far in the background"
    assert "thing.is_a_person" in failed(thing.check(MEDIA, [person] * 30, B))
    assert failed(thing.check(MEDIA, [cat] * 29 + [person], B)) == {"review.person_in_thing"}
    assert failed(thing.check(MEDIA, [], B)) == {"quality.blurred"}


@pytest.mark.parametrize(
    ("years", "codes"),
    [
        ([24.9] * 5, {"review.age"}),
        ([NAN, 20.0], {"review.age"}),
        ([25.0] * 5, set()),
        ([12.0, 12.0, 40.0, 41.0, 42.0], set()),
    ],
)
def test_an_estimate_that_is_no_safe_adults_sends_to_a_reviewer_and_is_not_written_down(years: list[float], codes: set[str]) -> None:
    (found,) = age.check(years, ALONE, B)
    assert failed((found,)) == codes
    assert effect_of(found.code) is Effect.REVIEW
    assert not found.decisive
    assert found.score_micro in (0, 1_000_000), "whether, never how old"


def test_nobody_is_asked_whose_face_was_not_seen_nor_beside_a_guardian_nor_in_the_sandbox() -> None:
    assert age.check([], ALONE, B) == age.check([NAN], ALONE, B) == ()
    assert age.check([12.0], replace(ALONE, guardian_template=b""), B) == ()
    assert age.check([12.0], ALONE, Profile.SANDBOX) == ()


def test_only_a_face_that_looks_into_the_camera_is_estimated_every_four_tenths_of_a_second() -> None:
    picture = paint(1, 0, 0, 0)
    turned = [(0, 0.0, 0.0), (100_000, 0.0, 0.0), (400_000, 30.0, 0.0), (800_000, 0.0, 30.0), (1_200_000, 5.0, -10.0)]
    watcher = AgeWatcher(InMemoryAge(33.0))
    for time_us, yaw, pitch in turned:
        watcher.see(Frame(0, time_us, picture), FaceReading(head_points(yaw, 256), {}, yaw, pitch, 0.0))
    watcher.see(Frame(0, 2_000_000, picture), None)
    assert watcher.years == [33.0, 33.0]


def test_what_a_guardian_fails_refuses_and_their_being_there_sends_to_a_reviewer() -> None:
    assert [effect_of(code) for code in ("guardian.absent", "guardian.in_front", "thing.is_a_person")] == [Effect.REFUSE] * 3
    assert [effect_of(code) for code in ("review.guardian", "review.person_in_thing")] == [Effect.REVIEW] * 2
    assert wanted(("review.level", "review.guardian"), B, 0).kind == "guardian"
    assert wanted(("review.person_in_thing",), B, 0).kind == "thing"
