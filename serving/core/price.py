"""Owns how a price is written and read: `15000KRW`, `12.50 EUR`, in the currency's smallest unit. Charges nothing."""

from __future__ import annotations

import re
from decimal import Decimal

WITHOUT_PARTS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905
IN_THOUSANDTHS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905
"""ISO 4217: minor units of 0 and 3 digits; every other currency has 2."""
_PRICE = re.compile(r"(?P<amount>[0-9]{1,12}(\.[0-9]{1,3})?)\s*(?P<currency>[A-Z]{3})")


def digits_of(currency: str) -> int:
    """Tell how many digits follow the point in a currency."""
    return 0 if currency in WITHOUT_PARTS else 3 if currency in IN_THOUSANDTHS else 2


def price_from(text: str) -> tuple[int, str]:
    """Read a price as (minor units, currency). Raises ValueError with what would be right."""
    match = _PRICE.fullmatch(text.replace(",", "").strip().upper())
    if match is None:
        message = f"no price: {text!r}; write it as 15000KRW or 12.50EUR"
        raise ValueError(message)
    minor = Decimal(match["amount"]).scaleb(digits_of(match["currency"]))
    if minor != minor.to_integral_value():
        message = f"{match['currency']} has {digits_of(match['currency'])} digits after the point"
        raise ValueError(message)
    return int(minor), match["currency"]
