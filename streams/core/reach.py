"""Owns which released films a withdrawal that takes down reaches: those that the policy refuses to serve for it, and no others.

Does not take anything down. The rule is the policy's (requirement consent_taken_down): a revocation names all, an account, an
app, a group, a purpose or a facet, and counts where it came after the film's start; a withdrawn grant counts in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from policy.core.folding.consent import revoked_scope
from schemas.consent import ConsentRevoked, GrantWithdrawn


class Released(NamedTuple):
    """A released generation that shows a cameo, as the cameo's withdrawals meet it."""

    generation: str
    scopes: frozenset[str]
    """What a revocation may have named that the film falls under."""
    grants: frozenset[str]
    """The cameo's grants that it was begun under."""
    since: int
    """The cameo's consent revision at the film's start."""


def released(cameo: str, generation: str, request: Mapping[str, Any], started: Mapping[str, Any], grantees: Mapping[str, str]) -> Released:
    """Make of a film's facts what withdrawals of one of its cameos meet. `grantees`: the cameo's grants, and to whom each was given."""
    used = frozenset(use["grant"] for use in started["uses"] if use["cameo"] == cameo)
    facets = {facet for use in request["cameos"] if use["cameo"] == cameo for facet in use["facets"]}
    scopes = {"all", request["requester"], f"purpose:{request['purpose']}", *(f"facet:{facet}" for facet in facets)}
    scopes |= {grantees[grant] for grant in used if grant in grantees}
    if request["app"] is not None:
        scopes.add(request["app"])
    return Released(generation, frozenset(scopes), used, started["holding"].get(cameo, 0))


def reached(event: ConsentRevoked | GrantWithdrawn, revision: int, film: Released) -> bool:
    """Tell whether a withdrawal, at its revision of the cameo, takes a film down."""
    if event.strength != "take_down":
        return False
    if isinstance(event, GrantWithdrawn):
        return event.grant in film.grants
    return revision > film.since and revoked_scope(event) in film.scopes
