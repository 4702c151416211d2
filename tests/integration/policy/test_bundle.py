"""The bundle: its digest says what is in it, OPA refuses one that was altered, METADATA and tables agree."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from policy.adapters.opa_client import OpaAdministration
from policy.bundle import build, digest_of, main
from policy.check import problems
from policy.codes import stale
from policy.errors import PolicyError
from policy.program import REGO
from tests.parts import OpaPart, PartError
from tests.policy_parts import ServedPolicy, new_keys


def test_the_rules_check_and_are_fully_covered(opa_binary: Path) -> None:
    assert problems(opa_binary) == []


def test_the_checked_in_tables_say_what_metadata_says(opa_binary: Path) -> None:
    assert stale(opa_binary) == []


def test_a_requirement_without_a_test_is_found(opa_binary: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(REGO, tmp_path / "rego")
    (copy / "requirements" / "bundle" / "bundle_test.rego").unlink()
    assert any("bundle_test.rego" in problem for problem in problems(opa_binary, copy))


def test_a_name_that_two_requirements_define_is_found(opa_binary: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(REGO, tmp_path / "rego")
    (copy / "requirements" / "bundle" / "bundle.rego").open("a").write("\nenough(_)\n")
    assert "enough is defined by more than one requirement" in problems(opa_binary, copy)
    key, _ = new_keys(tmp_path / "keys")
    with pytest.raises(PolicyError, match="enough"):
        build(tmp_path / "policy.tar.gz", key, opa_binary, copy)


def test_the_digest_is_that_of_the_content_whoever_signs(served: ServedPolicy, opa_binary: Path, tmp_path: Path) -> None:
    key, _ = new_keys(tmp_path / "keys")
    again = build(tmp_path / "policy.tar.gz", key, opa_binary)
    assert again.sha256 == served.bundle.sha256 == digest_of(again.archived)


def test_another_rule_or_list_is_another_digest(served: ServedPolicy, opa_binary: Path, tmp_path: Path) -> None:
    key, _ = new_keys(tmp_path / "keys")
    copy = shutil.copytree(REGO, tmp_path / "rego")
    (copy / "lists" / "data.json").write_text('{"closed_regions": ["ZZ", "QQ"]}')
    listed = build(tmp_path / "listed.tar.gz", key, opa_binary, copy).sha256
    (copy / "requirements" / "bundle" / "bundle.rego").open("a").write("\n# changed\n")
    ruled = build(tmp_path / "ruled.tar.gz", key, opa_binary, copy).sha256
    assert len({served.bundle.sha256, listed, ruled}) == 3


def test_opa_serves_the_digest_that_was_built(served: ServedPolicy) -> None:
    administration = OpaAdministration(served.part.socket, timeout_s=5)
    try:
        assert administration.healthy()
        assert administration.bundle_sha256() == served.bundle.sha256
        assert len(administration.policies()) > 30
    finally:
        administration.close()


def altered(bundle: Path, into: Path, old: bytes, new: bytes) -> Path:
    """Copy a bundle with one rule changed and its signature kept."""
    changed = 0
    with tarfile.open(bundle) as source, tarfile.open(into, "w:gz") as target:
        for member in source:
            opened = source.extractfile(member)
            content = b"" if opened is None else opened.read()
            changed += content.count(old)
            content = content.replace(old, new)
            member.size = len(content)
            target.addfile(member, BytesIO(content))
    assert changed == 1
    return into


def test_opa_does_not_start_on_an_altered_bundle(served: ServedPolicy, opa_server: Callable[..., OpaPart], tmp_path: Path) -> None:
    lying = altered(served.bundle.path, tmp_path / "altered.tar.gz", b'cameo.status == "active"', b'cameo.status != "active"')
    with pytest.raises(PartError):
        opa_server(lying, served.verification_key)


def test_an_altered_bundle_does_not_have_the_digest_it_names(served: ServedPolicy, tmp_path: Path) -> None:
    lying = altered(served.bundle.path, tmp_path / "altered.tar.gz", b'cameo.status == "active"', b'cameo.status != "active"')
    with pytest.raises(PolicyError, match="names the digest"):
        digest_of(lying)


def test_the_command_prints_the_digest(served: ServedPolicy, opa_binary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, _ = new_keys(tmp_path / "keys")
    assert main(["--out", str(tmp_path / "b" / "policy.tar.gz"), "--key", str(key), "--opa", str(opa_binary)]) == 0
    assert json.loads(capsys.readouterr().out)["bundle_sha256"] == served.bundle.sha256


def test_the_command_says_why_it_failed(opa_binary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path / "policy.tar.gz"), "--key", str(tmp_path / "none"), "--opa", str(opa_binary)]) == 1
    assert "key" in capsys.readouterr().err
