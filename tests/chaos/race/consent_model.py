"""What the design says about consent, written a second time for the checker: plain dictionaries, no platform code."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

MOVES_CONSENT = {
    "account.registered", "account.followed", "account.unfollowed", "account.blocked", "account.unblocked",
    "account.standing_changed", "enrolment.started", "enrolment.activated", "subject_key.destroyed",
    "consent.audience_set", "consent.grant_given", "consent.grant_withdrawn", "consent.revoked",
    "consent.restriction_set", "consent.preference_set", "app.registered", "policy.bundle_activated", "switch.thrown",
}  # fmt: skip
REACH = {"start": {"no_new_uses", "stop", "take_down"}, "release": {"stop", "take_down"}, "serve": {"take_down"}}
ENDS = {"generation.refused", "generation.cancelled", "generation.stopped"}


class World:
    """The state of everything that consent depends on, as of the last applied event."""

    def __init__(self) -> None:
        self.consent_revision: dict[str, int] = defaultdict(int)
        self.standing: dict[str, str] = {}
        self.follows: set[tuple[str, str]] = set()
        self.blocks: set[tuple[str, str]] = set()
        self.cameos: dict[str, dict[str, Any]] = defaultdict(
            lambda: {"owner": None, "status": None, "audience": None, "grants": {}, "revoked": [], "rules": 0}
        )
        self.switches: dict[str, bool] = {}
        self.generations: dict[str, dict[str, Any]] = {}
        self.used: dict[str, set[str]] = defaultdict(set)

    def read_set(self, generation: str) -> set[str]:
        """Name every stream that a decision about a generation depends on."""
        asked = self.generations[generation]["asked"]
        cameos = [use["cameo"] for use in asked["cameos"]]
        owners = [self.cameos[cameo]["owner"] for cameo in cameos]
        app = [asked["app"]] if asked.get("app") else []
        return {*cameos, *owners, asked["requester"], *app, "switch-main", "policy-main"}

    def film_of(self, generation: str) -> str | None:
        """Name the film that was released."""
        return self.generations.get(generation, {}).get("film")

    def taken_down_by(self, event: dict[str, Any]) -> list[str]:
        """Name the generations whose film may no longer be served once this event stands."""
        data = event["data"]
        if event["type"] == "generation.taken_down":
            return [event["stream"]]
        if event["type"] not in {"consent.revoked", "consent.grant_withdrawn"} or data["strength"] != "take_down":
            return []
        return [
            name
            for name, one in self.generations.items()
            if any(use["cameo"] == event["stream"] for use in one["asked"]["cameos"]) and self._reaches(event, one)
        ]

    def _reaches(self, event: dict[str, Any], generation: dict[str, Any]) -> bool:
        if event["type"] == "consent.revoked":
            return event["data"]["account"] in (None, generation["asked"]["requester"])
        return any(use["grant"] == event["data"]["grant"] for use in generation.get("uses", ()))

    def refusals(self, generation: str, action: str, time_us: int, data: dict[str, Any]) -> list[str]:
        """Tell every reason why this start or release must not have been."""
        one = self.generations[generation]
        asked, found = one["asked"], []
        requester = asked["requester"]
        if self.switches.get("render") is not True or self.switches.get(f"engine/{asked['engine']}") is not True:
            found.append("a switch is off")
        if self.standing.get(requester) != "good":
            found.append("the requester is not in good standing")
        if data.get("not_after_us") is not None and time_us >= data["not_after_us"]:
            found.append("it came after its own not_after")
        if one.get("ended"):
            found.append(f"it had ended: {one['ended']}")
        if data["attempt"] != one.get("attempt"):
            found.append("it was not the leased attempt")
        if action == "start" and one.get("judged") != asked["plan_digest"]:
            found.append("the plan was not judged")
        if action == "release" and one.get("started_attempt") != data["attempt"]:
            found.append("that attempt had not started")
        for use in asked["cameos"]:
            found += self._cameo(use, requester, action, time_us, one, generation, asked)
        return found

    def _cameo(
        self, use: dict[str, Any], requester: str, action: str, time_us: int, one: dict[str, Any], generation: str,
        asked: dict[str, Any],
    ) -> list[str]:  # fmt: skip
        cameo = self.cameos[use["cameo"]]
        owner, found = cameo["owner"], []
        if cameo["status"] is None:
            return ["the cameo is not active"]
        if self.standing.get(owner) != "good":
            found.append("the owner is not in good standing")
        if (owner, requester) in self.blocks or (requester, owner) in self.blocks:
            found.append("one blocks the other")
        if owner != requester and cameo["status"] == "sandbox" and self.switches.get("sandbox_use") is not True:
            found.append("a sandbox cameo was used by another")
        since = one.get("started_holding", {}).get(use["cameo"])
        if action == "release" and since is not None and self._revoked_since(cameo, requester, since, one):
            found.append("it was stopped after its start")
        if owner != requester and not self._permits(use, requester, action, time_us, generation, asked):
            found.append("neither audience nor grant permits it")
        return found

    def _revoked_since(self, cameo: dict[str, Any], requester: str, since: int, one: dict[str, Any]) -> bool:
        if any(
            revision > since and strength in REACH["release"] and account in (None, requester)
            for revision, account, strength in cameo["revoked"]
        ):
            return True
        used = {use["grant"] for use in one.get("uses", ())}
        return any(grant in used and REACH["release"] & set(found["withdrawn"]) for grant, found in cameo["grants"].items())

    def _permits(self, use: dict[str, Any], requester: str, action: str, time_us: int, generation: str, asked: dict[str, Any]) -> bool:
        cameo = self.cameos[use["cameo"]]
        revoked = max(
            (
                revision
                for revision, account, strength in cameo["revoked"]
                if strength in REACH[action] and account in (None, requester, asked.get("app"))
            ),
            default=0,
        )
        audience = cameo["audience"]
        if audience is not None and audience["revision"] > revoked and _fits(audience, use, asked["purpose"]):
            mutual = {(requester, cameo["owner"]), (cameo["owner"], requester)} <= self.follows
            if audience["audience"] == "everyone" or (audience["audience"] == "mutuals" and mutual):
                return True
        return any(
            grant["grantee"] in (requester, asked.get("app"))
            and grant["revision"] > revoked
            and not REACH[action] & set(grant["withdrawn"])
            and (grant["from_us"] is None or grant["from_us"] <= time_us)
            and (grant["until_us"] is None or time_us < grant["until_us"])
            and (grant["uses"] is None or len(self.used[name] - {generation}) < grant["uses"])
            and _fits(grant, use, asked["purpose"])
            for name, grant in cameo["grants"].items()
        )

    def apply(self, event: dict[str, Any]) -> None:
        """Take an event in."""
        kind, stream, data = event["type"], event["stream"], event["data"]
        if kind in MOVES_CONSENT:
            self.consent_revision[stream] = event["revision"]
        area = kind.partition(".")[0]
        if area == "account":
            self._account(kind, stream, data)
        elif area == "consent":
            self._consent(kind, self.cameos[stream], data, event["revision"])
        elif area == "generation":
            self._generation(kind, stream, data)
        elif kind == "enrolment.started":
            self.cameos[stream]["owner"] = data["owner"]
        elif kind == "enrolment.activated":
            self.cameos[stream]["status"] = data["assurance"]
        elif kind == "subject_key.destroyed":
            self.cameos[stream]["status"] = None
        elif kind == "switch.thrown":
            self.switches[data["switch"]] = data["on"]

    def _account(self, kind: str, stream: str, data: dict[str, Any]) -> None:
        match kind.partition(".")[2]:
            case "registered":
                self.standing[stream] = "good"
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
            case _:
                raise ValueError(kind)

    @staticmethod
    def _consent(kind: str, cameo: dict[str, Any], data: dict[str, Any], revision: int) -> None:
        match kind.partition(".")[2]:
            case "audience_set":
                cameo["audience"] = data | {"revision": revision}
            case "grant_given":
                cameo["grants"][data["grant"]] = data | {"revision": revision, "withdrawn": []}
            case "grant_withdrawn":
                cameo["grants"][data["grant"]]["withdrawn"].append(data["strength"])
            case "revoked":
                cameo["revoked"].append((revision, data["account"], data["strength"]))
            case "restriction_set":
                cameo["rules"] = revision
            case _:
                pass

    def _generation(self, kind: str, stream: str, data: dict[str, Any]) -> None:
        if kind == "generation.requested":
            self.generations[stream] = {"asked": data}
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
            case "attempt_lost" if not data["final"]:
                self._return(stream, data)
            case _ if kind in ENDS or kind == "generation.attempt_lost":
                one["ended"] = kind
                self._return(stream, data)

    def _return(self, stream: str, data: dict[str, Any]) -> None:
        for use in data["uses"]:
            self.used[use["grant"]].discard(stream)


def _fits(given: dict[str, Any], use: dict[str, Any], purpose: str) -> bool:
    return purpose in given["purposes"] and set(use["facets"]) <= set(given["facets"])
