"""One suite for the keyholder's control side: the in-memory twin and the real process must pass it alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from identity.keys.errors import KeyholderRefusedError
from identity.keys.fakes import InMemoryKeyholder
from identity.keys.ports import Keyholder
from schemas.account import AccountRegistered, DistressSet
from schemas.cameo import AssetSealed, EnrolmentAssessed, EnrolmentStarted, SubjectKeyDestroyed
from schemas.codec import digest, event_of
from schemas.envelope import Envelope, Sealed
from schemas.evidence import BiometricOpened, EvidenceDestroyed, EvidenceOpened
from schemas.ids import OPENING_STREAM, cameo_of
from schemas.opening import OpeningMade
from schemas.registry import Event
from streams.fakes import InMemoryEventStore
from streams.ports import Append, Appended, NewEvent
from tests.keyholder_parts import Keyholding

REGISTERED = AccountRegistered(region="KR", locale="ko-KR", minor=False)


@dataclass
class Side:
    """A keyholder as any role sees it, and the ledger that it reads."""

    as_role: Callable[[str], Keyholder]
    append: Callable[[str, str, Event, dict[str, Sealed], str], Envelope]
    read: Callable[[str], Sequence[Envelope]]

    def register(self, handle: bytes = b"handle") -> tuple[str, str]:
        """Register an account with a sealed handle; gives it and the event's id."""
        account, event_id = f"account-{os.urandom(16).hex()}", f"event-{os.urandom(16).hex()}"
        sealed = self.as_role("api").seal(account, account, event_id, {"handle": handle})
        self.append("api", account, REGISTERED, sealed, event_id)
        return account, event_id

    def cameo(self) -> tuple[str, str]:
        """Register an account that began to enrol; gives it and its cameo."""
        account, _ = self.register()
        cameo = cameo_of(account)
        started = EnrolmentStarted(
            enrolment="e", owner=account, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
            consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        self.append("api", cameo, started, {}, f"event-{os.urandom(16).hex()}")
        return account, cameo

    def last(self, stream: str) -> Event:
        """Read a stream's newest event."""
        return event_of(self.read(stream)[-1])


def fake_side() -> Side:
    store = InMemoryEventStore()

    def append(role: str, stream: str, event: Event, sealed: dict[str, Sealed], event_id: str) -> Envelope:
        outcome = store.append(Append(actor=role, events=[NewEvent(stream, event, event_id, sealed)], correlation=stream))
        assert isinstance(outcome, Appended)
        return outcome.envelopes[0]

    def recorded(stream: str, event: Event) -> None:
        append("keyholder", stream, event, {}, f"event-{os.urandom(16).hex()}")

    api = InMemoryKeyholder("api", store.read, recorded, read_at=store.read_positions)
    return Side(api.as_role, append, store.read)


def real_side(held: Keyholding) -> Side:
    def append(role: str, stream: str, event: Event, sealed: dict[str, Sealed], event_id: str) -> Envelope:
        news = [NewEvent(stream, event, event_id, sealed)]
        outcome = held.world.store(role).append(Append(actor=role, events=news, correlation=stream))
        assert isinstance(outcome, Appended)
        return outcome.envelopes[0]

    return Side(held.client, append, held.world.store("auditor").read)


@pytest.fixture(params=["in memory", "real"])
def side(request: pytest.FixtureRequest) -> Side:
    return fake_side() if request.param == "in memory" else real_side(request.getfixturevalue("keyholding"))


def test_a_sealed_field_is_read_by_the_role_and_purpose_that_may(side: Side) -> None:
    account, event_id = side.register("수아".encode())
    assert side.as_role("api").unseal(account, event_id, "show") == {"handle": "수아".encode()}
    assert side.as_role("worker").unseal(account, event_id, "notify") == {"handle": "수아".encode()}
    for role, purpose in (("judge", "judge"), ("worker", "show"), ("api", "judge"), ("api", "render"), ("dispatcher", "show")):
        with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
            side.as_role(role).unseal(account, event_id, purpose)


def test_what_is_not_on_record_is_not_opened(side: Side) -> None:
    account, _ = side.register()
    with pytest.raises(KeyholderRefusedError, match=r"event\.unknown"):
        side.as_role("api").unseal(account, "event-never", "show")


def test_a_field_that_was_moved_to_another_event_does_not_open(side: Side) -> None:
    victim, _ = side.register(b"secret")
    sealed = side.read(victim)[0].sealed
    thief, event_id = f"account-{os.urandom(16).hex()}", f"event-{os.urandom(16).hex()}"
    side.append("api", thief, REGISTERED, sealed, event_id)
    with pytest.raises(KeyholderRefusedError, match=r"seal\.broken"):
        side.as_role("api").unseal(thief, event_id, "show")


def marked(side: Side, template: bytes = b"template") -> tuple[str, str, Envelope]:
    """Somebody whose recording was assessed: account, cameo, and the event that holds what they are known by."""
    account, cameo = side.cameo()
    event_id = f"event-{os.urandom(16).hex()}"
    event = EnrolmentAssessed(enrolment="e", evidence="evidence-e", profile="basic", checks=(), models=())
    sealed = side.as_role("worker").seal(account, cameo, event_id, {"template": template, "fingerprints": b"marks"})
    return account, cameo, side.append("worker", cameo, event, sealed, event_id)


def test_what_somebody_is_known_by_is_opened_for_a_purpose_and_their_stream_tells_each_time(side: Side) -> None:
    _, cameo, assessed = marked(side)
    worker = side.as_role("worker")
    for purpose, field, clear in (("compare", "template", b"template"), ("replay", "fingerprints", b"marks")):
        assert worker.unseal(cameo, assessed.event_id, purpose) == {field: clear}
        key_id = assessed.sealed[field].key_id
        assert side.last(cameo) == BiometricOpened(event=assessed.event_id, fields=(field,), key_id=key_id, purpose=purpose, role="worker")
    before = len(side.read(cameo))
    for role, purpose in (("worker", "notify"), ("api", "show"), ("api", "compare"), ("api", "export"), ("judge", "judge")):
        with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
            side.as_role(role).unseal(cameo, assessed.event_id, purpose)
    assert len(side.read(cameo)) == before


def test_many_are_opened_at_once_and_one_event_apart_tells_which(side: Side) -> None:
    one, other, gone = marked(side, b"one"), marked(side, b"other"), marked(side, b"gone")
    side.as_role("api").destroy_subject(gone[0], (gone[1],))
    before = [len(side.read(cameo)) for _, cameo, _ in (one, other, gone)]
    opened = side.as_role("worker").unseal_at([found[2].position for found in (other, gone, one)], "compare")
    assert [(found.event_id, found.fields) for found in opened] == [
        (one[2].event_id, {"template": b"one"}), (other[2].event_id, {"template": b"other"}), (gone[2].event_id, {}),
    ]  # fmt: skip
    assert side.last(OPENING_STREAM) == OpeningMade(
        purpose="compare", role="worker", types=("enrolment.assessed",), fields=("template",), count=2,
        digest=digest([[found[1], found[2].event_id] for found in (one, other)]),
    )  # fmt: skip
    assert [len(side.read(cameo)) for _, cameo, _ in (one, other, gone)] == before, "their own streams would be full of it"


def test_of_many_one_that_may_not_be_opened_refuses_all_and_nothing_is_told(side: Side) -> None:
    _, cameo, assessed = marked(side)
    registered = side.read(side.register()[0])[0]
    told, worker = len(side.read(OPENING_STREAM)), side.as_role("worker")
    for positions, code in (([assessed.position, registered.position], "right"), ([assessed.position, 2**52], "event")):
        with pytest.raises(KeyholderRefusedError, match=code):
            worker.unseal_at(positions, "compare")
    with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
        side.as_role("api").unseal_at([assessed.position], "compare")
    assert (len(side.read(OPENING_STREAM)), side.last(cameo)) == (told, event_of(assessed))


def test_that_a_word_for_danger_was_opened_stands_in_nobodys_own_stream(side: Side) -> None:
    account, event_id = side.register()[0], f"event-{os.urandom(16).hex()}"
    sealed = side.as_role("api").seal(account, account, event_id, {"word": b"lighthouse"})
    side.append("api", account, DistressSet(), sealed, event_id)
    before = side.read(account)
    assert side.as_role("worker").unseal(account, event_id, "distress") == {"word": b"lighthouse"}
    assert list(side.read(account)) == list(before)
    told = side.last(OPENING_STREAM)
    assert (told.purpose, told.types, told.count) == ("distress", ("account.distress_set",), 1)
    assert account not in str(told)


def test_who_never_enrolled_is_erased_too_and_it_is_on_record(side: Side) -> None:
    account, event_id = side.register(b"somebody")
    cameo = cameo_of(account)
    destroyed = side.as_role("api").destroy_subject(account, (cameo,))
    assert side.last(cameo) == SubjectKeyDestroyed(key_id=destroyed.key_id)
    with pytest.raises(KeyholderRefusedError, match=r"key\.destroyed"):
        side.as_role("api").unseal(account, event_id, "show")


def test_evidence_is_for_the_worker_that_assesses(side: Side) -> None:
    account, cameo = side.cameo()
    sealed = side.as_role("api").put_evidence(account, cameo, b"recording")
    assert sealed.bytes == len(b"recording")
    assert side.as_role("worker").get_evidence(sealed.evidence, "assess") == b"recording"
    for role, purpose in (("api", "assess"), ("worker", "show"), ("judge", "assess")):
        with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
            side.as_role(role).get_evidence(sealed.evidence, purpose)
    with pytest.raises(KeyholderRefusedError, match=r"evidence\.unknown"):
        side.as_role("worker").get_evidence("evidence-never", "assess")


def test_every_opening_is_on_record_with_its_purpose_and_for_whom(side: Side) -> None:
    account, cameo = side.cameo()
    sealed = side.as_role("api").put_evidence(account, cameo, b"recording")
    reviewer = f"account-{os.urandom(16).hex()}"
    for role, purpose, by in (
        ("worker", "assess", None),
        ("worker", "verify", None),
        ("api", "review", reviewer),
        ("api", "export", account),
    ):
        assert side.as_role(role).get_evidence(sealed.evidence, purpose, by) == b"recording"
        assert side.last(cameo) == EvidenceOpened(evidence=sealed.evidence, key_id=sealed.key_id, purpose=purpose, role=role, by=by)
    assert [event.type for event in side.read(cameo)].count("evidence.opened") == 4
    assert side.as_role("worker").get_evidence(sealed.evidence, "assess") == b"recording"
    assert [event.type for event in side.read(cameo)].count("evidence.opened") == 5, "opened twice, told twice"


def test_a_person_is_named_where_it_is_for_one_and_an_export_is_for_its_subject_alone(side: Side) -> None:
    account, cameo = side.cameo()
    sealed = side.as_role("api").put_evidence(account, cameo, b"recording")
    before, stranger = len(side.read(cameo)), f"account-{os.urandom(16).hex()}"
    for role, purpose, by in (
        ("api", "review", None), ("api", "export", None), ("api", "export", stranger), ("worker", "assess", account), ("worker", "review", account),
    ):  # fmt: skip
        with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
            side.as_role(role).get_evidence(sealed.evidence, purpose, by)
    assert len(side.read(cameo)) == before


def test_destroyed_evidence_is_gone_and_its_destruction_is_recorded_once(side: Side) -> None:
    account, cameo = side.cameo()
    sealed = side.as_role("api").put_evidence(account, cameo, b"recording")
    key_id = side.as_role("worker").destroy_evidence(sealed.evidence, "retention")
    assert key_id == sealed.key_id == side.as_role("worker").destroy_evidence(sealed.evidence, "retention")
    assert side.last(cameo) == EvidenceDestroyed(evidence=sealed.evidence, key_id=key_id, reason="retention")
    assert [event.type for event in side.read(cameo)].count("evidence.destroyed") == 1
    with pytest.raises(KeyholderRefusedError, match=r"key\.destroyed"):
        side.as_role("worker").get_evidence(sealed.evidence, "assess")


def test_each_asset_version_and_facet_has_a_key_of_its_own_and_is_recorded(side: Side) -> None:
    account, cameo = side.cameo()
    worker = side.as_role("worker")
    face = worker.put_asset(cameo, account, "face", b"face")
    assert side.last(cameo) == AssetSealed(
        asset=face.asset, version=1, facet="face", key_id=face.key_id, ciphertext_sha256=face.ciphertext_sha256,
        bytes=face.bytes,
    )  # fmt: skip
    voice, again = worker.put_asset(cameo, account, "voice", b"voice"), worker.put_asset(cameo, account, "face", b"face")
    assert len({face.key_id, voice.key_id, again.key_id}) == 3
    assert (again.asset, again.version) == (face.asset, 2)
    with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
        side.as_role("api").put_asset(cameo, account, "face", b"face")


def test_an_erased_subject_is_unreadable_and_cannot_be_sealed_for_again(side: Side) -> None:
    account, cameo = side.cameo()
    event_id = side.read(account)[0].event_id
    sealed = side.as_role("api").put_evidence(account, cameo, b"recording")
    key_id = side.as_role("api").destroy_subject(account, (cameo,)).key_id
    assert side.as_role("api").destroy_subject(account, (cameo,)).key_id == key_id
    assert side.last(cameo) == SubjectKeyDestroyed(key_id=key_id)
    assert [event.type for event in side.read(cameo)].count("subject_key.destroyed") == 1
    for act in (
        lambda: side.as_role("api").unseal(account, event_id, "show"),
        lambda: side.as_role("worker").get_evidence(sealed.evidence, "assess"),
        lambda: side.as_role("api").seal(account, account, "event-new", {"handle": b"again"}),
        lambda: side.as_role("api").put_evidence(account, cameo, b"again"),
    ):
        with pytest.raises(KeyholderRefusedError, match=r"key\.destroyed"):
            act()
