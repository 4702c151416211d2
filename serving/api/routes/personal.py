"""The route by which a person takes everything with them. Being forgotten is `DELETE /v1/cameos/me` (consent)."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from serving.api.context import AccountCaller, PartsHere
from serving.handlers.exporting import Shelf, export

router = APIRouter(prefix="/v1", tags=["accounts"])


@router.get("/accounts/me/export", response_class=StreamingResponse)
def export_me(parts: PartsHere, caller: AccountCaller) -> StreamingResponse:
    """Take everything with you that is kept of you: a zip of JSON, recordings and films, as it is made.

    Needs a token with every scope of a person, and a fresh proof where step-up is on. An answer that breaks off is no zip.
    """
    desk, receipts, things = parts.desk, parts.receipts, parts.overview.things(caller.account)
    shelf = Shelf(
        desk=parts.desk, access=parts.access, proofs=parts.proofs, keys=parts.keyholder, reader=parts.reader,
        overview=parts.overview, invitations=parts.invitations, verifications=parts.verifications,
        receipts=lambda: (
            receipts.issue(desk, caller.account, one["enrolment"], things) for one in receipts.list(desk, caller.account, things)
        ),
    )  # fmt: skip
    pieces = export(shelf, caller, datetime.now(UTC).timetuple()[:6])
    headers = {"Content-Disposition": 'attachment; filename="cameo-export.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)
