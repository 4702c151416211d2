"""Ten recordings handed in at once, each in one request: the API holds few of them in memory, and loses none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.parts.ports import free_ports
from tests.conftest import Database

MIB = 1024 * 1024
PEOPLE, BODY_BYTES, ROOM_BYTES = 11, 24 * MIB, 48 * MIB


class Api:
    """A process that serves, and whose memory is read."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        assert process.stdout is not None
        self.url = f"http://127.0.0.1:{port}"
        self.people: list[dict[str, str]] = []
        for line in process.stdout:
            if line == "ready\n":
                break
            self.people.append(json.loads(line))
        self._status = Path(f"/proc/{process.pid}/status")

    def most_mib(self) -> float:
        """The most memory that it ever had resident."""
        found = re.search(r"^VmHWM:\s+(\d+) kB$", self._status.read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1024

    def put(self, person: dict[str, str], size: int) -> httpx.Response:
        headers = {"Authorization": person["Authorization"], "Content-Length": str(size)}
        pieces = (os.urandom(1024) * 64 for _ in range(size // (64 * 1024)))
        return httpx.put(f"{self.url}/v1/enrolments/{person['enrolment']}/recording", content=pieces, headers=headers, timeout=120)


@contextmanager
def running(*given: Any) -> Iterator[Api]:
    port = free_ports(1)[0]
    dsn, folder, people, room_bytes = map(str, given)
    command = [sys.executable, "-m", "tests.integration.enrolment.bodies_server", dsn, folder, str(port), people, room_bytes]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Api(process, port)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Api]:
    with running(database.dsn("api"), tmp_path / "uploads", PEOPLE, ROOM_BYTES) as made:
        yield made


def test_ten_at_once_are_accepted_in_bounded_memory(api: Api, tmp_path: Path) -> None:
    assert api.put(api.people[0], 64 * 1024).status_code == 202, "what is loaded at the first is no body's memory"
    waiting = api.people[1:]
    before_mib = api.most_mib()
    with ThreadPoolExecutor(len(waiting)) as at_once:
        answers = list(at_once.map(lambda person: api.put(person, BODY_BYTES), waiting))
    grown_mib = api.most_mib() - before_mib
    print(f"before {before_mib:.0f} MiB, {len(waiting)} bodies of {BODY_BYTES / MIB:.0f} MiB at once: {grown_mib:.0f} MiB more")
    assert [one.status_code for one in answers] == [202] * len(waiting), [one.text for one in answers]
    assert grown_mib < 3 * ROOM_BYTES / MIB
    assert list((tmp_path / "uploads").iterdir()) == []
