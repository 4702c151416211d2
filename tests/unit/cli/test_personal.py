"""Taking everything with you and being forgotten, on the command line."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

from schemas.cameo import EnrolmentActivated
from serving.cli.session import token_path
from tests.unit.api.conftest import Place
from tests.unit.cli.test_commands import Run, cli, person, place

__all__ = ["cli", "place"]


def test_an_export_is_a_whole_zip_that_its_owner_alone_may_read(cli: Run, tmp_path: Path) -> None:
    account = person(cli, "min")
    folder = tmp_path / "mine"
    folder.mkdir()
    out = folder / "min.zip"
    code, said, _ = cli("export", "--out", str(out), "--as", "min", "--json")
    assert (code, json.loads(said)["bytes"]) == (0, out.stat().st_size)
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as made:
        assert made.testzip() is None
        assert json.loads(made.read("account.json"))["account"] == account
    assert list(folder.iterdir()) == [out]


def test_nothing_is_written_over_and_a_refused_export_leaves_nothing(cli: Run, tmp_path: Path) -> None:
    person(cli, "min")
    folder = tmp_path / "mine"
    folder.mkdir()
    there = folder / "there.zip"
    there.write_bytes(b"mine")
    assert cli("export", "--out", str(there), "--as", "min")[0] == 2
    assert there.read_bytes() == b"mine"
    _, said, _ = cli("token", "new", "--scope", "account", "--as", "min", "--json")
    token_path("narrow").write_text(json.loads(said)["token"], encoding="utf-8")
    code, _, err = cli("export", "--out", str(folder / "no.zip"), "--as", "narrow")
    assert (code, "scope.narrow" in err) == (1, True)
    assert list(folder.iterdir()) == [there]


def test_who_is_erased_leaves_no_token_on_this_machine_whose_name_is_their_handle(cli: Run, place: Place) -> None:
    account = person(cli, "Min")
    place.activate(account)
    person(cli, "theo")
    code, said, _ = cli("erase", "min", "--as", "Min", "--json")
    assert code == 0
    assert json.loads(said).keys() == {"destroyed_key", "searched_files", "searched_bytes", "files_gone"}
    assert not token_path("Min").exists()
    assert token_path("theo").exists()


def test_who_says_another_handle_keeps_everything(cli: Run) -> None:
    person(cli, "min")
    person(cli, "theo")
    assert cli("erase", "theo", "--as", "min")[0] == 1
    assert token_path("min").exists()
    assert token_path("theo").exists()


def test_me_tells_what_my_cameo_rests_on_and_when_to_be_seen_again(cli: Run, place: Place) -> None:
    account = person(cli, "min")

    def me() -> dict[str, str]:
        code, said, _ = cli("me", "--as", "min", "--json")
        assert code == 0
        return json.loads(said)

    assert (me()["account"], me()["status"]) == (account, "none")
    cameo, now_us = place.activate(account), time.time_ns() // 1000
    assert (me()["status"], "refresh" in me()) == ("active", False)
    for days, told in ((90, None), (9, "due soon: cameo enrol start"), (-1, "due now: cameo enrol start")):
        place.append(cameo, EnrolmentActivated(enrolment="e", assurance="basic", refresh_by_us=now_us + days * 24 * 3600 * 10**6))
        assert me().get("refresh") == told
    narrow = place.token(account, "generate")["Authorization"].removeprefix("Bearer ")
    token_path("narrow").write_text(narrow, encoding="utf-8")
    assert json.loads(cli("me", "--as", "narrow", "--json")[1])["status"] == "unknown"
