"""Many at once: of N uses exactly N are spent, and a revocation beside an opening leaves no start behind it."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from identity.keys.errors import KeyholderRefusedError
from identity.keys.wire import OpenAnswer
from schemas.generation import GenerationReleased, GenerationStarted
from tests.keyholder_parts import Keyholding

PARALLEL = 64
TRANSIENT = {"policy.unavailable", "consent.contended"}
ROUNDS = 40


def insist(call: Callable[[], OpenAnswer]) -> OpenAnswer:
    """Ask again while the answer is about the platform: on a busy machine OPA may be late."""
    while True:
        answer = call()
        if answer.outcome != "changed" and not set(answer.codes) & TRANSIENT:
            return answer


def usual_s(held: Keyholding) -> float:
    """Measure how long an opening takes on this machine now, so that a race can be aimed at it."""
    owner = held.world.register()
    cameo = held.world.activate_cameo(owner)
    took: list[float] = []
    for _ in range(5):
        generation, replica = held.world.ready(owner, cameo), held.replica()
        began = time.perf_counter()
        insist(lambda replica=replica, generation=generation: replica.open(generation))
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def after(turn: int, rounds: int, usual: float) -> float:
    """Spread the other side's moment from at once to well after the usual time."""
    return 2.5 * usual * turn / rounds


@pytest.mark.parametrize("uses", [1, 5])
def test_of_n_uses_exactly_n_are_started_by_many_at_once(keyholding: Keyholding, uses: int) -> None:
    world = keyholding.world
    owner, friend = world.register(), world.register()
    cameo = world.activate_cameo(owner)
    grant = world.grant(cameo, friend, uses=uses)
    generations = [world.ready(friend, cameo) for _ in range(PARALLEL)]
    together = threading.Barrier(PARALLEL)

    def open_one(generation: str) -> OpenAnswer:
        replica = keyholding.replica()
        together.wait()
        return insist(lambda: replica.open(generation))

    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(open_one, generations))
    opened = [answer for answer in answers if answer.outcome == "opened"]
    refused = [answer for answer in answers if answer.outcome == "refused"]
    assert (len(opened), len(refused)) == (uses, PARALLEL - uses)
    assert {code for answer in refused for code in answer.codes} == {"uses.exhausted"}
    started = sum("generation.started" in world.types(generation) for generation in generations)
    assert started == uses
    assert world.uses_left(cameo, grant, uses) == 0


def test_many_calls_for_one_attempt_start_it_once_and_all_get_the_same_package(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner = world.register()
    generation = world.ready(owner, world.activate_cameo(owner))
    replicas = [keyholding.replica() for _ in range(8)]
    together = threading.Barrier(8)

    def open_one(number: int) -> OpenAnswer:
        together.wait()
        return insist(lambda: replicas[number // 4].open(generation))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(open_one, range(8)))
    started = [event for event in world.events(generation) if isinstance(event, GenerationStarted)]
    assert len(started) == 1
    opened = [number for number, answer in enumerate(answers) if answer.outcome == "opened"]
    assert len(opened) == 4
    assert len({number // 4 for number in opened}) == 1
    assert {answer.codes for answer in answers if answer.outcome == "refused"} == {("attempt.key_bound",)}


def test_a_revocation_beside_an_opening_leaves_no_start_after_it_and_no_release(keyholding: Keyholding) -> None:
    world = keyholding.world
    won = {"start": 0, "revocation": 0}
    usual = usual_s(keyholding)
    for turn in range(ROUNDS):
        owner, friend = world.register(), world.register()
        cameo = world.activate_cameo(owner, facets=("face",))
        world.grant(cameo, friend, facets=("face",))
        generation = world.request(friend, cameo, facets=("face",))
        world.judge(generation)
        world.lease(generation)
        replica = keyholding.replica()
        together = threading.Barrier(2)

        def revoke(cameo: str = cameo, together: threading.Barrier = together, turn: int = turn) -> int:
            together.wait()
            threading.Event().wait(after(turn, ROUNDS, usual))
            return world.revoke(cameo)[0].position

        with ThreadPoolExecutor(1) as pool:
            revoked = pool.submit(revoke)
            together.wait()
            answer = insist(lambda replica=replica, generation=generation: replica.open(generation))
            position = revoked.result()
        started = [event for event in world.store("auditor").read(generation) if event.type == "generation.started"]
        assert all(event.position < position for event in started)
        won["start" if started else "revocation"] += 1
        if answer.outcome == "opened":
            assert replica.release(replica.package(answer)).outcome == "refused"
        assert "generation.released" not in world.types(generation)
    assert min(won.values()) > 0, won


def test_a_take_down_beside_a_release_is_never_served(keyholding: Keyholding) -> None:
    world, api = keyholding.world, keyholding.client("api")
    released = 0
    usual = usual_s(keyholding)
    for turn in range(ROUNDS // 2):
        owner, friend = world.register(), world.register()
        cameo = world.activate_cameo(owner)
        world.grant(cameo, friend)
        generation = world.ready(friend, cameo)
        replica = keyholding.replica()
        ask = replica.spool(replica.package(insist(lambda r=replica, g=generation: r.open(g))), b"film")
        with ThreadPoolExecutor(1) as pool:
            releasing = pool.submit(replica.client.release, ask)
            threading.Event().wait(after(turn, ROUNDS // 2, usual))
            world.revoke(cameo, "take_down")
            with pytest.raises(KeyholderRefusedError):
                api.film(generation, friend)
            releasing.result()
        with pytest.raises(KeyholderRefusedError):
            api.film(generation, friend)
        released += any(isinstance(event, GenerationReleased) for event in world.events(generation))
    assert 0 < released < ROUNDS // 2
