"""Owns what the keyholder does for the control side with keys at rest: open, re-key, destroy, clear. Decides nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from identity.keys.errors import DestructionUnprovenError
from identity.keys.rights import EVIDENCE, opens_for
from identity.keys.rows import KeyRow
from identity.keys.vault import Vault
from identity.keys.wire import AssetSealedFields, Destroyed
from policy.ports import Fact
from schemas.cameo import AssetRekeyed, AssetSealed, Facet, SubjectKeyDestroyed
from schemas.evidence import EvidenceDestroyed, EvidenceOpened
from schemas.ids import cameo_of
from schemas.registry import Event
from serving.keyholder.core import standing_of
from serving.keyholder.errors import RefusedError
from serving.keyholder.exact import Exact
from serving.keyholder.intake import SPOOL
from serving.keyholder.opening import code_of
from serving.keyholder.unnamed import unnamed
from streams.ports import AlreadyDone, Appended

LOG = logging.getLogger("keyholder")
SETTLE_US = 5_000_000
"""How long a film that no event names may be on its way into the record; an append takes 300 ms at most."""
NOT_RECEIVED = "not_received"
"""The reason that is recorded where evidence was sealed and no event came to name it."""
SPOOL_KEEP_S = 3600.0
"""How long a replica's sealed film may lie unclaimed; its key is the keyholder's alone. Unmeasured."""


class Steward:
    """Tends evidence and assets. Safe between threads; every method may be called again."""

    def __init__(self, exact: Exact, vault: Vault, media: Path) -> None:
        self._exact = exact
        self.vault = vault
        self._media = media
        self._rekeying = threading.Lock()
        self._rekeyed: dict[str, tuple[float, tuple[AssetSealedFields, ...]]] = {}

    def evidence(self, role: str, evidence: str, purpose: str, by: str | None) -> bytes:
        """Open evidence for a named purpose, recorded before its bytes are given out. Raises RefusedError, NoKeyError, KeyGoneError."""
        if (role, purpose) not in EVIDENCE:
            raise RefusedError("right.missing")
        row, subjects = self.vault.evidence(evidence)
        if not opens_for(role, purpose, by, subjects):
            raise RefusedError("right.missing")
        content = self.vault.open(row.key_id)
        opened = EvidenceOpened(evidence=evidence, key_id=row.key_id, purpose=purpose, role=role, by=by)
        self._record(row.about["cameo"], opened, self._exact.draw_id("opening"))
        return content

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> AssetSealedFields:
        """Seal an asset and record it. The cameo must be its owner's. Raises RefusedError."""
        with self._exact.snapshot() as reader:
            known = reader.get(cameo, "owner")
        if known is None or known.value["account"] != owner:
            raise RefusedError("cameo.not_owned")
        sealed = self.vault.put_asset(cameo, owner, facet, asset)
        event = AssetSealed(
            asset=sealed.asset, version=sealed.version, facet=facet, key_id=sealed.key_id,
            ciphertext_sha256=sealed.ciphertext_sha256, bytes=sealed.bytes,
        )  # fmt: skip
        self._record(cameo, event, f"asset.sealed/{sealed.key_id}")
        self._retire_others(cameo, facet, sealed.key_id)
        return sealed

    def destroy_evidence(self, evidence: str, reason: str) -> Destroyed:
        """Destroy a recording, show that it is gone, then record it. Raises RefusedError where that cannot be shown."""
        with _proving():
            key_id, cameo, _, proof = self.vault.destroy_evidence(evidence)
        event = EvidenceDestroyed(evidence=evidence, key_id=key_id, reason=reason)
        self._record(cameo, event, f"evidence.destroyed/{key_id}")
        return Destroyed(key_id=key_id, proof=proof)

    def destroy_subject(self, account: str, cameos: Sequence[str]) -> Destroyed:
        """Destroy a subject's keys, show that they are gone, then record it in each of the account's cameos.

        Somebody who never enrolled has a cameo's stream all the same, where this is the first event.
        """
        with self._exact.snapshot() as reader:
            owners = {cameo: reader.get(cameo, "owner") for cameo in cameos}
        if any(_is_others(cameo, owner, account) for cameo, owner in owners.items()):
            raise RefusedError("cameo.not_owned")
        with _proving():
            key_id, _, proof = self.vault.destroy_subject(account)
        for cameo in cameos:
            self._record(cameo, SubjectKeyDestroyed(key_id=key_id), f"subject_key.destroyed/{key_id}/{cameo}")
        return Destroyed(key_id=key_id, proof=proof)

    def rekey(self, cameo: str) -> tuple[AssetSealedFields, ...]:
        """Seal every asset of a cameo anew and retire the old keys; calls that waited for one that began later share it."""
        asked_s = time.monotonic()
        with self._rekeying:
            began_s, assets = self._rekeyed.get(cameo, (0.0, ()))
            if began_s < asked_s:
                began_s = time.monotonic()
                assets = tuple(self._rekey(cameo, facet) for facet in self._facets(cameo))
                self._rekeyed = {cameo: (began_s, assets)}
            return assets

    def _rekey(self, cameo: str, facet: Facet) -> AssetSealedFields:
        with self._exact.snapshot() as reader:
            fact = reader.get(cameo, f"asset/{facet}")
        if fact is None:
            raise RefusedError("likeness.missing")
        old = self.vault.keyring.row(fact.value["key_id"])
        new = self.vault.put_asset(cameo, old.about["owner"], facet, self.vault.open(old.key_id))
        event = AssetRekeyed(
            asset=new.asset, version=new.version, facet=facet, key_id=new.key_id, replaced_key_id=old.key_id,
            ciphertext_sha256=new.ciphertext_sha256, bytes=new.bytes,
        )  # fmt: skip
        self._record(cameo, event, f"asset.rekeyed/{new.key_id}")
        self._retire_others(cameo, facet, new.key_id)
        return new

    def _retire_others(self, cameo: str, facet: Facet, key_id: str) -> None:
        for row in self.vault.keyring.of_kind("asset", f"{cameo}/{facet}/"):
            if not row.destroyed and row.key_id != key_id:
                self.vault.keyring.retire(row.key_id)

    def _facets(self, cameo: str) -> list[Facet]:
        with self._exact.snapshot() as reader:
            facts = reader.scan(cameo, "asset/")
        return [key.partition("/")[2] for key, _ in facts]  # type: ignore[misc]

    def destroy_due(self) -> int:
        """Destroy the replaced keys whose last lease has ended; gives how many."""
        with self._exact.snapshot() as reader:
            due = self.vault.keyring.due(reader.now_us())
        for key_id in due:
            self.vault.destroy(key_id)
        return len(due)

    def clear_leftovers(self) -> int:
        """Destroy films and evidence that no event names, and spooled files nobody claimed; gives how many.

        Raises what Exact raises, and RefusedError where evidence cannot be shown to be gone: it is tried again.
        """
        cleared = 0
        for row in self.vault.keyring.unsettled("output"):
            match self._fate(row):
                case "named":
                    self.vault.keyring.settle(row.key_id)
                case "left over":
                    self.vault.destroy(row.key_id)
                    cleared += 1
                case "open":
                    pass
        for path in (self._media / SPOOL).glob("*"):
            if time.time() - path.stat().st_mtime > SPOOL_KEEP_S:
                path.unlink(missing_ok=True)
                cleared += 1
        for evidence in unnamed(self._exact, self.vault.keyring):
            self.destroy_evidence(evidence, NOT_RECEIVED)
            LOG.warning("evidence %s was named by no event: destroyed", evidence)
            cleared += 1
        return cleared

    def _fate(self, row: KeyRow) -> Literal["named", "left over", "open"]:
        with self._exact.snapshot() as reader:
            now = standing_of(reader, row.about["generation"])
        if now.released is not None and now.released.key_id == row.key_id:
            return "named"
        waits = now.draft is not None and now.draft.key_id == row.key_id and now.ended is None
        return "open" if waits or now.now_us - row.created_us < SETTLE_US else "left over"

    def _record(self, stream: str, event: Event, idempotency_key: str) -> None:
        """Append, or raise RefusedError: nothing is retired for, or told of, what is not on record."""
        outcome = self._exact.append_to(stream, event, idempotency_key)
        if not isinstance(outcome, Appended | AlreadyDone):
            raise RefusedError(code_of(outcome), unavailable=True)


def _is_others(cameo: str, owner: Fact | None, account: str) -> bool:
    return cameo != cameo_of(account) if owner is None else owner.value["account"] != account


@contextmanager
def _proving() -> Iterator[None]:
    """Record nothing as destroyed that was found again: an operator has to look."""
    try:
        yield
    except DestructionUnprovenError as error:
        LOG.error("destroyed, and still there: %s", error)  # noqa: TRY400 -- the trace says nothing more
        raise RefusedError(error.code, unavailable=True) from error
