"""Signed receipts: what they say, that a change of any field is found offline, and that old ones outlive a key."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.secrets import ensure
from schemas.cameo import EnrolmentStarted
from schemas.consent import ConsentRevoked
from schemas.ids import cameo_of
from serving import consent_texts
from serving.core.data_integrity import multikey, signed
from serving.core.receipt import Controller, KnownKey, examine
from serving.handlers.receipts import Receipts
from serving.receipt_keys import read_keys, rotate
from tests.unit.api.conftest import SIGNING, Place, place
from tests.unit.cli.test_commands import LEAVES, Run, cli, person

__all__ = ["cli", "place"]
KEYS = [KnownKey(multikey(SIGNING.public_key().public_bytes_raw()))]


def accepted(place: Place, handle: str = "min", language: str = "en") -> tuple[str, dict[str, str], str]:
    account, headers = place.person(handle)
    body = {"profile": "sandbox", "consent_text_sha256": consent_texts.in_force(language).sha256}
    return account, headers, place.client.post("/v1/enrolments", json=body, headers=headers).json()["enrolment"]


def issued(place: Place, language: str = "en") -> dict[str, Any]:
    _, headers, enrolment = accepted(place, language=language)
    answer = place.client.get(f"/v1/receipts/{enrolment}", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ld+json")
    return answer.json()


def failing(document: dict[str, Any], keys: list[KnownKey] | None = KEYS) -> set[str]:
    return {one.code for one in examine(document, keys) if not one.holds}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_receipt_says_what_was_accepted_and_holds(place: Place, language: str) -> None:
    document = issued(place, language)
    text = consent_texts.in_force(language)
    notice = document["dpv:hasRecordOfActivity"]["dpv:hasNotice"]
    assert (notice["rdf:value"], notice["cameo:sha256"], notice["dct:language"]) == (text.text, text.sha256, language)
    assert failing(document) == set()
    assert {one.code for one in examine(document, KEYS)} == {"receipt.form", "receipt.signature", "receipt.issuer", "receipt.text"}


def test_every_command_that_a_receipt_names_is_one(place: Place) -> None:
    record = issued(place)["dpv:hasRecordOfActivity"]
    said = [*record["dpv:hasRight"], *(one["dct:description"] for one in record["dpv:hasConsentControl"])]
    named = [found.strip() for text in said for found in re.findall(r"cameo [a-z -]+", text)]
    assert len(named) == len(said)
    assert set(named) <= set(LEAVES)


MANDATORY = [
    "dct:conformsTo", "dct:identifier", "dct:created", "dct:language", "dpv:hasRecordOfActivity/dct:identifier",
    "dpv:hasRecordOfActivity/dpv:hasDataSubject/dct:identifier", "dpv:hasRecordOfActivity/dpv:hasDataController/dpv:hasName",
    "dpv:hasRecordOfActivity/dpv:hasDataController/dpv:hasContact", "dpv:hasRecordOfActivity/dpv:hasJurisdiction",
    "dpv:hasRecordOfActivity/dpv:hasNotice/rdf:value", "dpv:hasRecordOfActivity/dpv:hasProcess/0/dpv:hasPurpose",
    "dpv:hasRecordOfActivity/dpv:hasProcess/0/dpv:hasPersonalData", "dpv:hasRecordOfActivity/dpv:hasProcess/0/dpv:hasStorageCondition",
    "dpv:hasRecordOfActivity/dpv:hasProcess/0/dpv:hasRecipient", "dpv:hasRecordOfActivity/dpv:hasConsentControl",
    "dpv:hasRecordOfActivity/dpv:hasLegalBasis", "dpv:hasRecordOfActivity/cameo:event/0/dct:date",
    "dpv:hasRecordOfActivity/cameo:event/0/dct:valid", "dpv:hasRecordOfActivity/cameo:event/0/dpv:hasConsentStatus",
    "dpv:hasRecordOfActivity/cameo:event/0/dpv:isImplementedByEntity",
]  # fmt: skip
"""Fields that the DPV guide to ISO/IEC TS 27560 marks as mandatory."""


@pytest.mark.parametrize("path", MANDATORY)
def test_every_mandatory_field_is_there(place: Place, path: str) -> None:
    at: Any = issued(place)
    for step in path.split("/"):
        at = at[int(step)] if isinstance(at, list) else at[step]
    assert at is not None


def places(document: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every value and every list or object in a document."""
    if at:
        yield at
    parts = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for name, value in parts:
        yield from places(value, (*at, name))


def changed(document: dict[str, Any], at: tuple[Any, ...], how: str) -> dict[str, Any]:
    made = copy.deepcopy(document)
    inner: Any = made
    for step in at[:-1]:
        inner = inner[step]
    if how == "removed":
        del inner[at[-1]]
    else:
        value = inner[at[-1]]
        inner[at[-1]] = value + "x" if isinstance(value, str) else [*value, "x"] if isinstance(value, list) else "x"
    return made


