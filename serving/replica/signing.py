"""Owns the signature over a report: made by a watcher, checked by the dispatcher. Does not judge what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature

from identity.keys.errors import SignatureRefusedError
from schemas.codec import canonical, decode_as
from schemas.errors import SchemaError
from serving.core.attempt import AttemptRequest, Report, SignedReport

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_CONTEXT = b"cameo/report/1\x1f"


def sign_report(key: Ed25519PrivateKey, report: Report) -> SignedReport:
    """Sign a report's canonical bytes."""
    body = canonical(report)
    return SignedReport(report=body.decode(), signature=key.sign(_CONTEXT + body).hex())


def checked_report(key: Ed25519PublicKey, signed: SignedReport, request: AttemptRequest) -> Report:
    """Check a report: signed by the replicas' key, and about the attempt that was asked for.

    Raises SignatureRefusedError.
    """
    body = signed.report.encode()
    try:
        key.verify(bytes.fromhex(signed.signature), _CONTEXT + body)
        report = decode_as(Report, body)
    except (InvalidSignature, ValueError, SchemaError) as error:
        message = "the report is not signed by a replica"
        raise SignatureRefusedError(message) from error
    if (report.generation, report.attempt) != (request.generation, request.attempt):
        message = "the report is about another attempt"
        raise SignatureRefusedError(message)
    return report
