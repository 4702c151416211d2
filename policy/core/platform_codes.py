"""Refusals of the platform itself, not of a requirement: what each says, English and Korean. Does not decide."""

from __future__ import annotations

_LATER = ("Try again in a moment.", "잠시 후 다시 시도하세요.")
_OPERATOR = ("Tell the operator, who finds the cause with `cameo doctor`.", "운영자에게 알리세요. 원인은 `cameo doctor`로 확인합니다.")
_AGAIN = ("Ask for a new generation.", "새로 생성을 요청하세요.")
_NONE = ("None: a newer attempt goes on.", "없음: 새 시도가 진행됩니다.")

PLATFORM_CODES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "attempt.key_bound": (("This attempt is bound to another key.", "이 시도는 다른 키에 묶여 있습니다."), _NONE),
    "attempt.lease_expired": (("This attempt's time has run out.", "이 시도의 시간이 끝났습니다."), _NONE),
    "attempt.superseded": (("A newer attempt has taken over.", "새 시도로 대체되었습니다."), _NONE),
    "clock.astray": (("The clocks of the platform disagree.", "플랫폼의 시계가 서로 다릅니다."), _OPERATOR),
    "consent.contended": (
        ("What the decision rested on kept changing.", "판단의 근거가 계속 바뀌었습니다."),
        _LATER,
    ),
    "engine.failed": (("The engine failed.", "엔진이 실패했습니다."), _AGAIN),
    "feed.ahead": (
        ("The consent feed is ahead of this machine's clock.", "동의 정보의 시각이 이 기기의 시계보다 앞서 있습니다."),
        _OPERATOR,
    ),
    "feed.behind": (
        ("The consent feed has not brought what was just written.", "방금 기록한 내용이 아직 동의 정보에 반영되지 않았습니다."),
        _LATER,
    ),
    "feed.epoch": (("The consent feed went back to an older relay.", "동의 정보가 이전 중계기로 되돌아갔습니다."), _OPERATOR),
    "feed.full": (("This machine has no room left for the consent feed.", "이 기기에 동의 정보를 저장할 공간이 없습니다."), _OPERATOR),
    "feed.gap": (("The consent feed has a gap.", "동의 정보에 빠진 부분이 있습니다."), _LATER),
    "feed.missing": (("There is no consent feed on this machine.", "이 기기에 동의 정보가 없습니다."), _OPERATOR),
    "feed.rewound": (("The record was set back to an earlier state.", "기록이 이전 상태로 되돌려졌습니다."), _OPERATOR),
    "feed.shard": (
        ("This machine does not hold the consent that is asked for.", "이 기기에는 요청한 동의 정보가 없습니다."),
        ("Ask again: another machine answers.", "다시 요청하세요. 다른 기기가 응답합니다."),
    ),
    "feed.stale": (("The consent feed is too old to rely on.", "동의 정보가 너무 오래되었습니다."), _LATER),
    "film.digest_mismatch": (("The film is not the one that was made.", "제작된 영상과 다릅니다."), _AGAIN),
    "generation.ended": (("The generation has ended.", "이미 끝난 생성입니다."), _AGAIN),
    "generation.unknown": (("There is no such generation.", "그런 생성이 없습니다."), ("Check its id.", "식별자를 확인하세요.")),
    "keyholder.unavailable": (("The keyholder does not answer.", "키 보관 서비스가 응답하지 않습니다."), _LATER),
    "ledger.behind": (("The record is behind its own checkpoint.", "기록이 자신의 체크포인트보다 뒤처져 있습니다."), _OPERATOR),
    "ledger.unavailable": (("The record cannot be reached.", "기록에 접근할 수 없습니다."), _LATER),
    "policy.unavailable": (("The policy does not answer.", "정책 엔진이 응답하지 않습니다."), _LATER),
    "requester.not_eligible": (
        ("This account may not use cameos in this way now.", "이 계정은 지금 카메오를 이렇게 쓸 수 없습니다."),
        ("None on your side: it rests on that account.", "여기서 할 수 있는 일은 없습니다. 그 계정에 달려 있습니다."),
    ),
    "replica.unauthenticated": (("The replica did not show who it is.", "복제본이 신원을 증명하지 못했습니다."), _OPERATOR),
    "attempt.already_released": (("This attempt has released its film already.", "이 시도는 이미 영상을 공개했습니다."), _NONE),
    "attempt.key_malformed": (("The attempt's key is not a public key.", "시도의 키가 올바른 공개 키가 아닙니다."), _OPERATOR),
    "attempt.not_started": (("This attempt was never started.", "시작된 적이 없는 시도입니다."), _AGAIN),
    "body.invalid": (("The request could not be read.", "요청을 읽을 수 없습니다."), _OPERATOR),
    "body.too_large": (("The request is too large.", "요청이 너무 큽니다."), ("Send less at once.", "한 번에 더 적게 보내세요.")),
    "caller.unauthenticated": (("The caller did not show who it is.", "호출자가 신원을 증명하지 못했습니다."), _OPERATOR),
    "cameo.not_owned": (
        ("The cameo belongs to another account.", "다른 계정의 카메오입니다."),
        ("Use your own cameo.", "자신의 카메오를 사용하세요."),
    ),
    "destruction.unproven": (
        ("It could not be shown that everything is destroyed.", "모두 파기되었음을 확인하지 못했습니다."),
        ("Ask again. The operator is told what was found.", "다시 요청하세요. 발견된 것은 운영자에게 알려집니다."),
    ),
    "root_key.refused": (
        ("That root key cannot be taken into use.", "그 루트 키는 사용할 수 없습니다."),
        ("The keyholder's log says why: cameo logs keyholder.", "이유는 키 보관 서비스의 로그에 있습니다: cameo logs keyholder."),
    ),
    "root_key.turning": (
        ("The last rotation of the root key has not ended.", "이전 루트 키 교체가 아직 끝나지 않았습니다."),
        ("Go on with it: cameo keys rotate, without --to.", "먼저 이어서 진행하세요: --to 없이 cameo keys rotate."),
    ),
    "root_key.unavailable": (("The root key does not answer.", "루트 키가 응답하지 않습니다."), _OPERATOR),
    "decision.unrecordable": (("The decision could not be recorded.", "판단을 기록할 수 없습니다."), _OPERATOR),
    "draft.missing": (
        ("There is no draft to answer.", "응답할 초안이 없습니다."),
        ("See how the generation stands.", "생성의 상태를 확인하세요."),
    ),
    "endpoint.unknown": (("There is no such request.", "그런 요청은 없습니다."), _OPERATOR),
    "engine.mismatch": (("Another engine was asked for.", "요청한 것과 다른 엔진입니다."), _AGAIN),
    "event.unknown": (("There is no such event.", "그런 사건이 없습니다."), ("Check its id.", "식별자를 확인하세요.")),
    "evidence.unknown": (
        ("The recording is not kept here.", "보관된 녹화가 아닙니다."),
        ("Start a new enrolment.", "등록을 새로 시작하세요."),
    ),
    "film.unreadable": (("The film's bytes could not be read.", "영상을 읽을 수 없습니다."), _AGAIN),
    "key.destroyed": (
        ("The keys were destroyed: this can be opened by nobody.", "키가 파기되어 누구도 열 수 없습니다."),
        ("None.", "없음."),
    ),
    "likeness.missing": (
        ("The cameo has no such facet.", "카메오에 해당하는 특징이 없습니다."),
        ("Ask for another facet, or ask the owner to enrol again.", "다른 특징을 요청하거나 소유자에게 다시 등록을 부탁하세요."),
    ),
    "plan.digest_mismatch": (("The plan is not the one that was asked for.", "요청한 계획과 다릅니다."), _AGAIN),
    "plan.unreadable": (("The plan could not be read.", "계획을 읽을 수 없습니다."), _AGAIN),
    "replica.lost": (("The machine that rendered was lost.", "렌더링하던 기기를 잃었습니다."), _AGAIN),
    "right.missing": (("The caller may not do this.", "호출자에게 권한이 없습니다."), _OPERATOR),
    "seal.broken": (("A seal does not open: the bytes were changed.", "봉인이 열리지 않습니다. 내용이 바뀌었습니다."), _OPERATOR),
    "token.forged": (
        ("The token was not issued here.", "이 플랫폼에서 발급한 토큰이 아닙니다."),
        ("Send the token as the write returned it.", "기록할 때 받은 토큰을 그대로 보내세요."),
    ),
    "token.incarnation": (
        ("The token is from before the record was recovered.", "기록이 복구되기 전의 토큰입니다."),
        ("Ask without it, or write again.", "토큰 없이 요청하거나 다시 기록하세요."),
    ),
    "token.malformed": (
        ("The token could not be read.", "토큰을 읽을 수 없습니다."),
        ("Send the token as the write returned it.", "기록할 때 받은 토큰을 그대로 보내세요."),
    ),
    "viewer.not_permitted": (
        ("This film is not shown to you.", "이 영상을 볼 수 없습니다."),
        ("Ask its requester or a subject.", "요청자나 당사자에게 문의하세요."),
    ),
}
"""code → (message en, ko), (remedy en, ko). `consent.expired` and `uses.exhausted` are requirements."""
