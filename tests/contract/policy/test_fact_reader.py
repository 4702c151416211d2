"""One contract for every FactReader: facts in memory and the consent view answer alike (the ledger's: tests/contract/streams)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from policy.adapters.view import ViewReader, ViewWriter
from policy.core.question import gather, question_of
from policy.fakes import InMemoryFacts
from policy.ports import Fact, FactReader
from schemas.account import AccountBlocked, AccountRegistered, AccountUnblocked
from schemas.consent import GrantGiven, GrantWithdrawn
from schemas.generation import GenerationCancelled, GenerationReleased, GenerationStarted, UseRef
from schemas.registry import Event
from tests.golden.policy.situations import NAMES, Situation, situations
from tests.policy_parts import Feed

ANN, BEN, CAMEO = NAMES["ann"], NAMES["ben"], NAMES["ann.cameo"]
ONE, TWO = NAMES["generation"], NAMES["another"]
USE = (UseRef(cameo=CAMEO, grant="g1"),)
REGISTERED = AccountRegistered(region="KR", locale="ko", minor=False)
STARTED = GenerationStarted(attempt=1, decision="d", public_key="k", holding={}, not_after_us=None, uses=USE, assets=())
RELEASED = GenerationReleased(attempt=1, decision="d", sealed_sha256="s", film_sha256="f", key_id="k", holding={}, uses=USE)
Reader = Callable[[Sequence[tuple[str, Event]]], FactReader]


@pytest.fixture(params=["in memory", "view"])
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    """Make a reader of a history."""
    if request.param == "in memory":
        yield lambda history: InMemoryFacts(history, now_us=1)
        return
    writer = ViewWriter(tmp_path / "view")

    def applied(history: Sequence[tuple[str, Event]]) -> FactReader:
        writer.apply(Feed().of(*history))
        return ViewReader(tmp_path / "view")

    yield applied
    writer.close()


def given(grant: str, grantee: str = BEN) -> GrantGiven:
    return GrantGiven(
        grant=grant, grantee=grantee, purposes=("personal",), facets=("face",), from_us=None, until_us=None, uses=2, review=False
    )


def test_what_does_not_exist_is_none_or_nothing(reader: Reader) -> None:
    facts = reader([])
    assert facts.head(ANN) is None
    assert facts.get(ANN, "account") is None
    assert list(facts.scan(ANN, "blocks/")) == []
    assert facts.used(CAMEO, "g1", ONE)[:2] == (0, False)


def test_a_fact_has_the_revision_of_the_event_that_wrote_it(reader: Reader) -> None:
    facts = reader([(ANN, REGISTERED), (ANN, AccountBlocked(account=BEN))])
    assert facts.get(ANN, "account") == Fact({"region": "KR", "minor": False}, 1)
    assert facts.get(ANN, f"blocks/{BEN}") == Fact({}, 2)
    assert facts.head(ANN) == (2, 2)


def test_a_dropped_fact_is_gone(reader: Reader) -> None:
    facts = reader([(ANN, REGISTERED), (ANN, AccountBlocked(account=BEN)), (ANN, AccountUnblocked(account=BEN))])
    assert facts.get(ANN, f"blocks/{BEN}") is None
    assert facts.head(ANN) == (3, 3)


def test_a_scan_is_in_order_and_stays_within_its_prefix_and_stream(reader: Reader) -> None:
    withdrawn = GrantWithdrawn(grant="g1", grantee=BEN, strength="stop")
    facts = reader([(CAMEO, given("g2")), (CAMEO, given("g10")), (CAMEO, given("g1")), (CAMEO, given("x", ANN)), (CAMEO, withdrawn)])
    assert [key for key, _ in facts.scan(CAMEO, f"grant/{BEN}/")] == [f"grant/{BEN}/{name}" for name in ("g1", "g10", "g2")]
    assert [key for key, _ in facts.scan(CAMEO, f"withdrawn/{BEN}/g1/")] == [f"withdrawn/{BEN}/g1/stop"]


@pytest.mark.parametrize("name", ["x" * 380, "/".join("abcdefgh" * 22), "member/" * 50, "", ANN + "/" + BEN])
def test_whatever_a_key_is_made_of_it_is_found_again(reader: Reader, name: str) -> None:
    facts = reader([(ANN, AccountBlocked(account=name)), (ANN, AccountBlocked(account=BEN))])
    assert facts.get(ANN, f"blocks/{name}") == Fact({}, 1)
    assert [key for key, _ in facts.scan(ANN, f"blocks/{name}")] == [f"blocks/{name}", *([f"blocks/{BEN}"] if name == "" else [])]
    assert [key for key, _ in facts.scan(ANN, "bl")] == sorted([f"blocks/{name}", f"blocks/{BEN}"])
    assert facts.scan(ANN, f"blocks/{name}/more") == []


def test_uses_count_once_a_generation_until_they_return(reader: Reader) -> None:
    history: list[tuple[str, Event]] = [(CAMEO, given("g1")), (ONE, STARTED), (ONE, STARTED), (TWO, STARTED)]
    assert reader(history).used(CAMEO, "g1", ONE)[:2] == (1, True)


def test_a_returned_use_is_free_and_a_consumed_one_is_not(reader: Reader) -> None:
    history: list[tuple[str, Event]] = [(CAMEO, given("g1")), (ONE, STARTED), (TWO, STARTED), (TWO, GenerationCancelled(uses=USE))]
    facts = reader([*history, (ONE, RELEASED), (ONE, GenerationCancelled(uses=USE))])
    assert facts.used(CAMEO, "g1", TWO)[:2] == (1, False)


@pytest.mark.parametrize("situation", situations()[::13], ids=lambda one: one.name)
def test_a_question_gathers_the_same_from_every_reader(reader: Reader, situation: Situation) -> None:
    history = list(situation.events())
    found, expected = reader(history), InMemoryFacts(history)
    questions = [question_of(facts, ONE, "start") for facts in (found, expected)]
    assert questions[0] == questions[1] is not None
    gathered = [gather(facts, questions[1]) for facts in (found, expected)]
    assert [one.holding for one in gathered[:1]] == [gathered[1].holding]
    assert gathered[0].input | {"now_us": 0} == gathered[1].input | {"now_us": 0}
