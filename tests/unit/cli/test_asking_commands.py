"""Commands that ask about consent, and the one that puts a bundle in force, over the API of fakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.consent import AudienceSet
from schemas.ids import POLICY_STREAM
from tests.unit.api.conftest import BUNDLE, Place, place
from tests.unit.cli.test_commands import Run, cli, person

__all__ = ["cli", "place"]
DIGEST = "d" * 64


@pytest.fixture
def people(place: Place, cli: Run) -> None:
    """Min lets everybody use her cameo for personal films; Theo may ask."""
    place.open()
    cameo = place.activate(person(cli, "min"))
    place.append(cameo, AudienceSet(audience="everyone", purposes=("personal",), facets=("face", "voice")))
    person(cli, "theo")


@pytest.mark.usefixtures("people")
def test_preflight_tells_whether_and_what_would_help(cli: Run) -> None:
    code, out, _ = cli("preflight", "@min", "--purpose", "parody", "--json", "--as", "theo")
    told = json.loads(out)
    assert (code, told["permit"]) == (0, False)
    assert told["would_permit"][0]["changes"] == [{"what": "purpose", "value": "personal"}]
    assert json.loads(cli("preflight", "@min", "--facet", "face", "--json", "--as", "theo")[1])["permit"]


@pytest.mark.usefixtures("people")
def test_both_listings_are_told(cli: Run) -> None:
    told = json.loads(cli("users", "--facet", "face", "--json", "--as", "min")[1])
    assert (told["everyone"], told["items"]) == (True, [])
    assert [one["handle"] for one in json.loads(cli("usable", "--json", "--as", "theo")[1])["items"]] == ["min"]
    assert json.loads(cli("usable", "--purpose", "parody", "--json", "--as", "theo")[1])["items"] == []


@pytest.mark.usefixtures("people")
def test_a_bundle_is_put_in_force_by_an_event(cli: Run, place: Place, tmp_path: Path) -> None:
    def in_force() -> str:
        with place.store.snapshot() as facts:
            fact = facts.get(POLICY_STREAM, "bundle")
        assert fact is not None
        return fact.value["bundle_sha256"]

    assert in_force() == BUNDLE
    code, out, _ = cli("policy", "activate", DIGEST, "--label", "2026-11", "--json", "--as", "operator")
    assert (code, json.loads(out)["bundle_sha256"], in_force()) == (0, DIGEST, DIGEST)
    assert cli("policy", "activate", DIGEST, "--as", "theo")[0] == 1, "an operator's command"
    (tmp_path / "none.tar.gz").write_bytes(b"none")
    assert cli("policy", "activate", str(tmp_path / "none.tar.gz"), "--as", "operator")[0] == 1
    assert in_force() == DIGEST
