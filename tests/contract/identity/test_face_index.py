"""What every FaceIndex answers, the one in locked memory with blocks so small that these tests fill several."""

import numpy as np
import pytest

from identity.adapters.face_index import LockedFaceIndex
from identity.fakes import InMemoryFaceIndex

KINDS = ("cameo", "protected", "attacker")


@pytest.fixture(params=["fake", "locked"])
def index(request):
    if request.param == "fake":
        yield InMemoryFaceIndex()
        return
    locked = LockedFaceIndex(block_rows=8)
    yield locked
    locked.close()


def face(number: int) -> np.ndarray:
    vector = np.random.default_rng(number).standard_normal(128).astype(np.float32)
    return vector / np.linalg.norm(vector)


def like(one: np.ndarray, similarity: float, number: int) -> np.ndarray:
    other = face(number)
    other -= (other @ one) * one
    return (similarity * one + np.sqrt(1 - similarity**2) * other / np.linalg.norm(other)).astype(np.float32)


def test_an_empty_index_knows_nobody(index):
    assert len(index) == 0
    assert index.search(face(0), 5, -1.0) == ()


def test_the_same_face_is_found_with_kind_ref_and_similarity(index):
    index.add("protected", "entry-1", face(1))
    (match,) = index.search(face(1), 5, 0.4)
    assert (match.kind, match.ref) == ("protected", "entry-1")
    assert match.similarity_micro == pytest.approx(1_000_000, abs=2)


def test_what_is_below_the_floor_is_left_out_and_the_rest_comes_most_like_first(index):
    for number, similarity in enumerate((0.30, 0.62, 0.41, 0.39, 0.87)):
        index.add("cameo", f"cameo-{number}", like(face(0), similarity, 100 + number))
    assert [match.ref for match in index.search(face(0), 5, 0.4)] == ["cameo-4", "cameo-1", "cameo-2"]


def test_no_more_than_k_are_told_and_they_are_the_most_like(index):
    for number in range(30):
        index.add("cameo", f"cameo-{number}", like(face(0), 0.5 + number / 100, 100 + number))
    assert [match.ref for match in index.search(face(0), 3, 0.4)] == ["cameo-29", "cameo-28", "cameo-27"]


def test_a_face_added_again_replaces_the_earlier_one(index):
    index.add("cameo", "cameo-1", face(1))
    index.add("cameo", "cameo-1", face(2))
    assert len(index) == 1
    assert index.search(face(1), 5, 0.9) == ()
    assert [match.ref for match in index.search(face(2), 5, 0.9)] == ["cameo-1"]


def test_one_ref_may_be_known_in_several_ways(index):
    for kind in KINDS:
        index.add(kind, "x", face(1))
    assert {match.kind for match in index.search(face(1), 5, 0.9)} == set(KINDS)


def test_what_was_removed_is_not_found_and_all_others_still_are(index):
    for number in range(40):
        index.add("cameo", f"cameo-{number}", face(number))
    for number in (0, 7, 8, 39, 20):
        assert index.remove("cameo", f"cameo-{number}")
    assert not index.remove("cameo", "cameo-7")
    assert len(index) == 35
    for number in range(40):
        found = [match.ref for match in index.search(face(number), 1, 0.9)]
        assert found == ([] if number in (0, 7, 8, 39, 20) else [f"cameo-{number}"])


def test_it_agrees_with_comparing_each(index):
    many = np.stack([face(number) for number in range(300)])
    for number, one in enumerate(many):
        index.add("cameo", f"{number:03}", one)
    asked = face(1000)
    exact = many @ asked
    expected = [f"{number:03}" for number in np.argsort(-exact)[:10]]
    assert [match.ref for match in index.search(asked, 10, -1.0)] == expected


@pytest.mark.parametrize(
    "bad", [np.zeros(128, np.float32), np.ones(128, np.float32), np.full(128, np.nan, np.float32), np.ones(4, np.float32)]
)
def test_what_is_no_template_is_refused(index, bad):
    with pytest.raises(ValueError, match="template"):
        index.add("cameo", "x", bad)
    with pytest.raises(ValueError, match="template"):
        index.search(bad, 1, 0.4)
    assert len(index) == 0
