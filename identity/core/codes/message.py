"""Owns the form of what a person is told for a code. Does not hold any words."""

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One code in the person's language: English and Korean."""

    en: str
    ko: str
