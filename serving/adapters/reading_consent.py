"""What the API shows of consent: audiences, grants and what is left of them, who used them, rules. Writes nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from policy.ports import Fact
from schemas.envelope import Envelope
from schemas.registry import by_wire
from serving.adapters.reading_rows import Rows, cursor_read, page, time, times
from serving.core.standing import CameoFacts, grant_told
from serving.errors import NotFoundError
from streams.core.seeming import as_shown, status_seen
from streams.core.verification import REMIND_US

ENDED = frozenset({"withdrawn", "revoked", "ended", "used_up", "group_dissolved"})
_USES = """
SELECT u.generation, u.state, f.value ->> 'requester' AS account, a.handle, g.requested_us
FROM ledger.uses u JOIN ledger.facts f ON f.stream = u.generation AND f.key = 'request'
LEFT JOIN projection.accounts a ON a.account = f.value ->> 'requester'
LEFT JOIN projection.generations g ON g.generation = u.generation
WHERE u.cameo = %(cameo)s AND u.grant_id = %(grant)s AND u.state <> 'returned'
ORDER BY g.requested_us DESC NULLS LAST, u.generation LIMIT 1000
"""
_RECEIVED = """
SELECT g.cameo, coalesce(o.handle, c.owner) AS owner, g.grant_id AS grant, g.purposes, g.facets, g.from_us, g.until_us, g.uses,
       g.duration_ms, g.review, g.pass_on, g.remix, g.given_us, coalesce(g.withdrawn, g.revoked) AS ended
FROM projection.grants g LEFT JOIN projection.cameos c USING (cameo) LEFT JOIN projection.accounts o ON o.account = c.owner
WHERE g.grantee = %(account)s
  AND (%(before_us)s::bigint IS NULL OR (g.given_us, g.grant_id) < (%(before_us)s, %(before_id)s::text))
ORDER BY g.given_us DESC, g.grant_id DESC LIMIT %(limit)s
"""


class ConsentReading(Rows):
    """What an owner permits, and what somebody was given."""

    def consent(self, cameo: str) -> dict[str, Any]:
        """Tell what a cameo's owner permits."""
        with self._store.snapshot() as facts:
            head = facts.head(cameo)
            found = list(facts.scan(cameo, ""))
            events = self._store.read(cameo)
            status, shown, now_us = status_seen(cameo, facts, self._store.read), as_shown(facts, events), facts.now_us()
        if head is None:
            raise NotFoundError("cameo.unknown", "there is no cameo", "enrol first: cameo enrol start")
        one = {key: fact.value for key, fact in found}
        told = _revisions(events, shown)
        return {
            "cameo": cameo,
            "revision": told(head.revision),
            **(status or {"status": "pending"}),
            **_rests_on(shown, now_us),
            "paused": "paused" in one,
            "audience": one.get("audience/", {"audience": "only_me"}),
            "audiences": _audiences(found),
            "grants": [
                {"grantee": key.split("/")[1], "grant": key.split("/")[2], "given_revision": told(fact.revision)} | times(fact.value)
                for key, fact in found
                if key.startswith("grant/")
            ],
            "withdrawn": [key.removeprefix("withdrawn/") for key, _ in found if key.startswith("withdrawn/")],
            "revoked": {key.removeprefix("revoked/"): told(fact.revision) for key, fact in found if key.startswith("revoked/")},
            "restrictions": [{"restriction": key.partition("/")[2], **fact.value} for key, fact in found if key.startswith("restriction/")],
            "preferences": [{"preference": key.partition("/")[2], **fact.value} for key, fact in found if key.startswith("preference/")],
        }

    def audiences(self, cameo: str) -> list[dict[str, Any]]:
        """List the audience rules; `general` is the nameless one."""
        with self._store.snapshot() as facts:
            return _audiences(list(facts.scan(cameo, "audience/")))

    def grants(self, cameo: str, *, grantee: str | None, standing: bool, limit: int, cursor: str | None) -> dict[str, Any]:
        """List grants, newest first, with how each stands and what is left."""
        before, before_id = cursor_read(cursor)
        prefix = "grant/" if grantee is None else f"grant/{grantee}/"
        told: list[dict[str, Any]] = []
        with self._store.snapshot() as reader:
            events = self._store.read(cameo)
            revision = _revisions(events, as_shown(reader, events))
            facts = CameoFacts(reader, cameo)
            for key, fact in facts.grants():
                older = before is None or (revision(fact.revision), key.rpartition("/")[2]) < (before, before_id)
                if older and key.startswith(prefix) and len(told) <= limit:
                    one = grant_told(facts, key, fact) | {"given_revision": revision(fact.revision)}
                    told += [] if standing and one["state"] in ENDED else [one]
        written = self._given(cameo, {one["grant"] for one in told[:limit]})
        items = [times(one) | self._beside(written.get(one["grant"])) for one in told[:limit]]
        return page([*items, *({} for _ in told[limit:])], limit, [(one["given_revision"], one["grant"]) for one in told])

    def uses_of(self, cameo: str, grant: str) -> list[dict[str, Any]]:
        """List who used a grant and for what: uses that are reserved or consumed."""
        return [times(row) for row in self._rows(_USES, {"cameo": cameo, "grant": grant})]

    def received(self, account: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """List what somebody was given by name, newest first."""
        before_us, before_id = cursor_read(cursor)
        values = {"account": account, "limit": limit + 1, "before_us": before_us, "before_id": before_id}
        rows = self._rows(_RECEIVED, values)
        return page([times(row) for row in rows], limit, [(row["given_us"], row["grant"]) for row in rows])

    def _given(self, cameo: str, grants: set[str]) -> dict[str, Envelope]:
        """Find the events of grants: they hold what no decision reads."""
        events = (one for one in self._store.read(cameo) if one.type == "consent.grant_given")
        return {one.data["grant"]: one for one in events if one.data["grant"] in grants}

    def _beside(self, event: Envelope | None) -> dict[str, Any]:
        if event is None:
            return {"given_at": None, "price": None, "note": None}
        currency = event.data.get("price_currency")
        price = None if currency is None else {"minor": event.data["price_minor"], "currency": currency}
        note = self._words(event.stream, event.event_id, "note") if event.sealed else None
        return times({"given_us": event.time_us}) | {"price": price, "note": note}


def _revisions(events: Sequence[Envelope], shown: Sequence[Envelope]) -> Callable[[int], int]:
    """Number what was said of consent, as it is shown: a stream's own revisions rise at each look of a reviewer, and tell of it."""
    said = [one.position for one in shown if by_wire(one.type, one.version).consent]
    return lambda revision: bisect_right(said, events[min(revision, len(events)) - 1].position) if events and revision else 0


def _audiences(found: list[tuple[str, Fact]]) -> list[dict[str, Any]]:
    return [
        {"rule": key.partition("/")[2] or "general", **fact.value} for key, fact in found if key.startswith("audience/")
    ]  # fmt: skip


def _rests_on(events: Sequence[Envelope], now_us: int) -> dict[str, Any]:
    """Tell what an active cameo rests on, and by when its person should be seen again; nothing before it is active."""
    active = [one.data for one in events if one.type == "enrolment.activated"]
    if not active:
        return {}
    by_us = active[-1].get("refresh_by_us")
    due, soon = by_us is not None and by_us <= now_us, by_us is not None and by_us - REMIND_US <= now_us
    return {
        "level": active[-1].get("level", "upload"), "refresh_by": None if by_us is None else time(by_us),
        "refresh_soon": soon and not due, "refresh_due": due,
    }  # fmt: skip
