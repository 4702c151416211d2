"""What the dispatcher records of an attempt: once, at the revision it read, and only on a report that a replica signed."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.keys.errors import SignatureRefusedError
from schemas import generation as events
from schemas.codec import event_of
from serving.core.attempt import AttemptRequest, FastDecision, Report
from serving.core.generation import Lease
from serving.dispatcher.record import Record
from serving.replica.signing import checked_report, sign_report
from streams.fakes import InMemoryEventStore
from streams.ports import Append, NewEvent

STREAM, CAMEO = "generation-" + "a" * 32, "cameo-" + "b" * 32
REQUEST = AttemptRequest(generation=STREAM, attempt=1, lease_until_us=10, leased_at_us=1)
DECISION = FastDecision(
    action="start",
    permit=False,
    codes=("consent.required",),
    obligations=(),
    input={"action": "start"},
    bundle_sha256="9" * 64,
    holding={CAMEO: 3},
    not_after_us=None,
    log_index=41,
    age_us=7_000,
)
REPORT = Report(
    replica="serve/trivial",
    generation=STREAM,
    attempt=1,
    outcome="refused",
    codes=("consent.required",),
    action="start",
    reported_by="replica",
    final=False,
    process_gone_at_us=5,
    decision=DECISION,
    timings_us={"view": 1},
    time_us=6,
)


@pytest.fixture
def store():
    return InMemoryEventStore()


@pytest.fixture
def record(store):
    requested = events.GenerationRequested(
        requester="account-" + "c" * 32,
        app=None,
        cameos=(events.CameoUse(cameo=CAMEO, facets=("face",)),),
        purpose="personal",
        plan_digest="0" * 64,
        engine="trivial",
        width_px=512,
        height_px=512,
        duration_ms=1000,
    )
    judged = events.GenerationJudged(plan_digest="0" * 64, classifier="lexicon-1", hard_blocks=(), verdicts=())
    made = [NewEvent(STREAM, event, f"{at:032x}") for at, event in enumerate((requested, judged))]
    store.append(Append(actor="test", events=made, correlation="c"))
    return Record(store)


def told(store):
    return [event_of(envelope) for envelope in store.read(STREAM)]


def leased(record):
    state = record.state(STREAM)
    assert state is not None
    return record.lease(state, Lease(1, 10))


def test_a_refusal_is_recorded_with_the_decision_that_made_it(store, record):
    leased(record)
    record.ended(STREAM, REPORT)
    decided, refused = told(store)[-2:]
    assert (decided.path, decided.input, decided.codes) == ("fast", {"action": "start"}, ("consent.required",))
    assert (decided.log_index, decided.age_us) == (41, 7_000)
    assert (refused.decision, refused.codes, refused.reported_by) == (decided.decision, ("consent.required",), "serve/trivial")


def test_a_report_is_recorded_once(store, record):
    leased(record)
    record.ended(STREAM, REPORT)
    before = len(told(store))
    record.ended(STREAM, REPORT)
    record.lost(STREAM, 1, ("replica.lost",))
    assert len(told(store)) == before


def test_a_report_about_an_attempt_that_was_lost_records_nothing(store, record):
    leased(record)
    record.lost(STREAM, 1, ("replica.lost",))
    record.ended(STREAM, REPORT)
    assert isinstance(told(store)[-1], events.AttemptLost)


def test_progress_is_recorded_while_an_attempt_runs_and_never_behind_its_end(store, record):
    state, _ = leased(record)
    record.progressed(state, 400)
    assert told(store)[-1] == events.GenerationProgressed(attempt=1, permille=400)
    record.lost(STREAM, 1, ("replica.lost",))
    record.progressed(state, 1000)
    assert isinstance(told(store)[-1], events.AttemptLost), "the keyholder may record an end while the last line is on its way"


def test_a_lease_on_what_moved_meanwhile_is_not_given(record):
    state = record.state(STREAM)
    assert leased(record) is not None
    assert record.lease(state, Lease(1, 10)) is None


def test_a_signed_report_is_read_back():
    key = Ed25519PrivateKey.generate()
    assert checked_report(key.public_key(), sign_report(key, REPORT), REQUEST) == REPORT


@pytest.mark.parametrize("change", ["other key", "other bytes", "no signature", "other attempt"])
def test_a_report_that_is_not_a_replicas_is_refused(change):
    key = Ed25519PrivateKey.generate()
    signed, request, asker = sign_report(key, REPORT), REQUEST, key.public_key()
    match change:
        case "other key":
            asker = Ed25519PrivateKey.generate().public_key()
        case "other bytes":
            signed = msgspec.structs.replace(signed, report=signed.report.replace("refused", "stopped"))
        case "no signature":
            signed = msgspec.structs.replace(signed, signature="")
        case _:
            request = msgspec.structs.replace(REQUEST, attempt=2)
    with pytest.raises(SignatureRefusedError):
        checked_report(asker, signed, request)
