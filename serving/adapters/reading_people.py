"""What the API shows of groups, access requests, powers, and what others did for somebody. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.ids import cameo_of
from serving.adapters.reading_rows import Rows, cursor_read, page, time, times
from serving.errors import NotFoundError
from serving.ports import AccessStore, SentRequest

LATEST = 200
"""Acts that are listed: the newest."""
HandleOf = Callable[[str], str | None]
_HELD = """
SELECT p.account AS subject, a.handle, p.power, p.kind, p.may, p.from_us, p.until_us
FROM projection.powers p LEFT JOIN projection.accounts a ON a.account = p.account
WHERE p.holder = %(account)s AND p.ended_us IS NULL ORDER BY p.given_us DESC, p.power LIMIT 200
"""
_ACTED = r"""
SELECT stream, revision FROM projection.notifications WHERE account = %(account)s AND kind LIKE 'acted\_for:%%' AND stream <> %(cameo)s
ORDER BY time_us DESC LIMIT 200
"""


class PeopleReading(Rows):
    """Whom an owner deals with."""

    def groups(self, cameo: str) -> list[dict[str, Any]]:
        """List groups with their names and how many are in each."""
        with self._store.snapshot() as facts:
            names = [key.partition("/")[2] for key, _ in facts.scan(cameo, "group/")]
            members = [key.rpartition("/")[2] for key, _ in facts.scan(cameo, "member/")]
        named = {one.data["group"]: one for one in self._store.read(cameo) if one.type == "consent.group_named"}
        return [
            {"group": group, "name": self._words(cameo, named[group].event_id, "name"), "members": members.count(group)}
            for group in names
        ]  # fmt: skip

    def group(self, cameo: str, group: str, handle_of: HandleOf) -> dict[str, Any]:
        """Show a group and who is in it; raises NotFoundError."""
        found = next((one for one in self.groups(cameo) if one["group"] == group), None)
        if found is None:
            raise NotFoundError("group.unknown", f"there is no group {group}", "list them: cameo group list")
        with self._store.snapshot() as facts:
            keys = [key.split("/") for key, _ in facts.scan(cameo, "member/")]
        return found | {"members": [{"account": one, "handle": handle_of(one)} for _, one, of in keys if of == group]}

    def requests_sent(self, account: str, book: AccessStore, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """List what somebody asked for; what is ignored is open to who asked."""
        before_us, before_id = cursor_read(cursor)
        before = None if before_us is None or before_id is None else (_datetime(before_us), before_id)
        sent = book.requests_sent(account, limit + 1, before)
        items = [
            {
                "request": one.request, "cameo": one.cameo, "asked_at": time(_us(one)), "grant": one.grant,
                "state": "open" if one.state == "ignored" else one.state,
            }
            for one in sent
        ]  # fmt: skip
        return page(items, limit, [(_us(one), one.request) for one in sent])

    def requests_received(self, cameo: str, book: AccessStore, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """List the open requests to a cameo, newest first, with their messages; those of people its owner blocks are left out."""
        before_us, before_id = cursor_read(cursor)
        owner = self._owner(cameo) or ""
        with self._store.snapshot() as facts:
            asked = {key.split("/")[2]: (key.split("/")[1], fact.value) for key, fact in facts.scan(cameo, "asked/")}
            blocked = {key.partition("/")[2] for key, _ in facts.scan(owner, "blocks/")}
        shown = {name: one for name, one in asked.items() if one[0] not in blocked}
        kept = [one for one in book.requests_of(list(shown)) if before_us is None or (_us(one), one.request) < (before_us, before_id)]
        items = [
            {
                "request": one.request, "account": one.requester, "handle": book.handle_of(one.requester), "asked_at": time(_us(one)),
                "message": self._words(cameo, one.event_id, "message"), **times(shown[one.request][1]),
            }
            for one in kept[: limit + 1]
        ]  # fmt: skip
        return page(items, limit, [(_us(one), one.request) for one in kept])

    def powers(self, account: str) -> dict[str, Any]:
        """List who may act for an account, exact, and for whom it may act, as the projections tell."""
        with self._store.snapshot() as facts:
            given = [(key.split("/"), fact.value) for key, fact in facts.scan(account, "power/")]
        return {
            "over_me": [times({"power": power, "holder": holder, **value}) for (_, holder, power), value in given],
            "mine": [times(row) for row in self._rows(_HELD, {"account": account})],
        }

    def acts(self, account: str, handle_of: HandleOf) -> list[dict[str, Any]]:
        """List what others did for somebody: in their own cameo, exact; in films, as they were told."""
        cameo = cameo_of(account)
        acts = [one for one in self._store.read(cameo) if one.acting_as == account]
        for row in self._rows(_ACTED, {"account": account, "cameo": cameo}):
            acts += [one for one in self._store.read(row["stream"], row["revision"] - 1)[:1] if one.acting_as == account]
        acts = sorted(acts, key=lambda one: one.position, reverse=True)[:LATEST]
        return [
            {
                "at": time(one.time_us), "by": one.actor, "handle": handle_of(one.actor), "did": one.type,
                "stream": one.stream, "event_id": one.event_id, "data": one.data,
            }
            for one in acts
        ]  # fmt: skip


def _us(sent: SentRequest) -> int:
    return round(sent.asked_at.timestamp() * 1_000_000)


def _datetime(time_us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)
