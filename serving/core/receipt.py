"""Owns what a consent receipt says (ISO/IEC TS 27560:2023, in JSON-LD with W3C DPV's terms), and how one is checked. Signs nothing.

Fields follow the DPV guide to 27560 (profile dpv-27560:receipt): metadata, one record, its processes, its events. What DPV has no
term for stands under `cameo:`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serving.core import data_integrity, receipt_processes
from serving.core.data_integrity import ProofError

SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#"
CONTEXT = [
    "https://w3id.org/security/data-integrity/v2",
    {
        "dpv": "https://w3id.org/dpv#", "pd": "https://w3id.org/dpv/pd#", "dct": "http://purl.org/dc/terms/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "skos": "http://www.w3.org/2004/02/skos/core#", "cameo": "urn:cameo:",
    },
]  # fmt: skip
GIVEN, WITHDRAWN = "dpv:ConsentGiven", "dpv:ConsentWithdrawn"


@dataclass(frozen=True, slots=True)
class Controller:
    """Who runs the installation, as the operator named it."""

    name: str = ""
    contact: str = ""
    jurisdiction: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One acceptance: by whom, of which text (`version`, `language`, its hash; None: no text of that hash is known here)."""

    enrolment: str
    account: str
    stream: str
    version: str
    sha256: str
    language: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One event that a receipt tells of. `at`: ISO 8601, UTC. `kind`: a DPV state, or `cameo:` and the event's wire name."""

    kind: str
    at: str
    event_id: str
    position: int


def receipt(accepted: Accepted, history: Sequence[Happened], controller: Controller, issuer: str, now: str) -> dict[str, Any]:
    """Write a receipt. `issuer`: the did:key that signs it; `now`: ISO 8601, UTC."""
    return {
        "@context": CONTEXT,
        "@id": f"urn:cameo:receipt:{accepted.enrolment}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": f"{SCHEMA}receipt",
        "dct:identifier": f"receipt-{accepted.enrolment}",
        "dct:created": now,
        "dct:publisher": issuer,
        "dct:language": accepted.language,
        "dpv:hasRecordOfActivity": _record(accepted, history, controller, issuer),
    }


def _record(accepted: Accepted, history: Sequence[Happened], controller: Controller, issuer: str) -> dict[str, Any]:
    said = "not named by the operator"
    return {
        "@id": f"urn:cameo:enrolment:{accepted.enrolment}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": f"{SCHEMA}record",
        "dct:identifier": accepted.enrolment,
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dct:identifier": accepted.account},
        "dpv:hasDataController": {
            "@type": ["dpv:DataController"], "@id": issuer, "dpv:hasName": controller.name or said,
            "dpv:hasContact": controller.contact or said,
        },
        "dpv:hasJurisdiction": [controller.jurisdiction or said],
        "dpv:hasLegalBasis": "dpv:ExplicitlyExpressedConsent",
        "dpv:hasNotice": {
            "@type": ["dpv:ConsentNotice"], "dct:identifier": accepted.version, "dct:language": accepted.language,
            "cameo:sha256": accepted.sha256, "rdf:value": accepted.text,
        },
        "dpv:hasProcess": receipt_processes.said(accepted.version),
        "cameo:doneWithoutBeingSaid": receipt_processes.unsaid(accepted.version),
        "dpv:hasConsentControl": [
            {"@type": ["dpv:WithdrawConsent"], "dct:description": "cameo erase, or DELETE /v1/cameos/me: everything is destroyed"},
            {"@type": ["dpv:WithdrawConsent"], "dct:description": "cameo revoke, or POST /v1/cameos/me/revocations: uses end"},
        ],
        "dpv:hasRight": ["access and portability: cameo export", "erasure: cameo erase", "objection: cameo enrol appeal"],
        "cameo:stream": accepted.stream,
        "cameo:event": [_event(one, accepted.account) for one in history],
    }  # fmt: skip


