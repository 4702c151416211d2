"""A price is written as people write it and kept in the currency's smallest unit."""

from __future__ import annotations

import pytest

from serving.core.price import price_from


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("15000KRW", (15000, "KRW")), ("15,000 krw", (15000, "KRW")), ("12.50EUR", (1250, "EUR")), ("12.5 EUR", (1250, "EUR")),
        ("3USD", (300, "USD")), ("1.234KWD", (1234, "KWD")), ("0JPY", (0, "JPY")),
    ],
)  # fmt: skip
def test_a_price_is_read_exactly(text: str, price: tuple[int, str]) -> None:
    assert price_from(text) == price


@pytest.mark.parametrize("text", ["", "KRW", "15000", "1.5KRW", "1.234EUR", "-1EUR", "1e3EUR", "12.50EURO", "١EUR"])
def test_what_is_no_price_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as|digits"):
        price_from(text)
