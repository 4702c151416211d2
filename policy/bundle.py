"""The signed policy bundle: built from policy/rego, named by the digest of what it says. Does not activate it.

The digest covers every rule and all data but itself, not the signature or any time, so the same policy has the same
digest wherever it is built. It is the bundle's revision and `data.cameo_bundle.sha256`: every answer carries it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from policy.codes import stale
from policy.errors import PolicyError
from policy.program import REGO, find_opa, run_opa, shared_names

OWN = "cameo_bundle"
ROOTS = ("cameo", OWN, "lists", "table")
SIGNING = "ES256"
NOT_SHIPPED = ("*_test.rego", "testing")


class Bundle(NamedTuple):
    """A built bundle: its digest, where OPA loads it from, and where it is kept for replay."""

    sha256: str
    path: Path
    archived: Path


def content_sha256(rules: Mapping[str, bytes], data: Mapping[str, Any]) -> str:
    """Digest of a policy: rules by path and data as one document, without the digest itself."""
    said = {
        "rules": {path.lstrip("/"): hashlib.sha256(rule).hexdigest() for path, rule in rules.items()},
        "data": {key: value for key, value in data.items() if key != OWN},
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest_of(bundle: Path) -> str:
    """Read a bundle and compute what its digest must be. Raises PolicyError where it says another one, or is none."""
    rules: dict[str, bytes] = {}
    data: dict[str, Any] = {}
    try:
        with tarfile.open(bundle) as archive:
            for member in archive:
                opened = archive.extractfile(member)
                content = b"" if opened is None else opened.read()
                if member.name.endswith(".rego"):
                    rules[member.name] = content
                elif member.name.lstrip("/") == "data.json":
                    data = json.loads(content)
        named = data[OWN]["sha256"]
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        message = f"{bundle}: not a policy bundle: {error}"
        raise PolicyError(message) from error
    found = content_sha256(rules, data)
    if found != named:
        message = f"{bundle}: names the digest {named}, its content has {found}"
        raise PolicyError(message)
    return found


def build(out: Path, key: Path, opa: Path, source: Path = REGO) -> Bundle:
    """Build and sign the bundle; `out` is replaced at once, and a copy is kept beside it by digest.

    `key`: ES256 private key, PEM. Raises PolicyError: rules that do not check, METADATA newer than its tables.
    """
    if source == REGO and (old := stale(opa)):
        message = f"{', '.join(old)} do not say what METADATA says: run `python -m policy.codes`"
        raise PolicyError(message)
    if shared := shared_names(source):
        raise PolicyError("; ".join(shared))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=out.parent) as folder:
        staged, packed = Path(folder) / "bundle", Path(folder) / "bundle.tar.gz"
        sha256 = stage(source, staged)
        run_opa(opa, "check", "--strict", staged)
        run_opa(
            opa, "build", "--bundle", ".", "--signing-key", key.resolve(), "--signing-alg", SIGNING,
            "--output", packed.resolve(), cwd=staged,
        )  # fmt: skip
        if digest_of(packed) != sha256:
            message = "the bundle as built does not have the digest of its source"
            raise PolicyError(message)
        archived = out.parent / f"{sha256}.tar.gz"
        if not archived.exists():
            shutil.copy(packed, archived)
        packed.replace(out)
    return Bundle(sha256, out, archived)


def stage(source: Path, staged: Path) -> str:
    """Copy what ships into a new folder, and write the manifest and the digest beside it. OPA serves the folder unsigned."""
    shutil.copytree(source, staged, ignore=shutil.ignore_patterns(*NOT_SHIPPED))
    rules = {path.relative_to(staged).as_posix(): path.read_bytes() for path in staged.rglob("*.rego")}
    data = {path.parent.name: json.loads(path.read_bytes()) for path in staged.glob("*/data.json")}
    sha256 = content_sha256(rules, data)
    (staged / OWN).mkdir()
    (staged / OWN / "data.json").write_text(json.dumps({"sha256": sha256}))
    (staged / ".manifest").write_text(json.dumps({"revision": sha256, "roots": ROOTS, "rego_version": 1}))
    return sha256


def main(arguments: list[str] | None = None) -> int:
    """Build, and print the digest as JSON."""
    parser = argparse.ArgumentParser(prog="python -m policy.bundle", description=main.__doc__)
    parser.add_argument("--out", type=Path, required=True, help="where OPA loads it from, e.g. var/bundles/policy.tar.gz")
    parser.add_argument("--key", type=Path, required=True, help="ES256 private key, PEM")
    parser.add_argument("--opa", help="the OPA program (default: CAMEO_OPA_BINARY, PATH)")
    given = parser.parse_args(arguments)
    try:
        built = build(given.out, given.key, find_opa(given.opa))
    except PolicyError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps({"bundle_sha256": built.sha256, "path": str(built.path), "archived": str(built.archived)}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