def _event(one: Happened, account: str) -> dict[str, Any]:
    state = one.kind in (GIVEN, WITHDRAWN)
    more = {"dpv:hasConsentStatus": one.kind, "dpv:isImplementedByEntity": account, "dct:valid": "until withdrawn"} if state else {}
    return {"@type": one.kind, "dct:date": one.at, "cameo:event_id": one.event_id, "cameo:position": str(one.position), **more}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its code, whether it holds, and what was seen."""

    code: str
    holds: bool
    said: str


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that an installation published. `retired_at`: ISO 8601, UTC; what it signed later does not count."""

    multikey: str
    retired_at: str | None = None


def examine(document: Mapping[str, Any], keys: Sequence[KnownKey] | None) -> list[Finding]:
    """Check a receipt offline: form, signature, issuer, text. `keys`: those of the installation; None: none are at hand.

    The signature alone says only that nothing was changed since whoever holds that key signed it; whose key it is, is said by
    the installation's published keys.
    """
    found = [_form(document)]
    proof: Any = document.get("proof")
    method = str(proof.get("verificationMethod", "")) if isinstance(proof, dict) else ""  # type: ignore[union-attr]
    key = method.rpartition("#")[2]
    try:
        data_integrity.check(document, data_integrity.key_of(method))
        found.append(Finding("receipt.signature", holds=True, said=f"every field is as {key[:16]}… signed it"))
    except ProofError as error:
        found.append(Finding("receipt.signature", holds=False, said=str(error)))
    created = str(proof.get("created", "")) if isinstance(proof, dict) else ""  # type: ignore[union-attr]
    found.append(_issuer(key, created, keys))
    if document.get("dct:publisher") != f"did:key:{key}":
        found.append(Finding("receipt.publisher", holds=False, said="it names another publisher than signed it"))
    found.append(_text(document))
    return found


def _form(document: Mapping[str, Any]) -> Finding:
    record: Any = document.get("dpv:hasRecordOfActivity")
    missing = [name for name in ("@type", "dct:conformsTo", "dct:identifier", "dct:created", "proof") if name not in document]
    inside = ("dct:identifier", "dpv:hasDataSubject", "dpv:hasDataController", "dpv:hasNotice", "dpv:hasProcess", "cameo:event")
    missing += [name for name in inside if not isinstance(record, dict) or name not in record]
    right = not missing and document.get("dct:conformsTo") == f"{SCHEMA}receipt"
    return Finding(
        "receipt.form", holds=right, said="every mandatory field is there" if right else f"missing: {', '.join(missing) or 'its schema'}"
    )


def _issuer(key: str, created: str, keys: Sequence[KnownKey] | None) -> Finding:
    if keys is None:
        return Finding("receipt.issuer_unknown", holds=False, said="no published keys are at hand: whose key signed it is not known")
    one = next((known for known in keys if known.multikey == key), None)
    if one is None:
        return Finding("receipt.issuer_unknown", holds=False, said="the installation did not publish this key")
    if one.retired_at is not None and created > one.retired_at:
        return Finding("receipt.key_retired", holds=False, said=f"the key was retired on {one.retired_at}, before it signed this")
    return Finding("receipt.issuer", holds=True, said="the installation published this key")


def _text(document: Mapping[str, Any]) -> Finding:
    record: Any = document.get("dpv:hasRecordOfActivity")
    notice: Any = record.get("dpv:hasNotice") if isinstance(record, dict) else None  # type: ignore[union-attr]
    text, sha256 = (notice.get("rdf:value"), notice.get("cameo:sha256")) if isinstance(notice, dict) else (None, None)  # type: ignore[union-attr]
    if not isinstance(text, str):
        return Finding("receipt.text", holds=False, said="the text that was accepted is not in it")
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        return Finding("receipt.text", holds=False, said="its text is not the one whose hash was accepted")
    return Finding("receipt.text", holds=True, said="its text has the hash that was accepted")
