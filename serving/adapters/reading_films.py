"""What the API shows of generations and enrolments: how one stands now, and the films that somebody is in. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from serving.adapters.reading_rows import Rows, cursor_read, page, reasons, time, times
from serving.errors import NotFoundError
from serving.judge.blocks import told
from streams.core.seeming import as_shown
from streams.core.telling import noticed

_FILMS = """
SELECT g.generation, g.requested_us FROM projection.generation_cameos c JOIN projection.generations g USING (generation)
WHERE c.cameo = %(cameo)s AND (%(state)s = 'any' OR g.state = %(state)s)
  AND (%(before_us)s::bigint IS NULL OR (g.requested_us, g.generation) < (%(before_us)s, %(before_id)s::text))
ORDER BY g.requested_us DESC, g.generation DESC LIMIT %(limit)s
"""
_REPORTS = """
SELECT stream AS generation, event_id, data, time_us AS reported_us FROM ledger.events
WHERE type = 'generation.reported' ORDER BY position DESC LIMIT %(limit)s
"""


class FilmReading(Rows):
    """Generations, and those who are in them."""

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
            "state": _withdrawn(found) or state,
            "permille": 1000 if state == "released" else found.get("progress", {}).get("permille", 0),
            "attempt": found.get("attempt", {}).get("attempt"),
            "decision": (found.get("released") or found.get("started") or {}).get("decision"),
            "draft_sha256": draft["film_sha256"] if draft and not ended else None,
            "film_sha256": found.get("released", {}).get("film_sha256"),
            "ended": ended is not None,
            "reasons": told(reasons(codes), found.get("verdict", {}).get("hard_blocks", ())),
        }

    def films(self, cameo: str, *, state: str, handle_of: Callable[[str], str | None], limit: int, cursor: str | None) -> dict[str, Any]:
        """List the films that show a cameo, newest first: how each stands, and what its subject answered."""
        before_us, before_id = cursor_read(cursor)
        found = self._shown(cameo, state, limit + 1, before_us, before_id)
        items = [self._film(cameo, generation, requested_us, handle_of) for generation, requested_us in found[:limit]]
        return page([*items, *({} for _ in found[limit:])], limit, [(requested_us, name) for name, requested_us in found])

    def reports(self, limit: int) -> list[dict[str, Any]]:
        """List what subjects reported, newest first."""
        return [
            {key: row["data"][key] for key in ("report", "cameo", "reason")}
            | {"generation": row["generation"], "reported_at": time(row["reported_us"])}
            | {"text": self._words(row["generation"], row["event_id"], "text")}
            for row in self._rows(_REPORTS, {"limit": limit})
        ]

    def enrolment(self, cameo: str, enrolment: str) -> dict[str, Any]:
        """Tell how an enrolment stands; codes with what to do, never scores."""
        state, codes, unmet, without = None, (), (), ()
        with self._store.snapshot() as facts:
            events = as_shown(facts, self._store.read(cameo))
        for envelope in events:
            if envelope.data.get("enrolment") != enrolment:
                if envelope.type == "enrolment.started" and state == "in_review":
                    state = "superseded"  # nobody looks at what its person gave up by beginning anew
                continue
            match envelope.type:
                case "enrolment.started":
                    state, without = "started", envelope.data.get("without", ())
                case "enrolment.recording_received":
                    state = "checking"
                case "enrolment.assessed":
                    state = "checking"  # until its outcome, which is appended with it
                    unmet = noticed(envelope.data, without)
                case "enrolment.held":
                    state, codes = "in_review", tuple(envelope.data["codes"])
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

    def _shown(self, cameo: str, state: str, limit: int, before_us: int | None, before_id: str | None) -> list[tuple[str, int]]:
        """Find (generation, when it was asked for), newest first."""
        values = {"cameo": cameo, "state": state, "limit": limit, "before_us": before_us, "before_id": before_id}
        return [(row["generation"], row["requested_us"]) for row in self._rows(_FILMS, values)]

    def _film(self, cameo: str, generation: str, requested_us: int, handle_of: Callable[[str], str | None]) -> dict[str, Any]:
        state = self.generation(generation) or {}
        with self._store.snapshot() as facts:
            answers = {word: facts.get(generation, f"{word}/{cameo}") for word in ("declined", "approved", "removed")}
        answered = [word for word, fact in answers.items() if fact is not None]
        shown = ("generation", "requester", "purpose", "state", "draft_sha256", "film_sha256")
        return times({key: state.get(key) for key in shown} | {"requested_us": requested_us}) | {
            "creator": handle_of(state.get("requester", "")), "you": answered,
        }  # fmt: skip


def _running(found: dict[str, Any]) -> str:
    for fact, state in (("draft", "draft"), ("started", "rendering"), ("attempt", "starting"), ("verdict", "judged")):
        if fact in found:
            return state
    return "requested"


def _withdrawn(found: dict[str, Any]) -> str | None:
    """Tell whether a film was taken back; by which of its subjects is nobody's to know."""
    if "taken_down" in found:
        return "taken_down"
    return "removed" if any(key.startswith("removed/") for key in found) else None
