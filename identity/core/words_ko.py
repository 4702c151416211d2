"""Owns the Korean words a phrase is drawn from. Does not draw: that is challenge's.

Everyday things of two to four syllables, chosen against homophones: none is a name in common use, no two are
nearer than two letters (jamo) but the digits 셋 and 넷, and a phrase written without spaces can be cut in one way only.
Digits are the native numbers, which are longer and less alike than the Sino-Korean ones (일, 이); both are understood.
Recognition of these words by people is unmeasured: a Korean phrase goes to a reviewer (`words.unmeasured_language`).
"""

from typing import Final

WORDS_KO: Final[tuple[str, ...]] = (
    "강아지", "개구리", "거북이", "고구마", "고래", "고양이", "기타", "까마귀",
    "나뭇잎", "냉장고", "냄비", "눈사람", "다람쥐", "달팽이", "도서관", "독수리",
    "딸기", "라디오", "목도리", "무지개", "미끄럼틀", "민들레", "바나나", "바닷가",
    "바이올린", "반딧불", "버스", "복숭아", "비둘기", "비행기", "사다리", "색종이",
    "세탁기", "소나기", "손수건", "수박", "숟가락", "시계", "아이스크림", "악어",
    "안경", "연필", "오징어", "옥수수", "우산", "운동장", "원숭이", "자전거",
    "장난감", "장화", "주전자", "지우개", "지하철", "창문", "청소기", "카메라",
    "컴퓨터", "코끼리", "토마토", "트럭", "펭귄", "피아노", "햄버거", "호랑이",
)  # fmt: skip

DIGITS_KO: Final[tuple[str, ...]] = ("영", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
"""Spoken digits in order of their value."""

ALSO_DIGIT_KO: Final[dict[str, str]] = {
    "공": "영", "제로": "영",
    "일": "하나", "한": "하나",
    "이": "둘", "두": "둘",
    "삼": "셋", "세": "셋",
    "사": "넷", "네": "넷",
    "오": "다섯", "육": "여섯", "륙": "여섯", "칠": "일곱", "팔": "여덟", "구": "아홉",
}  # fmt: skip
"""What a person may say, or a recogniser write, for a digit."""

SPELT_OTHERWISE_KO: Final[dict[str, str]] = {
    "콤퓨터": "컴퓨터",
    "팽귄": "펭귄",
    "바닷까": "바닷가",
    "나뭇입": "나뭇잎",
}
"""Misspellings that sound like the word. None is another word of the list."""
