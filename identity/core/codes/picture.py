"""Owns the words for signs that a picture is not of a live person before a camera. What failing leads to is effects' matter."""

from typing import Final

from identity.core.codes.message import Message

PICTURE: Final[dict[str, Message]] = {
    "solid.turn_more": Message(
        "The head turned too little to see its depth. Turn further to the side.",
        "머리를 충분히 돌리지 않아 입체를 확인할 수 없습니다. 옆으로 더 돌려 주세요.",
    ),
    "solid.flat": Message(
        "The face does not turn like a solid one. Record yourself, not a picture or a screen.",
        "얼굴이 입체처럼 움직이지 않습니다. 사진이나 화면이 아닌 본인을 녹화해 주세요.",
    ),
    "solid.no_blink": Message(
        "No blink was seen. Blink once or twice while you record.",
        "눈 깜박임이 보이지 않습니다. 녹화 중에 한두 번 눈을 깜박여 주세요.",
    ),
    "texture.not_live": Message(
        "The picture looks like a print or a screen. Record yourself directly, in even light.",
        "인쇄물이나 화면처럼 보입니다. 고른 빛에서 본인을 직접 녹화해 주세요.",
    ),
    "injection.virtual_camera": Message(
        "The camera has the name of a virtual one. Choose your real camera; if this is it, appeal.",
        "가상 카메라의 이름입니다. 실제 카메라를 선택해 주세요. 실제 카메라가 맞다면 이의를 제기해 주세요.",
    ),
    "injection.encoder": Message(
        "The file was made by editing software. Send the recording as the camera made it.",
        "편집 프로그램에서 만든 파일입니다. 카메라로 녹화한 그대로 보내 주세요.",
    ),
    "injection.timing": Message(
        "The frames do not come as a camera gives them. Record again with a real camera.",
        "프레임 간격이 카메라와 다릅니다. 실제 카메라로 다시 녹화해 주세요.",
    ),
    "injection.duplicates": Message(
        "The picture stands still or repeats. Record again in one take.",
        "영상이 멈추거나 반복됩니다. 한 번에 다시 녹화해 주세요.",
    ),
    "screen.moire": Message(
        "A pattern like that of a screen lies over the face. Record yourself directly.",
        "얼굴 위에 화면 같은 무늬가 보입니다. 본인을 직접 녹화해 주세요.",
    ),
    "screen.bezel": Message(
        "A frame moves along with the face. Record yourself directly, not a screen or a print.",
        "얼굴과 함께 움직이는 테두리가 보입니다. 화면이나 인쇄물이 아닌 본인을 직접 녹화해 주세요.",
    ),
    "screen.flicker": Message(
        "The picture flickers. Record in daylight, or under another lamp.",
        "화면이 깜박입니다. 자연광이나 다른 조명에서 녹화해 주세요.",
    ),
    "screen.eyes": Message(
        "The eyes do not move with the face around them. Record without anything over your face.",
        "눈이 주변 얼굴과 함께 움직이지 않습니다. 얼굴을 가리지 말고 녹화해 주세요.",
    ),
    "injection.doubled": Message(
        "Each picture is there twice or more. Record where it is lighter, with the camera of this device.",
        "같은 화면이 두 번 이상 반복됩니다. 더 밝은 곳에서 이 기기의 카메라로 녹화해 주세요.",
    ),
    "injection.blended": Message(
        "Pictures were made between those of the camera. Switch off what smooths the picture and record again.",
        "카메라가 찍은 화면 사이에 만들어 넣은 화면이 있습니다. 영상을 부드럽게 하는 기능을 끄고 다시 녹화해 주세요.",
    ),
    "injection.repeated": Message(
        "A part of the recording is there twice. Record everything again in one take.",
        "녹화의 일부가 두 번 나옵니다. 처음부터 한 번에 다시 녹화해 주세요.",
    ),
    "injection.reversed": Message(
        "A part of the recording is there again, backwards. Record everything again in one take.",
        "녹화의 일부가 거꾸로 다시 나옵니다. 처음부터 한 번에 다시 녹화해 주세요.",
    ),
    "injection.frozen": Message(
        "The picture stands still for a while. Close other programs and record again in one take.",
        "영상이 한동안 멈춰 있습니다. 다른 프로그램을 닫고 한 번에 다시 녹화해 주세요.",
    ),
    "injection.client": Message(
        "The file is not one that this browser or phone makes. Send the recording as it was made.",
        "이 브라우저나 휴대전화가 만드는 파일이 아닙니다. 녹화한 그대로 보내 주세요.",
    ),
    "injection.dropped": Message(
        "Many pictures are missing. Close other programs and record again.",
        "빠진 화면이 많습니다. 다른 프로그램을 닫고 다시 녹화해 주세요.",
    ),
    "still.shading": Message(
        "The light on the face does not change when it turns. Record yourself in ordinary light.",
        "얼굴을 돌려도 빛이 바뀌지 않습니다. 평소 조명에서 본인을 직접 녹화해 주세요.",
    ),
    "still.texture": Message(
        "The skin looks the same from every side. Record yourself directly.",
        "어느 방향에서나 피부가 똑같아 보입니다. 본인을 직접 녹화해 주세요.",
    ),
    "still.background": Message(
        "The background does not change at all. Record in an ordinary room.",
        "배경이 전혀 변하지 않습니다. 평소 공간에서 녹화해 주세요.",
    ),
    "still.noise": Message(
        "The picture is too clean for a camera. Record with a camera and send what it made.",
        "카메라 영상으로 보기에는 너무 깨끗합니다. 카메라로 녹화한 그대로 보내 주세요.",
    ),
    "still.pattern": Message(
        "The picture has no noise of a camera. Record with a camera and send what it made.",
        "카메라의 노이즈가 보이지 않습니다. 카메라로 녹화한 그대로 보내 주세요.",
    ),
    "still.light": Message(
        "The light on the face turns along with it. Record yourself in ordinary light.",
        "얼굴을 돌리면 얼굴의 빛도 함께 움직입니다. 평소 조명에서 본인을 직접 녹화해 주세요.",
    ),
    "generated.slope": Message(
        "The picture is not like a camera's. Record with a camera and send what it made.",
        "카메라 영상과 다릅니다. 카메라로 녹화한 그대로 보내 주세요.",
    ),
    "generated.fine": Message(
        "Fine detail is missing. Clean the lens and send the recording as it was made.",
        "세부가 보이지 않습니다. 렌즈를 닦고 녹화한 그대로 보내 주세요.",
    ),
    "generated.flicker": Message(
        "The picture is too steady for a camera. Record with a camera and send what it made.",
        "카메라 영상으로 보기에는 흔들림이 너무 없습니다. 카메라로 녹화한 그대로 보내 주세요.",
    ),
    "generated.rhythm": Message(
        "The blinks come too evenly. Record yourself directly.",
        "눈 깜박임이 너무 일정합니다. 본인을 직접 녹화해 주세요.",
    ),
    "attack.likely": Message(
        "The recording shows too many signs of not being live. Record yourself directly, in even light, with a real camera.",
        "실제 촬영이 아니라는 징후가 너무 많습니다. 고른 빛에서 실제 카메라로 본인을 직접 녹화해 주세요.",
    ),
}
