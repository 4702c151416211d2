"""How often somebody may try: by account, by device, by address; and that a challenge is answered where it was taken.

The lock after five refused recordings is the record's own (identity.core.enrolment); this stands before it, and outside the record.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from serving.errors import ForbiddenError, InvalidError, NotFoundError, TooManyError
from serving.handlers.desk import Caller
from serving.rate_ports import Allowance, Bound, RateStore

What = Literal["start", "submit", "token"]


@dataclass(frozen=True, slots=True)
class Rule:
    """So many at once, and one more every so many seconds."""

    burst: int
    period_s: float


RULES: Mapping[str, Rule] = {
    "start/account": Rule(10, 180),
    "start/device": Rule(15, 120),
    "start/address": Rule(60, 20),
    "submit/account": Rule(10, 180),
    "submit/device": Rule(15, 120),
    "submit/address": Rule(60, 20),
    "token/address": Rule(30, 10),
}
"""Challenges taken, recordings handed in, tokens that nobody knows. House rules, unmeasured: a person who fails is locked after
five; a room full of people behind one address enrols 60 at once and 180 an hour."""


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a request comes from. `address`: None where it tells nothing of who asks, as this machine's own."""

    address: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """The rules of one installation and where it counts."""

    store: RateStore
    key: bytes
    """Keys the digests of addresses and devices: neither is kept."""
    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES)

    def require(self, what: What, whence: Whence, account: str | None = None) -> None:
        """Count one; raises TooManyError (429, rate.limited) when that is too often for any of who and where."""
        whose = {"account": account, "device": self._digest(whence.device), "address": self._digest(whence.address)}
        asked = [
            Allowance(f"{what}/{of}/{who}", rule.burst, rule.period_s)
            for of, who in whose.items()
            if who is not None and (rule := self.rules.get(f"{what}/{of}")) is not None
        ]
        wait_s = self.store.take(asked)
        if wait_s is not None:
            left_s = math.ceil(wait_s)
            raise TooManyError("rate.limited", "that is too often", f"try again in {left_s} s", retry_after_s=left_s)

    def device(self, whence: Whence) -> str | None:
        """Digest what a device calls itself, keyed, in hex; None where it named nothing."""
        return None if whence.device is None else self._keyed(whence.device)

    def bind(self, challenge: str, caller: Caller) -> None:
        """Bind a challenge to the device that took it, and where it named none to the session (the token's id). The first stands."""
        self.store.bind(challenge, Bound(caller.account, caller.token_id, caller.device))

    def require_same_place(self, challenge: str, caller: Caller) -> None:
        """Raise ForbiddenError where a challenge is answered elsewhere than it was taken.

        Another device (challenge.other_device) where one took it, else another session (challenge.other_session). Raises NotFoundError
        for another account's, and for what was bound to nothing: nobody answers that.
        """
        bound = self.store.bound(challenge)
        if bound is None or bound.account != caller.account:
            raise NotFoundError("enrolment.unknown", "no such challenge is open for you", "start a new enrolment: cameo enrol start")
        if bound.device is not None:
            if caller.device is None or not hmac.compare_digest(bound.device, caller.device):
                raise ForbiddenError(
                    "challenge.other_device", "this challenge was taken on another device", "answer it there, or start a new one"
                )
        elif not caller.token_id or bound.session != caller.token_id:
            raise ForbiddenError(
                "challenge.other_session", "this challenge was taken with another token", "answer it with that one, or start a new one"
            )

    def _keyed(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def _digest(self, text: str | None) -> str | None:
        return None if text is None else self._keyed(text)[:32]


def rules_from(text: str) -> Mapping[str, Rule]:
    """Read an operator's rules, as `start/address=200/10 token/address=off`, over the ones of the house.

    Each is NAME=BURST/SECONDS: so many at once, one more every so many seconds. Raises InvalidError.
    """
    found = dict(RULES)
    for word in text.split():
        name, _, rule = word.partition("=")
        burst, _, period_s = rule.partition("/")
        if name not in RULES:
            raise InvalidError("rate.unknown", f"there is no rate {name}", f"there are {', '.join(RULES)}")
        if rule == "off":
            del found[name]
            continue
        try:
            found[name] = Rule(int(burst), float(period_s))
        except ValueError as error:
            raise InvalidError("rate.unreadable", f"{word} is no rate", "write NAME=BURST/SECONDS or NAME=off") from error
        if found[name].burst < 1 or not 0 < found[name].period_s < math.inf:
            raise InvalidError("rate.unreadable", f"{word} lets nobody do anything", "at least one at once, more than 0 seconds")
    return found
