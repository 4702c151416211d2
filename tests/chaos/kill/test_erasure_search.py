"""What a person said, showed and is called is planted in a whole installation; once they are erased it is in no store and no file."""

from __future__ import annotations

import base64
import io
import json
import math
import os
import struct
import zipfile
from pathlib import Path

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from identity.core.fingerprint import Fingerprint
from infra.parts.postgres import SUPERUSER
from schemas.account import DistressSet
from schemas.cameo import EnrolmentAssessed
from schemas.case import CaseOpened
from schemas.evidence import EvidenceAdded
from schemas.ids import stream_id
from serving.adapters.scrubbing import PostgresScrubber
from serving.demo.stage import wait_for
from tests.chaos.conftest import Whole
from tests.chaos.kill.searching import Search, wrapped_keys

ME = "/v1/cameos/me"
IN_CLEAR = {
    "handle": {"cameo.access.handles", "cameo.projection.accounts"},
    "label": {"cameo.access.tokens"},
    "question": {"cameo.access.verifications"},
}
"""What is kept in clear while somebody is there, and in which tables; PostgreSQL's own files hold it besides."""
SERVER = "postgres/"
FILMED = {"cameo": "@me", "engine": "trivial", "duration_ms": 200, "facets": ["face"]}


def marker(kind: str) -> str:
    """Words that nothing else holds."""
    return f"{kind} 표식 {os.urandom(12).hex()}"


def embedding() -> bytes:
    """A face as it is sealed: 128 little-endian float32 of unit length."""
    drawn = [int.from_bytes(os.urandom(2)) / 65536 - 0.5 for _ in range(128)]
    length = math.sqrt(math.fsum(one * one for one in drawn))
    return struct.pack("<128f", *(one / length for one in drawn))


def fingerprints() -> bytes:
    """What is held against replays, as it is sealed."""
    return msgspec.msgpack.encode(Fingerprint(os.urandom(32).hex(), tuple(os.urandom(100))))


