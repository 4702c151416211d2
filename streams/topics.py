"""The topics of the record: their names and configuration, made once and verified ever after. Does not send or consume.

`python -m streams.topics` (before the relay; may be run again).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from schemas.ids import PARTITIONS

EVENTS = "cameo.events"
BEATS = "cameo.beats"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it must be. Partition counts are fixed for ever: more of them would reorder streams."""

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=dict[str, str])


TOPICS = (
    Topic(EVENTS, PARTITIONS, {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}),
    Topic(BEATS, 1, {"cleanup.policy": "delete", "retention.ms": "600000", "segment.ms": "600000"}),
)
"""Events are kept for ever, uncompacted: after a disaster the ledger is read back from them. Beats matter for a second."""


def main() -> None:
    """Make the installation's topics, or verify them."""
    from infra.settings import Settings  # noqa: PLC0415 -- wiring: settings are read at the edge alone
    from streams.adapters.kafka import ensure_topics  # noqa: PLC0415 -- wiring

    for line in ensure_topics(Settings.from_env(os.environ).kafka, TOPICS):
        print(line)  # noqa: T201 -- a command's answer


if __name__ == "__main__":
    main()
