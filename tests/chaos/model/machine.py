"""The state machine that draws histories. Hypothesis chooses rules and seeds; what a seed means is tests.chaos.model.history's."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.chaos.model.history import History
from tests.chaos.model.stage import Stage
from tests.chaos.model.tally import Tally

SPOILT_AT_ONCE = 12
"""How many requirements every history spoils whatever rules follow: Hypothesis alone would seldom choose some."""
STEPS_AT_ONCE = 5
SEEDS = st.integers(0, 2**24)


def machine(stage: Stage, tally: Tally) -> type[RuleBasedStateMachine]:
    """Make the machine for a stage; every rule asks every way and compares."""

    class ConsentMachine(RuleBasedStateMachine):
        history: History

        @initialize(seed=SEEDS)
        def begin(self, seed: int) -> None:
            self.history = History(stage, tally, seed)
            self.history.ask_misfits(seed)
            self.history.act(seed)
            for at in range(STEPS_AT_ONCE):
                self.history.proceed(seed + at)
            for at in range(SPOILT_AT_ONCE):
                self.history.spoil_next(seed + at)

        @rule(seed=SEEDS)
        def act(self, seed: int) -> None:
            self.history.act(seed)

        @rule(seed=SEEDS)
        def request(self, seed: int) -> None:
            self.history.request(seed)

        @rule(seed=SEEDS)
        def proceed(self, seed: int) -> None:
            self.history.proceed(seed)

        @rule(seed=SEEDS)
        def spoil(self, seed: int) -> None:
            self.history.spoil_next(seed)

        @rule(seed=SEEDS)
        def spoil_another(self, seed: int) -> None:
            self.history.spoil_next(seed)

        @rule(seed=SEEDS)
        def ask_misfits(self, seed: int) -> None:
            self.history.ask_misfits(seed)

        @rule(seed=SEEDS)
        def look_through_time(self, seed: int) -> None:
            self.history.look_through_time(seed)

    return ConsentMachine
