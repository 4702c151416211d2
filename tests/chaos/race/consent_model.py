"""What the design says about consent, written a second time for the checker: plain dictionaries, no platform code.

Keeps the state that events leave; what it refuses is tests.chaos.race.consent_rules.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

MOVES_CONSENT = {
    "account.registered", "account.followed", "account.unfollowed", "account.blocked", "account.unblocked",
    "account.standing_changed", "account.power_given", "account.power_ended", "account.died", "account.plan_set", "account.invited",
    "enrolment.started", "enrolment.activated", "subject_key.destroyed",
    "consent.audience_set", "consent.grant_given", "consent.grant_withdrawn", "consent.revoked", "consent.paused", "consent.resumed",
    "consent.held",
    "consent.group_named", "consent.group_member_added", "consent.group_member_removed", "consent.passed_on",
    "consent.pass_on_ended", "consent.restriction_set", "consent.preference_set", "app.registered", "app.standing_changed",
    "generation.taken_down", "generation.removed", "policy.bundle_activated", "switch.thrown",
}  # fmt: skip
ENDS = {"generation.refused", "generation.cancelled", "generation.stopped"}


class State:
    """Everything that consent depends on, as of the last applied event."""

    def __init__(self) -> None:
        self.consent_revision: dict[str, int] = defaultdict(int)
        self.standing: dict[str, str] = {}
        self.region: dict[str, str] = {}
        self.dead: set[str] = set()
        self.invited: set[str] = set()
        self.plans: dict[str, dict[str, Any]] = {}
        self.follows: set[tuple[str, str]] = set()
        self.blocks: set[tuple[str, str]] = set()
        self.cameos: dict[str, dict[str, Any]] = defaultdict(
            lambda: {
                "owner": None, "status": None, "rules": {}, "grants": {}, "revoked": [], "paused": False, "held": False, "groups": set(),
                "members": set(), "passed": set(),
            }
        )  # fmt: skip
        self.switches: dict[str, bool] = {}
        self.generations: dict[str, dict[str, Any]] = {}
        self.used: dict[str, set[str]] = defaultdict(set)
        """Grant or quota → the generations that hold or spent a use of it."""

    def apply(self, event: dict[str, Any]) -> None:
        """Take an event in."""
        kind, stream, data = event["type"], event["stream"], event["data"]
        if kind in MOVES_CONSENT:
            self.consent_revision[stream] = event["revision"]
        area, _, what = kind.partition(".")
        if area == "account":
            self._account(what, stream, data)
        elif area == "consent":
            self._consent(what, self.cameos[stream], data, event["revision"])
        elif area == "generation":
            self._generation(kind, stream, data)
        elif kind == "enrolment.started":
            self.cameos[stream]["owner"] = data["owner"]
        elif kind == "enrolment.activated":
            self.cameos[stream] |= {"status": data["assurance"], "held": False}
        elif kind == "subject_key.destroyed":
            self.cameos[stream]["status"] = None
        elif kind == "switch.thrown":
            self.switches[data["switch"]] = data["on"]
        elif kind in {"app.registered", "app.standing_changed"}:
            self.standing[stream] = data.get("standing", "good")

    def _account(self, what: str, stream: str, data: dict[str, Any]) -> None:
        match what:
            case "registered":
                self.standing[stream] = "good"
                self.region[stream] = data.get("region", "")
            case "standing_changed":
                self.standing[stream] = data["standing"]
            case "followed":
                self.follows.add((stream, data["account"]))
            case "unfollowed":
                self.follows.discard((stream, data["account"]))
            case "blocked":
                self.blocks.add((stream, data["account"]))
            case "unblocked":
                self.blocks.discard((stream, data["account"]))
            case "died":
                self.dead.add(stream)
            case "invited":
                self.invited.add(stream)
            case "plan_set":
                self.plans[stream] = data
            case "power_given" | "power_ended" | "step_up_set" | "distress_set" | "cases_listed" | "recovery_begun":
                pass
            case _:
                raise ValueError(what)

    @staticmethod
    def _consent(what: str, cameo: dict[str, Any], data: dict[str, Any], revision: int) -> None:
        match what:
            case "audience_set":
                cameo["rules"][data.get("rule", "")] = data | {"revision": revision}
            case "grant_given":
                cameo["grants"][data["grant"]] = data | {"revision": revision, "withdrawn": []}
            case "grant_withdrawn":
                cameo["grants"][data["grant"]]["withdrawn"].append(data["strength"])
            case "revoked":
                scopes = (data["account"], data.get("purpose"), data.get("facet"))
                cameo["revoked"].append((revision, next((scope for scope in scopes if scope is not None), None), data["strength"]))
            case "paused" | "resumed":
                cameo["paused"] = what == "paused"
            case "held":
                cameo["held"] = True
            case "group_named":
                (cameo["groups"].add if data["active"] else cameo["groups"].discard)(data["group"])
            case "group_member_added":
                cameo["members"].add((data["account"], data["group"]))
            case "group_member_removed":
                cameo["members"].discard((data["account"], data["group"]))
            case "passed_on":
                cameo["passed"].add((data["grant"], data["by"], data["to"]))
            case "pass_on_ended":
                cameo["passed"].discard((data["grant"], data["by"], data["to"]))
            case _:
                pass

    def _generation(self, kind: str, stream: str, data: dict[str, Any]) -> None:
        if kind == "generation.requested":
            self.generations[stream] = {"asked": data, "removed": set(), "taken_down": False}
            return
        one = self.generations[stream]
        match kind.partition(".")[2]:
            case "judged":
                one["judged"] = data["plan_digest"]
            case "attempt_leased":
                one["attempt"] = data["attempt"]
            case "started":
                one |= {"started_attempt": data["attempt"], "started_holding": data["holding"], "uses": data["uses"]}
                for use in data["uses"]:
                    self.used[use["grant"]].add(stream)
            case "released":
                one |= {"ended": "released", "film": data["film_sha256"]}
            case "taken_down":
                one["taken_down"] = True
            case "removed":
                one["removed"].add(data["cameo"])
            case "attempt_lost" if not data["final"]:
                self._return(stream, data)
            case _ if kind in ENDS or kind == "generation.attempt_lost":
                one["ended"] = kind
                self._return(stream, data)

    def _return(self, stream: str, data: dict[str, Any]) -> None:
        for use in data["uses"]:
            self.used[use["grant"]].discard(stream)
