"""A person is forgotten on a whole installation: nobody can read what they said, and the record still verifies."""

from __future__ import annotations

import psycopg
import pytest

from identity.keys.errors import KeyholderRefusedError
from serving.client import ApiError
from serving.demo.stage import wait_for
from streams.core.note import read_verifier
from streams.fsck import fsck
from tests.chaos.conftest import Whole

ME = "/v1/cameos/me"
HANDLE, NOTE = "forgetmenot", "a note that only we two understand"


def test_an_erased_person_is_unreadable_everywhere_and_the_record_is_sound(whole: Whole) -> None:
    stage, settings = whole.stage, whole.stage.settings
    account = stage.register(HANDLE)["account"]
    stage.register("bystander")
    cameo = whole.world.activate_cameo(account, ("face",))
    given = stage.client(HANDLE).call("POST", f"{ME}/grants", {"account": "@bystander", "note": NOTE})
    granted = next(one for one in whole.world.store("auditor").read(cameo) if one.data.get("grant") == given["grant"])
    assert whole.keyholder("api").unseal(cameo, granted.event_id, "show") == {"note": NOTE.encode()}
    wait_for("the projected handle", lambda: projected(whole, account) == HANDLE, within_s=30)

    stage.client(HANDLE).call("DELETE", ME, query={"handle": HANDLE})

    with pytest.raises(KeyholderRefusedError, match=r"key\.destroyed"):
        whole.keyholder("api").unseal(cameo, granted.event_id, "show")
    with pytest.raises(ApiError, match=r"token\.unknown"):
        stage.client(HANDLE).call("GET", "/v1/accounts/me")
    with pytest.raises(ApiError, match=r"account\.unknown"):
        stage.client("bystander").call("GET", "/v1/accounts", query={"handle": HANDLE})
    wait_for("the handle to go", lambda: projected(whole, account) is None, within_s=30)
    wait_for("the API to rewrite PostgreSQL's files", lambda: not due(whole, account), within_s=120)
    assert whole.world.types(cameo)[-1] == "subject_key.destroyed"
    key = read_verifier((settings.secrets / "log.pub").read_text(encoding="utf-8"))
    wait_for("a sound record", lambda: fsck(settings.dsn("owner"), settings.tiles, key, whole.keyholder("worker")).sound, within_s=60)


def projected(whole: Whole, account: str) -> str | None:
    with psycopg.connect(whole.stage.settings.dsn("auditor")) as connection:
        row = connection.execute("SELECT handle FROM projection.accounts WHERE account = %s", (account,)).fetchone()
    return None if row is None else row[0]


def due(whole: Whole, account: str) -> bool:
    with psycopg.connect(whole.stage.settings.dsn("api")) as connection:
        return connection.execute("SELECT 1 FROM access.erasures WHERE account = %s", (account,)).fetchone() is not None
