"""Owns what reviewers may say of a case, and what follows from what they said. Does not ask them, nor carry anything out."""

from collections.abc import Collection, Iterable
from typing import Final, Literal

import msgspec

from identity.core.codes import Message
from schemas.case import CaseKind, Vote

Verdict = Literal["open", "accept", "refuse", "lapsed"]


class Reason(msgspec.Struct, frozen=True):
    """A reason as a reviewer reads it. `told`: whether the person is told it by its code; else only that they were refused."""

    decision: Vote
    said: Message
    told: bool = False


REASONS: Final[dict[str, Reason]] = {
    "review.one_live_person": Reason(
        "accept",
        Message(
            "One living person, the same one throughout, in front of a camera.", "카메라 앞의 살아 있는 한 사람이며 끝까지 같은 사람입니다."
        ),
    ),
    "review.challenge_answered": Reason(
        "accept",
        Message(
            "What was asked was done and said, or the way agreed on in its place.",
            "요청한 동작과 말, 또는 합의된 대체 방법으로 응답했습니다.",
        ),
    ),
    "review.two_people_alike": Reason(
        "accept",
        Message(
            "The known face is somebody else's, who looks alike.",
            "등록된 얼굴은 닮은 다른 사람의 것입니다.",
        ),
    ),
    "review.document_matches": Reason(
        "accept",
        Message(
            "The portrait of the document shows this person.",
            "신분증의 사진이 이 사람입니다.",
        ),
    ),
    "review.of_age": Reason(
        "accept",
        Message(
            "The person is of age: plainly, or by a document.",
            "분명히 성년이거나 신분증으로 성년임이 확인됩니다.",
        ),
    ),
    "review.guardian_present": Reason(
        "accept",
        Message(
            "The guardian is in the recording and seems to agree.",
            "보호자가 녹화에 함께 있고 동의하는 것으로 보입니다.",
        ),
    ),
    "review.a_thing": Reason(
        "accept",
        Message(
            "The subject is an animal or a thing, no person.",
            "대상이 사람이 아니라 동물이나 물건입니다.",
        ),
    ),
    "review.not_live": Reason(
        "refuse",
        Message(
            "A picture, a screen, a mask or a made-up film is shown.",
            "사진, 화면, 가면 또는 만들어 낸 영상입니다.",
        ),
        told=True,
    ),
    "review.not_answered": Reason(
        "refuse",
        Message(
            "What was asked was not done, nor what was agreed on in its place.",
            "요청한 것도, 합의된 대체 방법도 하지 않았습니다.",
        ),
        told=True,
    ),
    "review.cannot_tell": Reason(
        "refuse",
        Message(
            "The recording does not let anybody tell.",
            "녹화만으로는 판단할 수 없습니다.",
        ),
        told=True,
    ),
    "review.document_differs": Reason(
        "refuse",
        Message(
            "The portrait of the document shows somebody else, or cannot be read.", "신분증의 사진이 다른 사람이거나 알아볼 수 없습니다."
        ),
        told=True,
    ),
    "review.under_age": Reason(
        "refuse",
        Message(
            "The person is under age, by what they say or show, and no guardian is with them.",
            "본인의 말이나 신분증에 따르면 미성년자인데 보호자가 함께 있지 않습니다.",
        ),
        told=True,
    ),
    "review.guardian_absent": Reason(
        "refuse",
        Message(
            "The guardian is not in the recording.",
            "보호자가 녹화에 없습니다.",
        ),
        told=True,
    ),
    "review.a_person": Reason(
        "refuse",
        Message(
            "The subject is a person, not a thing.",
            "대상이 물건이 아니라 사람입니다.",
        ),
        told=True,
    ),
    "review.somebody_else": Reason(
        "refuse",
        Message(
            "It is the face of somebody else who is known here.",
            "이미 등록된 다른 사람의 얼굴입니다.",
        ),
    ),
    "review.not_willing": Reason(
        "refuse",
        Message(
            "The person seems forced, or does not know what this is.",
            "강요받거나 상황을 모르는 것으로 보입니다.",
        ),
    ),
    "review.help_given": Reason(
        "refuse",
        Message(
            "Somebody saw to the call for help (closes a call for help; nothing becomes active).",
            "도움 요청에 조치했습니다.",
        ),
    ),
    "review.help_not_needed": Reason(
        "refuse",
        Message(
            "The call for help was none, as far as can be told (closes it; nothing becomes active).",
            "도움 요청이 아닌 것으로 확인했습니다.",
        ),
    ),
}
"""The whole list: a vote names at least one, all of its own decision."""
_OF_HELP: Final = frozenset({"review.help_given", "review.help_not_needed"})
REFUSED: Final = "review.refused"
LAPSED: Final = "review.lapsed"
PURPOSES: Final[dict[str, Message]] = {
    "detail": Message("a detail is not to be made out blurred", "흐린 화면으로는 세부를 알 수 없음"),
    "liveness": Message("signs of a picture, screen or mask", "사진·화면·가면의 흔적 확인"),
    "compare": Message("a face is held against another picture", "다른 사진과 얼굴 비교"),
    "listen": Message("the words or the voice are to be heard", "말이나 목소리 확인"),
    "appeal": Message("an appeal says what was overlooked", "이의 제기 내용 확인"),
    "safety": Message("somebody may need help", "도움이 필요할 수 있음"),
}
"""Why evidence is shown clear. Without one it is shown blurred."""


class Said(msgspec.Struct, frozen=True):
    """One reviewer's vote."""

    reviewer: str
    decision: Vote


def fits(kind: CaseKind, decision: Vote, reasons: Collection[str]) -> bool:
    """Tell whether reasons may stand for a decision on this kind of case: all known, of that decision, at least one.

    A call for help is never accepted: nothing becomes active by it, and only its own reasons close it.
    """
    known = [REASONS.get(reason) for reason in reasons]
    if not known or any(one is None or one.decision != decision for one in known):
        return False
    return (kind == "distress") == bool(_OF_HELP.intersection(reasons)) and (kind != "distress" or _OF_HELP.issuperset(reasons))


def verdict(kind: CaseKind, people: int, votes: Iterable[Said], due_us: int, now_us: int) -> Verdict:
    """Tell what follows from the votes that count.

    One dissent refuses: whoever is refused may appeal, to other reviewers. Enough distinct people accept; a call for help
    is never accepted, and stays open until somebody saw to it. A case that nobody decided in time lapses, which refuses.
    """
    said = {vote.reviewer: vote.decision for vote in votes}
    if "refuse" in said.values():
        return "refuse"
    if kind == "distress":
        return "open"
    if len(said) >= people:
        return "accept"
    return "lapsed" if now_us >= due_us else "open"


def told(reasons: Iterable[str]) -> tuple[str, ...]:
    """Tell the codes of a reviewer's refusal as the person reads them."""
    return (REFUSED, *(one for one in dict.fromkeys(reasons) if one in REASONS and REASONS[one].told))
