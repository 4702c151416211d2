"""Folds events of operation: apps, bundles, switches. Does not judge them."""

from __future__ import annotations

from policy.core.folding.base import FactWrite, drop, fold, put
from schemas import operation


@fold.register
def _(event: operation.AppRegistered) -> tuple[FactWrite, ...]:
    return put("app", {"owner": event.owner}) + put("standing", {"standing": "good"})


@fold.register
def _(event: operation.AppStandingChanged) -> tuple[FactWrite, ...]:
    return put("standing", {"standing": event.standing})


@fold.register
def _(event: operation.BundleActivated) -> tuple[FactWrite, ...]:
    return put("bundle", {"bundle_sha256": event.bundle_sha256})


@fold.register
def _(event: operation.SwitchThrown) -> tuple[FactWrite, ...]:
    thrown = put(f"switch/{event.switch}", {"on": event.on})
    return thrown if event.proposal is None else thrown + drop(f"proposal/{event.proposal}")


@fold.register
def _(event: operation.SwitchProposed) -> tuple[FactWrite, ...]:
    return put(f"proposal/{event.proposal}", {"switch": event.switch, "on": event.on, "operator": event.operator})


@fold.register
def _(event: operation.FaceProtected) -> tuple[FactWrite, ...]:
    return put(f"protected/{event.entry}", {"subject": event.subject, "reason": event.reason})


@fold.register
def _(event: operation.FaceUnprotected) -> tuple[FactWrite, ...]:
    return drop(f"protected/{event.entry}")


@fold.register
def _(event: operation.RoleProposed) -> tuple[FactWrite, ...]:
    return put(f"role_proposal/{event.proposal}", {"role": event.role, "account": event.account, "operators": [event.operator]})


@fold.register
def _(event: operation.RoleConfirmed) -> tuple[FactWrite, ...]:
    return put(f"role_proposal/{event.proposal}", {"role": event.role, "account": event.account, "operators": list(event.operators)})


@fold.register
def _(event: operation.RoleGiven) -> tuple[FactWrite, ...]:
    given = put(f"role/{event.role}/{event.account}", {"operators": list(event.operators), "ended": False})
    return given + drop(f"role_proposal/{event.proposal}")


@fold.register
def _(event: operation.RoleEnded) -> tuple[FactWrite, ...]:
    return put(f"role/{event.role}/{event.account}", {"operators": [], "ended": True})
