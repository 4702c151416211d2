"""Owns the words for a recording as such and the challenge it answers. What failing leads to is effects' matter."""

from typing import Final

from identity.core.codes.message import Message

RECORDINGS: Final[dict[str, Message]] = {
    "media.unreadable": Message(
        "The file could not be read as a webm or mp4 recording. Record again in the browser or with a phone.",
        "webm 또는 mp4 녹화로 읽을 수 없는 파일입니다. 브라우저나 휴대전화로 다시 녹화해 주세요.",
    ),
    "media.too_large": Message(
        "The file is too large. Record for about ten seconds.",
        "파일이 너무 큽니다. 10초 정도로 녹화해 주세요.",
    ),
    "media.too_long": Message(
        "The recording is too long. Record for about ten seconds.",
        "녹화가 너무 깁니다. 10초 정도로 녹화해 주세요.",
    ),
    "media.too_short": Message(
        "The recording is too short. Do every movement and say the whole phrase.",
        "녹화가 너무 짧습니다. 모든 동작을 하고 문구를 끝까지 말해 주세요.",
    ),
    "media.resolution": Message(
        "The picture is too small or too large. Use an ordinary camera setting such as 640x480 or 1280x720.",
        "화면 크기가 맞지 않습니다. 640x480이나 1280x720 같은 일반 카메라 설정을 사용해 주세요.",
    ),
    "media.timeout": Message(
        "Reading the recording took too long. Record again with ordinary camera settings.",
        "녹화를 읽는 데 너무 오래 걸렸습니다. 일반 카메라 설정으로 다시 녹화해 주세요.",
    ),
    "media.no_video": Message(
        "The recording has no picture. Allow the camera and record again.",
        "녹화에 영상이 없습니다. 카메라를 허용하고 다시 녹화해 주세요.",
    ),
    "media.no_audio": Message(
        "The recording has no sound. Allow the microphone and record again.",
        "녹화에 소리가 없습니다. 마이크를 허용하고 다시 녹화해 주세요.",
    ),
    "media.empty": Message(
        "The file is empty. Record again and wait until the recording is saved.",
        "빈 파일입니다. 다시 녹화하고 저장이 끝날 때까지 기다려 주세요.",
    ),
    "media.codec": Message(
        "The recording is in a form that is not read here. Record in the browser, or with a phone as H.264 or HEVC.",
        "여기에서 읽을 수 없는 형식의 녹화입니다. 브라우저로 녹화하거나 휴대전화에서 H.264 또는 HEVC로 녹화해 주세요.",
    ),
    "media.clock": Message(
        "The times in the recording jump. Record again in one take, without pausing.",
        "녹화 안의 시간이 끊기거나 되돌아갑니다. 멈추지 말고 한 번에 다시 녹화해 주세요.",
    ),
    "media.lengths": Message(
        "Picture and sound are not equally long. Record both together, in one take.",
        "영상과 소리의 길이가 다릅니다. 둘을 함께 한 번에 녹화해 주세요.",
    ),
    "media.silent": Message(
        "The microphone was off. Switch it on and record again.",
        "마이크가 꺼져 있었습니다. 마이크를 켜고 다시 녹화해 주세요.",
    ),
    "media.black": Message(
        "The picture is black. Uncover the camera and record again.",
        "화면이 검습니다. 카메라를 가린 것을 치우고 다시 녹화해 주세요.",
    ),
    "quality.blurred": Message(
        "The picture is not sharp enough. Clean the lens and hold still between movements.",
        "화면이 선명하지 않습니다. 렌즈를 닦고 동작 사이에는 움직이지 마세요.",
    ),
    "quality.light": Message(
        "Your face is too dark or too bright. Face a window or a lamp, with no strong light behind you.",
        "얼굴이 너무 어둡거나 밝습니다. 창문이나 조명을 바라보고 뒤쪽의 강한 빛을 피해 주세요.",
    ),
    "quality.no_face": Message(
        "A face is not visible all the time. Keep your whole face in the picture.",
        "얼굴이 계속 보이지 않습니다. 얼굴 전체가 화면에 들어오게 해 주세요.",
    ),
    "quality.small_face": Message(
        "Your face is too small in the picture. Come closer to the camera.",
        "얼굴이 화면에서 너무 작습니다. 카메라에 더 가까이 와 주세요.",
    ),
    "quality.several_faces": Message(
        "More than one face is visible. Be alone in the picture, also without portraits behind you.",
        "얼굴이 둘 이상 보입니다. 혼자 나오게 하고, 뒤에 인물 사진이 있으면 치워 주세요.",
    ),
    "challenge.expired": Message(
        "The time to answer is over. Start again and answer within two minutes.",
        "응답 시간이 지났습니다. 다시 시작하여 2분 안에 응답해 주세요.",
    ),
    "challenge.used": Message(
        "This challenge was answered before. Start again to get a new one.",
        "이미 사용한 과제입니다. 다시 시작하여 새 과제를 받아 주세요.",
    ),
    "challenge.changed": Message(
        "What was asked is not what had been drawn. Start again; if it happens twice, tell the operator.",
        "요청된 내용이 처음에 정해진 것과 다릅니다. 다시 시작해 주세요. 두 번 이상 나타나면 운영자에게 알려 주세요.",
    ),
    "challenge.other_account": Message(
        "This challenge was issued to another account. Start again with your own.",
        "다른 계정에 발급된 과제입니다. 본인 계정으로 다시 시작해 주세요.",
    ),
    "evidence.destroyed": Message(
        "The recording was destroyed before it was checked. Start again and record anew.",
        "녹화가 확인되기 전에 파기되었습니다. 다시 시작하여 새로 녹화해 주세요.",
    ),
    "replay.file": Message(
        "This very file was submitted before. Make a new recording.",
        "이전에 제출된 파일입니다. 새로 녹화해 주세요.",
    ),
    "replay.audio": Message(
        "The sound is that of an earlier recording. Make a new recording.",
        "이전 녹화의 소리입니다. 새로 녹화해 주세요.",
    ),
    "replay.video": Message(
        "The picture is that of an earlier recording. Make a new recording.",
        "이전 녹화의 영상입니다. 새로 녹화해 주세요.",
    ),
    "check.missing": Message(
        "A check that decides could not be made. Record again.",
        "필요한 확인을 할 수 없었습니다. 다시 녹화해 주세요.",
    ),
    "enrolment.locked": Message(
        "Too many attempts failed. Wait until the time shown, then start again.",
        "실패한 시도가 너무 많습니다. 표시된 시간 이후에 다시 시작해 주세요.",
    ),
}
