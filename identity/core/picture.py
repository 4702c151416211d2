"""What the picture says besides the face's track: what the checks on screens, sensors and generators read.

Does not extract it and does not judge it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureFacts:
    """What the picture says besides the face's track: scalars that the checks on screens, sensors and generators read."""
