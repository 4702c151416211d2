"""Owns the words for what is heard of the words, the voice, the room and the lips. What failing leads to is effects' matter."""

from typing import Final

from identity.core.codes.message import Message

SOUND: Final[dict[str, Message]] = {
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
    "words.more_said": Message(
        "There was more speech than the phrase. Say only what is asked, alone, in a quiet room.",
        "요청한 문구 외의 말소리가 들립니다. 조용한 곳에서 혼자 요청한 문구만 말해 주세요.",
    ),
    "lips.not_with_voice": Message(
        "Lips and voice do not go together. Speak into the same device that films you, with no translation or sound effects.",
        "입 모양과 소리가 맞지 않습니다. 촬영하는 기기에 대고 직접 말하고 음성 효과는 꺼 주세요.",
    ),
    "lips.unread": Message(
        "Too little speech was seen to compare lips and voice. Keep your mouth in the picture while you speak.",
        "말하는 동안 입이 충분히 보이지 않았습니다. 말할 때 입이 화면에 보이게 해 주세요.",
    ),
    "voice.changed": Message(
        "The voice changes while you speak. Speak alone, the whole phrase, without voice effects.",
        "말하는 동안 목소리가 달라집니다. 음성 효과 없이 혼자서 문구 전체를 말해 주세요.",
    ),
    "voice.narrow": Message(
        "The voice lacks the high tones that the rest of the sound has. Speak yourself, near the microphone, without voice effects.",
        "다른 소리에는 있는 높은 음이 목소리에는 없습니다. 음성 효과 없이 마이크 가까이에서 직접 말해 주세요.",
    ),
    "voice.synthetic": Message(
        "The voice sounds processed. Switch off voice effects and noise suppression, and speak yourself.",
        "목소리가 가공된 것처럼 들립니다. 음성 효과와 소음 제거를 끄고 직접 말해 주세요.",
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
}
