"""Owns the words for who answers a re-verification, where those for who enrols promise a reviewer or an appeal: it has neither."""

from typing import Final

from identity.core.codes.message import Message

ANSWERS: Final[dict[str, Message]] = {
    "verification.other_person": Message(
        "This is not the face that your cameo was made with, or not clearly. Look into the camera in good light and answer anew; if you"
        " have changed much, enrol anew, where a person can compare.",
        "카메오를 만든 얼굴이 아니거나 분명하지 않습니다. 밝은 곳에서 카메라를 보고 다시 응답해 주세요. 모습이 많이 달라졌다면 다시 등록해"
        " 주세요. 그때는 담당자가 비교할 수 있습니다.",
    ),
    "verification.no_face": Message(
        "There is no face to compare with: the one that your cameo was made with is not kept. Enrol anew.",
        "비교할 얼굴이 없습니다. 카메오를 만든 얼굴 정보가 남아 있지 않습니다. 다시 등록해 주세요.",
    ),
    "verification.unsure": Message(
        "It is not sure enough that this was you, just now. Record yourself directly, in ordinary light, and answer anew.",
        "방금 본인이 응답했는지 충분히 확실하지 않습니다. 평소 조명에서 본인을 직접 녹화하여 다시 응답해 주세요.",
    ),
    "verification.slow": Message(
        "Your answers to the steps came late. Answer anew, each step as soon as you read it.",
        "각 단계의 응답이 늦었습니다. 안내를 읽는 즉시 따라 하며 다시 응답해 주세요.",
    ),
    "verification.no_light": Message(
        "The light of the screen could not be measured. Answer anew with the screen turned up and less light around you.",
        "화면 빛을 잴 수 없었습니다. 화면을 밝게 하고 주변 조명을 줄인 뒤 다시 응답해 주세요.",
    ),
    "verification.too_little": Message(
        "The recording reached less than was asked for. Answer step by step, with the light of the screen where it is asked for.",
        "녹화가 요청된 수준에 미치지 못했습니다. 단계별로 응답하고, 요청된 경우 화면 빛도 켜 주세요.",
    ),
}
AS_ANSWER: Final[dict[str, str]] = {
    "face.other_person": "verification.other_person",
    "face.unsure": "verification.other_person",
    "face.not_compared": "verification.no_face",
    "review.doubtful": "verification.unsure",
    "review.required": "verification.unsure",
    "face.known": "verification.unsure",
    "live.slow": "verification.slow",
    "light.unmeasured": "verification.no_light",
    "review.level": "verification.too_little",
}
"""Code -> under what its words for an answer stand."""