def test_a_change_of_any_field_is_found(place: Place) -> None:
    document = issued(place)
    everywhere = list(places(document))
    assert len(everywhere) > 80
    for at in everywhere:
        for how in ("changed", "removed"):
            assert failing(changed(document, at, how)), f"{how}: {at}"
    for more in ({"added": "x"}, {"dct:created": document["dct:created"].replace("2026", "2025")}):
        assert "receipt.signature" in failing(document | more)


def test_who_signs_anew_with_a_key_of_their_own_is_not_the_installation(place: Place) -> None:
    document = issued(place)
    bare = {name: value for name, value in document.items() if name != "proof"}
    forged = signed(bare | {"dct:language": "fr"}, Ed25519PrivateKey.generate(), created=document["dct:created"])
    assert failing(forged) == {"receipt.issuer_unknown", "receipt.publisher"}
    assert failing(document, None) == {"receipt.issuer_unknown"}, "without keys nobody knows whose it is"
    assert failing(document, []) == {"receipt.issuer_unknown"}


def test_a_text_that_is_not_the_one_of_its_hash_is_found(place: Place) -> None:
    document = issued(place)
    document["dpv:hasRecordOfActivity"]["dpv:hasNotice"]["rdf:value"] = "I agree to everything."
    bare = {name: value for name, value in document.items() if name != "proof"}
    assert failing(signed(bare, SIGNING, created=document["dct:created"])) == {"receipt.text"}


def test_what_happened_since_is_told(place: Place) -> None:
    account, headers, enrolment = accepted(place)
    place.client.put(f"/v1/enrolments/{enrolment}/recording", content=b"webm", headers=headers)
    place.append(cameo_of(account), ConsentRevoked(account=None, strength="stop"))
    place.append(cameo_of(account), ConsentRevoked(account=None, strength="stop", purpose="personal"))
    received = [one for one in place.store.read(cameo_of(account)) if one.type == "enrolment.recording_received"]
    keyholder = place.client.app.state.parts.keyholder  # type: ignore[attr-defined]
    keyholder.destroy_evidence(received[0].data["evidence"], "schedule")
    keyholder.destroy_subject(account, [cameo_of(account)])
    document = place.client.get(f"/v1/receipts/{enrolment}", headers=headers).json()
    events = document["dpv:hasRecordOfActivity"]["cameo:event"]
    assert [one["@type"] for one in events] == [
        "dpv:ConsentGiven", "cameo:enrolment.recording_received", "cameo:consent.revoked", "cameo:evidence.destroyed", "dpv:ConsentWithdrawn",
    ]  # fmt: skip
    assert [one["dct:date"] for one in events] == sorted(one["dct:date"] for one in events)
    assert failing(document) == set()


def test_each_sees_their_own_receipts_alone(place: Place) -> None:
    _, min_, enrolment = accepted(place)
    _, theo, _ = accepted(place, "theo")
    mine = place.client.get("/v1/receipts", headers=min_).json()
    assert [one["enrolment"] for one in mine] == [enrolment]
    assert (mine[0]["text_version"], mine[0]["text_in_force"]) == (consent_texts.in_force().version, True)
    answer = place.client.get(f"/v1/receipts/{enrolment}", headers=theo)
    assert (answer.status_code, answer.json()["code"]) == (404, "receipt.unknown")


def test_a_receipt_of_an_older_text_tells_what_that_said_and_that_it_is_in_force_no_more(place: Place) -> None:
    account, headers = place.person("min")
    old = next(one for one in consent_texts.texts() if (one.version, one.language) == ("2026-11", "en"))
    begun = EnrolmentStarted(
        enrolment="e" * 32, owner=account, profile="basic", phrase=(), movements=(), expires_at_us=1, consent_text_version=old.version,
        consent_text_sha256=old.sha256,
    )  # fmt: skip
    place.append(cameo_of(account), begun)
    (listed,) = place.client.get("/v1/receipts", headers=headers).json()
    assert (listed["text_version"], listed["text_in_force"]) == ("2026-11", False)
    document = place.client.get(f"/v1/receipts/{'e' * 32}", headers=headers).json()
    assert failing(document) == set()
    record = document["dpv:hasRecordOfActivity"]
    assert (record["dpv:hasNotice"]["rdf:value"], len(record["cameo:doneWithoutBeingSaid"])) == (old.text, 4)
    body = {"profile": "basic", "consent_text_sha256": old.sha256}
    refused = place.client.post("/v1/enrolments", json=body, headers=headers)
    assert refused.json()["code"] == "consent_text.not_accepted", "a renewal asks for the text in force"


