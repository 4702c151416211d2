"""Explains a decision on record to whoever may ask: its requester, the owner of a cameo in it, oversight. Decides nothing anew."""

from __future__ import annotations

from typing import Any

import msgspec

from policy.codes import codes
from policy.core.disclosing import OF_NO_OWNER, told_to_owner, told_to_requester
from policy.core.explaining import AsOf, Explained, explained, owned, streams_of, until
from policy.reads import reads
from serving.core.reasons import reasons
from serving.errors import NotFoundError
from serving.ports import Asking
from streams.ports import EventStore


def explain(store: EventStore, caller: Asking, decision: dict[str, Any]) -> dict[str, Any]:
    """Explain a decision. Raises NotFoundError for everybody else.

    Oversight sees every requirement, fact and event; a requester what a requester may be told; an owner what they
    themselves had said, and, where no other owner was asked, what stood in the way.
    """
    table = codes()
    told = {name: decision[name] for name in ("decision", "generation", "action", "permit", "decided_at", "bundle_sha256")}
    if "auditor" in caller.scopes:
        whole = {"input": decision["input"], "event_id": decision["event_id"], "obligations": decision["obligations"]}
        return told | whole | {"reasons": reasons(table, decision["codes"], disclosed=False)} | _plain(_explained(store, decision))
    if caller.account == decision["requester"]:
        shown = told_to_requester(table, decision["codes"])
        obligations: list[str] = decision["obligations"] if decision["permit"] else []
        listed = [{"code": code, "state": "unmet"} for code in shown] + _met(decision)
        return told | {"reasons": reasons(table, shown, disclosed=False), "obligations": obligations, "requirements": listed}
    if any(cameo.get("owner") == caller.account for cameo in decision["input"]["cameos"]):
        return told | _to_owner(store, caller, decision)
    raise NotFoundError("decision.unknown", "there is no such decision for you", "see the audit")


def _explained(store: EventStore, decision: dict[str, Any]) -> Explained:
    events = {stream: until(stream, decision, store.read(stream)) for stream in streams_of(decision)}
    return explained(codes(), reads(), decision, AsOf(events))


def _to_owner(store: EventStore, caller: Asking, decision: dict[str, Any]) -> dict[str, Any]:
    alone = len(decision["input"]["cameos"]) == 1
    shown = told_to_owner(decision["codes"], decision["input"], caller.account) if alone else ()
    found = _plain(owned(_explained(store, decision), decision, caller.account))
    own = {one["code"]: one for one in found["requirements"] if one["reads"]}
    listed = [own.get(code, {"code": code, "reads": []}) | {"state": "unmet"} for code in shown]
    met = [one for code, one in own.items() if alone and one["state"] == "met" and not code.startswith(OF_NO_OWNER)]
    return {"reasons": reasons(codes(), shown, disclosed=False), "requirements": listed + met, "facts": found["facts"]}


def _met(decision: dict[str, Any]) -> list[dict[str, str]]:
    """List the requirements that were met: of a refusal those alone that rest on no owner."""
    unmet = set(decision["codes"])
    asked = (code for code in codes().values() if decision["action"] in code.actions and not {code.code, code.after} & unmet)
    return [{"code": code.code, "state": "met"} for code in asked if decision["permit"] or code.code.startswith(OF_NO_OWNER)]


def _plain(explanation: Explained) -> dict[str, Any]:
    return msgspec.to_builtins(explanation)
