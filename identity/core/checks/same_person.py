"""Owns the second half of check 9: the face is the one that this cameo was made with. Does not tell whose it is otherwise.

Asked where a cameo is active already, so that a stolen session or a lost account cannot put another face in its place, and
where somebody else wants to know whether this is still its person.
"""

from typing import Final

import numpy as np

from identity.core.assessment import CheckResult, measured
from identity.core.faces import LEAST_ALIKE, read
from identity.core.profiles import Profile

CERTAIN: Final = 0.50
"""From here on it is the same person; between this and .40 a reviewer looks. Table "one face" of docs/identity.md: within a clip one
person reads .53 and more, across two clips .45 once; two people .35 and less (88 pairs)."""
_SOURCE: Final = 'docs/identity.md, "Known faces"'


def check(template: bytes, own: bytes | None, profile: Profile) -> tuple[CheckResult, ...]:
    """Compare the recording's face (512 bytes; empty: none was seen) with the sealed one.

    `own` None: there is nothing to compare with, and no result. `own` empty: there was an active cameo whose face was not kept
    (made before faces were), so a reviewer must compare.
    """
    if own is None:
        return ()
    if not own:
        return (measured(9, "face.not_compared", 0.0, 1.0, "rule: what cannot be compared is looked at", profile=profile),)
    alike = float(np.dot(read(template), read(own))) if template else float("nan")
    return (
        measured(9, "face.other_person", alike, LEAST_ALIKE, _SOURCE, profile=profile),
        measured(9, "face.unsure", alike, CERTAIN, _SOURCE, profile=profile),
    )
