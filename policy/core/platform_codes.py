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
    "feed.epoch": (("The consent feed went back to an older relay.", "동의 정보가 이전 중계기로 되돌아갔습니다."), _OPERATOR),
    "feed.gap": (("The consent feed has a gap.", "동의 정보에 빠진 부분이 있습니다."), _LATER),
    "feed.missing": (("There is no consent feed on this machine.", "이 기기에 동의 정보가 없습니다."), _OPERATOR),
    "feed.stale": (("The consent feed is too old to rely on.", "동의 정보가 너무 오래되었습니다."), _LATER),
    "film.digest_mismatch": (("The film is not the one that was made.", "제작된 영상과 다릅니다."), _AGAIN),
    "generation.ended": (("The generation has ended.", "이미 끝난 생성입니다."), _AGAIN),
    "generation.unknown": (("There is no such generation.", "그런 생성이 없습니다."), ("Check its id.", "식별자를 확인하세요.")),
    "keyholder.unavailable": (("The keyholder does not answer.", "키 보관 서비스가 응답하지 않습니다."), _LATER),
    "ledger.behind": (("The record is behind its own checkpoint.", "기록이 자신의 체크포인트보다 뒤처져 있습니다."), _OPERATOR),
    "ledger.unavailable": (("The record cannot be reached.", "기록에 접근할 수 없습니다."), _LATER),
    "policy.unavailable": (("The policy does not answer.", "정책 엔진이 응답하지 않습니다."), _LATER),
    "replica.unauthenticated": (("The replica did not show who it is.", "복제본이 신원을 증명하지 못했습니다."), _OPERATOR),
}
"""code → (message en, ko), (remedy en, ko). `consent.expired` and `uses.exhausted` are requirements."""
