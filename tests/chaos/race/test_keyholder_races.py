"""Superseding appends raced against opens and releases: never started, released or served on superseded consent.

CAMEO_RACES sets how many (default: the short form; `make racefull` runs 3,000).
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import psycopg
import pytest

from identity.keys.errors import KeyholderRefusedError
from infra.places import ROOT
from tests.chaos.race.checker import Served, check
from tests.chaos.race.driver import Driver
from tests.chaos.race.export import exported
from tests.chaos.race.kinds import HIDES
from tests.keyholder_parts import Keyholding

RACES = int(os.environ.get("CAMEO_RACES", "360"))
pytestmark = pytest.mark.timeout(1500)


def test_nothing_starts_or_is_released_on_superseded_consent(keyholding: Keyholding, tmp_path: Path) -> None:
    driver = Driver(keyholding)
    driver.run(RACES)
    served = {race.generation: _served(keyholding, race.generation) for race in driver.races if race.released}
    acknowledged = [one for race in driver.races for one in race.acknowledged]
    report = check(exported(keyholding.world.store("auditor"), tmp_path), filter(None, served.values()), acknowledged)
    found = driver.summary()
    print(f"\n{found}\nchecked: {report.events} events, {report.started} started, {report.released} released, {report.served} served")
    assert report.violations == []
    assert [race.kind for race in driver.races if race.released and (served[race.generation] is None) != (race.kind in HIDES)] == []
    assert found["controls"] == found["controls released"]
    assert found["render won"] >= 0.2 * len(driver.races), found
    assert found["consent won"] >= 0.2 * len(driver.races), found
    assert found["through other streams"] >= 0.45 * len(driver.races)
    assert found["within 5 ms"] >= 400 / 3000 * len(driver.races), found


def test_of_n_uses_exactly_n_are_spent_by_64_parallel_requests(keyholding: Keyholding, tmp_path: Path) -> None:
    world, uses = keyholding.world, 5
    owner, requester = world.register("owner"), world.register("requester")
    cameo = world.activate_cameo(owner, ("face",))
    world.grant(cameo, requester, uses=uses, facets=("face",))
    driver = Driver(keyholding)
    generations = [driver.ready(requester, cameo, "trivial") for _ in range(64)]
    outcomes: list[str] = []
    released: list[str] = []

    def one(generation: str) -> None:
        replica = keyholding.replica()
        for _ in range(20):
            answer = replica.open(generation)
            if answer.outcome == "opened" or answer.final:
                break
        outcomes.append(answer.outcome)
        if answer.outcome == "opened":
            released.append(replica.release(replica.package(answer), b"film").outcome)

    threads = [threading.Thread(target=one, args=(generation,)) for generation in generations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = check(exported(world.store("auditor"), tmp_path))
    assert report.violations == []
    assert outcomes.count("opened") == uses
    assert released == ["released"] * uses
    types = [kind for generation in generations for kind in world.types(generation)]
    assert types.count("generation.released") == uses


@pytest.mark.parametrize("locked", [True, False], ids=["with locks", "without locks"])
def test_the_checker_catches_an_append_without_locks(keyholding: Keyholding, tmp_path: Path, *, locked: bool) -> None:
    """The same delay is put into both copies; only the locks differ. No such setting exists in the product."""
    source = (ROOT / "streams/migrations/ledger/append.sql").read_text(encoding="utf-8")
    slow = _replaced(source, "    -- 4 the clock\n", "    PERFORM pg_sleep(0.02);\n    -- 4 the clock\n")
    copy = slow if locked else _without_locks(slow)
    with psycopg.connect(keyholding.installation.settings.dsn("owner"), autocommit=True) as connection:
        before = len(exported(keyholding.world.store("auditor"), tmp_path))
        try:
            connection.execute(_replaced(_first_function(copy), "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
            Driver(keyholding, seed=7).run(24)
        finally:
            connection.execute(_replaced(_first_function(source), "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    events = exported(keyholding.world.store("auditor"), tmp_path)
    report = check(events)
    assert len(events) > before
    print(f"\n{'with' if locked else 'without'} locks: {dict(report.by_kind)}")
    assert (report.violations == []) is locked


def _without_locks(source: str) -> str:
    begin, end = source.index("    -- 1 locks"), source.index("    -- 2 done before")
    unlocked = source[:begin] + source[end:]
    return _replaced(_replaced(unlocked, " FOR UPDATE;", ";"), " FOR SHARE;", ";")


def _first_function(source: str) -> str:
    end = source.index("$$;", source.index("AS $$")) + len("$$;")
    return source[:end]


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"the append function no longer holds {old!r}: mend this test"
    return text.replace(old, new)


def _served(held: Keyholding, generation: str) -> Served | None:
    asked_us = time.time_ns() // 1000
    try:
        return Served(generation, asked_us, held.client("api").film(generation, _requester(held, generation)))
    except KeyholderRefusedError:
        return None


def _requester(held: Keyholding, generation: str) -> str:
    return held.world.store("auditor").read(generation)[0].data["requester"]
