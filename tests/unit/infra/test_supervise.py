"""The table of parts, the configuration of supervisord, and what counts as somebody else's part."""

from __future__ import annotations

import configparser
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from infra import secrets
from infra.parts.opa import SocketPathError, require_short
from infra.supervise import leftovers, prepare
from infra.supervise.daemon import Daemon
from infra.supervise.launch import MARK, start_time
from infra.supervise.table import BY_NAME, PARTS, UnknownPartError, chosen


def test_every_need_of_a_part_stands_before_it_in_the_table() -> None:
    seen: set[str] = set()
    for part in PARTS:
        assert set(part.needs) <= seen, part.name
        seen.add(part.name)


def test_an_unknown_part_is_refused() -> None:
    assert [part.name for part in chosen(("kafka", "postgres"))] == ["postgres", "kafka"]
    with pytest.raises(UnknownPartError, match="kafkas"):
        chosen(("kafkas",))


def test_a_command_reaches_its_process_with_every_character(tmp_path: Path) -> None:
    odd = ["/bin/echo", "a b", "50%", "it's", 'say "x"', "$HOME#"]
    parser = configparser.RawConfigParser()
    parser.read_string(Daemon(tmp_path, tmp_path).config([(BY_NAME["kafka"], odd)]))
    command = parser["program:kafka"]["command"] % {}  # as supervisord expands it
    assert shlex.split(command)[-len(odd) :] == odd


def test_our_own_address_set_again_is_not_somebody_elses_part() -> None:
    last = {"CAMEO_KAFKA": "127.0.0.1:7", prepare.OUTSIDE: ""}
    assert prepare._outside({"CAMEO_KAFKA": "127.0.0.1:7"}, last) == frozenset()
    assert prepare._outside({"CAMEO_KAFKA": "127.0.0.1:8"}, last) == {"kafka"}
    assert prepare._outside({}, last) == frozenset()
    assert prepare._outside({"CAMEO_KAFKA": "127.0.0.1:8"}, {"CAMEO_KAFKA": "127.0.0.1:8", prepare.OUTSIDE: "kafka"}) == {"kafka"}


def test_only_a_process_with_the_recorded_start_time_is_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "own.pid").write_text(f"{os.getpid()} {start_time(os.getpid())} TERM")
    (tmp_path / "other.pid").write_text(f"{os.getppid()} 1 TERM")
    (tmp_path / "gone.pid").write_text("999999999 1 INT")
    (tmp_path / "torn.pid").write_text("12")
    assert set(leftovers.recorded(tmp_path)) == {os.getpid()}


def test_a_process_that_left_its_group_and_ignores_a_polite_end_is_found_and_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    environ = {**os.environ, MARK: str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", deaf], env=environ, start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert leftovers.end(tmp_path, grace_s=0.2) == [process.pid]
        assert process.wait(10) == -9


def test_another_installations_process_is_left_alone(tmp_path: Path) -> None:
    environ = {**os.environ, MARK: str(tmp_path / "other")}
    with subprocess.Popen(["/bin/sleep", "60"], env=environ) as process:
        assert leftovers.end(tmp_path, grace_s=0) == []
        assert process.poll() is None
        process.kill()


def test_a_socket_path_that_no_socket_can_have_is_refused_with_the_remedy() -> None:
    require_short(Path("/" + "x" * 106))
    with pytest.raises(SocketPathError, match="CAMEO_RUN"):
        require_short(Path("/" + "x" * 107))


def test_secrets_are_made_once_closed_and_without_passwords_for_a_database_that_is_outside(tmp_path: Path) -> None:
    made = secrets.ensure(tmp_path / "s", database=False)
    assert not [name for name in made if name.startswith("pg-")]
    before = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()}
    assert set(before) == set(made)
    assert {len(before[name]) for name in ("root.key", "log.key", "replica.key", "replica.pub")} == {32}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "s").iterdir())
    again = secrets.ensure(tmp_path / "s")
    assert again
    assert all(name.startswith("pg-") for name in again)
    assert {name: (tmp_path / "s" / name).read_bytes() for name in before} == before


def test_supervised_processes_write_nothing_to_a_home_folder_and_see_no_foreign_variable(tmp_path: Path) -> None:
    places = prepare.Places(tmp_path, tmp_path / "var", tmp_path / "run", tmp_path)
    environ = prepare.process_environ({"HOME": "/h", "SECRET_OF_THE_SHELL": "x", "CAMEO_FLAG": "1"}, places, {"CAMEO_KAFKA": "k"})
    assert "SECRET_OF_THE_SHELL" not in environ
    assert (environ["CAMEO_FLAG"], environ["CAMEO_KAFKA"], environ[MARK]) == ("1", "k", str(tmp_path / "run"))
    assert environ["RAY_AUTH_TOKEN_PATH"].startswith(str(tmp_path / "var"))
    assert (environ["HF_HUB_OFFLINE"], environ["ORT_DISABLE_TELEMETRY"], environ["RAY_USAGE_STATS_ENABLED"]) == ("1", "1", "0")
