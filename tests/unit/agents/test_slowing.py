"""One face under many accounts slows all but whose it seems to be; a face alone, or of two, slows nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from identity.core.context import FaceMatch
from schemas.cameo import EnrolmentActivated, EnrolmentStarted, SubjectKeyDestroyed
from schemas.ids import cameo_of, stream_id
from streams.agents.slowing import SlowingFaces
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

OWNERS = [stream_id("account", bytes([at]) * 16) for at in range(4)]
CAMEOS = [cameo_of(owner) for owner in OWNERS]
HIT = FaceMatch(kind="cameo", ref=CAMEOS[1], similarity_micro=600_000)


class Known:
    """Says what a test wants of others with this face."""

    def __init__(self, found: tuple[FaceMatch, ...], others: tuple[str, ...]) -> None:
        self.found = found
        self.others = others

    def search(self, template: bytes, cameo: str) -> tuple[FaceMatch, ...]:
        del template, cameo
        return self.found

    def same_face(self, template: bytes, cameo: str) -> tuple[str, ...]:
        del template, cameo
        return self.others


@pytest.fixture
def store() -> InMemoryEventStore:
    made = InMemoryEventStore()
    for at, (owner, cameo) in enumerate(zip(OWNERS, CAMEOS, strict=True)):
        started = EnrolmentStarted(
            enrolment="e", owner=owner, profile="basic", phrase=(), movements=(), expires_at_us=1, consent_text_version="1", consent_text_sha256="0",
        )  # fmt: skip
        made.append(Append(actor=owner, events=[NewEvent(cameo, started, f"{at:032x}")], correlation="c"))
    return made


@pytest.mark.parametrize(
    ("found", "others", "slowed"),
    [
        ((), (), []),
        ((HIT,), (CAMEOS[1],), []),
        ((HIT,), (CAMEOS[1], CAMEOS[2]), [OWNERS[1:3]]),
        ((HIT,), (CAMEOS[1], CAMEOS[2], CAMEOS[3], "cameo-" + "f" * 32), [OWNERS[1:]]),
    ],
    ids=["nobody", "one other", "two others", "three, and one that is no more"],
)
def test_who_is_slowed(store: InMemoryEventStore, found: tuple[FaceMatch, ...], others: tuple[str, ...], slowed: list[list[str]]) -> None:
    told: list[Sequence[str]] = []
    faces = SlowingFaces(Known(found, others), store, told.append)
    assert faces.search(b"", CAMEOS[0]) == found
    assert told == [], "a search may be asked again"
    faces.tried(b"", CAMEOS[0])
    assert [sorted(one) for one in told] == [sorted(one) for one in slowed]


def test_whoever_is_active_is_not_slowed_by_two_accounts_that_try_their_face(store: InMemoryEventStore) -> None:
    told: list[Sequence[str]] = []
    for at, assurance in ((1, "sandbox"), (3, "basic"), (2, "basic")):
        active = EnrolmentActivated(enrolment="e", assurance=assurance)  # type: ignore[arg-type]
        store.append(Append(actor="worker", events=[NewEvent(CAMEOS[at], active, f"{9 + at:032x}")], correlation="c"))
    SlowingFaces(Known((HIT,), (CAMEOS[1], CAMEOS[2], CAMEOS[3])), store, told.append).tried(b"", CAMEOS[0])
    assert told == [sorted([OWNERS[0], OWNERS[1], OWNERS[2]])], "the first that became active outside the sandbox waits for nothing"


def test_an_erased_cameo_has_no_claim_to_its_face(store: InMemoryEventStore) -> None:
    told: list[Sequence[str]] = []
    erased = SubjectKeyDestroyed(key_id="k")
    store.append(Append(actor="keyholder", events=[NewEvent(CAMEOS[0], erased, "e" * 32)], correlation="c"))
    SlowingFaces(Known((HIT,), (CAMEOS[0], CAMEOS[1], CAMEOS[2])), store, told.append).tried(b"", CAMEOS[3])
    assert told == [sorted([OWNERS[2], OWNERS[3]])]
