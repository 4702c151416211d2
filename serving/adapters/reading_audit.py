"""What the API shows of the record: decisions, who generated what, notifications, events. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from schemas.ids import cameo_of
from serving.adapters.reading_rows import Rows, cursor_of, cursor_read, reasons, time, times
from streams.export import cloud_events


class AuditReading(Rows):
    """Decisions and searches."""

    def decision(self, decision: str) -> dict[str, Any] | None:
        """Read a decision as it was recorded."""
        rows = self._rows("SELECT generation, revision FROM projection.decisions WHERE decision = %s", (decision,))
        if not rows:
            return None
        generation, revision = rows[0]["generation"], rows[0]["revision"]
        envelope = self._store.read(generation, revision - 1)[0]
        with self._store.snapshot() as facts:
            asked = facts.get(generation, "request")
        return {
            **envelope.data,
            "generation": generation,
            "event_id": envelope.event_id,
            "position": envelope.position,
            "decided_at": time(envelope.time_us),
            "requester": asked.value["requester"] if asked else None,
        }

    def search(
        self,
        *,
        subject: str | None,
        creator: str | None,
        since_us: int | None,
        generation: str | None,
        limit: int,
        cursor: str | None,
        visible_to: str | None,
        things: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Search the audit, newest first; `visible_to` limits to what an account asked for, or is shown in, or `things` of its."""
        before_us, before_id = cursor_read(cursor)
        own_cameos = [] if visible_to is None else [cameo_of(visible_to), *things]
        rows = self._rows(
            _SEARCH,
            {
                "subject": subject, "creator": creator, "since": since_us, "generation": generation,
                "limit": limit + 1, "before_us": before_us, "before_id": before_id,
                "visible_to": visible_to, "own_cameos": own_cameos,
            },
        )  # fmt: skip
        whole = visible_to is None
        decisions = self._decisions(rows[:limit], whole=whole)
        for row in rows:
            if visible_to not in {None, row["requester"]}:  # a subject learns no codes, or one would learn of another
                row["codes"] = []
                decisions.pop(row["generation"], None)
        return _page(rows, limit, "requested_us", "generation", decisions=decisions, whole=whole)

    def notifications(self, account: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """List what an account was told, newest first."""
        before_us, before_id = cursor_read(cursor)
        rows = self._rows(
            "SELECT notification, stream, kind, codes, time_us FROM projection.inbox WHERE reader = %s"
            " AND (%s::bigint IS NULL OR (time_us, notification) < (%s, %s))"
            " ORDER BY time_us DESC, notification DESC LIMIT %s",
            (account, before_us, before_us, before_id, limit + 1),
        )
        return _page(rows, limit, "time_us", "notification", decisions={}, whole=False)

    def export(self, after: int) -> Iterator[dict[str, Any]]:
        """Read every event above a position as a CloudEvent."""
        return cloud_events(self._store, after=after)

    def _decisions(self, rows: Sequence[dict[str, Any]], *, whole: bool) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self._rows(
            "SELECT generation, decision, action, permit, codes, path FROM projection.decisions"
            " WHERE generation = ANY(%s) ORDER BY generation, revision",
            ([row["generation"] for row in rows],),
        ):
            found.setdefault(one.pop("generation"), []).append(one | {"codes": _codes(one["codes"], whole=whole)})
        return found


_SEARCH = """
SELECT g.generation, g.requester, a.handle AS creator, g.purpose, g.engine, g.state, g.codes, g.attempt, g.film_sha256,
       g.requested_us, g.started_us, g.ended_us, g.process_gone_us, g.taken_down_us,
       array(SELECT c.cameo FROM projection.generation_cameos c WHERE c.generation = g.generation ORDER BY 1) AS cameos,
       array(SELECT coalesce(s.handle, s.account) FROM projection.generation_cameos c
             JOIN projection.accounts s ON s.cameo = c.cameo WHERE c.generation = g.generation ORDER BY 1) AS subjects
FROM projection.generations g LEFT JOIN projection.accounts a ON a.account = g.requester
WHERE (%(generation)s::text IS NULL OR g.generation = %(generation)s)
  AND (%(creator)s::text IS NULL OR g.requester = %(creator)s)
  AND (%(since)s::bigint IS NULL OR g.requested_us >= %(since)s)
  AND (%(subject)s::text IS NULL OR EXISTS (SELECT FROM projection.generation_cameos c
       WHERE c.generation = g.generation AND c.cameo = %(subject)s))
  AND (%(visible_to)s::text IS NULL OR g.requester = %(visible_to)s OR EXISTS (SELECT FROM projection.generation_cameos c
       WHERE c.generation = g.generation AND c.cameo = ANY(%(own_cameos)s)))
  AND (%(before_us)s::bigint IS NULL OR (g.requested_us, g.generation) < (%(before_us)s, %(before_id)s::text))
ORDER BY g.requested_us DESC, g.generation DESC LIMIT %(limit)s
"""


def _codes(codes: Iterable[str], *, whole: bool) -> list[str]:
    """Tell codes as recorded (`whole`, to an auditor), else as a requester may see them."""
    return sorted(set(codes)) if whole else [reason["code"] for reason in reasons(codes)]


def _page(
    rows: list[dict[str, Any]],
    limit: int,
    time_key: str,
    id_key: str,
    *,
    decisions: dict[str, list[dict[str, Any]]],
    whole: bool,
) -> dict[str, Any]:
    more, items = len(rows) > limit, []
    for row in rows[:limit]:
        codes = row["codes"] or ()
        items.append(times(row) | {"codes": _codes(codes, whole=whole), "reasons": reasons(codes, disclosed=not whole)})
        if decisions:
            items[-1]["decisions"] = decisions.get(row["generation"], [])
    last = rows[limit - 1] if more else None
    return {"items": items, "next": None if last is None else cursor_of(last[time_key], last[id_key])}
