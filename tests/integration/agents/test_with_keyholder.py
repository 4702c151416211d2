"""Worker and keyholder together, on real models: recordings become outcomes, withdrawn consent takes down and re-keys."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from identity.core.challenge import issue
from identity.keys.errors import KeyholderRefusedError
from schemas.cameo import EnrolmentStarted, RecordingReceived
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from streams.adapters.agent_queries import AgentQueries
from streams.agents.destroying import destroy_due
from streams.ports import Append, Appended, NewEvent
from tests.keyholder_parts import Keyholding
from tests.media import noise_frames, tone, write_recording

DEADLINE_S = 100.0


def until(what: Callable[[], Any], why: str) -> Any:
    """Wait for something to be true; the deadline only ends a broken test."""
    end_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < end_s:
        if found := what():
            return found
        time.sleep(0.1)
    pytest.fail(f"never: {why}")


@pytest.fixture(scope="module", autouse=True)
def worker(kafka: str, keyholding: Keyholding) -> None:
    del kafka
    keyholding.installation.run("streams.topics")
    keyholding.installation.start("relay", "streams.relay")
    keyholding.installation.start("worker", "streams.worker")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = write_recording(tmp_path_factory.mktemp("media") / "noise.webm", noise_frames(72), tone(3.0))
    return Path(path).read_bytes()


def enrol(held: Keyholding, owner: str, recording: bytes) -> tuple[str, str]:
    """Take a challenge and hand a recording in, as the API does; gives cameo and enrolment."""
    cameo, challenge = cameo_of(owner), issue(owner, time.time_ns() // 1000, os.urandom(32))
    started = EnrolmentStarted(
        enrolment=challenge.challenge_id,
        owner=owner,
        profile="basic",
        phrase=challenge.phrase,
        movements=tuple(movement.value for movement in challenge.movements),
        expires_at_us=challenge.expires_at_us,
        consent_text_version="1",
        consent_text_sha256="0" * 64,
    )
    append(held, owner, cameo, started)
    kept = held.client("api").put_evidence(owner, cameo, recording)
    received = RecordingReceived(
        enrolment=challenge.challenge_id,
        evidence=kept.evidence,
        key_id=kept.key_id,
        sha256=kept.sha256,
        bytes=kept.bytes,
        camera_label="",
    )
    append(held, owner, cameo, received)
    return cameo, challenge.challenge_id


def append(held: Keyholding, actor: str, stream: str, event: Any) -> None:
    new = NewEvent(stream, event, os.urandom(16).hex())
    assert isinstance(held.world.store("api").append(Append(actor=actor, events=(new,), correlation="c")), Appended)


def events(held: Keyholding, stream: str, kind: str) -> list[Envelope]:
    return [one for one in held.world.store("auditor").read(stream) if one.type == kind]


def test_a_recording_without_a_person_is_assessed_and_refused_and_known_again(keyholding: Keyholding, recording: bytes) -> None:
    world, owner = keyholding.world, keyholding.world.register("minji")
    cameo, _ = enrol(keyholding, owner, recording)
    first = until(lambda: events(keyholding, cameo, "enrolment.refused"), "refused")[0]
    assessed = events(keyholding, cameo, "enrolment.assessed")[0]
    assert set(assessed.sealed) == {"fingerprints"}
    assert {check["number"] for check in assessed.data["checks"]} >= {1, 2}
    assert "replay.file" not in first.data["codes"]
    other = world.register("other")
    again, _ = enrol(keyholding, other, recording)
    second = until(lambda: events(keyholding, again, "enrolment.refused"), "refused again")[0]
    assert "replay.file" in second.data["codes"]
    assert "enrolment.activated" not in [*world.types(cameo), *world.types(again)]


def test_bytes_that_are_no_recording_are_refused_with_a_code(keyholding: Keyholding) -> None:
    cameo, _ = enrol(keyholding, keyholding.world.register("bytes"), b"not a film at all" * 100)
    refused = until(lambda: events(keyholding, cameo, "enrolment.refused"), "refused")[0]
    assert [code for code in refused.data["codes"] if code.startswith("media.")]


def test_a_recording_is_destroyed_when_its_time_is_over_and_not_before(keyholding: Keyholding) -> None:
    queries, keys = AgentQueries(keyholding.installation.settings.dsn("worker")), keyholding.client("worker")
    cameo, _ = enrol(keyholding, keyholding.world.register("kept"), b"a recording that is none" * 50)
    until(lambda: events(keyholding, cameo, "enrolment.refused"), "refused")
    evidence = events(keyholding, cameo, "enrolment.recording_received")[0].data["evidence"]
    assert evidence not in destroy_due(queries, keys)
    assert evidence not in destroy_due(queries, keys, accepted_us=0)
    assert evidence in destroy_due(queries, keys, refused_us=0)
    (destroyed,) = events(keyholding, cameo, "evidence.destroyed")
    assert (destroyed.data["evidence"], destroyed.data["reason"]) == (evidence, "schedule")
    with pytest.raises(KeyholderRefusedError):
        keys.get_evidence(evidence, "assess")
    assert evidence not in destroy_due(queries, keys, refused_us=0)


def test_no_plain_byte_of_a_recording_lies_on_the_disk(keyholding: Keyholding) -> None:
    mark = b"plain recording bytes " * 20
    cameo, _ = enrol(keyholding, keyholding.world.register("plain"), mark)
    until(lambda: events(keyholding, cameo, "enrolment.refused"), "refused")
    folder = keyholding.installation.folder
    files = [path for path in folder.rglob("*") if path.is_file() and "pgdata" not in path.parts]
    assert files
    assert not [path for path in files if b"plain recording bytes" in path.read_bytes()]


def test_taking_down_reaches_a_released_film_and_assets_are_sealed_anew(keyholding: Keyholding) -> None:
    world = keyholding.world
    owner, friend = world.register("owner"), world.register("friend")
    cameo = world.activate_cameo(owner)
    grant = world.grant(cameo, friend, uses=2)
    film = world.ready(friend, cameo)
    replica = keyholding.replica()
    released = replica.release(replica.package(replica.open(film)), b"the film")
    assert released.outcome == "released", released
    world.withdraw(cameo, grant, friend, "no_new_uses")
    until(lambda: events(keyholding, cameo, "asset.rekeyed"), "re-keyed")
    assert "generation.taken_down" not in world.types(film)
    revoked = world.revoke(cameo, "take_down")[0]
    taken = until(lambda: events(keyholding, film, "generation.taken_down"), "taken down")[0]
    assert taken.causation == revoked.event_id

    def told(reader: str) -> list[str]:
        with psycopg.connect(keyholding.installation.settings.dsn("api")) as connection:
            query = "SELECT kind FROM projection.inbox WHERE reader = %s ORDER BY time_us"
            return [kind for (kind,) in connection.execute(query, (reader,))]

    until(lambda: "generation.taken_down" in told(friend) and "generation.released" in told(owner), "both are told")


def test_a_registered_handle_is_shown(keyholding: Keyholding) -> None:
    one = keyholding.world.register("수아")

    def handle() -> str | None:
        with psycopg.connect(keyholding.installation.settings.dsn("api")) as connection:
            row = connection.execute("SELECT handle FROM projection.accounts WHERE account = %s", (one,)).fetchone()
            return row[0] if row else None

    assert until(handle, "projected") == "수아"
