"""Routes of the word for danger."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.api.context import AccountCaller, PartsHere
from serving.handlers import distress

router = APIRouter(prefix="/v1/accounts/me/distress", tags=["accounts"])


class DistressWord(BaseModel):
    """A word that you would never say by chance in a recording; not one that a challenge may ask for."""

    word: str = Field(min_length=1, max_length=distress.LONGEST)


@router.put("", status_code=204)
def set_distress(parts: PartsHere, caller: AccountCaller, body: DistressWord) -> None:
    """Set a word for danger. Said in a recording it activates nothing, looks as if it did, and calls for help. It is never shown."""
    distress.set_word(parts.desk, parts.proofs, caller, body.word)


@router.delete("", status_code=204)
def clear_distress(parts: PartsHere, caller: AccountCaller) -> None:
    """Take the word back. Whether there was one is not told."""
    distress.clear(parts.desk, parts.proofs, caller)
