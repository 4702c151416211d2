"""Reasons: what a code says to people and what they can do, in English and Korean. Does not know what happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from identity.core.codes import CODES as ENROLMENT_CODES
from policy.core.codes import CodeTable
from policy.core.disclosing import told_to_requester


class Reason(TypedDict):
    """A code, what it means, what to do."""

    code: str
    message: str
    remedy: str
    ko: str


UNKNOWN = "This was refused for a reason that this version has no words for."
UNKNOWN_KO = "이 버전에는 설명이 없는 이유로 거부되었습니다. 코드를 알려 주며 운영자에게 문의해 주세요."
ASK = "Ask the operator, and name the code."


def reasons(table: CodeTable, codes: Iterable[str], *, disclosed: bool = True) -> list[Reason]:
    """Put codes into words, sorted, once each; `disclosed` turns each into what its requester may see."""
    known = set(codes)
    shown = told_to_requester(table, known) if disclosed else sorted(known)
    return [_reason(table, code) for code in shown]


def _reason(table: CodeTable, code: str) -> Reason:
    if code in table:
        found = table[code]
        korean = f"{found.message.ko} {found.remedy.ko}"
        return Reason(code=code, message=found.message.en, remedy=found.remedy.en, ko=korean)
    if code in ENROLMENT_CODES:
        said = ENROLMENT_CODES[code]
        what, _, remedy = said.en.partition(". ")
        return Reason(code=code, message=what.rstrip(".") + ".", remedy=remedy or said.en, ko=said.ko)
    return Reason(code=code, message=UNKNOWN, remedy=ASK, ko=UNKNOWN_KO)
