"""Owns what each numbered check says of itself: what it asks, the attack it is for, its modules, what it reads. Judges nothing.

Scores, polarity, thresholds and their sources stand in every `CheckResult`; what a check costs is measured by
`python -m bench.identity speed` (docs/identity-accuracy.md, "What each check costs").
"""

from dataclasses import dataclass
from typing import Final

from identity.core.assessment import CHECK_NAMES


@dataclass(frozen=True, slots=True)
class About:
    """One numbered check.

    codes: prefixes of what failing it is called
    against: the attack it is for, or what an honest person is spared by it
    modules: where it is, in this package
    reads: the parts of extraction it rests on, as bench.identity.costs names them; several checks share one
    """

    number: int
    asks: str
    against: str
    codes: tuple[str, ...]
    modules: tuple[str, ...]
    reads: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The design's name."""
        return CHECK_NAMES[self.number]


_FACES: Final = "faces found"
_VECTORS: Final = "face vectors"
_LANDMARKS: Final = "landmarks"
_SKIN: Final = "looking at skin and lines"
_SPEECH: Final = "speech found"

CHECKS: Final[tuple[About, ...]] = (
    About(
        1,
        "it decodes, is long, sharp and light enough, and shows one face",
        "files made to break the reader; recordings on which nothing else can be judged",
        ("media.", "quality."),
        ("recording",),
        (_FACES,),
    ),
    About(
        2,
        "it is for this account and session, in time, once; no earlier recording by bytes, sound or picture",
        "an earlier recording handed in again, also re-encoded; another account's challenge",
        ("challenge.", "replay."),
        ("answers_challenge",),
    ),
    About(
        3,
        "the head moves as asked, in that order, and in no other way",
        "a recording made before the challenge was known",
        ("movement.",),
        ("movements",),
        (_LANDMARKS,),
    ),
    About(
        4,
        "the face has depth when it turns, and blinks",
        "a photograph, flat or bent, that is held or swung before the camera",
        ("solid.",),
        ("solid",),
        (_LANDMARKS,),
    ),
    About(
        5,
        "skin has the texture of a live face; no signs of a screen, no cut-out eyes",
        "prints and screens before a camera",
        ("texture.", "screen."),
        ("texture", "screen"),
        (_FACES, "texture model", _LANDMARKS, _SKIN),
    ),
    About(
        6,
        "the words are the ones asked for, by two recognisers, and no more",
        "an older recording; a voice that was recorded elsewhere",
        ("words.",),
        ("words",),
        (_SPEECH, "first recogniser", "second recogniser"),
    ),
    About(
        7,
        "the mouth moves with the voice, more than the same two moved apart",
        "another voice laid under a film",
        ("lips.",),
        ("lips",),
        (_SPEECH, _LANDMARKS, "lips"),
    ),
    About(
        8,
        "there is speech, and one speaker's; signs of a voice that changes or comes from elsewhere; notes on a machine's voice, the room",
        "words cut together from several people or from a telephone; weakly, a synthetic voice",
        ("voice.", "room."),
        ("voice", "sound"),
        (_SPEECH, "voice vectors", "voice liveness model", "room and channel"),
    ),
    About(
        9,
        "one face throughout; the active cameo's face, where there is one; a guardian beside a minor; of age; no person for a thing",
        "a face that is swapped midway; a stolen session that would put another face in one's place",
        ("face.", "guardian.", "thing."),
        ("one_face", "same_person", "guardian", "age", "thing"),
        (_FACES, _VECTORS, _LANDMARKS),
    ),
    About(
        10,
        "nobody else's active cameo, nobody on the protected list, no refused attacker looks like this",
        "somebody else's face enrolled under one's own account",
        ("face.known",),
        ("known_face",),
        (_FACES, _VECTORS),
    ),
    About(
        11,
        "the file, its times, its noise and its light are those of a camera and of the client that it names",
        "a virtual camera, an edited file, an animated still, a generated face",
        ("injection.", "still.", "generated."),
        ("injection",),
        (_LANDMARKS, _SKIN),
    ),
    About(
        12,
        "the face gives back the colours of the screen, in time, more than what is around it",
        "a film that was not made before this screen at this moment",
        ("light.",),
        ("light",),
        (_LANDMARKS, "light on the face"),
    ),
    About(
        13,
        "each step was answered after it was asked, in time, at a human pace; both clocks agree",
        "software that needs longer than a person to show a movement or say a word",
        ("live.",),
        ("live",),
        (_LANDMARKS, "first recogniser"),
    ),
)
"""By number, without a gap."""


def belongs(code: str, check: About) -> bool:
    """Tell whether a code is one of a check's: the longest prefix tells. False for a code that no check gives."""
    told = [(len(prefix), one) for one in CHECKS for prefix in one.codes if code.startswith(prefix)]
    return bool(told) and max(told, key=lambda each: each[0])[1] is check
