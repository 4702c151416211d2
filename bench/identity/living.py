"""Owns how a case would have been answered step by step: by a person, or by an attacker who makes each answer after it is asked.

The film of a case is taken as what the server received. Each step is said to have been handed out so long before its answer
begins: a person's reaction, or the attacker's turn-round and nothing besides, which flatters the attacker.
"""

from __future__ import annotations

import random
from typing import Final

from bench.identity.cases import Case
from identity.core.challenge import Challenge
from identity.core.features import Features
from identity.core.live import LiveTrace


def trace_of(case: Case, challenge: Challenge, features: Features, turn_round_ms: int) -> LiveTrace:
    """What the server would have noted. `turn_round_ms` 0: answered as a person does."""
    raise NotImplementedError


REACTION_S: Final = (0.35, 1.1)
"""From the words on the screen to the begin of a movement: drawn evenly."""
_RANDOM: Final = random.Random
