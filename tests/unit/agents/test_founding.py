"""A case that the worker did not open, or an appeal that nobody could make, brings nothing about, and is logged once.

Such a case is left; such an appeal, which the API's role may write, is closed, so that it keeps neither evidence nor a place in the queue.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest

from schemas.cameo import RecordingReceived
from schemas.case import CaseOpened
from schemas.ids import stream_id
from streams.core.casework import appeal_id, case_id
from tests.unit.agents.test_reviewing import KIM, OWNER, REA, SUN, Review
from tests.unit.agents.test_verifying import CAMEO

INVENTED = stream_id("case", bytes([9]) * 16)


def fresh(review: Review) -> tuple[str, str]:
    """Begin and hand in another recording that nobody assessed: gives enrolment and evidence."""
    enrolment = review.start("verified")
    return enrolment, review.receive(enrolment).data["evidence"]


def opened(review: Review, **changed: Any) -> CaseOpened:
    told = {
        "kind": "verified", "cameo": CAMEO, "enrolment": review.received.data["enrolment"], "evidence": review.received.data["evidence"],
        "codes": ("review.required", "review.level"), "people": 2, "due_us": review.now_us + 1000,
    }  # fmt: skip
    return CaseOpened(**(told | changed))


def judged(review: Review, name: str, event: CaseOpened, actor: str, caplog: pytest.LogCaptureFixture) -> bool:
    """Open a case, let three invented people accept it, and tell whether anything followed from it."""
    review.say(actor, event, name)
    before = review.types()
    with caplog.at_level(logging.ERROR):
        for reviewer in (REA, SUN, KIM):
            review.vote(reviewer, stream=name, on=event.evidence)
        review.now_us += 10_000_000_000
        review.worker.settle(name)
    assert (review.types() == before) == (name in caplog.text)
    assert caplog.text.count("is not acted on") <= 1, "told once"
    return review.types() != before


def ended(review: Review, name: str) -> list[str]:
    return [one.data["outcome"] for one in review.store.read(name) if one.type == "case.closed"]


@pytest.mark.parametrize("forged", ["another name", "another actor", "fewer people", "milder kind", "milder codes", "help"])
def test_a_case_that_the_worker_would_not_have_opened_so_is_left(forged: str, caplog: pytest.LogCaptureFixture) -> None:
    review = Review.unopened("verified")
    name, actor, changed = case_id(review.received.data["evidence"]), "worker", dict[str, Any]()
    match forged:
        case "another name":
            name = INVENTED
        case "another actor":
            actor = OWNER
        case "fewer people":
            changed = {"people": 1}
        case "milder kind":
            changed = {"kind": "level", "people": 1}
        case "milder codes":
            changed = {"kind": "level", "codes": ("review.level",), "people": 1}
        case _:
            changed = {"kind": "distress", "people": 1}
    assert not judged(review, name, opened(review, **changed), actor, caplog)
    assert ended(review, name) == []


def test_the_case_that_the_worker_opens_is_acted_on(caplog: pytest.LogCaptureFixture) -> None:
    review = Review.unopened("verified")
    assert judged(review, case_id(review.received.data["evidence"]), opened(review), "worker", caplog)
    assert review.types()[-1] == "enrolment.activated"


@pytest.mark.parametrize("forged", ["another enrolment's", "nobody assessed it", "none", "of another cameo"])
def test_a_case_rests_on_the_assessed_recording_of_its_own_enrolment(forged: str, caplog: pytest.LogCaptureFixture) -> None:
    review = Review.unopened("verified")
    mine = review.received.data["enrolment"]
    match forged:
        case "another enrolment's":
            changed: dict[str, Any] = {"enrolment": review.enrol("verified").data["enrolment"]}
        case "nobody assessed it":
            kept = review.api.put_evidence(OWNER, CAMEO, b"made up")
            received = RecordingReceived(
                enrolment=mine, evidence=kept.evidence, key_id=kept.key_id, sha256=kept.sha256, bytes=7, camera_label=""
            )
            review.append(received)
            changed = {"evidence": kept.evidence}
        case "none":
            changed = {"evidence": None}
        case _:
            changed = {"cameo": stream_id("cameo", bytes([8]) * 16)}
    event = opened(review, **changed)
    assert not judged(review, case_id(event.evidence or ""), event, "worker", caplog)


def appeal(review: Review, **changed: Any) -> CaseOpened:
    return opened(review, **({"kind": "appeal", "codes": ("review.refused",), "about": review.name} | changed))


@pytest.mark.parametrize(
    "forged", ["not refused", "one person", "another name", "against nothing", "other side left out", "not assessed", "due never"]
)
def test_an_appeal_that_nobody_could_make_is_closed_and_moves_nothing(forged: str, caplog: pytest.LogCaptureFixture) -> None:
    review = Review()
    if forged != "not refused":
        review.vote(REA, "refuse", "review.cannot_tell")
    name, changed = appeal_id(review.received.data["enrolment"]), dict[str, Any]()
    match forged:
        case "not refused":
            pass
        case "one person":
            changed = {"people": 1}
        case "another name":
            name = INVENTED
        case "against nothing":
            changed = {"about": None}
        case "other side left out":
            changed = {"other": stream_id("cameo", bytes([8]) * 16)}
        case "due never":
            changed = {"due_us": 2**52}
        case _:
            enrolment, evidence = fresh(review)
            name, changed = appeal_id(enrolment), {"enrolment": enrolment, "evidence": evidence, "about": None}
    assert not judged(review, name, appeal(review, **changed), OWNER, caplog)
    assert ended(review, name) == ["lapsed"]


def test_what_was_sent_before_cannot_be_appealed_past_the_api(caplog: pytest.LogCaptureFixture) -> None:
    review = Review.unopened("verified", refused="replay.file")
    event = appeal(review, about=None)
    assert not judged(review, appeal_id(event.enrolment or ""), event, OWNER, caplog)


def test_a_true_case_goes_on_beside_an_invented_one(caplog: pytest.LogCaptureFixture) -> None:
    review = Review()
    assert not judged(review, INVENTED, opened(review, people=1), OWNER, caplog)
    assert review.types()[-1] == "enrolment.held"
    review.vote(REA)
    review.vote(SUN)
    assert review.types()[-1] == "enrolment.activated"
