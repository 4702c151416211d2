"""In-memory twin of the ProofStore, for unit tests; it passes the same contract tests as the real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from serving.ports import Proof, Try


@dataclass
class _Kept:
    secret: bytes
    last_step: int = 0
    last_key: str = ""
    tries: int = 0
    locked_until: datetime | None = None
    codes: set[bytes] = field(default_factory=set[bytes])


class InMemoryProofStore:
    """A ProofStore that forgets with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._expected: dict[str, Proof] = {}
        self._used: dict[str, str] = {}

    def put_secret(self, account: str, secret: bytes) -> None:
        """Keep a secret in place of an older one."""
        self._kept[account] = _Kept(secret)

    def has_secret(self, account: str) -> bool:
        """Tell whether a secret is kept."""
        return account in self._kept

    def take_try(self, account: str, most: int, lock_s: int) -> Try | datetime | None:
        """Count a try; tells until when it is locked, None when nothing is kept."""
        kept, now = self._kept.get(account), datetime.now(UTC)
        if kept is None:
            return None
        if kept.locked_until is not None:
            if kept.locked_until > now:
                return kept.locked_until
            kept.tries, kept.locked_until = 0, None
        kept.tries += 1
        if kept.tries >= most:
            kept.locked_until = now + timedelta(seconds=lock_s)
        return Try(kept.secret, kept.last_step, kept.last_key)

    def take_step(self, account: str, step: int, command: str) -> bool:
        """Take the code of a time step that is newer than the last one."""
        kept = self._kept.get(account)
        if kept is None or step <= kept.last_step:
            return False
        kept.last_step, kept.last_key = step, command
        self.forgive(account)
        return True

    def forgive(self, account: str) -> None:
        """Forget the tries."""
        if (kept := self._kept.get(account)) is not None:
            kept.tries, kept.locked_until = 0, None

    def put_codes(self, account: str, hashes: Sequence[bytes]) -> None:
        """Keep recovery codes in place of those that are left."""
        self._kept[account].codes = set(hashes)

    def take_code(self, account: str, sha256: bytes) -> bool:
        """Take a recovery code, once."""
        kept = self._kept.get(account)
        if kept is None or sha256 not in kept.codes:
            return False
        kept.codes.remove(sha256)
        self.forgive(account)
        return True

    def expect(self, proof: Proof) -> None:
        """Note who may use a re-verification as a proof."""
        self._expected.setdefault(proof.verification, proof)

    def use(self, proof: Proof, command: str) -> bool:
        """Take a re-verification as a proof for one command; again for that command."""
        if self._expected.get(proof.verification) != proof:
            return False
        if proof.verification not in self._used:
            self._used[proof.verification] = command
            return True
        return bool(command) and self._used[proof.verification] == command

    def codes_left(self, account: str) -> int:
        """Count the recovery codes that are left."""
        kept = self._kept.get(account)
        return 0 if kept is None else len(kept.codes)

    def remove(self, account: str) -> None:
        """Remove everything of an account."""
        self._kept.pop(account, None)
