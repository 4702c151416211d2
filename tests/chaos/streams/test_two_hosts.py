"""Two hosts, each with its own ways to the one Kafka and the one Postgres: one is cut off, refuses, and comes back; the other goes on."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.parts.kafka import Broker
from infra.parts.ports import LOOPBACK, free_ports
from policy.adapters.view import ViewReader
from policy.errors import StaleViewError
from schemas.account import AccountBlocked, AccountRegistered
from schemas.ids import stream_id
from streams.adapters.kafka import ensure_topics
from streams.adapters.postgres import PostgresEventStore
from streams.ports import Append, Appended, NewEvent
from streams.topics import TOPICS
from streams.view_check import compare_view
from tests import parts
from tests.chaos.streams.links import Links
from tests.view_parts import until

if TYPE_CHECKING:
    from infra.tools import Tools
    from tests.conftest import Database

BOUND_S = 0.6
"""The design's promise: 500 ms, and 100 ms for skew."""


@dataclass
class Host:
    """One host: its links, its feeder's installation, its view."""

    links: Links
    installation: parts.Installation
    view: ViewReader | None = None

    def code(self) -> str | None:
        assert self.view is not None
        try:
            self.view.freshness(time.time_ns() // 1000, time.monotonic_ns() // 1000)
        except StaleViewError as error:
            return error.code
        return None

    def knows(self, stream: str, revision: int) -> bool:
        assert self.view is not None
        head = self.view.head(stream)
        return head is not None and head.revision >= revision


@pytest.fixture
def kafka_ports() -> list[int]:
    """The broker's own port and its controller's; for each of two hosts, a listener and the link that it advertises."""
    return free_ports(6)


@pytest.fixture
def own_kafka(tools: Tools, short_tmp: Path, kafka_ports: list[int]) -> Iterator[str]:
    """A broker with a listener for each host, which sends that host to its own link."""
    port, controller, *others = kafka_ports
    broker = Broker(tools.java, tools.kafka_libs, short_tmp / "kafka", port, controller)
    broker.initialise()
    hosts = {f"HOST{number}": (others[2 * number], others[2 * number + 1]) for number in range(2)}
    words = {
        "listeners=": "".join(f",{name}://{LOOPBACK}:{here}" for name, (here, _) in hosts.items()),
        "advertised.listeners=": "".join(f",{name}://{LOOPBACK}:{link}" for name, (_, link) in hosts.items()),
        "listener.security.protocol.map=": "".join(f",{name}:PLAINTEXT" for name in hosts),
    }
    lines = broker._properties.read_text().splitlines()
    told = [line + next((more for begin, more in words.items() if line.startswith(begin)), "") for line in lines]
    broker._properties.write_text("\n".join(told) + "\n")
    running = parts._run_kafka(broker)
    ensure_topics(broker.address, TOPICS)
    yield broker.address
    running.stop()


@pytest.fixture
def hosts(own_kafka: str, kafka_ports: list[int], short_tmp: Path, installation: parts.Installation) -> Iterator[list[Host]]:
    known = conninfo_to_dict(installation.settings.postgres)
    installation.settings = replace(installation.settings, kafka=own_kafka)
    made = []
    for number in range(2):
        listener, link = kafka_ports[2 + 2 * number : 4 + 2 * number]
        folder = short_tmp / f"h{number}"
        folder.mkdir()
        links = Links()
        links.tcp(link, listener)
        socket = f".s.PGSQL.{known['port']}"
        links.unix(folder / socket, Path(str(known["host"])) / socket)
        settings = replace(
            installation.settings, var=folder / "var", run=folder / "run", secrets=installation.settings.secrets,
            postgres=make_conninfo(installation.settings.postgres, host=str(folder)), kafka=f"{LOOPBACK}:{link}",
        )  # fmt: skip
        for one in (settings.var, settings.run, settings.logs):
            one.mkdir(parents=True)
        made.append(Host(links, parts.Installation(settings, folder)))
    yield made
    for host in made:
        host.links.mend()
        host.installation.stop()
        host.links.close()


@pytest.fixture
def store(database: Database) -> Iterator[PostgresEventStore]:
    with PostgresEventStore(database.dsn("api"), "main") as made:
        yield made


def append(store: PostgresEventStore, stream: str, event: AccountRegistered | AccountBlocked) -> None:
    assert isinstance(
        store.append(Append(actor=stream, events=[NewEvent(stream, event, secrets.token_hex(16))], correlation="c")), Appended
    )


def test_a_host_that_is_cut_off_refuses_in_time_while_the_other_goes_on_and_comes_back(
    hosts: list[Host], installation: parts.Installation, store: PostgresEventStore
) -> None:
    installation.start("relay", "streams.relay")
    for host in hosts:
        host.installation.start("feeder", "streams.feeder")
        host.view = ViewReader(host.installation.settings.view)
    cut, other = hosts
    ann = stream_id("account", secrets.token_bytes(16))
    append(store, ann, AccountRegistered(region="KR", locale="ko", minor=False))
    until(lambda: all(host.knows(ann, 1) and host.code() is None for host in hosts))

    cut.links.cut()
    begun_s = time.monotonic()
    revision, kept_fresh = 1, 0
    while time.monotonic() < begun_s + 3:
        append(store, ann, AccountBlocked(account="account-x"))
        revision += 1
        until(lambda: other.knows(ann, revision) and other.code() is None)  # noqa: B023 -- waited for here
        asked_s = time.monotonic()
        code = cut.code()
        kept_fresh += code is None
        if asked_s - begun_s > BOUND_S:
            assert code == "feed.stale"
            assert not cut.knows(ann, revision)
    assert cut.installation.processes[0].process.poll() is None

    cut.links.mend()
    mended_s = time.monotonic()
    until(lambda: cut.code() is None)
    back_s = time.monotonic() - mended_s
    assert cut.knows(ann, revision)
    print(f"cut off for 3 s, {revision - 1} events meanwhile, fresh {back_s * 1000:.0f} ms after the link was mended, {kept_fresh=}")
    for host in hosts:
        assert host.view is not None
        host.view.close()
        until(lambda: compare_view(installation.settings.dsn("auditor"), host.installation.settings.view)["equal"])  # noqa: B023
