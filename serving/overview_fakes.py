"""In-memory twins of Overview and InvitationStore, for unit tests; they pass the same contract tests as the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from schemas.ids import is_stream
from serving.overview_ports import Appeal, AppListed, CaseListed, Invitation
from streams.ports import EventStore


class InMemoryOverview:
    """An Overview over the ledger's twin."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def apps(self, owner: str | None) -> Sequence[AppListed]:
        """List applications in the order of their registration."""
        found: list[AppListed] = []
        for event in self._store.read_all():
            if event.type == "app.registered" and owner in {None, event.data["owner"]}:
                with self._store.snapshot() as facts:
                    standing = facts.get(event.stream, "standing")
                told = "unknown" if standing is None else standing.value["standing"]
                found.append(AppListed(event.stream, event.data["name"], event.data["owner"], told))
        return found

    def open_appeals(self) -> Sequence[Appeal]:
        """List appeals that nobody answered, oldest first."""
        found: dict[tuple[str, str], Appeal] = {}
        for event in self._store.read_all():
            if event.type == "generation.appealed" and is_stream("generation", event.stream):
                one = Appeal(event.stream, event.data["appeal"], tuple(event.data["codes"]), event.time_us)
                found[one.generation, one.appeal] = one
            elif event.type == "generation.appeal_answered":
                found.pop((event.stream, event.data["appeal"]), None)
        return list(found.values())

    def things(self, owner: str) -> Sequence[str]:
        """List the cameos of an account's pets and things."""
        begun = (one for one in self._store.read_all() if one.type == "enrolment.started" and one.actor == owner)
        return sorted({one.stream for one in begun if one.data.get("subject") == "thing"})

    def cases(
        self, kind: str | None, state: str, due_before_us: int | None, limit: int, after: tuple[int, str] | None
    ) -> Sequence[CaseListed]:
        """List cases, oldest due first."""
        events = list(self._store.read_all())
        ended = {one.stream: one.data["outcome"] for one in events if one.type == "case.closed"}
        found = [
            CaseListed(one.stream, one.data["kind"], one.data["people"], one.data["due_us"], one.time_us, ended.get(one.stream))
            for one in events
            if one.type == "case.opened"
        ]
        found = [one for one in found if kind in {None, one.kind} and state in {"any", "open" if one.outcome is None else "closed"}]
        found = [one for one in found if due_before_us is None or one.due_us < due_before_us]
        found = [one for one in found if after is None or (one.due_us, one.case) > after]
        return sorted(found, key=lambda one: (one.due_us, one.case))[:limit]


@dataclass
class _Kept:
    by: str
    invitation: Invitation
    redeemer: str | None = None


class InMemoryInvitationStore:
    """An InvitationStore that forgets with the process."""

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept] = {}

    def add(self, by: str, sha256: bytes, lives_s: int, most: int | None) -> Invitation | None:
        """Keep an invitation; None when its giver has made `most` already."""
        if most is not None and len(self.of(by)) >= most:
            return None
        now = datetime.now(UTC)
        made = Invitation(sha256.hex()[:16], now, now + timedelta(seconds=lives_s), redeemed=False)
        self._kept[sha256] = _Kept(by, made)
        return made

    def of(self, by: str) -> Sequence[Invitation]:
        """List a giver's invitations, oldest first."""
        return [replace(kept.invitation, redeemed=kept.redeemer is not None) for kept in self._kept.values() if kept.by == by]

    def redeem(self, sha256: bytes, account: str) -> tuple[str, str] | None:
        """Give an invitation to an account, once."""
        kept = self._kept.get(sha256)
        if kept is None or kept.redeemer not in {None, account}:
            return None
        if kept.redeemer is None and kept.invitation.expires_at <= datetime.now(UTC):
            return None
        kept.redeemer = account
        return kept.invitation.invitation, kept.by
