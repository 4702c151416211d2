"""Owns by which ways a re-verification can be answered: what nobody could pass by is refused before they answer. Issues no challenge."""

from __future__ import annotations

from dataclasses import replace

from identity.core.checks.words import UNMEASURED
from identity.core.codes import message
from identity.core.profiles import Profile
from serving.errors import ConflictError, InvalidError
from serving.handlers.enrolments import Wish
from serving.verification_ports import Ask
from streams.core.assured import NEEDS_A_REVIEWER


def reaching(how: Wish, wish: Ask | None) -> Wish:
    """Return a way of answering that can reach what is asked for, or nobody would find out before they had answered."""
    if wish is None or wish.level != "upload":
        if how.way != "stepwise":
            raise _not_so("verification.needs_steps")
        if wish is not None and wish.level == "light":
            if "light" in how.without:
                raise _not_so("verification.needs_light")
            return replace(how, light=True)
    return how


def require_judged(how: Wish, judged_as: Profile | None) -> None:
    """Refuse what nobody could pass by, before they answer it: what needs a reviewer, for nobody looks, but in the sandbox."""
    if judged_as is None:
        raise ConflictError("cameo.sandbox", "a cameo of the sandbox answers for nobody here", "enrol under basic or verified")
    if judged_as is not Profile.SANDBOX:
        if NEEDS_A_REVIEWER & how.without:
            raise _not_so("verification.needs_all")
        if how.language in UNMEASURED:
            raise _not_so("verification.language")


def _not_so(code: str) -> InvalidError:
    """Say why it cannot be answered in that way, and in which it can, in both languages."""
    words = message(code)
    what, _, remedy = words.en.partition(". ")
    return InvalidError(code, what, remedy, ko=words.ko)
