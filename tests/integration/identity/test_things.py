"""Things, guardians, documents and reviewers' pictures by real models and the real decoding child; actors are fictional."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from identity.adapters.models import Models
from identity.besides import FacesWatcher
from identity.core.assessment import Activated, Refused
from identity.core.checks import guardian
from identity.core.enrolment import replay_codes
from identity.core.faces import written
from identity.core.profiles import Profile
from identity.core.things import ThingAsset, decide_thing
from identity.documents import compare_document
from identity.errors import MediaUnusableError
from identity.ports import Frame
from identity.things import assess_thing, cut_thing
from serving.adapters.rendering import EvidenceRenderer
from tests.media import ACTORS_FOLDER, write_recording

SOUND = np.random.default_rng(1).normal(0, 0.05, 24_000 * 4).astype(np.float32)


@pytest.fixture(scope="module")
def loaded(models: Path) -> Iterator[Models]:
    found = Models.load(models)
    yield found
    found.close()


def panned(picture: np.ndarray, count: int = 72) -> Iterator[np.ndarray]:
    """Three seconds of a camera that moves a little over a still picture."""
    large = cv2.resize(picture, (700, 540), interpolation=cv2.INTER_AREA)
    for i in range(count):
        x, y = round(30 + 28 * np.sin(i / 11)), round(30 + 24 * np.cos(i / 13))
        yield np.ascontiguousarray(large[y : y + 480, x : x + 640])


def drawn() -> np.ndarray:
    """A table with a pot on it, more or less."""
    picture = np.full((540, 700, 3), (180, 200, 210), np.uint8)
    cv2.rectangle(picture, (0, 360), (700, 540), (60, 90, 140), -1)
    cv2.circle(picture, (350, 300), 110, (90, 60, 160), -1)
    for x in range(0, 700, 20):
        cv2.line(picture, (x, 360), (x + 30, 540), (40, 70, 110), 2)
    return picture


def actor() -> np.ndarray:
    found = next(path for path in sorted(ACTORS_FOLDER.rglob("*")) if path.suffix in {".png", ".jpg", ".webp"})
    picture = cv2.imread(str(found))
    assert picture is not None
    return picture


def test_a_thing_passes_and_its_frames_are_its_likeness(tmp_path: Path, loaded: Models) -> None:
    path = write_recording(tmp_path / "pot.webm", panned(drawn()), SOUND)
    found = assess_thing(path, "e", Profile.BASIC, loaded)
    assert isinstance(decide_thing(found, Profile.BASIC), Activated), [one.code for one in found.results if not one.passed]
    copy = msgspec.structs.replace(found.fingerprint, sha256="0" * 64)
    assert replay_codes(found.fingerprint, [copy]) == ("replay.audio", "replay.video")
    asset = msgspec.msgpack.decode(cut_thing(path, loaded), type=ThingAsset)
    assert len(asset.frames) == 24
    assert max(cv2.imdecode(np.frombuffer(asset.frames[0], np.uint8), cv2.IMREAD_COLOR).shape) == asset.side_px


def test_a_person_is_no_thing_and_gives_no_likeness(tmp_path: Path, loaded: Models) -> None:
    path = write_recording(tmp_path / "person.webm", panned(actor()), SOUND)
    found = decide_thing(assess_thing(path, "e", Profile.BASIC, loaded), Profile.BASIC)
    assert isinstance(found, Refused)
    assert found.codes == ("thing.is_a_person",)
    with pytest.raises(MediaUnusableError):
        cut_thing(path, loaded)


def test_a_reviewer_sees_a_real_recording_and_no_face_that_a_machine_finds_in_it_blurred(tmp_path: Path, loaded: Models) -> None:
    recording = write_recording(tmp_path / "seen.webm", panned(actor()), SOUND).read_bytes()
    renderer = EvidenceRenderer()
    for clear, faces in ((True, 1), (False, 0)):
        frame = cv2.imdecode(np.frombuffer(renderer.frame(recording, 1000, clear=clear), np.uint8), cv2.IMREAD_COLOR)
        assert len(loaded.embedder.find(frame)) == faces
        sheet = cv2.imdecode(np.frombuffer(renderer.sheet(recording, clear=clear), np.uint8), cv2.IMREAD_COLOR)
        assert sheet.shape == (3 * 180, 4 * 240, 3)
    assert renderer.sound(recording)[:4] == b"RIFF"
    assert renderer.side_by_side(recording, recording, clear=False)


def faces(name: str) -> np.ndarray:
    picture = cv2.imread(str(ACTORS_FOLDER / name))
    assert picture is not None
    return picture


def template(name: str, loaded: Models) -> bytes:
    picture = faces(name)
    return written(loaded.embedder.embed(picture, loaded.embedder.find(picture)[0]))


def test_two_actors_beside_each_other_are_a_minor_and_the_guardian_who_was_asked_for(loaded: Models) -> None:
    front, behind = cv2.resize(faces("joon.jpg"), (420, 420)), cv2.resize(faces("maeve.jpg"), (240, 240))
    picture = np.full((480, 760, 3), 128, np.uint8)
    picture[40:460, 20:440], picture[120:360, 480:720] = front, behind
    watcher = FacesWatcher(loaded.embedder)
    for index in range(4):
        watcher.see(Frame(index, index * 400_000, picture), None)

    def failed(asked_for: str) -> set[str]:
        return {one.code for one in guardian.check(watcher.seen, template(asked_for, loaded), Profile.BASIC) if not one.passed}

    assert failed("maeve.jpg") == {"review.guardian"}
    assert failed("joon.jpg") == {"guardian.absent", "guardian.in_front", "review.guardian"}


def test_the_portrait_of_a_document_is_like_its_person_and_not_like_another(loaded: Models) -> None:
    card = np.full((600, 960, 3), 235, np.uint8)
    card[150:450, 60:360] = cv2.resize(faces("maeve.jpg"), (300, 300))
    document = cv2.imencode(".jpg", card)[1].tobytes()
    same, other = (compare_document(document, template(name, loaded), loaded.embedder) for name in ("maeve.jpg", "joon.jpg"))
    assert same.similarity_micro is not None
    assert other.similarity_micro is not None
    assert other.similarity_micro < same.threshold_micro < same.similarity_micro


def test_the_age_network_reads_the_published_weights_as_their_authors_do(loaded: Models) -> None:
    """Both actors are drawn as young adults; blurring or a mirror changes little, which a wrong port would not keep."""
    years = {}
    for name in ("joon.jpg", "maeve.jpg"):
        picture = faces(name)
        tracker = loaded.faces.open()
        reading = tracker.read(picture, 0)
        tracker.close()
        assert reading is not None
        years[name] = loaded.age.years(picture, reading.landmarks)
        mirrored = reading.landmarks.copy()
        mirrored[:, 0] = picture.shape[1] - 1 - mirrored[:, 0]
        assert loaded.age.years(np.ascontiguousarray(picture[:, ::-1]), mirrored) == pytest.approx(years[name], abs=3)
        assert np.isnan(loaded.age.years(picture, reading.landmarks + 5000))
    assert all(15 < one < 30 for one in years.values()), years
