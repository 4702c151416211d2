"""Owns how agents meet Kafka: one Faust agent each, on a thread of its own, with its sweeper. Does not know what agents do.

At least once, no tables, no state in Faust: Kafka wakes the agents, cursors and truth are in Postgres. Psycopg and the
keyholder's client block, so each agent works on one thread, and Faust's loop only waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import faust

from schemas.codec import decode
from schemas.errors import SchemaError
from schemas.ids import PARTITIONS
from streams.agents.errors import AgentError, AgentStoppedError
from streams.agents.runner import Runner
from streams.core.parking import describe
from streams.errors import LedgerUnavailableError

TOPIC = "cameo.events"
GROUP = "cameo-agents"
SESSION_TIMEOUT_S = 6.0
"""How long a worker that was killed keeps its partitions: 6 s to the first event after kill -9 (measured once, on Kafka 4.3.1)."""
HEARTBEAT_S = 2.0
RETRY_S = 1.0
SWEEP_S = 10.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done again and again beside the agents, on a thread of its own."""

    name: str
    every_s: float
    work: Callable[[], object]


def make_app(
    broker: str, folder: Path, runners: list[Runner], chores: list[Chore], stopping: Event, ready: Callable[[], None]
) -> faust.App:
    """Make the app.

    `folder`: Faust makes it and keeps nothing there, for there are no tables. `ready` is called when partitions are assigned,
    `stopping` is set before anything is stopped.
    """
    app = faust.App(
        GROUP,
        broker=f"kafka://{broker}",
        store="memory://",
        datadir=folder,
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        autodiscover=False,
        key_serializer="raw",
        value_serializer="raw",
    )
    topic = app.topic(TOPIC, key_serializer="raw", value_serializer="raw", partitions=PARTITIONS)
    assigned = _Assigned()
    for runner in runners:
        _add_agent(app, topic, runner, assigned)
    for chore in chores:
        _add_timer(app, chore.every_s, chore.name, _thread(chore.name), chore.work)
    _add_signals(app, assigned, stopping, ready)
    return app


class _Assigned:
    """The partitions of this worker: its sweepers leave the others' streams to the others."""

    def __init__(self) -> None:
        self.partitions: frozenset[int] = frozenset()


def _add_agent(app: faust.App, topic: Any, runner: Runner, assigned: _Assigned) -> None:
    thread, name = _thread(runner.agent.name), runner.agent.name

    async def follow(stream: Any) -> None:
        loop = asyncio.get_running_loop()
        async for event in stream.events():
            await loop.run_in_executor(thread, _deliver, runner, event.key, event.value)

    app.agent(topic, name=name)(follow)
    _add_timer(app, RETRY_S, f"{name}-retry", thread, lambda: runner.retry(assigned.partitions))
    _add_timer(app, SWEEP_S, f"{name}-sweep", thread, lambda: runner.sweep(assigned.partitions))


def _deliver(runner: Runner, key: bytes, value: bytes) -> None:
    try:
        try:
            envelope = decode(value)
        except SchemaError as error:
            log.warning("%s reads a stream from the ledger instead: %s", runner.agent.name, error)
            runner.look(key.decode())
        else:
            runner.take(envelope)
    except AgentStoppedError:
        log.info("%s stops", runner.agent.name)


def _thread(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)


def _add_timer(app: faust.App, every_s: float, name: str, thread: ThreadPoolExecutor, work: Callable[[], object]) -> None:
    async def tick() -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(thread, work)
        except AgentStoppedError:
            return
        except (AgentError, LedgerUnavailableError) as error:
            log.warning("%s waits for its next turn: %s", name, describe(error))
        except Exception:
            log.exception("%s failed, the next turn tries again", name)

    app.timer(every_s, name=name)(tick)


def _add_signals(app: faust.App, assigned: _Assigned, stopping: Event, ready: Callable[[], None]) -> None:
    async def on_assigned(sender: Any, partitions: Any, **_: Any) -> None:
        del sender
        assigned.partitions = frozenset(tp.partition for tp in partitions if tp.topic == TOPIC)
        ready()

    async def on_stop(sender: Any, **_: Any) -> None:
        del sender
        stopping.set()

    signals: Any = app  # faust's own signal types name fewer arguments than it sends
    signals.on_partitions_assigned.connect(on_assigned)
    signals.on_before_shutdown.connect(on_stop)
