"""Facts: what each event makes true, key by key. Does not judge: requirements are Rego.

The fold is stateless: an event alone tells which facts it writes, so narrowing consent needs to read nothing, and the
ledger (exact facts) and the view (fast facts) apply the very same writes. A fact carries the revision of the event that
wrote it; "given before it was revoked" is a comparison of revisions.

Keys by stream:
  account     account · standing · follows/A · blocks/A · power/HOLDER/P · died · step_up · plan · invited
  cameo       owner · status · audience/RULE · grant/GRANTEE/G · withdrawn/GRANTEE/G/STRENGTH · revoked/SCOPE/STRENGTH (SCOPE: all,
              an account, an app, a group, purpose:NAME, facet:NAME) · paused · held · group/G · member/ACCOUNT/G · passed/TO/G/BY ·
              asked/REQUESTER/R · restrictions · restriction/R · preference/P · asset/FACET · enrolment · lock ·
              verification/V
  generation  request · verdict · attempt · started · progress · draft · approved/CAMEO · declined/CAMEO · released · ended ·
              taken_down · removed/CAMEO · appeal/A
  app app · policy bundle · switch switch/NAME · proposal/P · protected/ENTRY · case case · vote/REVIEWER · outcome
"""

from __future__ import annotations

from typing import Literal

import msgspec

from policy.core.folding import account as _account
from policy.core.folding import cameo as _cameo
from policy.core.folding import case as _case
from policy.core.folding import consent as _consent
from policy.core.folding import generation as _generation
from policy.core.folding import operation as _operation
from policy.core.folding.base import FactWrite, fold
from schemas import account, consent, generation
from schemas.registry import Event

__all__ = ["FOLDED", "FactWrite", "UseWrite", "fold", "uses_of"]
FOLDED = (_account, _cameo, _case, _consent, _generation, _operation)
"""The modules that teach `fold` their events: importing this one imports them."""


class UseWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an allowance's counters; the limits are read with `open` alone (None: unlimited).

    An allowance is a grant of a cameo, or a quota of an account (`cameo` then names the account). What a reservation
    takes is one use and the `duration_ms` of the generation's own `request` fact.
    """

    cameo: str
    grant: str
    step: Literal["open", "reserve", "consume", "return"]
    limit: int | None = None
    limit_ms: int | None = None


def uses_of(event: Event, stream: str) -> tuple[UseWrite, ...]:
    """Tell the use counters that an event moves. `stream` is the event's own stream."""
    match event:
        case consent.GrantGiven():
            return (UseWrite(cameo=stream, grant=event.grant, step="open", limit=event.uses, limit_ms=event.duration_ms),)
        case account.PlanSet():
            return (UseWrite(cameo=stream, grant=event.quota, step="open", limit=event.uses, limit_ms=event.duration_ms),)
        case generation.GenerationStarted():
            return tuple(UseWrite(cameo=use.cameo, grant=use.grant, step="reserve") for use in event.uses)
        case generation.GenerationReleased():
            return tuple(UseWrite(cameo=use.cameo, grant=use.grant, step="consume") for use in event.uses)
        case generation.GenerationRefused() | generation.GenerationCancelled() | generation.GenerationStopped() | generation.AttemptLost():
            return tuple(UseWrite(cameo=use.cameo, grant=use.grant, step="return") for use in event.uses)
        case _:
            return ()
