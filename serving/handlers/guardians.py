"""Owns who must be beside a minor who enrols: a guardian of theirs, who has an active cameo. Looks at no picture."""

from __future__ import annotations

from policy.ports import FactReader
from schemas.ids import cameo_of
from serving.errors import ForbiddenError, InvalidError
from streams.core.assured import is_worth_more


def beside(facts: FactReader, account: str, guardian: str | None) -> str | None:
    """Return who is to be beside this account in its recording: for a minor a guardian, for anybody else nobody.

    A guardian is who holds a running power of that kind over the minor, and whose own cameo is active, so that their face is
    known. Raises InvalidError, ForbiddenError.
    """
    known = facts.get(account, "account")
    if known is None or not known.value["minor"]:
        if guardian is not None:
            raise InvalidError("guardian.not_needed", "you are no minor here", "record alone; the operator corrects what is wrong")
        return None
    if guardian is None:
        raise ForbiddenError("guardian.required", "a minor records together with a guardian", "name them: cameo enrol start --guardian")
    now_us = facts.now_us()
    powers = [fact.value for _, fact in facts.scan(account, f"power/{guardian}/")]
    runs = [one for one in powers if (one["from_us"] or 0) <= now_us and (one["until_us"] is None or now_us < one["until_us"])]
    if not any(one["kind"] == "guardian" for one in runs):
        raise ForbiddenError("guardian.not_theirs", "they are no guardian of yours here", "the operator records guardians")
    status = facts.get(cameo_of(guardian), "status")
    if not is_worth_more(None if status is None else status.value):
        raise ForbiddenError("guardian.not_enrolled", "your guardian's face is not known here", "they enrol first, outside the sandbox")
    return guardian
