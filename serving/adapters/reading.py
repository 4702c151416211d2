"""What the API shows: exact state from the ledger's facts and events, searches from the projections. Writes nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from policy.codes import codes as code_table
from schemas.ids import cameo_of
from serving.core.reasons import Reason
from serving.core.reasons import reasons as reasons_of
from serving.errors import InvalidError, NotFoundError
from streams.adapters.postgres_pool import lent
from streams.export import cloud_events
from streams.ports import EventStore


class Reading:
    """The API's reader over one installation."""

    def __init__(self, store: EventStore, pool: ConnectionPool[Any]) -> None:
        self._store = store
        self._pool = pool

    def generation(self, generation: str) -> dict[str, Any] | None:
        """Tell how a generation stands now; None where there is none."""
        with self._store.snapshot() as facts:
            found = {key: fact.value for key, fact in facts.scan(generation, "")} if facts.head(generation) else {}
        if "request" not in found:
            return None
        asked, ended, draft = found["request"], found.get("ended"), found.get("draft")
        state = ended["as"] if ended else _running(found)
        codes = list((found.get("taken_down") or ended or {}).get("codes", ()))
        subjects = [self._owner(use["cameo"]) for use in asked["cameos"]]
        return {
            "generation": generation,
            "requester": asked["requester"],
            "subjects": [subject for subject in subjects if subject],
            "cameos": [use["cameo"] for use in asked["cameos"]],
            "purpose": asked["purpose"],
            "engine": asked["engine"],
            "state": "taken_down" if "taken_down" in found else state,
            "permille": 1000 if state == "released" else found.get("progress", {}).get("permille", 0),
            "attempt": found.get("attempt", {}).get("attempt"),
            "decision": (found.get("released") or found.get("started") or {}).get("decision"),
            "draft_sha256": draft["film_sha256"] if draft and not ended else None,
            "film_sha256": found.get("released", {}).get("film_sha256"),
            "ended": ended is not None,
            "reasons": reasons(codes),
        }

    def consent(self, cameo: str) -> dict[str, Any]:
        """Tell what a cameo's owner permits."""
        with self._store.snapshot() as facts:
            head = facts.head(cameo)
            found = list(facts.scan(cameo, ""))
        if head is None:
            raise NotFoundError("cameo.unknown", "you have no cameo", "enrol first: cameo enrol start")
        one = {key: fact.value for key, fact in found}
        return {
            "cameo": cameo,
            "revision": head.revision,
            **one.get("status", {"status": "pending"}),
            "audience": one.get("audience/", {"audience": "only_me"}),
            "grants": [
                {"grantee": key.split("/")[1], "grant": key.split("/")[2], "given_revision": fact.revision} | _times(fact.value)
                for key, fact in found
                if key.startswith("grant/")
            ],
            "withdrawn": [key.removeprefix("withdrawn/") for key, _ in found if key.startswith("withdrawn/")],
            "revoked": {key.removeprefix("revoked/"): fact.revision for key, fact in found if key.startswith("revoked/")},
            "restrictions": [{"restriction": key.partition("/")[2], **fact.value} for key, fact in found if key.startswith("restriction/")],
            "preferences": [{"preference": key.partition("/")[2], **fact.value} for key, fact in found if key.startswith("preference/")],
        }

    def enrolment(self, cameo: str, enrolment: str) -> dict[str, Any]:
        """Tell how an enrolment stands; codes with what to do, never scores."""
        state, codes, unmet = None, (), ()
        for envelope in self._store.read(cameo):
            if envelope.data.get("enrolment") != enrolment:
                continue
            match envelope.type:
                case "enrolment.started":
                    state = "started"
                case "enrolment.recording_received":
                    state = "checking"
                case "enrolment.assessed":
                    state = "in_review"  # until its outcome, which is appended with it where no person must look
                    unmet = tuple(check["code"] for check in envelope.data["checks"] if not check["passed"])
                case "enrolment.activated" | "enrolment.refused" | "enrolment.expired":
                    state, codes = envelope.type.partition(".")[2], tuple(envelope.data.get("codes", ()))
                case _:
                    pass
        if state is None:
            raise NotFoundError("enrolment.unknown", "you began no such enrolment", "cameo enrol start")
        return {
            "enrolment": enrolment, "cameo": cameo, "state": state, "reasons": reasons(codes),
            "noticed": [code for code in unmet if code not in codes],
        }  # fmt: skip

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
            "decided_at": _time(envelope.time_us),
            "requester": asked.value["requester"] if asked else None,
        }

    def explain(self, decision: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        """Explain a decision; `whole` adds the facts, which are other people's too."""
        told = {
            "decision": decision["decision"],
            "generation": decision["generation"],
            "action": decision["action"],
            "permit": decision["permit"],
            "decided_at": decision["decided_at"],
            "reasons": reasons(decision["codes"], disclosed=not whole),
            "obligations": decision["obligations"],
            "bundle_sha256": decision["bundle_sha256"],
        }
        return told | ({"input": decision["input"], "event_id": decision["event_id"]} if whole else {})

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
    ) -> dict[str, Any]:
        """Search the audit, newest first; `visible_to` limits to what an account asked for or is shown in."""
        before_us, before_id = _cursor(cursor)
        own_cameo = None if visible_to is None else cameo_of(visible_to)
        rows = self._rows(
            _SEARCH,
            {
                "subject": subject, "creator": creator, "since": since_us, "generation": generation,
                "limit": limit + 1, "before_us": before_us, "before_id": before_id,
                "visible_to": visible_to, "own_cameo": own_cameo,
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
        before_us, before_id = _cursor(cursor)
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

    def _owner(self, cameo: str) -> str | None:
        with self._store.snapshot() as facts:
            owner = facts.get(cameo, "owner")
        return None if owner is None else owner.value["account"]

    def _decisions(self, rows: Sequence[dict[str, Any]], *, whole: bool) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self._rows(
            "SELECT generation, decision, action, permit, codes, path FROM projection.decisions"
            " WHERE generation = ANY(%s) ORDER BY generation, revision",
            ([row["generation"] for row in rows],),
        ):
            found.setdefault(one.pop("generation"), []).append(one | {"codes": _codes(one["codes"], whole=whole)})
        return found

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        with lent(self._pool, self._pool.timeout) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()


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
       WHERE c.generation = g.generation AND c.cameo = %(own_cameo)s))
  AND (%(before_us)s::bigint IS NULL OR (g.requested_us, g.generation) < (%(before_us)s, %(before_id)s::text))
