"""Owns what agents ask of the ledger beyond its port: released films, open cases, challenges that ran out, evidence that is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from streams.agents.errors import StateUnavailableError
from streams.core.reach import Released, released

SHOWING = """
SELECT r.stream, r.value, s.value
FROM ledger.facts r
JOIN ledger.facts d ON d.stream = r.stream AND d.key = 'released'
JOIN ledger.facts s ON s.stream = r.stream AND s.key = 'started'
WHERE r.key = 'request' AND r.value -> 'cameos' @> %(wanted)s::jsonb
    AND NOT EXISTS (SELECT FROM ledger.facts t WHERE t.stream = r.stream AND t.key = 'taken_down')
ORDER BY r.stream
"""
GIVEN = """
SELECT split_part(key, '/', 3), split_part(key, '/', 2) FROM ledger.facts WHERE stream = %(cameo)s AND key LIKE 'grant/%%'
"""
RAN_OUT = """
SELECT stream, value ->> 'enrolment' FROM ledger.facts
WHERE key = 'enrolment' AND value ->> 'state' = 'started'
    AND (value ->> 'expires_at_us')::bigint <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
ORDER BY stream LIMIT 500
"""
OPEN_CASES = """
SELECT c.stream FROM ledger.facts c LEFT JOIN ledger.facts e ON e.stream = c.value ->> 'cameo' AND e.key = 'enrolment'
WHERE c.key = 'case' AND NOT EXISTS (SELECT FROM ledger.facts o WHERE o.stream = c.stream AND o.key = 'outcome')
    AND c.value ->> 'kind' <> 'distress'
    AND c.stream > %(after)s
    AND (c.value ->> 'kind' = 'appeal' OR (c.value ->> 'due_us')::bigint <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
        OR e.value ->> 'enrolment' IS DISTINCT FROM c.value ->> 'enrolment'
        OR e.value ->> 'state' IS DISTINCT FROM CASE c.value ->> 'kind' WHEN 'appeal' THEN 'refused' ELSE 'in_review' END)
ORDER BY c.stream LIMIT %(limit)s
"""

UNANSWERED = """
SELECT stream, split_part(key, '/', 2) FROM ledger.facts
WHERE key >= 'verification/' AND key < 'verification0' AND value ->> 'state' = 'started'
    AND (value ->> 'expires_at_us')::bigint <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
