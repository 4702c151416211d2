"""The terms of grants and requests as bodies of JSON, and how they are read. Holds no route."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from schemas.cameo import Facet
from schemas.consent import Purpose
from serving.handlers.grants import Terms

FACES: list[Facet] = ["face", "voice"]
LONGEST_MS = 100 * 3600 * 1000
"""Of an allowance of length: 100 hours. A house rule."""


class Price(BaseModel):
    """What was agreed. It is recorded; nothing is charged."""

    minor: int = Field(ge=0, le=10**12, description="in the currency's smallest unit", examples=[15000])
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217", examples=["KRW"])


class Window(BaseModel):
    """What for, of what of somebody, when, and how much. Times have a zone."""

    purposes: list[Purpose] = Field(default_factory=lambda: ["personal"], min_length=1, max_length=6)
    facets: list[Facet] = Field(default_factory=lambda: list(FACES), min_length=1, max_length=3)
    from_: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = None
    uses: int | None = Field(None, ge=1, le=1_000_000)
    duration_ms: int | None = Field(None, ge=1, le=LONGEST_MS, description="length of film in all")


class GrantTerms(Window):
    """What a grant permits."""

    review: bool = False
    pass_on: bool = Field(default=False, description="whether the grantee may let others use it")
    remix: bool = False
    price: Price | None = None
    note: str = Field("", max_length=500, description="for oneself; it is sealed")


def terms_of(body: GrantTerms) -> Terms:
    """Read a grant's terms."""
    return Terms(
        purposes=tuple(dict.fromkeys(body.purposes)), facets=tuple(dict.fromkeys(body.facets)),
        from_us=us(body.from_), until_us=us(body.until), uses=body.uses, duration_ms=body.duration_ms,
        review=body.review, pass_on=body.pass_on, remix=body.remix,
        price_minor=None if body.price is None else body.price.minor,
        price_currency=None if body.price is None else body.price.currency,
    )  # fmt: skip


def us(time: datetime | None) -> int | None:
    """Put a time into UTC microseconds."""
    return None if time is None else round(time.timestamp() * 1_000_000)
