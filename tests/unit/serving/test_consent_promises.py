"""The text that people accept, their receipt, the page for people and the code say the same: what is done, with what, for how long."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from identity.core.checks.age import ADULT_YEARS, MARGIN_YEARS
from identity.core.faces import DIMENSIONS
from infra.places import ROOT
from serving.consent_texts import in_force, texts
from serving.core.receipt import Accepted, Controller, receipt
from serving.core.receipt_processes import NAMED, PROCESSES
from streams.agents.destroying import DAY_US, KEEP_ACCEPTED_US, KEEP_REFUSED_US

ACCEPTED_DAYS, REFUSED_DAYS, LOOKED_AT_YEARS = KEEP_ACCEPTED_US // DAY_US, KEEP_REFUSED_US // DAY_US, round(ADULT_YEARS + MARGIN_YEARS)
PAGE = (ROOT / "docs" / "enrolment.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Promise:
    """Something that is done, and the words for it in each place."""

    process: str
    en: str
    ko: str
    page: str
    receipt: str


PROMISES = [
    Promise("checking", f"destroyed {ACCEPTED_DAYS} days after", f"승인되면 {ACCEPTED_DAYS}일", f"{ACCEPTED_DAYS} days after it was accepted",
            f"P{ACCEPTED_DAYS}D"),
    Promise("checking", f"{REFUSED_DAYS} days after it was refused", f"거절되면 {REFUSED_DAYS}일", f"{REFUSED_DAYS} after it was refused",
            f"P{REFUSED_DAYS}D"),
    Promise("checking", "an appeal is open", "이의 제기가 진행 중이면", "the appeal is over", "an appeal is open"),
    Promise("checking", "is destroyed with the answer", "답과 함께 파기", "destroyed with\nthe answer", "only proves that the person"),
    Promise("checking", "the picture of a document", "신분증 사진", "a picture of an identity document", "the picture of an identity document"),
    Promise("comparing", f"{DIMENSIONS} numbers", f"숫자 {DIMENSIONS}개", f"{DIMENSIONS} numbers", f"{DIMENSIONS} numbers"),
    Promise("comparing", "the marks by which a recording is known again", "녹화를 다시 알아보기 위한 표지", "what recognises a replay",
            "marks of picture and sound"),
    Promise("comparing", "until I have everything erased", "모든 것을 지울 때까지", "you have everything erased", "erasure"),
    Promise("comparing", "the cameos of others", "다른 사람들의 카메오", "those who enrolled", "other cameos"),
    Promise("comparing", "asked to be protected", "보호를 요청한 사람들", "asked to be protected", "protected faces"),
    Promise("comparing", "refused attackers", "거절된 공격자", "those of attackers", "refused attackers"),
    Promise("comparing", "every recording that was handed in here before", "지금까지 이곳에 제출된 모든 녹화", "look for copies", "earlier recordings"),
    Promise("looking", "Reviewers", "검토자", "people look before", "reviewers"),
    Promise("looking", "first blurred", "처음에는 흐리게", "a blurred picture first", "blurred first"),
    Promise("looking", "Every look is recorded", "볼 때마다 기록", "Every opening of a recording is an event", "each look is recorded"),
    Promise("estimating_age", "the estimate is not kept", "추정한 나이는 보관하지 않고", "The estimate itself is not kept", "the estimate is not kept"),
    Promise("estimating_age", f"younger than {LOOKED_AT_YEARS}", f"{LOOKED_AT_YEARS}세 미만", f"less than {LOOKED_AT_YEARS}",
            f"below {LOOKED_AT_YEARS}"),
    Promise("estimating_age", "not in the sandbox", "샌드박스에서나", "but in the sandbox", "but in the sandbox"),
    Promise("using", "only as I permit", "내가 허락한 대로만", "as you permit", "as its owner permits"),
    Promise("recording", "for ever", "영원히", "for ever", "for ever"),
]  # fmt: skip


def record(version: str, language: str = "en") -> dict[str, object]:
    text = next(one for one in texts() if (one.version, one.language) == (version, language))
    accepted = Accepted("e", "account-a", "cameo-a", version, text.sha256, language, text.text)
    made = receipt(accepted, [], Controller(), "did:key:z", "2026-11-22T00:00:00Z")
    return made["dpv:hasRecordOfActivity"]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: f"{one.process}: {one.en}")
def test_each_thing_that_is_done_is_said_everywhere(promise: Promise) -> None:
    assert promise.en in in_force("en").text
    assert promise.ko in in_force("ko").text
    assert promise.page in PAGE
    assert promise.receipt in json.dumps(PROCESSES[promise.process]())


def test_every_process_of_a_receipt_is_promised() -> None:
    assert {one.process for one in PROMISES} == set(PROCESSES)


def test_every_version_says_what_it_names_and_the_one_in_force_names_all() -> None:
    assert set(NAMED) == {one.version for one in texts()}
    now = record(in_force().version)
    assert (len(now["dpv:hasProcess"]), now["cameo:doneWithoutBeingSaid"]) == (len(PROCESSES), [])  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_receipt_of_the_older_text_claims_no_consent_to_what_that_did_not_say(language: str) -> None:
    made = record("2026-11", language)
    agreed, beside = json.dumps(made["dpv:hasProcess"]), json.dumps(made["cameo:doneWithoutBeingSaid"])
    for words in (f"{DIMENSIONS} numbers", "reviewers", "an estimated age", "refused attackers", "scores"):
        assert words not in agreed
        assert words in beside
    assert "P30D" in agreed