ORDER BY stream LIMIT 500
"""
TO_REMIND = """
SELECT f.stream FROM ledger.facts f JOIN ledger.events e ON e.stream = f.stream AND e.revision = f.revision
WHERE f.key = 'status' AND f.value ->> 'status' = 'active' AND f.stream > %(after)s
    AND (e.data ->> 'refresh_by_us')::bigint - %(ahead_us)s <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
    AND NOT EXISTS (SELECT FROM ledger.facts h WHERE h.stream = f.stream AND h.key = 'held')
    AND NOT EXISTS (SELECT FROM ledger.events s WHERE s.stream = f.stream AND s.type = 'enrolment.started'
        AND s.data ->> 'subject' = 'thing')
    AND NOT EXISTS (SELECT FROM ledger.events r WHERE r.stream = f.stream AND r.type = 'enrolment.refresh_due'
        AND r.data ->> 'refresh_by_us' = e.data ->> 'refresh_by_us'
        AND ((r.data ->> 'over')::boolean OR (e.data ->> 'refresh_by_us')::bigint
            > (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
ORDER BY f.stream LIMIT 500
"""
"""The fact was written by the activation, whose date counts."""
DUE_EVIDENCE = """
SELECT r.data ->> 'evidence' FROM ledger.events r
JOIN ledger.events d ON d.stream = r.stream AND coalesce(d.data ->> 'enrolment', d.data ->> 'verification') = r.data ->> 'enrolment'
    AND d.time_us + CASE d.type WHEN 'enrolment.activated' THEN %(accepted_us)s WHEN 'enrolment.refused' THEN %(refused_us)s
        WHEN 'verification.answered' THEN 0 END
        <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
WHERE r.type IN ('enrolment.recording_received', 'evidence.added')
    AND NOT EXISTS (SELECT FROM ledger.events l WHERE l.stream = r.stream AND l.type = 'enrolment.activated'
        AND l.data ->> 'enrolment' = r.data ->> 'enrolment' AND l.revision > d.revision)
    AND NOT EXISTS (SELECT FROM ledger.facts c WHERE c.key = 'case' AND c.value ->> 'enrolment' = r.data ->> 'enrolment'
        AND NOT EXISTS (SELECT FROM ledger.facts o WHERE o.stream = c.stream AND o.key = 'outcome'))
    AND NOT EXISTS (SELECT FROM ledger.events g WHERE g.stream = r.stream AND (g.type = 'subject_key.destroyed'
        OR (g.type = 'evidence.destroyed' AND g.data ->> 'evidence' = r.data ->> 'evidence')))
ORDER BY d.position LIMIT 100
"""
DUE_AFTER_HELP = """
SELECT r.data ->> 'evidence' FROM ledger.facts c
JOIN ledger.facts o ON o.stream = c.stream AND o.key = 'outcome'
JOIN ledger.events e ON e.stream = o.stream AND e.revision = o.revision
    AND e.time_us + %(accepted_us)s <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
JOIN ledger.events r ON r.stream = c.value ->> 'cameo' AND r.type IN ('enrolment.recording_received', 'evidence.added')
    AND r.data ->> 'enrolment' = c.value ->> 'enrolment'
WHERE c.key = 'case' AND c.value ->> 'kind' = 'distress'
    AND NOT EXISTS (SELECT FROM ledger.events g WHERE g.stream = r.stream AND (g.type = 'subject_key.destroyed'
        OR (g.type = 'evidence.destroyed' AND g.data ->> 'evidence' = r.data ->> 'evidence')))
ORDER BY e.position LIMIT 100
"""
DUE_GIVEN_UP = """
SELECT r.data ->> 'evidence' FROM ledger.events r
JOIN ledger.events h ON h.stream = r.stream AND h.type = 'enrolment.held' AND h.data ->> 'enrolment' = r.data ->> 'enrolment'
WHERE r.type IN ('enrolment.recording_received', 'evidence.added')
    AND EXISTS (SELECT FROM ledger.events n WHERE n.stream = h.stream AND n.type = 'enrolment.started' AND n.revision > h.revision)
    AND NOT EXISTS (SELECT FROM ledger.events d WHERE d.stream = h.stream AND d.type IN ('enrolment.activated', 'enrolment.refused')
        AND d.data ->> 'enrolment' = r.data ->> 'enrolment')
    AND NOT EXISTS (SELECT FROM ledger.facts c WHERE c.key = 'case' AND c.value ->> 'enrolment' = r.data ->> 'enrolment'
        AND (c.value ->> 'kind' = 'distress'
            OR NOT EXISTS (SELECT FROM ledger.facts o WHERE o.stream = c.stream AND o.key = 'outcome')))
    AND NOT EXISTS (SELECT FROM ledger.events g WHERE g.stream = r.stream AND (g.type = 'subject_key.destroyed'
        OR (g.type = 'evidence.destroyed' AND g.data ->> 'evidence' = r.data ->> 'evidence')))
ORDER BY h.position LIMIT 100
"""


class AgentQueries:
    """Questions to the ledger, one short connection each: they are rare. Raises StateUnavailableError."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def showing(self, cameo: str) -> Sequence[Released]:
        """Find the released generations that show a cameo and were not taken down."""
        wanted = msgspec.json.encode([{"cameo": cameo}]).decode()
        grantees = dict(self._rows(GIVEN, {"cameo": cameo}))
        rows = self._rows(SHOWING, {"wanted": wanted})
        return [released(cameo, generation, request, started, grantees) for generation, request, started in rows]

    def ran_out(self) -> Sequence[tuple[str, str]]:
        """Find (cameo, enrolment) of challenges that nobody answered in time."""
        return [(stream, enrolment) for stream, enrolment in self._rows(RAN_OUT, {})]

    def cases_to_settle(self, after: str = "", limit: int = 100) -> Sequence[str]:
        """Find open cases whose time is over or whose enrolment waits for them no more, and every open appeal, which the API may invent.

        At most `limit`, in the order of their names, above one: ask on until fewer come, so that none hides the others.
        """
        return [case for (case,) in self._rows(OPEN_CASES, {"after": after, "limit": limit})]

    def unanswered(self) -> Sequence[tuple[str, str]]:
        """Find (cameo, verification) of re-verifications that nobody answered in time."""
        return [(stream, verification) for stream, verification in self._rows(UNANSWERED, {})]

    def to_remind(self, ahead_us: int, after: str = "") -> Sequence[str]:
        """Find people's active cameos whose date to be seen again comes so soon or is over, and who were not told; at most 500.

        In the order of their names, above one.
        """
        return [cameo for (cameo,) in self._rows(TO_REMIND, {"ahead_us": ahead_us, "after": after})]

    def due_evidence(self, accepted_us: int, refused_us: int) -> Sequence[str]:
        """Find evidence whose enrolment was decided at least so long ago, with no case open, and that still can be opened; at most 300.

        What a call for help rests on was never decided: it counts from the end of its case. What its person gave up by beginning anew
        is due when its case is over.
        """
        times = {"accepted_us": accepted_us, "refused_us": refused_us}
        rows = [*self._rows(DUE_EVIDENCE, times), *self._rows(DUE_AFTER_HELP, times), *self._rows(DUE_GIVEN_UP, {})]
        return list(dict.fromkeys(evidence for (evidence,) in rows))

    def _rows(self, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        try:
            with psycopg.connect(self._conninfo, autocommit=True, connect_timeout=3) as connection:
                return connection.execute(query.encode(), values).fetchall()
        except psycopg.OperationalError as error:
            raise StateUnavailableError(str(error)) from error
