"""Settings: read once, complete or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from infra.installation import load_settings, read_file, write_file
from infra.places import Places
from infra.settings import Settings, SettingsError

COMPLETE = {
    "CAMEO_TENANT": "main",
    "CAMEO_VAR": "/v",
    "CAMEO_RUN": "/r",
    "CAMEO_SECRETS": "/v/secrets",
    "CAMEO_MODELS": "/m",
    "CAMEO_POSTGRES": "host=/r/pg port=5432 dbname=cameo",
    "CAMEO_KAFKA": "127.0.0.1:9",
    "CAMEO_OPA_SOCKET": "/r/o",
    "CAMEO_KEYHOLDER_OPA_SOCKET": "/r/k",
    "CAMEO_KEYHOLDER_SOCKET": "/r/h",
    "CAMEO_API": "127.0.0.1:1",
    "CAMEO_SERVE": "127.0.0.1:2",
}


def test_settings_give_back_the_environment_they_were_read_from() -> None:
    settings = Settings.from_env(COMPLETE)
    assert settings.environ() == {
        **COMPLETE,
        "CAMEO_MAX_STALENESS_MS": "500",
        "CAMEO_VIEW_PARTITIONS": "0-31",
        "CAMEO_VIEW_MIB": "8192",
        "CAMEO_OPERATORS": "2",
        "CAMEO_ROOT_KEY": "file:root.key",
    }
    assert Settings.from_env(settings.environ()) == settings


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_or_empty_variable_is_named(name: str) -> None:
    for environ in ({key: value for key, value in COMPLETE.items() if key != name}, {**COMPLETE, name: ""}):
        with pytest.raises(SettingsError, match=name):
            Settings.from_env(environ)


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "٣", " 5"])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="CAMEO_MAX_STALENESS_MS"):
        Settings.from_env({**COMPLETE, "CAMEO_MAX_STALENESS_MS": text})


def test_a_relative_folder_is_refused() -> None:
    with pytest.raises(SettingsError, match="CAMEO_VAR"):
        Settings.from_env({**COMPLETE, "CAMEO_VAR": "var"})


def test_a_password_is_read_when_it_is_needed_and_its_absence_is_named(tmp_path: Path) -> None:
    settings = Settings.from_env({**COMPLETE, "CAMEO_SECRETS": str(tmp_path)})
    with pytest.raises(SettingsError, match="pg-api"):
        settings.dsn("api")
    (tmp_path / "pg-api").write_text("a b'c\\")
    expected = {"host": "/r/pg", "port": "5432", "dbname": "cameo", "user": "api", "password": "a b'c\\"}
    assert conninfo_to_dict(settings.dsn("api")) == expected


def test_the_environment_goes_before_the_file_of_up(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    environ = {"CAMEO_VAR": str(var), "HOME": str(tmp_path)}
    places = Places.from_env(environ)
    path = write_file(places, {**COMPLETE, "CAMEO_VAR": str(var)})
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_file(places)["CAMEO_POSTGRES"] == COMPLETE["CAMEO_POSTGRES"]
    assert load_settings(environ).api == "127.0.0.1:1"
    assert load_settings({**environ, "CAMEO_API": "127.0.0.1:7"}).api == "127.0.0.1:7"


def test_two_installations_have_two_run_folders_and_each_always_the_same(tmp_path: Path) -> None:
    first = Places.from_env({"CAMEO_VAR": str(tmp_path / "a"), "HOME": "/h"})
    assert first.run == Places.from_env({"CAMEO_VAR": str(tmp_path / "a"), "HOME": "/h"}).run
    assert first.run != Places.from_env({"CAMEO_VAR": str(tmp_path / "b"), "HOME": "/h"}).run
    assert first.cache == Path("/h/.cache/cameo")
