"""Parts that are gone, killed or older than they were: nothing is opened, and what was recorded is found again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.wire import OpenAnswer
from schemas.generation import GenerationStarted
from tests.keyholder_parts import Keyholding, Replica
from tests.parts import PostgresPart

KILLS = 6
AT_ONCE = 8


@pytest.fixture
def generation(keyholding: Keyholding) -> str:
    owner = keyholding.world.register()
    return keyholding.world.ready(owner, keyholding.world.activate_cameo(owner))


def test_without_its_policy_it_opens_releases_and_serves_nothing(keyholding: Keyholding, generation: str) -> None:
    world, api = keyholding.world, keyholding.client("api")
    owner = world.register()
    out = world.ready(owner, world.activate_cameo(owner))
    replica = keyholding.replica()
    ask = replica.spool(replica.package(replica.open(out)), b"film")
    keyholding.opa.stop()
    try:
        opened, released = replica.open(generation), replica.client.release(ask)
        assert (opened.outcome, opened.codes, opened.final) == ("refused", ("policy.unavailable",), False)
        assert (released.outcome, released.codes, released.final) == ("refused", ("policy.unavailable",), False)
        assert "generation.started" not in world.types(generation)
        assert "generation.released" not in world.types(out)
    finally:
        keyholding.opa.start()
    assert replica.client.release(ask).outcome == "released"
    assert replica.open(generation).outcome == "opened"
    keyholding.opa.stop()
    try:
        with pytest.raises(KeyholderRefusedError, match=r"policy\.unavailable"):
            api.film(out, owner)
    finally:
        keyholding.opa.start()
    assert api.film(out, owner) == b"film"


def test_killed_while_many_open_it_starts_each_attempt_once_and_gives_its_package_to_whoever_asks_again(
    keyholding: Keyholding,
) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner)
    lost = 0
    for _ in range(KILLS):
        asked = [(world.ready(owner, cameo), keyholding.replica()) for _ in range(AT_ONCE)]
        together = threading.Barrier(AT_ONCE + 1)

        def open_one(one: tuple[str, Replica], together: threading.Barrier = together) -> OpenAnswer | None:
            together.wait()
            try:
                return one[1].open(one[0])
            except KeyholderUnavailableError:
                return None

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = pool.map(open_one, asked)
            together.wait()
            while not any("generation.started" in world.types(generation) for generation, _ in asked):
                pass
            keyholding.running.kill()
            first = list(answers)
        lost += first.count(None)
        keyholding.restart()
        for (generation, replica), answer in zip(asked, first, strict=True):
            again = replica.open(generation)
            assert again.outcome == "opened", again
            if answer is not None and answer.package is not None:
                assert replica.package(again) == replica.package(answer)
            started = [event for event in world.events(generation) if isinstance(event, GenerationStarted)]
            assert [event.public_key for event in started] == [replica.public_key.hex()]
    assert lost > 0, "no kill came in time to lose an answer: the test saw nothing"


def test_without_its_ledger_it_decides_nothing(keyholding: Keyholding, generation: str, postgres_part: PostgresPart) -> None:
    postgres_part.running.stop()
    try:
        answer = keyholding.replica().open(generation)
        assert (answer.outcome, answer.codes, answer.final) == ("refused", ("ledger.unavailable",), False)
        with pytest.raises(KeyholderRefusedError, match=r"ledger\.unavailable"):
            keyholding.client("api").film(generation, "account-" + "0" * 32)
        assert keyholding.client("api").health().codes == ("ledger.unavailable",)
    finally:
        postgres_part.restart()
    keyholding.world.close()
    while (answer := keyholding.replica().open(generation)).codes == ("ledger.unavailable",):
        pass  # connections come back by themselves; the suite's timeout bounds it
    assert answer.outcome == "opened"


@pytest.fixture
def maintenance(postgres_part: PostgresPart) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_part.superuser("postgres"), autocommit=True) as connection:
        yield connection


def test_on_an_older_ledger_it_refuses_until_the_ledger_has_caught_up(keyholding: Keyholding, maintenance: psycopg.Connection) -> None:
    world = keyholding.world
    owner = world.register()
    cameo = world.activate_cameo(owner)
    before, after = world.ready(owner, cameo), world.ready(owner, cameo)
    name = str(conninfo_to_dict(keyholding.installation.settings.postgres)["dbname"])

    def swapped(*statements: str) -> None:
        """Change databases while nobody is connected, as a restore would."""
        keyholding.running.stop()
        world.close()
        maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", ([name, "older", "newer"],))
        for statement in statements:
            maintenance.execute(sql.SQL(statement).format(sql.Identifier(name)))
        keyholding.restart()

    swapped("CREATE DATABASE older TEMPLATE {} OWNER owner")
    assert keyholding.replica().open(before).outcome == "opened"
    swapped("ALTER DATABASE {} RENAME TO newer", "ALTER DATABASE older RENAME TO {}")
    answer = keyholding.replica().open(after)
    assert (answer.outcome, answer.codes, answer.final) == ("refused", ("ledger.behind",), False)
    with pytest.raises(KeyholderRefusedError, match=r"ledger\.behind"):
        keyholding.client("api").film(before, owner)
    assert keyholding.client("api").health().codes == ("ledger.behind",)
    for _ in range(60):  # a ledger that grows on another branch is still not the one that was seen
        world.register()
    assert keyholding.replica().open(after).codes == ("ledger.behind",)
    swapped("DROP DATABASE {}", "ALTER DATABASE newer RENAME TO {}")
    assert keyholding.replica().open(after).outcome == "opened"
