"""What searches follow in a real ledger: numbered in pages, and behind the last one what no relay numbered yet."""

from __future__ import annotations

from typing import Any

from streams.adapters.known_log import KnownLog
from streams.adapters.postgres import PostgresEventStore
from streams.adapters.postgres_relay import RelaySession
from streams.agents.following import Page
from streams.core.carried import number
from streams.core.knowing import Noted
from tests.integration.agents.test_turns import refusal, some_cameo


def places(page: Page[Noted]) -> list[tuple[int | None, str]]:
    return [(one.log_index, one.stream) for one in page.events]


def test_pages_end_with_what_has_no_number_and_a_page_that_is_full_has_none_of_it(database: Any) -> None:
    cameos = [some_cameo() for _ in range(6)]
    relay, log = RelaySession.open(database.dsn("relay")), KnownLog(database.dsn("worker"))
    try:
        with PostgresEventStore(database.dsn("worker"), "main") as store:
            for cameo in cameos:
                store.append(refusal(cameo))
        assert places(log.faces_noted(-1, 3)) == [(None, cameo) for cameo in cameos], "nothing has a number: all of them on one page"
        relay.number(*number(relay.read(4).envelopes, relay.log_size, relay.sequences))
        first = log.faces_noted(-1, 3)
        assert (places(first), first.reached, first.is_last) == ([(at, cameos[at]) for at in range(3)], 2, False)
        last = log.faces_noted(first.reached, 3)
        assert (places(last), last.reached, last.is_last) == ([(3, cameos[3]), (None, cameos[4]), (None, cameos[5])], 3, True)
        relay.number(*number(relay.read(4).envelopes, relay.log_size, relay.sequences))
        assert log.marks_noted(-1, 3) == Page([], 5, is_last=True), "a refusal has no marks, and is not looked at again"
        assert log.faces_noted(5, 3) == Page([], 5, is_last=True)
    finally:
        relay.close()
        log.close()
