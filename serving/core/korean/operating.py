"""Owns the Korean of what is refused to reviewers and operators: cases, votes, roles, the protected list."""

from typing import Final

OPERATING: Final[dict[str, str]] = {
    "case.closed": "이미 끝난 건입니다. 더 할 일이 없습니다.",
    "case.not_looked": "녹화를 아직 보지 않았습니다. 먼저 확인해 주세요: cameo case look",
    "case.same_hand": "같은 운영자 한 명이 임명한 사람이 이미 표결했습니다. 운영자 두 명이 임명한 사람이 표결해야 합니다.",
    "case.unknown": "그런 건이 없습니다. 목록을 확인해 주세요: cameo case list",
    "case.voted": "이미 표결했습니다. 이제 다른 사람이 보아야 합니다.",
    "evidence.none": "보여 줄 녹화가 없습니다. 코드로 판단해 주세요.",
    "media.undecoded": "지금 여기서는 해독할 수 없습니다. 운영자에게 알려 주세요: cameo doctor",
    "proposal.lapsed": "하루 안에 진행되지 않은 제안입니다. 새로 제안해 주세요.",
    "proposal.own": "본인이 제안한 것입니다. 다른 운영자가 확인해야 합니다.",
    "proposal.unknown": "그런 제안이 없거나 이미 처리되었습니다. 목록을 확인해 주세요.",
    "protected.template": "얼굴의 템플릿이 아닙니다. `cameo protected add`로 만들어 주세요.",
    "protected.unknown": "그런 항목이 없습니다. 목록을 확인해 주세요: cameo protected list",
    "review.purpose": "이렇게 보거나 들으려면 정해진 이유가 필요합니다. 목록에서 골라 주세요.",
    "review.reasons": "표결에는 그 결정과 종류에 맞는 이유가 필요합니다. GET /v1/review-reasons에서 골라 주세요.",
    "reviewer.not_appointed": "검토자로 임명되지 않았습니다. 운영자 두 명에게 요청해 주세요: cameo role propose",
    "role.invalid": "본인에 대한 제안의 두 코드가 아닙니다. 두 운영자에게 코드를 받거나 새로 제안해 달라고 요청해 주세요.",
    "role.unconfirmed": "두 번째 운영자가 확인하지 않았습니다. 확인을 요청해 주세요: cameo role confirm",
    "role.unknown": "그 역할에 임명된 적이 없는 계정입니다. 목록을 확인해 주세요: cameo role list",
}
