"""Owns which sealed evidence no event names: an API was killed, or cut off, between sealing and appending. Destroys none itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from identity.keys.keyring import KeyRing
from identity.keys.rows import KeyRow
from schemas.envelope import Envelope
from serving.keyholder.exact import Exact

SETTLE_US = 3_600_000_000
"""How long evidence that no event names may be on its way into the record: an hour. A body is whole before it is sealed; the keyholder's
client waits 15 s for the sealing, and of the appends that follow, five at most, each takes .3 s. A house rule, far above both."""
MOST = 500
"""Looked at in one round, oldest first; what was settled is not looked at again."""
NOT_NAMING = frozenset({"evidence.opened", "evidence.destroyed"})
"""What the keyholder says of evidence by itself; any other event that holds its name is somebody's who counts on it."""


def unnamed(exact: Exact, keyring: KeyRing) -> Iterator[str]:
    """Give the evidence that is to be destroyed, one by one; what is named, or ended, is noted as settled and never looked at again.

    A key that was destroyed and not recorded as such is given too, so that this is ended. Raises what Exact raises: where the
    ledger cannot be asked nothing is given.
    """
    for row in keyring.unsettled("evidence", MOST):
        with exact.snapshot() as reader:
            now_us = reader.now_us()
        match _fate(exact.store.read(row.about["cameo"]), row, now_us, erased=_is_erased(keyring, row)):
            case "settled":
                keyring.settle(row.key_id)
            case "left over":
                yield row.name
                keyring.settle(row.key_id)
            case "open":
                pass


def _fate(events: Sequence[Envelope], row: KeyRow, now_us: int, *, erased: bool) -> Literal["settled", "left over", "open"]:
    told = {one.type for one in events if one.data.get("evidence") == row.name}
    if told - NOT_NAMING or "evidence.destroyed" in told or erased:
        return "settled"
    return "open" if now_us - row.created_us < SETTLE_US else "left over"


def _is_erased(keyring: KeyRing, row: KeyRow) -> bool:
    found = (keyring.find("subject", account) for account in keyring.subjects(row.key_id))
    return any(subject is not None and subject.destroyed for subject in found)
