"""Ports of keys: what the control side asks of the keyholder, and where sealed bytes lie. Replicas ask elsewhere: see client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from identity.keys.wire import AssetSealedFields, Destroyed, EvidenceSealed, Opened
from schemas.cameo import Facet
from schemas.envelope import Sealed


class Wrapping(Protocol):
    """A root key in use: wraps subject keys, wherever the key itself lies. Safe between threads."""

    def wrap(self, key: bytes, key_id: str) -> bytes:
        """Wrap 32 bytes, bound to a key's id; gives 60. Raises RootKeyUnavailableError."""
        ...

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """Unwrap; raises SealBrokenError for another root key, another id or other bytes, RootKeyUnavailableError."""
        ...

    def close(self) -> None:
        """Let go of the key. May be called again."""
        ...


class RootKeys(Protocol):
    """Where root keys lie, each under a reference that holds no secret."""

    @property
    def first(self) -> str:
        """The reference that a new keyring begins with."""
        ...

    def open(self, reference: str) -> Wrapping:
        """Open one. Raises RootKeyError, RootKeyUnavailableError."""
        ...

    def make(self, reference: str) -> None:
        """Draw a new root key where there is none. Raises RootKeyError where there is one, or none can be made."""
        ...


class Blobs(Protocol):
    """Sealed files by name (`KIND/ID`)."""

    def put(self, name: str, sealed: bytes) -> None:
        """Write; durable when it returns."""
        ...

    def get(self, name: str) -> bytes:
        """Read; raises NoKeyError."""
        ...

    def delete(self, name: str) -> None:
        """Delete, and what a broken-off writing of it left; durable when it returns, may be called again."""
        ...

    def holds(self, name: str) -> bool:
        """Tell whether there is such a file, or a part of it."""
        ...


class Keyholder(Protocol):
    """What seals and opens for the control side.

    Every method may raise KeyholderUnavailableError (nothing is known of the outcome; all may be called again) and
    KeyholderRefusedError with codes: `right.missing`, `key.destroyed`, `seal.broken`, `event.unknown`, `evidence.unknown`.
    """

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal personal fields of an event that is about to be appended, under the account's field key."""
        ...

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open those fields of an appended event that this role may read for this purpose.

        Of what somebody is known by (rights.RECORDED) the keyholder appends that it was opened before it gives anything out.
        """
        ...

    def unseal_at(self, positions: Sequence[int], purpose: str) -> Sequence[Opened]:
        """Open fields of many events of the ledger at once, at most rights.MOST_AT_ONCE; one event tells of all of them.

        In order of position, with no field where the key was destroyed.
        """
        ...

    def put_evidence(self, account: str, cameo: str, recording: bytes) -> EvidenceSealed:
        """Seal a recording under a key of its own; durable when it returns. A second call makes a second evidence."""
        ...

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        """Open evidence for a named purpose: `assess`, `verify` (worker); `review`, `export` (api, with `by`, the person for whom).

        The keyholder appends `evidence.opened` to the cameo's stream before it gives bytes out: without it, none.
        """
        ...

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> AssetSealedFields:
        """Seal one facet's asset under a key of its own. The keyholder appends `asset.sealed` itself: no other role may."""
        ...

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy a recording's key and file; gives the key's id. The keyholder appends `evidence.destroyed` itself.

        May be called again.
        """
        ...

    def destroy_subject(self, account: str, cameos: Sequence[str]) -> Destroyed:
        """Destroy an account's subject key and everything under it; gives its id, and what was looked at to show it.

        The keyholder appends `subject_key.destroyed` to each of the account's cameos itself. May be called again.
        """
        ...
