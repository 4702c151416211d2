"""Owns the words for who is in a recording, and what people who look at it found. What failing leads to is effects' matter."""

from typing import Final

from identity.core.codes.message import Message

PEOPLE: Final[dict[str, Message]] = {
    "face.not_frontal": Message(
        "Your face was never seen from the front. Look into the camera before and between movements.",
        "정면 얼굴이 보이지 않았습니다. 동작을 하기 전과 동작 사이에 카메라를 바라봐 주세요.",
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
        "A person will look at the recording before it becomes active. That is rarer in even light, in one take, with the camera of "
        "this device itself and other programs closed.",
        "활성화 전에 담당자가 녹화를 검토합니다. 고른 빛에서, 이 기기의 카메라로, 다른 프로그램을 닫고 한 번에 녹화하면 검토가 드뭅니다.",
    ),
    "review.accessible": Message(
        "You chose another way to answer. A person will look at the recording before it becomes active.",
        "다른 응답 방법을 선택하셨습니다. 활성화 전에 담당자가 녹화를 검토합니다.",
    ),
    "review.level": Message(
        "A single upload is looked at by a person before it becomes active. Enrolling step by step needs no waiting.",
        "한 번에 올린 녹화는 활성화 전에 담당자가 검토합니다. 단계별 등록은 기다릴 필요가 없습니다.",
    ),
    "review.age": Message(
        "A machine cannot tell for sure that you are of age; it is often wrong. A person will look before it becomes active.",
        "기계만으로는 성년인지 확실히 알 수 없고 틀릴 때가 많습니다. 활성화 전에 담당자가 확인합니다.",
    ),
    "review.under_age": Message(
        "You were taken for under age. Minors enrol with a guardian beside them; if you are of age, appeal and add a document.",
        "미성년자로 판단되었습니다. 미성년자는 보호자와 함께 등록합니다. 성년이라면 신분증을 첨부하여 이의를 제기해 주세요.",
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
