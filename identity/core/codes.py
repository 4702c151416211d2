"""Owns what a person is told for each code: what is wrong and what to do. Does not show scores, ever."""

from typing import Final

import msgspec

from identity.errors import UnknownCodeError


class Message(msgspec.Struct, frozen=True):
    """One code in the person's language: English and Korean."""

    en: str
    ko: str


CODES: Final[dict[str, Message]] = {
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
        "화면이 검습니다. 카메라를 가리는 것을 치우고 다시 녹화해 주세요.",
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
        "얼굴이 둘 이상 보입니다. 뒤에 인물 사진도 없이 혼자 화면에 나와 주세요.",
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
        "요청한 내용이 처음 정해진 것과 다릅니다. 다시 시작해 주세요. 두 번 이상 나타나면 운영자에게 알려 주세요.",
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
    "movement.not_as_asked": Message(
        "The head movements were not those asked, in their order. Do each clearly and come back to the middle.",
        "머리 동작이 요청한 순서와 다릅니다. 각 동작을 분명히 하고 가운데로 돌아와 주세요.",
    ),
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
    "words.not_heard": Message(
        "No words were understood. Speak closer to the microphone, without noise.",
        "말을 알아들을 수 없습니다. 조용한 곳에서 마이크 가까이에서 말해 주세요.",
    ),
    "words.not_as_asked": Message(
        "The words were not those asked. Read the phrase exactly, word by word.",
        "요청한 문구와 다릅니다. 문구를 한 단어씩 그대로 읽어 주세요.",
    ),
    "words.unmeasured_language": Message(
        "A person will listen to the recording before it becomes active, for how well a machine hears this language is not known.",
        "이 언어를 기계가 얼마나 잘 알아듣는지 측정되지 않았으므로 활성화 전에 담당자가 녹화를 듣습니다.",
    ),
    "words.doubtful": Message(
        "The words were heard in two ways. Speak each word clearly, with a short pause after it.",
        "말이 두 가지로 들렸습니다. 단어마다 잠깐 쉬면서 또렷하게 말해 주세요.",
    ),
    "lips.not_with_voice": Message(
        "Lips and voice do not go together. Speak into the same device that films you, with no translation or sound effects.",
        "입 모양과 소리가 맞지 않습니다. 촬영하는 기기에 대고 직접 말하고 음성 효과는 꺼 주세요.",
    ),
    "lips.unread": Message(
        "Too little speech was seen to compare lips and voice. Keep your mouth in the picture while you speak.",
        "말하는 동안 입이 충분히 보이지 않았습니다. 말할 때 입이 화면에 보이게 해 주세요.",
    ),
    "voice.synthetic": Message(
        "The voice sounds processed. Switch off voice effects and noise suppression, and speak yourself.",
        "목소리가 가공된 것처럼 들립니다. 음성 효과와 소음 제거를 끄고 직접 말해 주세요.",
    ),
    "voice.loudspeaker": Message(
        "The voice sounds as if it came from a loudspeaker. Speak yourself, near the microphone.",
        "스피커에서 나온 소리처럼 들립니다. 마이크 가까이에서 직접 말해 주세요.",
    ),
    "room.level_changed": Message(
        "The background sound changed while you spoke. Record in one quiet place.",
        "말하는 동안 주변 소리가 달라졌습니다. 조용한 한 장소에서 녹화해 주세요.",
    ),
    "room.changed": Message(
        "The background sound changed while you spoke. Record in one quiet place.",
        "말하는 동안 주변 소리가 달라졌습니다. 조용한 한 장소에서 녹화해 주세요.",
    ),
    "injection.sound_silence": Message(
        "The sound has stretches of perfect silence, as no microphone gives. Switch off noise suppression and record again.",
        "소리에 마이크에서는 나올 수 없는 완전한 무음이 있습니다. 소음 제거를 끄고 다시 녹화해 주세요.",
    ),
    "injection.sound_band": Message(
        "The sound has no high tones. Use the microphone of the device that films you, not a telephone or an old headset.",
        "소리에 높은 음역이 없습니다. 전화나 오래된 헤드셋 대신 촬영하는 기기의 마이크를 사용해 주세요.",
    ),
    "injection.sound_repeats": Message(
        "Parts of the sound are the same as others. Record with the microphone itself.",
        "소리의 일부가 똑같이 반복됩니다. 마이크로 직접 녹음해 주세요.",
    ),
    "injection.sound_apart": Message(
        "Sound and picture do not begin and end together. Record both in one take, in the browser or with a phone.",
        "소리와 영상의 시작과 끝이 맞지 않습니다. 브라우저나 휴대전화로 한 번에 녹화해 주세요.",
    ),
    "injection.sound_clock": Message(
        "The sound has gaps or runs at another speed than the picture. Close other programs and record again.",
        "소리가 끊기거나 영상과 속도가 다릅니다. 다른 프로그램을 닫고 다시 녹화해 주세요.",
    ),
    "voice.absent": Message(
        "Too little speech was heard. Say the whole phrase aloud.",
        "말소리가 너무 적습니다. 문구 전체를 소리 내어 말해 주세요.",
    ),
    "voice.several": Message(
        "More than one voice was heard. Speak alone, in a quiet room.",
        "목소리가 둘 이상 들립니다. 조용한 곳에서 혼자 말해 주세요.",
    ),
    "face.not_frontal": Message(
        "Your face was never seen from the front. Look into the camera before and between movements.",
        "정면 얼굴이 보이지 않았습니다. 동작 전과 사이에 카메라를 바라봐 주세요.",
    ),
    "face.changed": Message(
        "The face is not the same one throughout. Record alone and in one take.",
        "처음부터 끝까지 같은 얼굴이 아닙니다. 혼자서 한 번에 녹화해 주세요.",
    ),
    "face.changed_turning": Message(
        "The face that turns is not the one that looks into the camera. Record alone and in one take.",
        "돌린 얼굴과 정면 얼굴이 같지 않습니다. 혼자서 한 번에 녹화해 주세요.",
    ),
    "face.jumped": Message(
        "The face changes from one moment to the next. Record in one take, with nothing in front of your face.",
        "얼굴이 갑자기 바뀝니다. 얼굴을 가리지 말고 한 번에 녹화해 주세요.",
    ),
    "injection.virtual_camera": Message(
        "The camera is a virtual one. Choose your real camera.",
        "가상 카메라입니다. 실제 카메라를 선택해 주세요.",
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
    "live.slow": Message(
        "A person will look at the recording before it becomes active.",
        "활성화 전에 담당자가 녹화를 검토합니다.",
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
        "빛이 얼굴과 함께 돕니다. 평소 조명에서 본인을 직접 녹화해 주세요.",
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
        "카메라 영상으로 보기에는 너무 고릅니다. 카메라로 녹화한 그대로 보내 주세요.",
    ),
    "generated.rhythm": Message(
        "The blinks come too evenly. Record yourself directly.",
        "눈 깜박임이 너무 일정합니다. 본인을 직접 녹화해 주세요.",
    ),
    "check.missing": Message(
        "A check that decides could not be made. Record again.",
        "필요한 확인을 할 수 없었습니다. 다시 녹화해 주세요.",
    ),
    "enrolment.locked": Message(
        "Too many attempts failed. Wait until the time shown, then start again.",
        "실패한 시도가 너무 많습니다. 표시된 시간 이후에 다시 시작해 주세요.",
    ),
    "attack.likely": Message(
        "The recording shows too many signs of not being live. Record yourself directly, in even light, with a real camera.",
        "실제 촬영이 아니라는 징후가 너무 많습니다. 고른 빛에서 실제 카메라로 본인을 직접 녹화해 주세요.",
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
    "face.other_person": Message(
        "This is not the face that your cameo was made with. If you have changed much, appeal, and a person will compare.",
        "카메오를 만든 얼굴과 다릅니다. 모습이 많이 달라졌다면 이의를 제기해 주세요. 담당자가 비교합니다.",
    ),
    "face.unsure": Message(
        "The face is not clearly the one that your cameo was made with. A person will compare.",
        "카메오를 만든 얼굴인지 분명하지 않습니다. 담당자가 비교합니다.",
    ),
    "face.not_compared": Message(
        "The face that your cameo was made with is not kept, so a person will look at the recording.",
        "카메오를 만든 얼굴 정보가 남아 있지 않아 담당자가 녹화를 확인합니다.",
    ),
    "face.known": Message(
        "A person will look at the recording before it becomes active.",
        "활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "review.doubtful": Message(
        "A person will look at the recording before it becomes active.",
        "활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "review.accessible": Message(
        "You chose another way to answer. A person will look at the recording before it becomes active.",
        "다른 응답 방법을 선택하셨습니다. 활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "review.level": Message(
        "A single upload is looked at by a person before it becomes active. Enrolling step by step needs no waiting.",
        "한 번에 올린 녹화는 활성화 전에 담당자가 검토합니다. 단계별 등록은 기다릴 필요가 없습니다.",
    ),
    "guardian.absent": Message(
        "Your guardian was not seen beside you. Record together, both faces visible all the time.",
        "보호자가 옆에 보이지 않습니다. 두 얼굴이 계속 보이게 함께 녹화해 주세요.",
    ),
    "guardian.in_front": Message(
        "Your guardian's face is the larger one. Sit in front, with your guardian a little behind you.",
        "보호자의 얼굴이 더 크게 보입니다. 본인이 앞에 앉고 보호자는 조금 뒤에 앉아 주세요.",
    ),
    "review.guardian": Message(
        "You record with your guardian. A person will look at the recording before it becomes active.",
        "보호자와 함께 녹화하였으므로 활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "thing.is_a_person": Message(
        "The recording shows a person. A person is enrolled by themselves: cameo enrol start. Record the thing alone.",
        "녹화에 사람이 나옵니다. 사람은 본인이 직접 등록합니다. 물건이나 동물만 녹화해 주세요.",
    ),
    "review.person_in_thing": Message(
        "Somebody is in the picture at times. A person will look at the recording before it becomes active.",
        "화면에 가끔 사람이 보입니다. 활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "review.refused": Message(
        "People looked at the recording and did not accept it. Record again, or appeal while the recording is kept.",
        "담당자가 녹화를 검토했으나 승인하지 않았습니다. 다시 녹화하거나 녹화가 보관되는 동안 이의를 제기해 주세요.",
    ),
    "review.lapsed": Message(
        "Nobody could look at the recording in time. Record again, or enrol step by step, which needs no waiting.",
        "제때 검토하지 못했습니다. 다시 녹화하거나 기다릴 필요가 없는 단계별 등록을 이용해 주세요.",
    ),
    "review.not_live": Message(
        "A picture, a screen or a mask seemed to be shown. Record yourself directly, in even light.",
        "사진, 화면 또는 가면으로 보였습니다. 고른 빛에서 본인을 직접 녹화해 주세요.",
    ),
    "review.not_answered": Message(
        "What was asked was not done. Do every movement and say the phrase, or choose another way.",
        "요청한 것을 하지 않았습니다. 모든 동작을 하고 문구를 말하거나 다른 방법을 선택해 주세요.",
    ),
    "review.cannot_tell": Message(
        "Nobody could tell from the recording. Record again closer to the camera, in even light, without noise.",
        "녹화만으로는 판단할 수 없었습니다. 고른 빛과 조용한 곳에서 카메라 가까이에서 다시 녹화해 주세요.",
    ),
    "review.document_differs": Message(
        "The portrait of the document was not that of the recording. Send a sharp picture of your own document.",
        "신분증 사진이 녹화와 다릅니다. 본인 신분증을 선명하게 찍어 보내 주세요.",
    ),
    "review.guardian_absent": Message(
        "The guardian was not in the recording. Record together, both faces visible.",
        "보호자가 녹화에 없었습니다. 두 얼굴이 모두 보이게 함께 녹화해 주세요.",
    ),
    "review.a_person": Message(
        "The recording shows a person. A person is enrolled by themselves, not as a thing.",
        "녹화에 사람이 나옵니다. 사람은 물건이 아니라 본인이 직접 등록합니다.",
    ),
    "review.required": Message(
        "The checks passed. A person will look at the recording before it becomes active.",
        "확인을 통과했습니다. 활성화 전에 담당자가 녹화를 검토합니다.",
    ),
}


def message(code: str) -> Message:
    """The message of a code. Raises UnknownCodeError for a code that no rule gives."""
    try:
        return CODES[code]
    except KeyError:
        raise UnknownCodeError(code) from None
