"""The command by which a person adds the picture of an identity document to an enrolment that people look at. Compares nothing.

The worker holds its portrait against the recording's face; reviewers see the score and, blurred or for a reason, the picture.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from schemas.evidence import EvidenceAdded
from schemas.ids import cameo_of
from serving.errors import ConflictError, InvalidError, NotFoundError
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk
from serving.handlers.submitting import EvidenceStore, receive
from streams.core.seeming import seeming

MAX_BYTES: Final = 12 * 1024 * 1024
MOST: Final = 3
"""Documents an enrolment: a better picture may be sent. A house rule."""
SIGNS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
OPEN: Final = frozenset({"in_review", "refused"})


def add(desk: Desk, evidence: EvidenceStore, caller: Caller, enrolment: str, picture: bytes) -> str:
    """Seal a JPEG or PNG as evidence of an enrolment that is looked at, or may be appealed; gives its id. Durable when it returns.

    It is destroyed when the recording is. Raises CommandError.
    """
    require_in_person(caller)
    cameo = cameo_of(caller.account)
    if not picture or len(picture) > MAX_BYTES:
        raise InvalidError("media.too_large" if picture else "media.empty", f"a picture has 1 to {MAX_BYTES} bytes", "make it smaller")
    if not picture.startswith(SIGNS):
        raise InvalidError("document.form", "that is neither JPEG nor PNG", "photograph the document")
    _require(desk, cameo, enrolment)
    stored = evidence.put_evidence(caller.account, cameo, picture)
    event = EvidenceAdded(
        enrolment=enrolment, evidence=stored.evidence, kind="document", key_id=stored.key_id, sha256=stored.sha256, bytes=stored.bytes
    )
    revision = partial(_require, desk, cameo, enrolment)
    return receive(desk, evidence, caller, cameo, event, revision, ["document", stored.sha256]).evidence


def _require(desk: Desk, cameo: str, enrolment: str) -> int:
    with desk.store.snapshot() as facts:
        fact, head = facts.get(cameo, "enrolment"), facts.head(cameo)
        events = desk.store.read(cameo)
        looks_active = seeming(facts, events).get(enrolment) == "activated"
    if fact is None or head is None or fact.value["enrolment"] != enrolment:
        raise NotFoundError("enrolment.unknown", "you have no such enrolment open", "cameo enrol status")
    if fact.value["state"] not in OPEN or looks_active:
        raise ConflictError("document.not_asked", "nobody looks at that enrolment", "a document helps where a person looks")
    there = [one for one in events if one.type == "evidence.added" and one.data["enrolment"] == enrolment]
    if len(there) >= MOST:
        raise ConflictError("document.too_many", f"at most {MOST} for an enrolment", "wait for the answer")
    return head.revision