class Planted:
    """A person with something of theirs in every place that keeps anything."""

    def __init__(self, whole: Whole) -> None:
        self.whole, self.stage, self.world = whole, whole.stage, whole.world
        self.handle = f"mark{os.urandom(8).hex()}"
        self.bytes: dict[str, bytes] = {"handle": self.handle.encode()}
        self.account = self.stage.register(self.handle)["account"]
        self.friend = f"friend{os.urandom(4).hex()}"
        self.stage.register(self.friend)
        self.cameo = self.world.activate_cameo(self.account, ("face",), asset=self.plant("asset", os.urandom(48)))

    def plant(self, name: str, plain: bytes) -> bytes:
        """Remember what is planted."""
        self.bytes[name] = plain
        return plain

    def say(self, kind: str) -> str:
        """Plant words."""
        return self.plant(kind, marker(kind).encode()).decode()

    def words(self) -> None:
        """Say something wherever a person may, through the API."""
        client = self.stage.client(self.handle)
        client.call("POST", "/v1/tokens", {"scopes": ["audit"], "label": self.say("label")})
        client.call("POST", f"{ME}/grants", {"account": f"@{self.friend}", "note": self.say("note")})
        client.call("POST", f"{ME}/groups", {"name": self.say("group")[:40]})
        client.call("POST", f"{ME}/restrictions", {"text": self.say("restriction")})
        client.call("POST", f"{ME}/preferences", {"text": self.say("preference"), "obligation": "wear", "optional": True})
        body = FILMED | {"cameo": f"@{self.handle}", "prompt": f'on a beach, saying "{self.say("prompt")}"'}
        self.generation = client.call("POST", "/v1/generations", body)["generation"]
        film = f"/v1/generations/{self.generation}"
        # A rule that no category fits has every film come to its owner first.
        draft = wait_for("its draft", lambda: client.call("GET", film)["draft_sha256"], within_s=120)
        client.call("POST", f"{film}/approval", {"film_sha256": draft})
        wait_for("its film", lambda: client.call("GET", film)["state"] == "released", within_s=120)
        self.plant("film", client.fetch(f"/v1/generations/{self.generation}/film")[-64:])

    def recording(self) -> None:
        """Hand in a recording, which the checks look at and refuse; then a document."""
        client = self.stage.client(self.handle)
        text = client.call("GET", "/v1/consent-text")["sha256"]
        enrolment = client.call("POST", "/v1/enrolments", {"profile": "basic", "consent_text_sha256": text})["enrolment"]
        webm = b"\x1a\x45\xdf\xa3" + self.plant("recording", os.urandom(64)) * 20
        client.upload(f"/v1/enrolments/{enrolment}/recording", webm, "video/webm", self.say("camera"))
        wait_for("its refusal", lambda: client.call("GET", f"/v1/enrolments/{enrolment}")["state"] == "refused", within_s=120)
        api = self.whole.keyholder("api")
        document = api.put_evidence(self.account, self.cameo, self.plant("document", os.urandom(64)))
        added = EvidenceAdded(
            enrolment=enrolment, evidence=document.evidence, kind="document", key_id=document.key_id, sha256=document.sha256, bytes=document.bytes
        )  # fmt: skip
        self.world.append("api", self.cameo, added)
        self.evidence = document.evidence

    def half_a_recording(self) -> None:
        """Begin to send another recording, and stop: the rest never comes."""
        client = self.stage.client(self.handle)
        text = client.call("GET", "/v1/consent-text")["sha256"]
        enrolment = client.call("POST", "/v1/enrolments", {"profile": "basic", "consent_text_sha256": text})["enrolment"]
        version, half = {"Tus-Resumable": "1.0.0"}, self.plant("half a recording", os.urandom(64)) * 20
        label = base64.b64encode(self.say("camera of somebody").encode()).decode()
        begun = {"Upload-Length": str(2 * len(half)), "Upload-Metadata": f"camera_label {label}"}
        place = client.send("POST", f"/v1/enrolments/{enrolment}/uploads", headers=version | begun).headers["Location"]
        piece = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        client.send("PATCH", place, content=half, headers=version | piece)

    def thing(self) -> None:
        """Begin a thing under a name that is kept nowhere, and hand its recording in, which the checks refuse."""
        client = self.stage.client(self.handle)
        text = client.call("GET", "/v1/consent-text")["sha256"]
        body = {"name": self.say("name of a thing"), "profile": "basic", "consent_text_sha256": text}
        thing = client.call("POST", "/v1/things", body)["thing"]
        client.send("PUT", f"/v1/things/{thing}/recording", content=self.plant("recording of a thing", os.urandom(64)) * 20)
        wait_for("its refusal", lambda: client.call("GET", f"/v1/things/{thing}")["state"] == "refused", within_s=120)

    def question(self) -> None:
        """Be asked by somebody whether one is still the same."""
        body = {"of": f"@{self.handle}", "audience": self.say("question"), "nonce": os.urandom(16).hex(), "level": "stepwise"}
        self.stage.client(self.friend).call("POST", "/v1/verifications", body)

    def biometrics(self) -> None:
        """Seal what the worker would of an assessment, a distress word, and a case about the person."""
        assessed = EnrolmentAssessed(enrolment="e", evidence=self.evidence, profile="basic", checks=(), models=())
        fields = {"fingerprints": self.plant("fingerprints", fingerprints()), "template": self.plant("template", embedding())}
        self.world.append("worker", self.cameo, assessed, fields=fields, sealed_for=self.account)
        word = {"word": self.plant("distress", marker("distress").encode())}
        self.world.append("api", self.account, DistressSet(), fields=word, sealed_for=self.account)
        case = stream_id("case", os.urandom(16))
        opened = CaseOpened(kind="appeal", cameo=self.cameo, enrolment=None, evidence=None, codes=(), people=1, due_us=1)
        self.world.append("api", case, opened, fields={"text": self.plant("case", marker("case").encode())}, sealed_for=self.account)


def search(planted: Planted, wanted: dict[str, bytes]) -> Search:
    settings = planted.stage.settings
    superuser = make_conninfo(settings.postgres, user=SUPERUSER, password=settings.secret(f"pg-{SUPERUSER}").decode().strip())
    return Search(settings, superuser, wanted)


def is_quiet(whole: Whole, account: str) -> bool:
    """Tell whether the projections have forgotten the handle."""
    rows = whole.stage.client("auditor").call("GET", "/v1/audit", query={"creator": account, "limit": 1})["items"]
    return all(row["creator"] is None for row in rows)