def test_who_runs_the_place_is_named(place: Place) -> None:
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    named = Controller("Beispiel e.V.", "privacy@example.org", "DE")
    place.client.app.state.parts = replace(parts, receipts=Receipts(parts.receipts.keys, named))  # type: ignore[attr-defined]
    record = issued(place)["dpv:hasRecordOfActivity"]
    assert record["dpv:hasDataController"]["dpv:hasName"] == "Beispiel e.V."
    assert record["dpv:hasJurisdiction"] == ["DE"]


def test_old_receipts_outlive_a_key_and_new_ones_by_it_do_not_count(place: Place, tmp_path: Path) -> None:
    ensure(tmp_path, database=False)
    parts = place.client.app.state.parts  # type: ignore[attr-defined]
    place.client.app.state.parts = replace(parts, receipts=Receipts(lambda: read_keys(tmp_path)))  # type: ignore[attr-defined]
    _, headers, enrolment = accepted(place)
    url = f"/v1/receipts/{enrolment}"
    old, before = place.client.get(url, headers=headers).json(), read_keys(tmp_path)
    rotate(tmp_path, "2099-01-01T00:00:00.000000Z")
    new = place.client.get(url, headers=headers).json()
    published = place.client.get("/.well-known/cameo-receipt-keys.json").json()
    keys = [KnownKey(one["publicKeyMultibase"], one.get("expires")) for one in published["verificationMethod"]]
    assert len(keys) == 2
    assert published["assertionMethod"] == [one["id"] for one in published["verificationMethod"]]
    assert old["proof"]["verificationMethod"] != new["proof"]["verificationMethod"]
    assert (failing(old, keys), failing(new, keys)) == (set(), set())
    bare = {name: value for name, value in old.items() if name != "proof"}
    late = signed(bare, before.current, created="2099-06-01T00:00:00.000000Z")
    assert failing(late, keys) == {"receipt.key_retired"}
    for name in ("receipts.key", "receipts.retired"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_a_receipt_is_fetched_and_verified_offline(cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person(cli, "min")
    code, out, _ = cli("enrol", "start", "--accept", "--json", "--as", "min")
    enrolment = json.loads(out)["enrolment"]
    assert [one["enrolment"] for one in json.loads(cli("receipt", "list", "--json", "--as", "min")[1])] == [enrolment]
    path = tmp_path / "receipt.json"
    assert cli("receipt", "get", enrolment, "--out", str(path), "--as", "min")[0] == 0
    monkeypatch.delenv("CAMEO_API")
    code, out, _ = cli("receipt", "verify", str(path))
    assert code == 0
    assert "FAILS" not in out
    for told in ("receipt.signature", "receipt.issuer", "receipt.text", "receipt.form"):
        assert told in out
    keys = tmp_path / "keys"
    keys.write_text(KEYS[0].multikey)
    assert cli("receipt", "verify", str(path), "--key", str(keys))[0] == 0
    keys.write_text(multikey(Ed25519PrivateKey.generate().public_key().public_bytes_raw()))
    code, out, _ = cli("receipt", "verify", str(path), "--key", str(keys), "--json")
    assert code == 1
    assert [one["code"] for one in json.loads(out)["checked"] if not one["holds"]] == ["receipt.issuer_unknown"]
    (tmp_path / "receipt-keys.json").unlink()
    assert cli("receipt", "verify", str(path))[0] == 1, "whose signature it is, nobody said"
    path.write_text(path.read_text().replace("dpv:ConsentGiven", "dpv:ConsentRefused"))
    code, out, _ = cli("receipt", "verify", str(path), "--key", str(keys))
    assert code == 1
    assert "FAILS" in out


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"a": 1e999}'])
def test_what_is_no_receipt_does_not_hold(cli: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert cli("receipt", "verify", str(path))[0] in (1, 2)


def test_the_text_is_read_and_accepted_in_korean(cli: Run) -> None:
    person(cli, "min")
    korean = consent_texts.in_force("ko")
    assert korean.text in cli("enrol", "text", "--language", "ko", "--as", "min")[1]
    assert json.loads(cli("enrol", "text", "--sha256", korean.sha256, "--json", "--as", "min")[1])["version"] == korean.version
    assert "consent_text.unknown" in cli("enrol", "text", "--sha256", "0" * 64, "--as", "min")[2]
    enrolment = json.loads(cli("enrol", "start", "--text-language", "ko", "--accept", "--json", "--as", "min")[1])["enrolment"]
    notice = json.loads(cli("receipt", "get", enrolment, "--json", "--as", "min")[1])["dpv:hasRecordOfActivity"]["dpv:hasNotice"]
    assert notice["rdf:value"] == korean.text
