"""Advice: what a requester can do about a refusal, in words and for programs. Does not know what would help: see preflight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from policy.core.disclosing import OF_NO_OWNER
from policy.core.preflight import Change, Changed

CHANGES: dict[Changed, tuple[str, str]] = {
    "purpose": ("Ask for the purpose {0}.", "목적을 {0}(으)로 하여 요청하세요."),
    "facets": ("Ask for no more than: {0}.", "다음만 요청하세요: {0}."),
    "duration_ms": ("Ask for at most {0} ms.", "길이를 {0}ms 이하로 요청하세요."),
    "engine": ("Choose the engine {0}.", "엔진을 {0}(으)로 고르세요."),
    "app": ("Ask without the app.", "앱을 거치지 않고 요청하세요."),
    "remix_of": ("Ask for something new instead of a remix.", "리믹스가 아닌 새 영상을 요청하세요."),
    "cameos": ("Ask for fewer cameos: {0}.", "카메오를 줄이세요: {0}."),
    "wait_until_us": ("Ask again at {0}, if nothing changes until then.", "그때까지 바뀌는 것이 없다면 {0} 이후에 다시 요청하세요."),
}
ASK_THE_OWNER = "ask_the_owner"
STEPS: dict[str, tuple[str, ...]] = {
    "ask_the_operator": ("requester.", "app.suspended", "plan."),
    "wait": ("switch.", "bundle.", "feed.", "policy.", "ledger.", "quota."),
    "enter_an_invitation": ("invitation.",),
}
"""Steps that lie in other hands, by what a code begins with: whether they help, nobody is told before they are taken."""


def advice(changes: tuple[Change, ...]) -> dict[str, Any]:
    """Put one set of changes into words."""
    shown = [(change, time_of(change.value) if change.what == "wait_until_us" else change.value) for change in changes]
    texts = [tuple(text.format(_listed(value)) for text in CHANGES[change.what]) for change, value in shown]
    return {
        "changes": [{"what": change.what.removesuffix("_us"), "value": value} for change, value in shown],
        "text": " ".join(text[0] for text in texts),
        "ko": " ".join(text[1] for text in texts),
    }


def steps(codes: Iterable[str]) -> list[str]:
    """Name the steps in other hands that the codes, as they are told, leave open."""
    told = tuple(codes)
    found = [step for step, begins in STEPS.items() if any(code.startswith(begins) for code in told)]
    return [ASK_THE_OWNER, *found] if any(not code.startswith(OF_NO_OWNER) for code in told) else found


def time_of(time_us: int) -> str:
    """Write a time as RFC 3339."""
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _listed(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