def test_an_erased_persons_plaintext_and_wrapped_keys_are_in_no_store_and_no_file(whole: Whole) -> None:
    planted = Planted(whole)
    planted.words()
    planted.recording()
    planted.half_a_recording()
    planted.thing()
    planted.question()
    planted.biometrics()
    settings = whole.stage.settings
    keys = wrapped_keys(settings.var / "keyholder" / "keys.sqlite", planted.account)
    assert {name.split()[1] for name in keys} == {"subject", "field", "evidence", "asset", "output"}

    made = exported(whole, planted.handle)
    assert_holds(made, planted)

    everything = planted.bytes | keys | pseudonym(planted.account)
    first = search(planted, everything)
    with psycopg.connect(first.superuser, autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")  # what was written lately is in the log alone
    before = first.everywhere()
    assert reached(before)
    print(f"\n  looked through {first.looked}; found before: {shown(before)}")
    in_clear = {name: {one for one in places if not one.startswith(SERVER)} for name, places in before.items() if name not in keys}
    assert in_clear == IN_CLEAR, "everything else is sealed before it is written anywhere"
    assert all(any(one.startswith(SERVER) for one in before[name]) for name in IN_CLEAR), "the search sees into the server's files"
    assert all(before[name] == {"keyholder/keys.sqlite"} for name in keys)

    answer = whole.stage.client(planted.handle).call("DELETE", ME, query={"handle": planted.handle})
    assert answer["searched_files"] > 0
    assert answer["files_gone"] >= 4
    wait_for("the projections", lambda: is_quiet(whole, planted.account), within_s=60)
    scrubber = PostgresScrubber(settings.dsn("api"))
    wait_for("the rewriting of PostgreSQL's files", lambda: scrubber.scrub().clean, within_s=60)

    last = search(planted, everything)
    after = last.everywhere()
    assert reached(after), "the search still finds what stays: the pseudonym"
    print(f"  looked through {last.looked}; found after: {shown(after)}")
    assert after == {}


def pseudonym(account: str) -> dict[str, bytes]:
    """The account's id as it is written, and as the consent view packs it: what must be found in every kind of store, always."""
    return {"pseudonym": account.encode(), "packed pseudonym": bytes.fromhex(account.partition("-")[2])}


def reached(found: dict[str, set[str]]) -> bool:
    """Tell that the search sees into each kind of store; takes the pseudonym out of what was found."""
    places = found.pop("pseudonym") | found.pop("packed pseudonym")
    stores = (
        "cameo.ledger.events",
        "topic cameo.events",
        "kafka/log/cameo.events",
        "view/",
        "keyholder/keys.sqlite",
        "tiles/",
        "postgres/base/",
        "postgres/pg_wal/",
    )
    return {store for store in stores if any(place.startswith(store) for place in places)} == set(stores)


def exported(whole: Whole, handle: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(whole.stage.client(handle).pieces("/v1/accounts/me/export"))))


def assert_holds(made: zipfile.ZipFile, planted: Planted) -> None:
    """Everything that the person said or handed in is in their export, and no biometrics."""
    assert made.testzip() is None
    left_out = json.loads(made.read("manifest.json"))["left_out"]
    content = b"\n".join(made.read(name) for name in made.namelist())
    assert left_out == {}
    given = (
        "handle",
        "note",
        "group",
        "restriction",
        "preference",
        "prompt",
        "recording",
        "document",
        "film",
        "recording of a thing",
        "question",
    )
    for name in given:
        assert planted.bytes[name][:40] in content, name
    for name in ("template", "fingerprints", "distress", "case", "asset", "name of a thing"):
        assert planted.bytes[name] not in content, name


def shown(found: dict[str, set[str]]) -> dict[str, list[str]]:
    return {name: sorted(places) for name, places in found.items() if not name.startswith("wrapped")}


def test_what_holds_keys_or_recordings_dumps_no_core(whole: Whole) -> None:
    processes = whole.stage.daemon.processes()
    for name in ("keyholder", "worker"):
        limits = Path(f"/proc/{processes[name]['pid']}/limits").read_text(encoding="ascii")
        (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert core.split()[4:6] == ["0", "0"], name
