"""However the feed's partitions interleave, repeat and are cut into batches, the view ends with the facts of the fold."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.adapters.view import Arrived, ViewReader, ViewWriter
from policy.core.digest import facts_digest, head_row
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from schemas.registry import Event
from tests.policy_parts import Feed
from tests.property.policy.histories import GENERATION, Case, cases, history


class Told(InMemoryFacts):
    """Remembers the history that it was told."""

    def __init__(self, *arguments: object, **more: object) -> None:
        self.history: list[tuple[str, Event]] = []
        super().__init__(*arguments, **more)  # type: ignore[arg-type]

    def append(self, stream: str, event: Event) -> int:
        self.history.append((stream, event))
        return super().append(stream, event)


def interleaved(draw: st.DataObject, events: list[Arrived]) -> list[Arrived]:
    """Keep the order of each partition, and repeat what a restarted feed would bring again."""
    waiting = {partition: [one for one in events if one.partition == partition] for partition in {one.partition for one in events}}
    found: list[Arrived] = []
    while waiting:
        partition = draw.draw(st.sampled_from(sorted(waiting)))
        found.append(waiting[partition].pop(0))
        if draw.draw(st.integers(0, 4)) == 0:
            found.append(found[draw.draw(st.integers(0, len(found) - 1))])
        if not waiting[partition]:
            del waiting[partition]
    return found


@settings(max_examples=120, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.data())
def test_any_interleaving_ends_with_the_same_facts(drawn: tuple[Case, tuple[str, ...]], data: st.DataObject) -> None:
    expected = history(drawn[0], "b" * 64, into=Told)
    assert isinstance(expected, Told)
    expected.time_us = 0
    events = interleaved(data, Feed().of(*expected.history))
    size = data.draw(st.integers(1, 7))
    folder = Path(tempfile.mkdtemp(prefix="cm-view-", dir="/tmp"))
    writer = ViewWriter(folder)
    try:
        for place in range(0, len(events), size):
            writer.apply(events[place : place + size])
        reader = ViewReader(folder)
        rows = [(stream, key, fact.value, fact.revision) for stream, kept in expected.facts.items() for key, fact in kept.items()]
        assert reader.digest() == facts_digest(rows + [head_row(stream, *head) for stream, head in expected.heads.items()])
        question = question_of(expected, GENERATION, "start")
        assert question is not None
        seen, known = gather(reader, question), gather(expected, question)
        assert (seen.input | {"now_us": 0}, seen.holding) == (known.input, known.holding)
    finally:
        writer.close()
        shutil.rmtree(folder)
