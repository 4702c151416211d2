"""In-memory twin of the keyholder's control side. Seals for real, keeps nothing; not for products."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from identity.keys.errors import (
    KeyGoneError,
    KeyholderRefusedError,
    NoKeyError,
    RootKeyError,
    RootKeyUnavailableError,
    SealBrokenError,
)
from identity.keys.keyring import KeyRing
from identity.keys.openings import told_of
from identity.keys.rights import EVIDENCE, may_call, opens_for, readable
from identity.keys.sealing import new_key, unwrap, wrap
from identity.keys.vault import Vault
from identity.keys.wire import AssetSealedFields, Destroyed, EvidenceSealed, Opened
from schemas.cameo import AssetSealed, Facet, SubjectKeyDestroyed
from schemas.envelope import Envelope, Sealed
from schemas.evidence import EvidenceDestroyed, EvidenceOpened
from schemas.registry import Event

ReadAt = Callable[[Sequence[int]], Sequence[Envelope]]


class InMemoryWrapping:
    """A root key in memory, which its owner may take away."""

    def __init__(self, key: bytes) -> None:
        """`away` True: it does not answer."""
        self._key = key
        self.away = False

    def wrap(self, key: bytes, key_id: str) -> bytes:
        """Wrap."""
        self._require()
        return wrap(self._key, key, key_id)

    def unwrap(self, wrapped: bytes, key_id: str) -> bytes:
        """Unwrap."""
        self._require()
        return unwrap(self._key, wrapped, key_id)

    def close(self) -> None:
        """Nothing is held."""

    def _require(self) -> None:
        if self.away:
            raise RootKeyUnavailableError("the root key is away")


class InMemoryRootKeys:
    """Root keys by name, drawn when they are made; the first one is there."""

    first = "memory:1"

    def __init__(self, key: bytes | None = None) -> None:
        """`key`: of the first one; left out, drawn."""
        self.wrappings = {self.first: InMemoryWrapping(key or new_key())}

    def open(self, reference: str) -> InMemoryWrapping:
        """Give one; raises RootKeyError."""
        if reference not in self.wrappings:
            raise RootKeyError(f"there is no {reference}")
        return self.wrappings[reference]

    def make(self, reference: str) -> None:
        """Draw one; raises RootKeyError where it is there."""
        if reference in self.wrappings:
            raise RootKeyError(f"{reference} is there")
        self.wrappings[reference] = InMemoryWrapping(new_key())


class InMemoryBlobs:
    """Sealed bytes in a dictionary."""

    def __init__(self) -> None:
        """Begin empty."""
        self.files: dict[str, bytes] = {}

    def put(self, name: str, sealed: bytes) -> None:
        """Keep."""
        self.files[name] = sealed

    def get(self, name: str) -> bytes:
        """Read; raises NoKeyError."""
        if name not in self.files:
            raise NoKeyError(name)
        return self.files[name]

    def delete(self, name: str) -> None:
        """Forget."""
        self.files.pop(name, None)

    def holds(self, name: str) -> bool:
        """Tell whether it is kept."""
        return name in self.files


class InMemoryKeyholder:
    """Answers as the keyholder would to one role; `as_role` gives another role's eyes on the same keys."""

    def __init__(
        self,
        role: str,
        read: Callable[[str], Sequence[Envelope]],
        append: Callable[[str, Event], object] | None = None,
        vault: Vault | None = None,
        read_at: ReadAt | None = None,
    ) -> None:
        """`read` gives a stream's events, `read_at` those at positions, `append` adds one, as the ledger would; without it none is."""
        self._role = role
        self._read = read
        self._read_at = read_at or (lambda _positions: ())
        self._append = append or (lambda _stream, _event: None)
        ticks = itertools.count(1)
        self.vault = vault or Vault("main", KeyRing(None, InMemoryRootKeys(), lambda: next(ticks)), InMemoryBlobs())

    def as_role(self, role: str) -> InMemoryKeyholder:
        """Give the same keyholder as another role sees it."""
        return InMemoryKeyholder(role, self._read, self._append, self.vault, self._read_at)

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal fields."""
        with self._asked("/v1/seal"):
            return self.vault.seal(account, stream, event_id, fields)

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open fields that the role may read."""
        with self._asked("/v1/unseal"):
            found = next((one for one in self._read(stream) if one.event_id == event_id), None)
            if found is None:
                raise KeyholderRefusedError(("event.unknown",))
            names = readable(self._role, purpose, found.type)
            if not names:
                raise KeyholderRefusedError(("right.missing",))
            fields = self.vault.unseal(found, names)
            self._tell([(found, tuple(fields))], purpose, many=False)
            return fields

    def unseal_at(self, positions: Sequence[int], purpose: str) -> Sequence[Opened]:
        """Open fields of many events."""
        with self._asked("/v1/unseal-at"):
            found = sorted(self._read_at(positions), key=lambda one: one.position)
            if len(found) != len(set(positions)):
                raise KeyholderRefusedError(("event.unknown",))
            if not all(readable(self._role, purpose, one.type) for one in found):
                raise KeyholderRefusedError(("right.missing",))
            fields = [self._gone_or(one, purpose) for one in found]
            self._tell([(one, tuple(clear)) for one, clear in zip(found, fields, strict=True)], purpose, many=True)
            return [
                Opened(position=one.position, stream=one.stream, event_id=one.event_id, fields=clear)
                for one, clear in zip(found, fields, strict=True)
            ]

    def _gone_or(self, envelope: Envelope, purpose: str) -> dict[str, bytes]:
        try:
            return self.vault.unseal(envelope, readable(self._role, purpose, envelope.type))
        except KeyGoneError:
            return {}

    def _tell(self, opened: Sequence[tuple[Envelope, Sequence[str]]], purpose: str, *, many: bool) -> None:
        told = told_of(opened, purpose, self._role, many=many)
        if told is not None:
            self._append(*told)

    def put_evidence(self, account: str, cameo: str, recording: bytes) -> EvidenceSealed:
        """Seal a recording."""
        with self._asked("/v1/evidence/put"):
            return self.vault.put_evidence(account, cameo, recording)

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        """Open evidence."""
        with self._asked("/v1/evidence/get"):
            if (self._role, purpose) not in EVIDENCE:
                raise KeyholderRefusedError(("right.missing",))
            row, subjects = self.vault.evidence(evidence)
            if not opens_for(self._role, purpose, by, subjects):
                raise KeyholderRefusedError(("right.missing",))
            content = self.vault.open(row.key_id)
            opened = EvidenceOpened(evidence=evidence, key_id=row.key_id, purpose=purpose, role=self._role, by=by)
            self._append(row.about["cameo"], opened)
            return content

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> AssetSealedFields:
        """Seal an asset."""
        with self._asked("/v1/assets/put"):
            sealed = self.vault.put_asset(cameo, owner, facet, asset)
            self._append(cameo, msgspec.convert(msgspec.to_builtins(sealed), AssetSealed))
            return sealed

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy a recording."""
        with self._asked("/v1/evidence/destroy"):
            key_id, cameo, new, _ = self.vault.destroy_evidence(evidence)
            if new:
                self._append(cameo, EvidenceDestroyed(evidence=evidence, key_id=key_id, reason=reason))
            return key_id

    def destroy_subject(self, account: str, cameos: Sequence[str]) -> Destroyed:
        """Destroy a subject's key."""
        with self._asked("/v1/subjects/destroy"):
            key_id, new, proof = self.vault.destroy_subject(account)
            for cameo in cameos if new else ():
                self._append(cameo, SubjectKeyDestroyed(key_id=key_id))
            return Destroyed(key_id=key_id, proof=proof)

    @contextmanager
    def _asked(self, endpoint: str) -> Iterator[None]:
        if not may_call(self._role, endpoint):
            raise KeyholderRefusedError(("right.missing",))
        try:
            yield
        except KeyGoneError as error:
            raise KeyholderRefusedError(("key.destroyed",)) from error
        except SealBrokenError as error:
            raise KeyholderRefusedError(("seal.broken",)) from error
        except NoKeyError as error:
            raise KeyholderRefusedError(("evidence.unknown",)) from error
