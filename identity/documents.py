"""Owns holding the portrait of an identity document against the face of a recording. Does not read the document, and does not decide.

What comes out is a score for reviewers: a portrait is small, old and printed, and how well such pairs separate is unmeasured here.
"""

from typing import Final

import msgspec
import numpy as np

from identity.adapters.pictures import decode_picture
from identity.core.assessment import MICRO
from identity.core.faces import LEAST_ALIKE, read
from identity.ports import FaceEmbedder, MediaRefused

MIN_FACE_PX: Final = 48.0
"""Width of the portrait's face in the decoded picture; SFace aligns to 112 px. A choice, unmeasured."""
SOURCE: Final = '300 labelled pairs of photographs, none of them of documents (docs/identity.md, "Known faces")'


class Compared(msgspec.Struct, frozen=True):
    """What came of it. `code`: `document.compared`, or why it was not; `similarity_micro` None then."""

    code: str
    similarity_micro: int | None = None
    threshold_micro: int = round(LEAST_ALIKE * MICRO)


def compare_document(document: bytes, template: bytes, embedder: FaceEmbedder) -> Compared:
    """Find the largest face of a document's picture and tell its cosine to a recording's template (512 bytes; empty: there is none)."""
    picture = decode_picture(document)
    if isinstance(picture, MediaRefused):
        return Compared("document.unreadable")
    found = embedder.find(picture)
    if not found:
        return Compared("document.no_face")
    if found[0].box_px[2] < MIN_FACE_PX:
        return Compared("document.small_face")
    if not template:
        return Compared("document.not_compared")
    alike = float(np.dot(embedder.embed(picture, found[0]), read(template)))
    return Compared("document.compared", round(alike * MICRO))
