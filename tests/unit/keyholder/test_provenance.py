"""What a film's manifest says."""

from __future__ import annotations

import pytest

from serving.core.provenance import is_mp4, manifest


def test_a_manifest_names_the_source_type_the_start_and_the_consent_it_was_made_on() -> None:
    said = manifest(
        generation="generation-1", engine="portrait", started_event="event-1", decision="decision-1",
        holding={"cameo-b": 4, "account-a": 2}, version="1",
    )  # fmt: skip
    actions, consent = said["assertions"]
    (created,) = actions["data"]["actions"]
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert consent["label"] == "org.cameo.consent"
    assert consent["data"]["consent_revisions"] == {"account-a": 2, "cameo-b": 4}
    assert consent["data"]["started_event"] == "event-1"


def test_an_unknown_engine_has_no_manifest() -> None:
    with pytest.raises(KeyError):
        manifest(generation="g", engine="other", started_event="e", decision="d", holding={}, version="1")


def test_an_mp4_file_is_told_by_its_first_box() -> None:
    assert is_mp4(b"\x00\x00\x00\x20ftypisom")
    assert not is_mp4(b"trivial/1 AI @someone")
