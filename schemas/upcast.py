"""Upcasters: pure functions from an old event class to the newest one. Does not read bytes: see codec."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from schemas import cameo, case, consent, generation, operation, verification
from schemas.registry import Event

_UPCASTERS: dict[type[Event], Callable[[Event], Event]] = {}
Old = TypeVar("Old", bound=Event)


def upcaster(old: type[Old]) -> Callable[[Callable[[Old], Event]], Callable[[Old], Event]]:
    """Register how events of an old class read as the next newer one."""

    def register(function: Callable[[Old], Event]) -> Callable[[Old], Event]:
        _UPCASTERS[old] = function  # type: ignore[assignment]
        return function

    return register


def upcast(event: Event) -> Event:
    """Apply upcasters until the event is of the newest class."""
    while (step := _UPCASTERS.get(type(event))) is not None:
        event = step(event)
    return event


def _widened(old: type[Event], new: type[Event]) -> None:
    """Register that the new class only adds fields, whose defaults say what the old one meant."""
    upcaster(old)(lambda event: new(**msgspec.structs.asdict(event)))


_widened(cameo.EnrolmentStartedV1, cameo.EnrolmentStarted)
_widened(cameo.RecordingReceivedV1, cameo.RecordingReceived)
_widened(cameo.EnrolmentAssessedV1, cameo.EnrolmentAssessed)
_widened(cameo.EnrolmentActivatedV1, cameo.EnrolmentActivated)
_widened(case.CaseOpenedV1, case.CaseOpened)
_widened(consent.AudienceSetV1, consent.AudienceSet)
_widened(consent.GrantGivenV1, consent.GrantGiven)
_widened(consent.ConsentRevokedV1, consent.ConsentRevoked)
_widened(generation.GenerationRequestedV1, generation.GenerationRequested)
_widened(generation.GenerationDecidedV1, generation.GenerationDecided)
_widened(operation.SwitchThrownV1, operation.SwitchThrown)
_widened(verification.VerificationAnsweredV1, verification.VerificationAnswered)
