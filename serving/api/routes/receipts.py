"""Routes of receipts of consent, and of the keys that they are signed with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from serving.api.context import EnrolCaller, PartsHere

router = APIRouter(tags=["enrolment"])
LD = "application/ld+json"


class ReceiptShown(BaseModel):
    """One acceptance of the consent text."""

    enrolment: str
    accepted_at: str
    text_version: str
    text_sha256: str
    text_in_force: bool


@router.get("/v1/receipts")
def list_receipts(parts: PartsHere, caller: EnrolCaller) -> list[ReceiptShown]:
    """List what the caller accepted, for themselves and for things of theirs, oldest first."""
    return [ReceiptShown(**one) for one in parts.receipts.list(parts.desk, caller.account, parts.overview.things(caller.account))]


@router.get("/v1/receipts/{enrolment}", response_class=JSONResponse, responses={200: {"content": {LD: {}}}})
def receipt(parts: PartsHere, caller: EnrolCaller, enrolment: str) -> JSONResponse:
    """Give a signed receipt (ISO/IEC TS 27560, JSON-LD with DPV's terms, eddsa-jcs-2022), with what happened since."""
    issued: dict[str, Any] = parts.receipts.issue(parts.desk, caller.account, enrolment, parts.overview.things(caller.account))
    return JSONResponse(issued, media_type=LD, headers={"Cache-Control": "no-store"})


@router.get("/.well-known/cameo-receipt-keys.json")
def receipt_keys(parts: PartsHere) -> dict[str, Any]:
    """Give every key that receipts are, and were, signed with."""
    return parts.receipts.published()
