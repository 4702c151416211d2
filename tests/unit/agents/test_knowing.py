"""Which faces are known after which events, and what is searched: over a log and a keyholder in memory."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from identity.core import faces
from identity.fakes import InMemoryFaceIndex
from identity.keys.wire import Opened
from streams.agents.following import Page
from streams.agents.knowing import KnownFaces
from streams.core.knowing import Noted, is_attack
from tests.unit.agents.test_following import page_of

A, B, C = ("cameo-" + letter * 32 for letter in "abc")


def face(number: int) -> bytes:
    vector = np.random.default_rng(number).standard_normal(128)
    return faces.written((vector / np.linalg.norm(vector)).astype(np.float32))


class Ledger:
    """A log of events with templates, and who opens them."""

    def __init__(self) -> None:
        self.events: list[Noted] = []
        self.templates: dict[int, Opened] = {}
        self.destroyed: set[str] = set()
        self.opened: list[tuple[list[int], str]] = []
        self.failing = 0

    def tell(self, stream: str, kind: str, template: bytes | None = None, **data: object) -> None:
        event_id = f"event-{len(self.events)}"
        position = 7 * len(self.events) + 5
        self.events.append(Noted(3 * len(self.events), position, stream, kind, data, template is not None))
        if template is not None:
            self.templates[position] = Opened(position=position, stream=stream, event_id=event_id, fields={"template": template})

    def faces_noted(self, after: int, limit: int) -> Page[Noted]:
        return page_of(self.events, after, limit)

    def unseal_at(self, positions: Sequence[int], purpose: str) -> list[Opened]:
        self.opened.append((list(positions), purpose))
        if self.failing:
            self.failing -= 1
            raise TimeoutError
        found = [self.templates[position] for position in positions]
        return [msgspec.structs.replace(one, fields={}) if one.stream in self.destroyed else one for one in found]

    def enrols(self, cameo: str, enrolment: str, template: bytes | None, profile: str = "basic") -> None:
        self.tell(cameo, "enrolment.assessed", template, enrolment=enrolment, profile=profile)

    def activates(self, cameo: str, enrolment: str) -> None:
        self.tell(cameo, "enrolment.activated", enrolment=enrolment)

    def refuses(self, cameo: str, enrolment: str, *codes: str) -> None:
        self.tell(cameo, "enrolment.refused", enrolment=enrolment, codes=list(codes))


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def known(ledger: Ledger) -> KnownFaces:
    return KnownFaces(ledger, ledger, InMemoryFaceIndex())


def found(known: KnownFaces, template: bytes, cameo: str = C) -> list[tuple[str, str]]:
    return [(match.kind, match.ref) for match in known.search(template, cameo)]


def test_an_assessed_face_is_known_once_it_is_active_and_not_before(ledger, known):
    ledger.enrols(A, "e1", face(1))
    assert found(known, face(1)) == []
    ledger.activates(A, "e1")
    assert found(known, face(1)) == [("cameo", A)]


def test_a_search_by_the_same_cameo_does_not_find_itself_nor_its_own_refused_tries(ledger, known):
    ledger.enrols(A, "e1", face(1))
    ledger.refuses(A, "e1", "solid.flat")
    ledger.enrols(A, "e2", face(1))
    ledger.activates(A, "e2")
    assert found(known, face(1), cameo=A) == []
    assert set(found(known, face(1), cameo=B)) == {("cameo", A), ("attacker", "e1")}


def test_a_renewal_replaces_the_face(ledger, known):
    for enrolment, number in (("e1", 1), ("e2", 2)):
        ledger.enrols(A, enrolment, face(number))
        ledger.activates(A, enrolment)
        found(known, face(number))
    assert found(known, face(1)) == []
    assert found(known, face(2)) == [("cameo", A)]


def test_a_face_from_the_sandbox_is_never_known(ledger, known):
    ledger.enrols(A, "e1", face(1), profile="sandbox")
    ledger.activates(A, "e1")
    ledger.enrols(A, "e2", face(2), profile="sandbox")
    ledger.refuses(A, "e2", "solid.flat")
    assert found(known, face(1)) == found(known, face(2)) == []
    assert ledger.opened == []


@pytest.mark.parametrize(
    ("codes", "attack"),
    [
        (("solid.flat",), True),
        (("texture.not_live", "words.not_heard"), True),
        (("replay.video",), True),
        (("injection.encoder",), True),
        (("light.late",), True),
        (("review.refused", "review.not_live"), True),
        (("review.refused", "review.cannot_tell"), False),
        (("words.not_as_asked", "movement.not_as_asked"), False),
        (("solid.turn_more", "quality.light", "face.changed"), False),
        (("light.unmeasured",), False),
        ((), False),
    ],
)
def test_a_refused_face_is_an_attackers_only_where_the_codes_say_attack(ledger, known, codes, attack):
    assert is_attack(codes) is attack
    ledger.enrols(A, "e1", face(1))
    ledger.refuses(A, "e1", *codes)
    assert found(known, face(1)) == ([("attacker", "e1")] if attack else [])


@pytest.mark.parametrize("codes", [("solid.flat",), ("words.not_as_asked",)])
def test_what_an_appeal_makes_active_is_a_cameos_face_and_no_attackers(ledger, known, codes):
    ledger.enrols(A, "e1", face(1))
    ledger.refuses(A, "e1", *codes)
    known.follow()
    ledger.activates(A, "e1")
    assert found(known, face(1)) == [("cameo", A)]
    assert known.search(face(1), A) == ()


def test_erasure_forgets_the_cameo_and_its_refused_tries_at_once(ledger, known):
    ledger.enrols(A, "e1", face(1))
    ledger.refuses(A, "e1", "solid.flat")
    ledger.enrols(A, "e2", face(2))
    ledger.activates(A, "e2")
    assert len(found(known, face(1)) + found(known, face(2))) == 2
    ledger.destroyed.add(A)
    ledger.tell(A, "subject_key.destroyed", key_id="k")
    assert known.follow() == 2
    assert len(known) == 0


def test_a_face_whose_key_is_destroyed_is_passed_over_at_the_start(ledger, known):
    ledger.enrols(A, "e1", face(1))
    ledger.activates(A, "e1")
    ledger.destroyed.add(A)
    assert found(known, face(1)) == []


def test_the_protected_list_is_known_until_an_entry_is_taken_off(ledger, known):
    ledger.tell("switch-main", "face.protected", face(7), entry="entry-1", subject="account-x")
    assert found(known, face(7)) == [("protected", "entry-1")]
    ledger.tell("switch-main", "face.unprotected", entry="entry-1")
    assert found(known, face(7)) == []


def test_an_assessment_without_a_frontal_face_changes_nothing(ledger, known):
    ledger.enrols(A, "e1", None)
    ledger.activates(A, "e1")
    assert known.follow() == 0


def test_a_failure_while_opening_loses_nothing(ledger, known):
    ledger.enrols(A, "e1", face(1))
    ledger.activates(A, "e1")
    ledger.enrols(B, "e2", face(2))
    ledger.activates(B, "e2")
    ledger.failing = 1
    with pytest.raises(TimeoutError):
        known.search(face(1), C)
    assert found(known, face(1)) == [("cameo", A)]
    assert found(known, face(2)) == [("cameo", B)]


def test_more_events_than_a_page_are_all_taken_in_and_only_what_is_known_is_opened(ledger, known):
    for number in range(2100):
        ledger.enrols(f"cameo-{number:032x}", f"e{number}", face(number))
        if number % 100 == 0:
            ledger.activates(f"cameo-{number:032x}", f"e{number}")
    assert known.follow() == 21
    assert len(known) == 21
    assert [(len(positions), purpose) for positions, purpose in ledger.opened] == [(20, "compare"), (1, "compare")], "one asking a page"


def test_one_face_under_several_accounts_is_told_as_their_cameos(ledger, known):
    ledger.enrols(A, "e1", face(1))
    ledger.refuses(A, "e1", "texture.not_live")
    ledger.enrols(A, "e2", face(1))
    ledger.refuses(A, "e2", "solid.flat")
    ledger.enrols(B, "e3", face(1))
    ledger.activates(B, "e3")
    ledger.tell("switch-main", "face.protected", face(1), entry="entry-1", subject="account-x")
    assert sorted(known.same_face(face(1), C)) == [A, B]
    assert {match.ref: match.cameo for match in known.search(face(1), C)} == {"e1": A, "e2": A, B: B, "entry-1": None}
