"""Owns what a receipt says is done with somebody's data: each process in DPV's terms, and which of them a version of the text names.

Owns no text: those lie in serving/consent_texts. A test holds both, and docs/enrolment.md, against each other.
"""

from __future__ import annotations

from typing import Any, Final


def said(version: str) -> list[dict[str, Any]]:
    """Give the processes that this version of the text names."""
    return [make() for name, make in PROCESSES.items() if name in NAMED.get(version, ())]


def unsaid(version: str) -> list[dict[str, Any]]:
    """Give the processes that are there all the same: who accepted that version did not agree to them by it."""
    return [make() for name, make in PROCESSES.items() if name not in NAMED.get(version, ())]


def _checking() -> dict[str, Any]:
    """The recording: checked, kept as evidence, destroyed."""
    return _process(
        "enrolment of a likeness",
        ["dpv:IdentityVerification", "dpv:FraudPreventionAndDetection"],
        ["the recording: picture and sound", "the picture of an identity document, where one is sent"],
        ["dpv:Collect", "dpv:Analyse", "dpv:Store", "dpv:Erase"],
        [
            _duration("dpv:TemporalDuration", "P30D", "the recording, and documents with it, after it was accepted"),
            _duration("dpv:TemporalDuration", "P7D", "the recording, and documents with it, after it was refused"),
            _duration(
                "dpv:UntilEventDuration", "decision", "while people have to decide or an appeal is open; after a call for help P30D more"
            ),
            _duration("dpv:UntilEventDuration", "answer", "a recording that only proves that the person is still the same"),
        ],
    )


def _comparing() -> dict[str, Any]:
    """What somebody is known again by: compared with others', kept."""
    return _process(
        "comparison with other cameos, protected faces, refused attackers and earlier recordings",
        ["dpv:IdentityVerification", "dpv:FraudPreventionAndDetection"],
        ["the face as 128 numbers", "marks of picture and sound, by which a recording is known again"],
        ["dpv:Match", "dpv:Store", "dpv:Erase"],
        [_duration("dpv:UntilEventDuration", "erasure", "sealed under the person's own key, also when the recording was refused")],
    )


def _looking() -> dict[str, Any]:
    """People look at the recording where a machine may not decide."""
    return _process(
        "people who look: for verified, one upload, a known face, a doubt, another way, a minor, an appeal, a call for help",
        ["dpv:IdentityVerification", "dpv:FraudPreventionAndDetection"],
        ["the recording: blurred first, clear or heard for a reason; beside the recording of who resembles the person"],
        ["dpv:Consult", "dpv:Assess"],
        [_duration("dpv:UntilEventDuration", "the recording's destruction", "each look is recorded")],
        ["reviewers whom the controller appointed"],
    )


def _estimating_age() -> dict[str, Any]:
    """An estimate that makes a person look, and is not kept."""
    return _process(
        "estimate of age, but in the sandbox and beside a guardian; below 25 a person looks",
        [{"@type": ["dpv:Purpose"], "skos:broader": "dpv:IdentityVerification", "skos:prefLabel": "minors do not enrol alone"}],
        ["an estimated age"],
        ["dpv:Infer"],
        [_duration("dpv:TemporalDuration", "PT0S", "the estimate is not kept; the record says whether a person was to look")],
    )


def _using() -> dict[str, Any]:
    """The likeness: kept sealed, used as its owner permits."""
    return _process(
        "films with a likeness, as its owner permits each",
        [{"@type": ["dpv:Purpose"], "skos:broader": "dpv:ServiceProvision", "skos:prefLabel": "films that the owner permits"}],
        ["the face, cut from the recording", "the voice, cut from the recording", "pictures of a thing, cut from its recording"],
        ["dpv:Store", "dpv:Use", "dpv:Erase"],
        [_duration("dpv:UntilEventDuration", "erasure", "sealed under the person's own key")],
        ["whom the owner permits, by grants and audiences that are consents of their own"],
    )


def _recording() -> dict[str, Any]:
    """The record that cannot be rewritten."""
    return _process(
        "the record",
        ["dpv:FraudPreventionAndDetection"],
        [{"@type": ["dpv:PseudonymisedData"], "skos:prefLabel": "scores, codes, times and what was asked, under a random id"}],
        ["dpv:Record", "dpv:Store"],
        [_duration("dpv:EndlessDuration", "for ever", "without the person's key nobody can tell whose they are")],
    )


PROCESSES: Final = {
    "checking": _checking, "comparing": _comparing, "looking": _looking, "estimating_age": _estimating_age, "using": _using,
    "recording": _recording,
}  # fmt: skip
NAMED: Final[dict[str, tuple[str, ...]]] = {"2026-11": ("checking", "using"), "2026-11-22": tuple(PROCESSES)}
"""What each version of the text names. A new version has its line here; one that is not known names nothing."""


def _process(
    service: str, purposes: list[Any], data: list[Any], processing: list[str], kept: list[dict[str, Any]],
    recipients: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "@type": ["dpv:Process"],
        "dpv:hasService": service,
        "dpv:hasPurpose": purposes,
        "dpv:hasPersonalData": [_biometric(one) if isinstance(one, str) else one for one in data],
        "dpv:hasProcessing": processing,
        "dpv:hasDataSource": ["dpv:DataSubjectDataSource"],
        "dpv:hasRecipient": recipients or [],
        "dpv:hasStorageCondition": [
            {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": "the controller's own installation"},
            *kept,
        ],
    }


def _biometric(label: str) -> dict[str, Any]:
    return {"@type": ["dpv:SpecialCategoryPersonalData"], "skos:broader": "pd:Biometric", "skos:prefLabel": label}


def _duration(kind: str, value: str, what: str) -> dict[str, Any]:
    return {"@type": ["dpv:StorageDuration"], "dpv:hasDuration": {"@type": kind, "rdf:value": value}, "skos:prefLabel": what}
