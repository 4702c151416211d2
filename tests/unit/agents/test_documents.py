"""A document that was handed in is compared once; what came of it is a score for reviewers and decides nothing."""

from __future__ import annotations

import pytest

from identity.documents import Compared
from schemas.envelope import Envelope
from schemas.evidence import EvidenceAdded
from streams.agents.documents import DocumentAgent
from tests.unit.agents.test_verifying import CAMEO, OWNER, Bench


class Documents(Bench):
    """A held recording, and the agent that compares."""

    def __init__(self) -> None:
        super().__init__()
        self.received = self.enrol("verified")
        self.asked: list[tuple[bytes, bytes]] = []
        self.documents = DocumentAgent(self.store, self.keyholder, self)

    def compare(self, document: bytes, template: bytes) -> Compared:
        self.asked.append((document, template))
        return Compared("document.compared", 710_000)

    def add(self) -> Envelope:
        kept = self.api.put_evidence(OWNER, CAMEO, b"a passport")
        return self.append(
            EvidenceAdded(
                enrolment=self.received.data["enrolment"],
                evidence=kept.evidence,
                kind="document",
                key_id=kept.key_id,
                sha256=kept.sha256,
                bytes=kept.bytes,
            )
        )


@pytest.fixture
def bench() -> Documents:
    return Documents()


def test_its_portrait_is_held_against_the_recordings_face_once(bench: Documents) -> None:
    added = bench.add()
    for _ in range(2):
        bench.documents.handle(added)
    assert bench.asked == [(b"a passport", b"\0" * 512)]
    (compared,) = [one for one in bench.store.read(CAMEO) if one.type == "evidence.compared"]
    assert (compared.actor, compared.data["similarity_micro"], compared.data["evidence"]) == ("worker", 710_000, added.data["evidence"])
    assert "enrolment.activated" not in bench.types()


def test_a_document_that_is_gone_is_passed_over(bench: Documents) -> None:
    added = bench.add()
    bench.api.destroy_evidence(added.data["evidence"], "schedule")
    bench.documents.handle(added)
    assert "evidence.compared" not in bench.types()
