"""What the design refuses, written a second time for the checker: from plain dictionaries, with no platform code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.chaos.race.consent_model import State

REACH = {"start": {"no_new_uses", "stop", "take_down"}, "release": {"stop", "take_down"}, "serve": {"take_down"}}
TAKING = {"consent.revoked", "consent.grant_withdrawn"}


class World(State):
    """The state, and every reason that speaks against a start, a release or a serving on it."""

    def read_set(self, generation: str) -> set[str]:
        """Name every stream that a decision about a generation depends on."""
        asked = self.generations[generation]["asked"]
        cameos = [use["cameo"] for use in asked["cameos"]]
        owners = [self.cameos[cameo]["owner"] for cameo in cameos]
        passers = [by for cameo in cameos for _, by, to in self.cameos[cameo]["passed"] if to == asked["requester"]]
        others = [asked[name] for name in ("app", "remix_of") if asked.get(name)]
        return {*cameos, *owners, *passers, *others, asked["requester"], "switch-main", "policy-main"}

    def film_of(self, generation: str) -> str | None:
        """Name the film that was released."""
        return self.generations.get(generation, {}).get("film")

    def taken_down_by(self, event: dict[str, Any]) -> list[str]:
        """Name the generations whose film may no longer be served once this event stands."""
        data = event["data"]
        if event["type"] in {"generation.taken_down", "generation.removed"}:
            return [event["stream"]]
        if event["type"] not in TAKING or data["strength"] != "take_down":
            return []
        return [
            name
            for name, one in self.generations.items()
            for use in one["asked"]["cameos"]
            if use["cameo"] == event["stream"] and self._reaches(event, one, use)
        ]

    def _reaches(self, event: dict[str, Any], one: dict[str, Any], use: dict[str, Any]) -> bool:
        data, grants = event["data"], {used["grant"] for used in one.get("uses", ())}
        if event["type"] == "consent.grant_withdrawn":
            return data["grant"] in grants
        scope = data["account"] or data.get("purpose") or data.get("facet")
        by_grant = {given["grantee"] for name, given in self.cameos[event["stream"]]["grants"].items() if name in grants}
        return scope in _scopes(one["asked"], use) | by_grant

    def refusals(self, generation: str, action: str, time_us: int, data: dict[str, Any]) -> list[str]:
        """Tell every reason why this start or release must not have been."""
        one = self.generations[generation]
        found = [*self._of_platform(one["asked"]), *self._of_requester(generation, action, time_us)]
        if data.get("not_after_us") is not None and time_us >= data["not_after_us"]:
            found.append("it came after its own not_after")
        if one.get("ended"):
            found.append(f"it had ended: {one['ended']}")
        if data["attempt"] != one.get("attempt"):
            found.append("it was not the leased attempt")
        if action == "start" and one.get("judged") != one["asked"]["plan_digest"]:
            found.append("the plan was not judged")
        if action == "release" and one.get("started_attempt") != data["attempt"]:
            found.append("that attempt had not started")
        if action == "release" and one["removed"]:
            found.append("a subject had removed it")
        for use in one["asked"]["cameos"]:
            found += self._cameo(use, generation, action, time_us)
        return found

    def _of_platform(self, asked: dict[str, Any]) -> Iterator[str]:
        if self.switches.get("render") is not True or self.switches.get(f"engine/{asked['engine']}") is not True:
            yield "a switch is off"
        if self.switches.get(f"region/{self.region[asked['requester']]}") is False:
            yield "the requester's region is switched off"
        if asked.get("app") and self.standing.get(asked["app"]) != "good":
            yield "the app is not in good standing"
        source = asked.get("remix_of")
        if source:
            film = self.generations[source]
            if "film" not in film or film["taken_down"] or film["removed"]:
                yield "the film that it is made from is gone"
            if not {use["cameo"] for use in film["asked"]["cameos"]} <= {use["cameo"] for use in asked["cameos"]}:
                yield "somebody in the film that it is made from was not asked"

    def _of_requester(self, generation: str, action: str, time_us: int) -> Iterator[str]:
        asked = self.generations[generation]["asked"]
        who = asked["requester"]
        if self.standing.get(who) != "good" or who in self.dead:
            yield "the requester is not in good standing"
        if action == "start" and self.switches.get("invitations") and who not in self.invited:
            yield "the requester was not invited"
        if action == "start" and self.switches.get("plans"):
            plan = self.plans.get(who)
            if plan is None or time_us < plan["from_us"] or (plan["until_us"] is not None and time_us >= plan["until_us"]):
                yield "the requester has no plan"
            elif not self._left(plan["quota"], plan, generation):
                yield "the plan is used up"

    def _left(self, name: str, allowance: dict[str, Any], generation: str) -> bool:
        """Tell whether an allowance holds one more film of this length."""
        others = self.used[name] - {generation}
        length_ms = self.generations[generation]["asked"].get("duration_ms", 0)
        taken_ms = sum(self.generations[one]["asked"]["duration_ms"] for one in others)
        few = allowance["uses"] is None or len(others) < allowance["uses"]
        limit_ms = allowance.get("duration_ms")
        return few and (limit_ms is None or taken_ms + length_ms <= limit_ms)

    def _cameo(self, use: dict[str, Any], generation: str, action: str, time_us: int) -> list[str]:
        one, cameo = self.generations[generation], self.cameos[use["cameo"]]
        requester, owner, found = one["asked"]["requester"], cameo["owner"], list[str]()
        if cameo["status"] is None:
            return ["the cameo is not active"]
        if cameo["held"]:
            found.append("a call for help holds the cameo")
        if cameo["paused"]:
            found.append("everything of the cameo is paused")
        if self.standing.get(owner) != "good":
            found.append("the owner is not in good standing")
        if (owner, requester) in self.blocks or (requester, owner) in self.blocks:
            found.append("one blocks the other")
        if owner != requester and cameo["status"] == "sandbox" and self.switches.get("sandbox_use") is not True:
            found.append("a sandbox cameo was used by another")
        since = one.get("started_holding", {}).get(use["cameo"])
        if action == "release" and since is not None and self._revoked_since(cameo, use, since, one):
            found.append("it was stopped after its start")
        if owner != requester and not self._permits(use, generation, action, time_us):
            found.append("neither audience nor grant permits it")
        return found

    @staticmethod
    def _revoked_since(cameo: dict[str, Any], use: dict[str, Any], since: int, one: dict[str, Any]) -> bool:
        used = {taken["grant"] for taken in one.get("uses", ())}
        scopes = _scopes(one["asked"], use) | {grant["grantee"] for name, grant in cameo["grants"].items() if name in used}
        if any(revision > since and strength in REACH["release"] and scope in scopes for revision, scope, strength in cameo["revoked"]):
            return True
        return any(grant in used and REACH["release"] & set(found["withdrawn"]) for grant, found in cameo["grants"].items())

    def _permits(self, use: dict[str, Any], generation: str, action: str, time_us: int) -> bool:
        one, cameo = self.generations[generation], self.cameos[use["cameo"]]
        asked = one["asked"]

        def stands(given: dict[str, Any], *more: str) -> bool:
            """Given after every revocation that reaches it."""
            scopes = _scopes(asked, use) | set(more)
            counted = (revision for revision, scope, strength in cameo["revoked"] if strength in REACH[action] and scope in scopes)
            return given["revision"] > max(counted, default=0)

        rules = (rule for rule in cameo["rules"].values() if rule.get("active", True) and stands(rule))
        if any(self._meets(rule, use, asked, cameo["owner"]) for rule in rules):
            return True
        return any(
            self._reached(grant, name, asked, cameo)
            and stands(grant, grant["grantee"])
            and not REACH[action] & set(grant["withdrawn"])
            and (grant["from_us"] is None or grant["from_us"] <= time_us)
            and (grant["until_us"] is None or time_us < grant["until_us"])
            and self._left(name, grant, generation)
            and _fits(grant, use, asked)
            for name, grant in cameo["grants"].items()
        )

    def _meets(self, rule: dict[str, Any], use: dict[str, Any], asked: dict[str, Any], owner: str) -> bool:
        who = asked["requester"]
        mutual = {(who, owner), (owner, who)} <= self.follows
        let_in = rule["audience"] == "everyone" or (rule["audience"] == "mutuals" and mutual)
        apps, regions = rule.get("apps"), rule.get("regions")
        placed = (apps is None or asked.get("app") in apps) and (regions is None or self.region[who] in regions)
        return let_in and placed and _fits(rule, use, asked)

    def _reached(self, grant: dict[str, Any], name: str, asked: dict[str, Any], cameo: dict[str, Any]) -> bool:
        """Tell whether the requester comes to a grant: their own, their app's, their group's, or passed on to them."""
        who, grantee = asked["requester"], grant["grantee"]
        if grantee in {who, asked.get("app")} or (grantee in cameo["groups"] and (who, grantee) in cameo["members"]):
            return True
        blocked = (grantee, cameo["owner"]) in self.blocks or (cameo["owner"], grantee) in self.blocks
        passed = grant.get("pass_on") and (name, grantee, who) in cameo["passed"]
        return bool(passed) and self.standing.get(grantee) == "good" and grantee not in self.dead and not blocked


def _scopes(asked: dict[str, Any], use: dict[str, Any]) -> set[str | None]:
    """Name what a revocation may have named that reaches this use, whatever permits it."""
    return {None, asked["requester"], asked.get("app"), asked["purpose"], *use["facets"]}


def _fits(given: dict[str, Any], use: dict[str, Any], asked: dict[str, Any]) -> bool:
    made_from = not asked.get("remix_of") or given.get("remix", False)
    return asked["purpose"] in given["purposes"] and set(use["facets"]) <= set(given["facets"]) and made_from
