"""Owns sealing and opening of fields, evidence, assets and films over the keyring. Does not decide who may: see rights."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence

from msgspec import structs

from identity.keys.errors import DestructionUnprovenError, NoKeyError
from identity.keys.keyring import KeyRing
from identity.keys.package import Likeness, likeness_path
from identity.keys.ports import Blobs
from identity.keys.proving import Proof
from identity.keys.rows import KeyKind, KeyRow
from identity.keys.sealing import BlobPlace, new_id, seal, seal_field, unseal, unseal_field
from identity.keys.wire import AssetSealedFields, EvidenceSealed
from schemas.cameo import Facet
from schemas.envelope import Envelope, Sealed

_FOLDER: dict[KeyKind, str] = {"evidence": "evidence", "asset": "assets", "output": "films"}


class Vault:
    """Seals and opens with the keys of one keyring. Safe between threads."""

    def __init__(self, tenant: str, keyring: KeyRing, blobs: Blobs) -> None:
        """Bind everything sealed here to a tenant."""
        self._tenant = tenant
        self.keyring = keyring
        self._blobs = blobs
        self._assets = threading.Lock()

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal fields under the account's field key. Raises KeyGoneError for an erased account."""
        key_id, key = self.keyring.field_key(account)
        return {name: seal_field(key, key_id, (self._tenant, stream, event_id, name), plain) for name, plain in fields.items()}

    def unseal(self, envelope: Envelope, names: Sequence[str]) -> dict[str, bytes]:
        """Open fields of an event, those that it has. Raises KeyGoneError, SealBrokenError."""
        place = (self._tenant, envelope.stream, envelope.event_id)
        return {
            name: unseal_field(self.keyring.key(sealed.key_id), (*place, name), sealed)
            for name, sealed in envelope.sealed.items()
            if name in names
        }

    def put_evidence(self, account: str, cameo: str, recording: bytes) -> EvidenceSealed:
        """Seal a recording under a key of its own."""
        evidence = new_id("evidence")
        key_id, _ = self._put("evidence", evidence, (account,), {"cameo": cameo}, recording)
        return EvidenceSealed(evidence=evidence, key_id=key_id, sha256=hashlib.sha256(recording).hexdigest(), bytes=len(recording))

    def evidence(self, evidence: str) -> tuple[KeyRow, list[str]]:
        """Tell of evidence what is known without opening it, and whose it is. Raises NoKeyError."""
        row = self._evidence(evidence)
        return row, self.keyring.subjects(row.key_id)

    def destroy_evidence(self, evidence: str) -> tuple[str, str, bool, Proof]:
        """Destroy a recording and show that it is gone: its key id, its cameo, whether it was there.

        Raises NoKeyError if it never was, DestructionUnprovenError.
        """
        row = self._evidence(evidence)
        wrapped = self.keyring.destroy(row.key_id)
        proof = self._proven(wrapped, [row])
        return row.key_id, row.about["cameo"], not row.destroyed, proof

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> AssetSealedFields:
        """Seal an asset as the next version of a cameo's facet."""
        with self._assets:
            versions = self.keyring.of_kind("asset", f"{cameo}/{facet}/")
            version = 1 + max((int(row.about["version"]) for row in versions), default=0)
            name = versions[-1].about["asset"] if versions else new_id("asset")
            about = {"cameo": cameo, "facet": facet, "version": version, "asset": name, "owner": owner}
            key_id, sealed = self._put("asset", f"{cameo}/{facet}/{version}", (owner,), about, asset)
        return AssetSealedFields(
            asset=name,
            version=version,
            facet=facet,
            key_id=key_id,
            ciphertext_sha256=hashlib.sha256(sealed).hexdigest(),
            bytes=len(sealed),
        )

    def likeness(self, key_id: str) -> Likeness:
        """Give what opens an asset. Raises KeyGoneError."""
        row = self.keyring.row(key_id)
        return Likeness(
            cameo=row.about["cameo"],
            facet=row.about["facet"],
            path=likeness_path(key_id),
            key=self.keyring.key(key_id),
            place=self._place(row),
        )

    def put_film(self, film: bytes, subjects: Sequence[str], about: dict[str, str | int]) -> tuple[str, str]:
        """Seal a film under a fresh output key wrapped by every subject's; gives key id and the sealed file's SHA-256."""
        name = new_id("film")
        key_id, sealed = self._put("output", name, subjects, dict(about), film)
        return key_id, hashlib.sha256(sealed).hexdigest()

    def open(self, key_id: str) -> bytes:
        """Open what lies under an evidence, asset or output key. Raises KeyGoneError, NoKeyError, SealBrokenError."""
        row = self.keyring.row(key_id)
        key = self.keyring.key(key_id)
        return unseal(key, self._blobs.get(f"{_FOLDER[row.kind]}/{key_id}"), self._place(row).bound())

    def destroy(self, key_id: str) -> None:
        """Destroy a key and the file it opens; may be called again."""
        row = self.keyring.row(key_id)
        self.keyring.destroy(key_id)
        self._blobs.delete(f"{_FOLDER[row.kind]}/{key_id}")

    def destroy_subject(self, account: str) -> tuple[str, bool, Proof]:
        """Destroy a subject's key, all keys under it and their files, and show that they are gone; its id, whether it was there.

        Raises DestructionUnprovenError.
        """
        before = self.keyring.find("subject", account)
        key_id, rows, wrapped = self.keyring.destroy_subject(account)
        return key_id, before is None or not before.destroyed, self._proven(wrapped, rows)

    def _proven(self, wrapped: Sequence[bytes], rows: Sequence[KeyRow]) -> Proof:
        """Delete what destroyed keys opened, then look: no such file, no such key, and no wrapped form of it in the keyring's folder."""
        names = [f"{_FOLDER[row.kind]}/{row.key_id}" for row in rows if row.kind in _FOLDER]
        for name in names:
            self._blobs.delete(name)
        for name in names:
            if self._blobs.holds(name):
                raise DestructionUnprovenError(f"{name} is still there")
        for row in rows:
            if not self.keyring.row(row.key_id).destroyed:
                raise DestructionUnprovenError(f"{row.key_id} still opens")
        return structs.replace(self.keyring.prove(wrapped), files_gone=len(names))

    def _evidence(self, evidence: str) -> KeyRow:
        row = self.keyring.find("evidence", evidence)
        if row is None:
            message = f"there is no {evidence[:80]}"
            raise NoKeyError(message)
        return row

    def _put(self, kind: KeyKind, name: str, subjects: Sequence[str], about: dict[str, str | int], plain: bytes) -> tuple[str, bytes]:
        key_id, key = self.keyring.create(kind, name, subjects, about)
        sealed = seal(key, plain, self._place(self.keyring.row(key_id)).bound())
        self._blobs.put(f"{_FOLDER[kind]}/{key_id}", sealed)
        return key_id, sealed

    def _place(self, row: KeyRow) -> BlobPlace:
        return BlobPlace(tenant=self._tenant, kind=row.kind, name=row.name, key_id=row.key_id)
