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
    "verification.language": Message(
        "How well Korean is understood could not be measured, and nobody listens to answers here. Ask for English: short words and digits,"
        " which you read out.",
        "한국어를 얼마나 잘 알아듣는지 측정할 수 없었고, 여기서는 응답을 직접 듣는 담당자가 없습니다. 영어로 요청해 주세요. 화면에 보이는"
        " 짧은 단어와 숫자를 읽으면 됩니다.",
    ),
    "verification.needs_all": Message(
        "An answer without turning or speaking needs a person who looks, and nobody looks at answers. Enrol anew, where a person looks,"
        " prove yourself by an authenticator, or decline.",
        "고개를 돌리거나 말하지 않는 응답은 담당자가 보아야 하는데, 여기서는 응답을 보는 담당자가 없습니다. 담당자가 보는 등록을 다시"
        " 하거나, 인증 앱으로 본인임을 증명하거나, 질문을 거절해 주세요.",
    ),
    "verification.needs_steps": Message(
        "This is answered step by step. Ask for the way stepwise.",
        "단계별로만 응답할 수 있습니다. 단계별 방식(stepwise)을 요청해 주세요.",
    ),
    "verification.needs_light": Message(
        "Who asks wants the screen to light your face. Decline, or ask them for another level.",
        "질문한 쪽이 화면 빛을 요구합니다. 거절하거나 다른 수준으로 질문해 달라고 해 주세요.",
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
