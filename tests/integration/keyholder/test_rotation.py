"""The root key is rotated on a keyholder under load, killed in the middle, and brought into a token; what is sealed stays as it is."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self

import pytest

from identity.keys.client import KeyholderClient
from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from infra.places import ROOT
from schemas.cameo import EnrolmentStarted
from schemas.ids import cameo_of
from tests.keyholder_parts import Keyholding

PEOPLE = 120


class Load:
    """Threads that seal and open all the time, each with a client of its own; every failure is counted by name."""

    def __init__(self, held: Keyholding, people: list[tuple[str, str, str, bytes]]) -> None:
        self.held = held
        self.people = people
        self.done: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(3)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, least: int) -> None:
        """Wait until so many more calls were answered; the suite's timeout bounds it."""
        end = self.done.total() + least
        while self.done.total() < end:
            time.sleep(0.01)

    def _run(self, number: int) -> None:
        settings = self.held.installation.settings
        api, worker = (
            KeyholderClient(settings.keyholder_socket, settings.secret(f"token-{role}").decode(), timeout_s=60)
            for role in ("api", "worker")
        )
        turn = number
        while not self._stop.is_set():
            turn += 3
            account, cameo, evidence, recording = self.people[turn % len(self.people)]
            try:
                assert worker.get_evidence(evidence, "assess") == recording
                event_id = os.urandom(16).hex()
                api.seal(account, account, event_id, {"handle": b"x"})
                self.done["both"] += 1
                if turn % 10 == number:
                    api.put_evidence(f"account-{os.urandom(16).hex()}", cameo, b"of somebody new")
                    self.done["new"] += 1
            except KeyholderUnavailableError:
                self.failed["unavailable"] += 1
                time.sleep(0.05)
            except KeyholderRefusedError as error:
                self.failed[str(error)] += 1


@pytest.fixture(scope="module")
def people(keyholding: Keyholding) -> list[tuple[str, str, str, bytes]]:
    """People with a recording each: account, cameo, evidence, recording."""
    api, made = keyholding.client("api"), []
    for number in range(PEOPLE):
        account = f"account-{os.urandom(16).hex()}"
        cameo, recording = cameo_of(account), os.urandom(2000)
        if number < 1:  # the record is asked for the cameo's owner only when something is appended
            started = EnrolmentStarted(
                enrolment="e", owner=account, profile="basic", phrase=("one",), movements=("left",), expires_at_us=1,
                consent_text_version="1", consent_text_sha256="0" * 64,
            )  # fmt: skip
            keyholding.world.append("api", cameo, started)
        made.append((account, cameo, api.put_evidence(account, cameo, recording).evidence, recording))
    return made


def sealed_files(held: Keyholding, names: set[str] | None = None) -> dict[str, str]:
    folder = held.installation.settings.media
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and (names is None or path.name in names)
    }


def rotate(held: Keyholding, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "serving.cli.main", "keys", "rotate", "--json", *arguments]
    return subprocess.Popen(command, env=held.installation.environ, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(command: subprocess.Popen[str]) -> str:
    said, errors = command.communicate(timeout=120)
    assert command.returncode == 0, said + errors
    return errors


def versions(held: Keyholding) -> list[tuple[str, bool, bool]]:
    answer = held.client("operator").roots()
    assert answer.left == sum(one.keys for one in answer.roots if not one.wraps_now)
    return [(one.reference, one.wraps_now, one.retired_us is not None) for one in answer.roots]


def test_every_seal_and_opening_works_while_the_root_key_is_rotated(
    keyholding: Keyholding, people: list[tuple[str, str, str, bytes]]
) -> None:
    before = sealed_files(keyholding)
    with Load(keyholding, people) as load:
        load.wait(20)
        told = ended(rotate(keyholding))
        load.wait(20)
    assert dict(load.failed) == {}
    assert load.done["new"] > 0
    assert "subject keys" in told
    assert versions(keyholding) == [("file:root.key", False, True), ("file:root-2.key", True, False)]
    assert sealed_files(keyholding, set(before)) == before


def test_a_rotation_that_is_killed_on_both_sides_goes_on_where_it_was(
    keyholding: Keyholding, people: list[tuple[str, str, str, bytes]]
) -> None:
    before = sealed_files(keyholding)
    operator = keyholding.client("operator")
    operator.rotate()
    left = operator.rewrap(PEOPLE // 3).left
    assert left > 0
    with Load(keyholding, people) as load:
        load.wait(10)
        keyholding.running.kill()
        command = rotate(keyholding)
        keyholding.restart()
        command.kill()
        command.communicate()
        load.wait(10)
        ended(rotate(keyholding))
        load.wait(10)
    assert set(load.failed) <= {"unavailable"}
    assert [one[1:] for one in versions(keyholding)] == [(False, True), (False, True), (True, False)]
    assert sealed_files(keyholding, set(before)) == before


def test_a_credential_that_systemd_provides_takes_over_once_it_is_there(
    keyholding: Keyholding, people: list[tuple[str, str, str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = keyholding.client("operator")
    with pytest.raises(KeyholderRefusedError, match=r"root_key\.refused"):
        operator.rotate("credential:cameo-root")
    (tmp_path / "cameo-root").write_bytes(os.urandom(32))
    (tmp_path / "cameo-root").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    in_a_file = versions(keyholding)[-1][0]
    keyholding.restart()
    ended(rotate(keyholding, "--to", "credential:cameo-root"))
    assert versions(keyholding)[-1] == ("credential:cameo-root", True, False)
    _, _, evidence, recording = people[-1]
    assert keyholding.client("worker").get_evidence(evidence, "assess") == recording
    ended(rotate(keyholding, "--to", in_a_file.replace(".key", "-again.key"), "--make"))


def test_the_root_key_moves_from_a_file_into_a_token_under_load(
    request: pytest.FixtureRequest, keyholding: Keyholding, people: list[tuple[str, str, str, bytes]]
) -> None:
    token = request.getfixturevalue("soft_token")
    keyholding.restart()  # the token's configuration came into the environment with the fixture
    before, reference = sealed_files(keyholding), token.new()
    with Load(keyholding, people) as load:
        load.wait(10)
        ended(rotate(keyholding, "--to", reference, "--make"))
        load.wait(10)
    assert dict(load.failed) == {}
    *old, last = versions(keyholding)
    assert all(retired for _, _, retired in old)
    assert last[0].startswith("pkcs11:token=")
    for path in sorted(Path(keyholding.installation.settings.secrets).glob("root*.key")):
        path.rename(path.with_suffix(".destroyed"))  # no file opens anything any more
    keyholding.restart()
    _, _, evidence, recording = people[0]
    assert keyholding.client("worker").get_evidence(evidence, "assess") == recording
    assert sealed_files(keyholding, set(before)) == before


def test_only_the_operator_may_turn_keys(keyholding: Keyholding) -> None:
    for role in ("api", "worker", "dispatcher", "judge", "auditor"):
        with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
            keyholding.client(role).rotate()
        with pytest.raises(KeyholderRefusedError, match=r"right\.missing"):
            keyholding.client(role).roots()
