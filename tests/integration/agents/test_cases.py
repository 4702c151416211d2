"""Cases on a real ledger with its roles: who may append what, what the worker finds to do, and when evidence is due."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping

import pytest

from identity.keys.fakes import InMemoryKeyholder
from schemas.cameo import EnrolmentActivated, EnrolmentAssessed, EnrolmentHeld, EnrolmentRefused, EnrolmentStarted, Facet, RecordingReceived
from schemas.case import CaseClosed, CaseKind, CaseLooked, CaseOpened, CaseShown, CaseVoted
from schemas.consent import ConsentHeld
from schemas.evidence import EvidenceAdded
from schemas.ids import SWITCH_STREAM, cameo_of, stream_id
from schemas.operation import RoleGiven, RoleProposed
from schemas.registry import Event
from streams.adapters.agent_queries import AgentQueries
from streams.adapters.postgres import PostgresEventStore
from streams.agents.expiring import remind
from streams.agents.fakes import InMemoryTurns
from streams.agents.reviewing import ReviewAgent
from streams.core.casework import DISTRESS_ACTIVATED, appeal_id, case_id
from streams.core.verification import REMIND_US
from streams.errors import NotPermittedError
from streams.ports import Append, Appended, NewEvent
from tests.conftest import Database

LATE_US = 2**52


class Desk:
    """One held recording on the ledger, seen as each role sees it."""

    def __init__(self, database: Database) -> None:
        self.stores = {role: PostgresEventStore(database.dsn(role), "main") for role in ("api", "worker", "keyholder")}
        self.queries = AgentQueries(database.dsn("worker"))
        record = InMemoryKeyholder("keyholder", self.stores["keyholder"].read, lambda stream, event: self.say("keyholder", stream, event))
        self.keys, self.api = record.as_role("worker"), record.as_role("api")
        self.worker = ReviewAgent(self.stores["worker"], InMemoryTurns(self.stores["worker"]), self.keys, self, self)

    def cut(self, recording: bytes) -> Mapping[Facet, bytes]:
        assert recording == b"webm"
        return {"face": b"a face"}

    def search(self, template: bytes, cameo: str) -> tuple[()]:
        raise AssertionError("these recordings have no face to search for", len(template), cameo)

    def say(self, role: str, stream: str, *events: Event, actor: str = "") -> None:
        new = [NewEvent(stream, event, secrets.token_hex(16)) for event in events]
        assert isinstance(self.stores[role].append(Append(actor=actor or role, events=new, correlation="c")), Appended)

    def hold(self, kind: CaseKind = "level", codes: tuple[str, ...] = ("review.level",), due_us: int = LATE_US) -> tuple[str, str, str]:
        """Start, receive, hold, open: gives cameo, enrolment, evidence."""
        owner = stream_id("account", secrets.token_bytes(16))
        cameo, enrolment = cameo_of(owner), secrets.token_hex(16)
        kept = self.api.put_evidence(owner, cameo, b"webm")
        began = EnrolmentStarted(
            enrolment=enrolment, owner=owner, profile="basic", phrase=(), movements=(), expires_at_us=LATE_US,
            consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        received = RecordingReceived(
            enrolment=enrolment, evidence=kept.evidence, key_id=kept.key_id, sha256=kept.sha256, bytes=kept.bytes, camera_label=""
        )
        self.say("api", cameo, began, received)
        assessed = EnrolmentAssessed(enrolment=enrolment, evidence=kept.evidence, profile="basic", checks=(), models=())
        self.say("worker", cameo, assessed)
        self.say("worker", cameo, EnrolmentHeld(enrolment=enrolment, codes=("review.level",)))
        self.open(case_id(kept.evidence), cameo, enrolment, kept.evidence, kind, codes, due_us)
        return cameo, enrolment, kept.evidence

    def document(self, cameo: str, enrolment: str) -> str:
        """Add a document to an enrolment; gives its evidence."""
        kept = self.api.put_evidence(self.stores["api"].read(cameo)[0].data["owner"], cameo, b"png")
        added = EvidenceAdded(enrolment=enrolment, evidence=kept.evidence, kind="document", key_id=kept.key_id, sha256=kept.sha256, bytes=3)
        self.say("api", cameo, added)
        return kept.evidence

    def begin_anew(self, cameo: str) -> None:
        """Start another enrolment of the same person."""
        began = EnrolmentStarted(
            enrolment=secrets.token_hex(16), owner=self.stores["api"].read(cameo)[0].data["owner"], profile="basic", phrase=(), movements=(),
            expires_at_us=LATE_US, consent_text_version="1", consent_text_sha256="0" * 64,
        )  # fmt: skip
        self.say("api", cameo, began)

    def open(self, name: str, cameo: str, enrolment: str, evidence: str, kind: CaseKind, codes: tuple[str, ...], due_us: int) -> None:
        event = CaseOpened(kind=kind, cameo=cameo, enrolment=enrolment, evidence=evidence, codes=codes, people=1, due_us=due_us)
        self.say("worker", name, event)

    def due(self) -> list[str]:
        return list(self.queries.due_evidence(0, 0))


@pytest.fixture(scope="module")
def desk(database: Database) -> Iterator[Desk]:
    made = Desk(database)
    yield made
    for store in made.stores.values():
        store.close()


def test_the_role_that_takes_votes_activates_nothing_itself_and_opens_no_case_but_appeals(desk: Desk) -> None:
    cameo, enrolment, evidence = desk.hold()
    with pytest.raises(NotPermittedError):
        desk.say("api", cameo, EnrolmentActivated(enrolment=enrolment, assurance="basic", level="reviewed"))
    level = CaseOpened(kind="level", cameo=cameo, enrolment=enrolment, evidence=evidence, codes=("review.level",), people=1, due_us=LATE_US)
    for invented in (level, CaseClosed(outcome="accept")):
        with pytest.raises(NotPermittedError):
            desk.say("api", stream_id("case", secrets.token_bytes(16)), invented, actor="worker")
    with pytest.raises(NotPermittedError):
        desk.say("worker", case_id(enrolment), CaseVoted(reviewer="worker", decision="accept", reasons=("review.one_live_person",)))


def test_a_vote_by_the_api_is_carried_out_by_the_worker_with_its_likeness_sealed(desk: Desk) -> None:
    cameo, _, evidence = desk.hold()
    case, rea = case_id(evidence), stream_id("account", secrets.token_bytes(16))
    given = RoleGiven(proposal="p", role="reviewer", account=rea, operators=("account-a",))
    desk.say("api", SWITCH_STREAM, RoleProposed(proposal="p", role="reviewer", account=rea, operator="account-a"), given)
    desk.say("api", case, CaseLooked(evidence=evidence, blurred=True, purpose="overview"), actor=rea)
    desk.api.get_evidence(evidence, "review", rea)
    desk.say("api", case, CaseShown(evidence=evidence, blurred=True, purpose="overview"), actor=rea)
    desk.say("api", case, CaseVoted(reviewer=rea, decision="accept", reasons=("review.one_live_person",)), actor=rea)
    desk.worker.handle(desk.stores["worker"].read(case)[-1])
    assert [one.type for one in desk.stores["api"].read(cameo)][-3:] == ["evidence.opened", "asset.sealed", "enrolment.activated"]
    assert desk.stores["api"].read(case)[-1].data["outcome"] == "accept"


def test_the_worker_finds_what_is_due_or_given_up_and_no_call_for_help(desk: Desk) -> None:
    (_, _, waits), (_, _, late), (again, _, old), (_, _, help_) = (
        desk.hold(), desk.hold(due_us=1), desk.hold(), desk.hold("distress", ("distress.heard", DISTRESS_ACTIVATED), due_us=1),
    )  # fmt: skip
    desk.begin_anew(again)
    found = set(desk.queries.cases_to_settle())
    assert {case_id(late), case_id(old)} <= found
    assert not {case_id(waits), case_id(help_)} & found
    for case in sorted(found):
        desk.worker.settle(case)
    assert desk.queries.cases_to_settle() == []
    assert desk.stores["api"].read(case_id(late))[-1].data["outcome"] == "lapsed"
    assert [one.type for one in desk.stores["api"].read(again)][-1] == "evidence.destroyed"


def test_no_number_of_invented_appeals_hides_what_is_due_and_each_is_closed(desk: Desk) -> None:
    _, _, late = desk.hold(due_us=1)
    names = [appeal_id(secrets.token_hex(16)) for _ in range(7)]
    for name in names:
        invented = CaseOpened(
            kind="appeal", cameo=cameo_of(stream_id("account", secrets.token_bytes(16))), enrolment=secrets.token_hex(16), evidence="e",
            codes=(), people=2, due_us=LATE_US,
        )  # fmt: skip
        desk.say("api", name, invented)
    found, after = list[str](), ""
    while page := desk.queries.cases_to_settle(after, limit=3):
        assert len(page) <= 3
        found += page
        after = page[-1]
    assert {case_id(late), *names} <= set(found)
    assert len(found) == len(set(found))
    for case in found:
        desk.worker.settle(case)
    assert not {case_id(late), *names} & set(desk.queries.cases_to_settle())
    assert desk.stores["api"].read(names[0])[-1].data["outcome"] == "lapsed"


def test_who_is_to_be_seen_again_is_found_until_they_were_told(desk: Desk) -> None:
    now_us, day_us = time.time_ns() // 1000, 24 * 3600 * 10**6
    soon, over, later, held = (desk.hold()[0] for _ in range(4))
    for cameo, by_us in ((soon, now_us + 9 * day_us), (over, now_us - day_us), (later, now_us + 90 * day_us), (held, now_us - day_us)):
        active = EnrolmentActivated(enrolment="e", assurance="basic", refresh_by_us=by_us)
        desk.say("worker", cameo, active)
    desk.say("worker", held, ConsentHeld())
    assert {soon, over} <= set(desk.queries.to_remind(REMIND_US))
    assert not {later, held} & set(desk.queries.to_remind(REMIND_US))
    assert remind(desk.stores["worker"], soon)
    assert remind(desk.stores["worker"], over)
    assert not {soon, over} & set(desk.queries.to_remind(REMIND_US))
    assert [desk.stores["api"].read(cameo)[-1].data["over"] for cameo in (soon, over)] == [False, True]
    assert desk.queries.to_remind(REMIND_US, "cameo-z") == []


def test_evidence_stays_while_people_look_and_goes_when_they_are_done(desk: Desk) -> None:
    cameo, enrolment, evidence = desk.hold()
    document = desk.document(cameo, enrolment)
    assert not {evidence, document} & set(desk.due()), "undecided"
    desk.say("worker", case_id(evidence), CaseClosed(outcome="refuse"))
    desk.say("worker", cameo, EnrolmentRefused(enrolment=enrolment, codes=("review.refused",)))
    assert {evidence, document} <= set(desk.due())
    appeal = appeal_id(enrolment)
    desk.open(appeal, cameo, enrolment, evidence, "appeal", ("review.refused",), LATE_US)
    assert not {evidence, document} & set(desk.due()), "it is appealed"
    desk.say("worker", appeal, CaseClosed(outcome="refuse"))
    assert {evidence, document} <= set(desk.due())
    desk.keys.destroy_evidence(evidence, "schedule")
    assert evidence not in desk.due()


def test_what_a_call_for_help_rests_on_is_due_after_somebody_saw_to_it_also_when_its_person_began_anew(desk: Desk) -> None:
    cameo, enrolment, evidence = desk.hold("distress", ("distress.heard", DISTRESS_ACTIVATED))
    document = desk.document(cameo, enrolment)
    desk.begin_anew(cameo)
    assert not {evidence, document} & set(desk.due())
    desk.say("worker", case_id(evidence), CaseClosed(outcome="refuse"))
    assert {evidence, document} <= set(desk.due())
    assert not {evidence, document} & set(desk.queries.due_evidence(LATE_US, LATE_US)), "kept for its time"


def test_what_its_person_gave_up_is_due_when_its_case_is_over_whoever_was_killed(desk: Desk) -> None:
    cameo, enrolment, evidence = desk.hold()
    document = desk.document(cameo, enrolment)
    desk.begin_anew(cameo)
    assert not {evidence, document} & set(desk.due()), "its case is open"
    desk.say("worker", case_id(evidence), CaseClosed(outcome="lapsed"))
    assert {evidence, document} <= set(desk.queries.due_evidence(LATE_US, LATE_US)), "nobody waits for it"
    desk.keys.destroy_evidence(document, "superseded")
    assert document not in desk.due()
