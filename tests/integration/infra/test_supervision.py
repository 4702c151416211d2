"""An installation as an operator runs it: `cameo up`, `status`, `logs`, `down`, with real PostgreSQL and Kafka."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.installation import load_settings
from infra.settings import Settings
from infra.supervise import leftovers
from infra.supervise.launch import MARK, start_time
from tests import parts

CAMEO = Path(sys.executable).parent / "cameo"
WAIT_S = 60.0


class Operator:
    """Types commands in one installation of its own."""

    def __init__(self, folder: Path) -> None:
        self.var, self.run = folder / "var", folder / "run"
        names = [name for name in os.environ if not name.startswith("CAMEO_")]
        self.environ = {**{name: os.environ[name] for name in names}, "CAMEO_VAR": str(self.var), "CAMEO_RUN": str(self.run)}
        if cache := os.environ.get("CAMEO_CACHE"):
            self.environ["CAMEO_CACHE"] = cache

    def type(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        command = [str(CAMEO), *words]
        return subprocess.run(command, env={**self.environ, **environ}, capture_output=True, text=True, check=False, timeout=200)

    def say(self, *words: str) -> Any:
        done = self.type(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def states(self) -> dict[str, dict[str, Any]]:
        return {row["part"]: row for row in json.loads(self.type("status", "--json").stdout)}

    def settings(self) -> Settings:
        return load_settings(self.environ)


@pytest.fixture
def operator(short_tmp: Path, request: pytest.FixtureRequest):
    one = Operator(short_tmp / request.node.name[-12:])
    yield one
    one.type("down")
    assert leftovers.living(one.run) == set()


def wait_for(condition, what: str) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def answers(operator: Operator) -> bool:
    try:
        with psycopg.connect(operator.settings().dsn("api")) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_up_makes_named_parts_ready_and_down_leaves_no_process_and_the_data(operator: Operator) -> None:
    said = operator.say("up", "--only", "postgres,kafka")
    assert set(said["ready_s"]) == {"postgres", "kafka"}
    states = operator.states()
    assert [states[name]["state"] for name in ("postgres", "kafka", "opa")] == ["ready", "ready", "stopped"]
    assert answers(operator)
    first = operator.settings()
    pids = leftovers.living(operator.run)
    assert {states["postgres"]["pid"], states["kafka"]["pid"]} <= pids

    operator.say("down")
    assert leftovers.living(operator.run) == set()
    assert [pid for pid in pids if start_time(pid) is not None] == [], "a zombie of a container without init does not count"

    operator.say("up", "--only", "postgres")
    assert answers(operator)
    assert operator.settings().kafka == first.kafka, "ports are chosen once"


def test_a_killed_part_is_started_again_and_its_first_process_is_gone(operator: Operator) -> None:
    operator.say("up", "--only", "postgres")
    before = operator.states()["postgres"]["pid"]
    time.sleep(2.5)  # longer than startsecs: a part that ran is started again at once, a failing start waits
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: operator.states()["postgres"]["pid"] not in {None, before}, "it was not started again")
    wait_for(lambda: answers(operator), "it does not answer again")


def test_nothing_outlives_down_when_the_supervisor_was_killed(operator: Operator) -> None:
    operator.say("up", "--only", "postgres")
    supervisor = int((operator.run / "supervisord.own-pid").read_text())
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: start_time(supervisor) is None, "still there")
    assert answers(operator), "its parts run on, watched by nobody"
    operator.say("down")
    assert leftovers.living(operator.run) == set()


def test_up_ends_what_a_killed_supervisor_left_and_starts_anew(operator: Operator) -> None:
    operator.say("up", "--only", "postgres")
    os.kill(int((operator.run / "supervisord.own-pid").read_text()), signal.SIGKILL)
    operator.say("up", "--only", "postgres")
    assert answers(operator)


def test_up_on_a_running_installation_leaves_its_processes_alone(operator: Operator) -> None:
    operator.say("up", "--only", "postgres")
    before = operator.states()["postgres"]["pid"]
    operator.say("up", "--only", "postgres")
    assert operator.states()["postgres"]["pid"] == before


def test_a_part_whose_address_is_given_is_used_from_outside_and_not_started(
    operator: Operator, postgres_part: parts.PostgresPart, empty_database: str
) -> None:
    folder = operator.var / "secrets"
    folder.mkdir(parents=True)
    for role, password in postgres_part.passwords.items():
        (folder / f"pg-{role}").write_text(password)
    done = operator.type("up", "--only", "postgres", "--json", CAMEO_POSTGRES=empty_database)
    assert done.returncode == 0, done.stderr
    assert operator.states()["postgres"]["state"] == "outside"
    assert not (operator.var / "postgres").exists()
    assert operator.settings().postgres == empty_database


def test_a_part_that_is_said_to_be_outside_and_does_not_answer_stops_up_with_its_variable(operator: Operator) -> None:
    port = parts.free_ports(1)[0]
    done = operator.type("up", "--only", "kafka", CAMEO_KAFKA=f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert "CAMEO_KAFKA" in done.stderr
    assert leftovers.living(operator.run) == set()


def test_logs_prints_the_end_of_a_parts_log(operator: Operator) -> None:
    operator.say("up", "--only", "postgres")
    said = operator.say("logs", "supervisord", "-n", "200")
    assert any("spawned: 'postgres'" in line for line in said["lines"])


def test_an_unknown_part_is_refused_with_the_names_there_are(operator: Operator) -> None:
    done = operator.type("up", "--only", "postgress")
    assert done.returncode == 1
    assert "opa-keyholder" in done.stderr


def test_every_secret_is_closed_to_others_and_kept_at_the_next_up(operator: Operator) -> None:
    operator.say("up", "--only", "postgres")
    folder = operator.settings().secrets
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.iterdir()))
    operator.say("down")
    operator.say("up", "--only", "postgres")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_a_part_that_starts_again_ends_what_its_earlier_process_left_behind(short_tmp: Path) -> None:
    run = short_tmp / "launch"
    run.mkdir()
    environ = {**os.environ, MARK: str(run)}
    launch = [sys.executable, "-m", "infra.supervise.launch", str(run), "part", "TERM"]
    child = (
        "import subprocess, time; p = subprocess.Popen(['sleep', '60'], start_new_session=True); print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([*launch, sys.executable, "-c", child], env=environ, cwd=parts.ROOT, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        orphan = int(first.stdout.readline())
        first.kill()
    assert start_time(orphan) is not None
    again = subprocess.run([*launch, "/bin/echo", "again"], env=environ, cwd=parts.ROOT, capture_output=True, text=True, check=True)
    assert again.stdout == "again\n"
    wait_for(lambda: start_time(orphan) is None, "the orphan lives on")