ORDER BY g.requested_us DESC, g.generation DESC LIMIT %(limit)s
"""


def reasons(codes: Iterable[str], *, disclosed: bool = True) -> list[Reason]:
    """Put codes into words by the table of the policy in this release."""
    return reasons_of(code_table(), codes, disclosed=disclosed)


def _codes(codes: Iterable[str], *, whole: bool) -> list[str]:
    """Tell codes as recorded (`whole`, to an auditor), else as a requester may see them."""
    return sorted(set(codes)) if whole else [reason["code"] for reason in reasons(codes)]


def _running(found: dict[str, Any]) -> str:
    for fact, state in (("draft", "draft"), ("started", "rendering"), ("attempt", "starting"), ("verdict", "judged")):
        if fact in found:
            return state
    return "requested"


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
        items.append(_times(row) | {"codes": _codes(codes, whole=whole), "reasons": reasons(codes, disclosed=not whole)})
        if decisions:
            items[-1]["decisions"] = decisions.get(row["generation"], [])
    last = rows[limit - 1] if more else None
    return {"items": items, "next": None if last is None else _cursor_of(last[time_key], last[id_key])}


def _times(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key.removesuffix("_us") + "_at" if key.endswith("_us") else key: _time(value)
        if key.endswith("_us") and value is not None
        else value
        for key, value in row.items()
    }


def _time(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _cursor_of(time_us: int, last: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([time_us, last])).decode()


def _cursor(cursor: str | None) -> tuple[int | None, str | None]:
    if cursor is None:
        return None, None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[int, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidError("cursor.invalid", "that cursor was not made here", "start from the first page") from error
