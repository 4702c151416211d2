"""Owns hearing a call for help: whether the word was said that an owner set for danger. Does not decide what follows: see seeming."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from identity.core.spoken import distress_heard
from identity.keys.errors import KeyholderRefusedError
from streams.core.seeming import WORD_SET
from streams.ports import EventStore

DISTRESS_PURPOSE: Final = "distress"


class WordKeys(Protocol):
    """The part of the keyholder that opens the word."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> Mapping[str, bytes]:
        """Open those fields of an event that this role may read for a purpose."""
        ...


def calls_for_help(store: EventStore, keys: WordKeys, owner: str, heard: str) -> bool:
    """Tell whether an owner's word stands in what was heard (a line a recogniser); False where none is set, or its key is destroyed.

    Raises KeyholderRefusedError, KeyholderUnavailableError.
    """
    told = [one for one in store.read(owner) if one.type == WORD_SET][-1:]
    if not told or not told[0].sealed or not heard:
        return False
    try:
        word = keys.unseal(owner, told[0].event_id, DISTRESS_PURPOSE)["word"].decode()
    except KeyholderRefusedError as error:
        if "key.destroyed" not in error.codes:
            raise
        return False
    return any(distress_heard(heard.splitlines(), word, language) for language in ("en", "ko"))
