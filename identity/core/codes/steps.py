"""Owns the words for how the steps and the light of a challenge were answered. What failing leads to is effects' matter."""

from typing import Final

from identity.core.codes.message import Message

STEPS: Final[dict[str, Message]] = {
    "movement.not_as_asked": Message(
        "The head movements were not those asked, in their order. Do each clearly and come back to the middle.",
        "머리 동작이 요청한 순서와 다릅니다. 각 동작을 분명히 하고 가운데로 돌아와 주세요.",
    ),
    "live.broken": Message(
        "The connection broke or stood still before every step was answered. Start again where the network is steady.",
        "모든 단계에 응답하기 전에 연결이 끊기거나 멈췄습니다. 안정된 네트워크에서 다시 시작해 주세요.",
    ),
    "live.late": Message(
        "A step was answered too late. Start again and do each step as soon as it is shown.",
        "단계에 너무 늦게 응답했습니다. 다시 시작하여 각 단계가 표시되는 즉시 따라 해 주세요.",
    ),
    "live.early": Message(
        "A step was answered before it could be read. Start again and wait for each step.",
        "단계를 읽기도 전에 응답이 있었습니다. 다시 시작하여 각 단계가 표시될 때까지 기다려 주세요.",
    ),
    "live.constant": Message(
        "The answers came as evenly as a machine gives them. Start again and answer yourself.",
        "응답 간격이 기계처럼 일정합니다. 다시 시작하여 직접 응답해 주세요.",
    ),
    "live.clock": Message(
        "The times in the recording do not fit the time that passed. Start again with a real camera and a steady network.",
        "녹화 안의 시간이 실제로 지난 시간과 맞지 않습니다. 실제 카메라와 안정된 네트워크로 다시 시작해 주세요.",
    ),
    "live.not_obeyed": Message(
        "A step was not followed. Start again, and when a step changes, do what is shown last.",
        "따르지 않은 단계가 있습니다. 다시 시작하고, 단계가 바뀌면 마지막에 표시된 것을 해 주세요.",
    ),
    "live.words_apart": Message(
        "Words were not said while they were asked for. Say each part of the phrase at once when it is shown, without long pauses.",
        "요청된 때에 말하지 않은 단어가 있습니다. 문구가 표시되면 바로, 길게 쉬지 말고 말해 주세요.",
    ),
    "live.slow": Message(
        "A person will look at the recording before it becomes active.",
        "활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "light.absent": Message(
        "The colours of the screen were not seen on your face. Make the screen bright, come closer and go where less light falls on you.",
        "화면의 색이 얼굴에 나타나지 않았습니다. 화면을 밝게 하고 가까이 다가와 빛이 덜 드는 곳에서 다시 해 주세요.",
    ),
    "light.late": Message(
        "The colours of the screen were seen too late. Use a faster connection and close other programs.",
        "화면의 색이 너무 늦게 나타났습니다. 더 빠른 인터넷을 사용하고 다른 프로그램을 닫은 뒤 다시 해 주세요.",
    ),
    "light.flat": Message(
        "The light did not fall on your face as on a solid one. Record yourself directly, facing the screen.",
        "빛이 입체적인 얼굴에 비친 것 같지 않습니다. 화면을 마주 보고 본인을 직접 녹화해 주세요.",
    ),
    "light.unmeasured": Message(
        "The light of the screen could not be measured, so a person will look at the recording. Less light around you helps.",
        "화면의 빛을 측정할 수 없어 담당자가 녹화를 검토합니다. 주변을 조금 어둡게 하면 도움이 됩니다.",
    ),
}
