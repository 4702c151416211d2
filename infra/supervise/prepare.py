"""Owns what `up` decides before it starts anything: addresses, folders, secrets, which parts somebody else runs.

Does not own starting (infra.supervise.up).
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra import secrets
from infra.installation import read_file, write_file
from infra.parts.opa import require_short
from infra.parts.ports import LOOPBACK, free_ports, is_free
from infra.parts.postgres import DATABASE, PORT
from infra.places import ROOT, Places
from infra.settings import Settings
from infra.supervise.foreign import Foreign
from infra.supervise.launch import MARK
from infra.supervise.table import PARTS
from infra.tools import Tools

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTSIDE = "CAMEO_OUTSIDE"  # in the file: parts that somebody else ran at the last `up`
CONTROLLER_PORT = "CAMEO_KAFKA_CONTROLLER_PORT"
PASSED = ("HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "CREDENTIALS_DIRECTORY", "SOFTHSM2_CONF")
PASSED_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "OMP_", "CAMEO_")


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything `up` needs: folders, settings, the foreign parts, which parts are outside, the processes' environment."""

    places: Places
    settings: Settings
    foreign: Foreign
    outside: frozenset[str]
    environ: dict[str, str]


def prepare(environ: Mapping[str, str], places: Places) -> Installation:
    """Choose addresses, make folders and secrets and write var/cameo.env; raises SetUpError, SettingsError."""
    tools = Tools.load(places)
    last = read_file(places)
    outside = _outside(environ, last)
    variables = _variables(environ, places, tools, last, outside)
    settings = Settings.from_env(variables)
    for path in (settings.keyholder_socket, settings.opa_socket, settings.keyholder_opa_socket):
        require_short(path)
    _make_folders(settings)
    secrets.ensure(settings.secrets, database="postgres" not in outside)
    write_file(places, variables)
    foreign = Foreign(settings, tools, int(variables[CONTROLLER_PORT]))
    return Installation(places, settings, foreign, outside, process_environ(environ, places, variables))


def reopen(environ: Mapping[str, str], places: Places) -> Installation | None:
    """Return the installation as the last `up` left it, changing nothing; None when there was none."""
    last = read_file(places)
    if not last:
        return None
    settings = Settings.from_env(last)
    foreign = Foreign(settings, Tools.load(places), int(last[CONTROLLER_PORT]))
    outside = frozenset(last.get(OUTSIDE, "").split())
    return Installation(places, settings, foreign, outside, process_environ(environ, places, last))


def _outside(environ: Mapping[str, str], last: Mapping[str, str]) -> frozenset[str]:
    before = last.get(OUTSIDE, "").split()
    given = [part for part in PARTS if part.outside and environ.get(part.outside)]
    # a shell that sourced var/cameo.env has our own addresses set: those are not somebody else's
    return frozenset(part.name for part in given if environ[part.outside or ""] != last.get(part.outside or "") or part.name in before)


def _variables(
    environ: Mapping[str, str], places: Places, tools: Tools, last: Mapping[str, str], outside: frozenset[str]
) -> dict[str, str]:
    run = places.run
    ports = iter(free_ports(4))
    ours = {
        "CAMEO_TENANT": "main",
        "CAMEO_VAR": str(places.var),
        "CAMEO_RUN": str(run),
        "CAMEO_SECRETS": str(places.var / "secrets"),
        "CAMEO_MODELS": str(tools.models),
        "CAMEO_OPA_BINARY": str(tools.opa),
        "CAMEO_POSTGRES": f"host={run / 'pg'} port={PORT} dbname={DATABASE}",
        "CAMEO_KAFKA": f"{LOOPBACK}:{next(ports)}",
        CONTROLLER_PORT: str(next(ports)),
        "CAMEO_OPA_SOCKET": str(run / "opa.sock"),
        "CAMEO_KEYHOLDER_OPA_SOCKET": str(run / "opa-keyholder.sock"),
        "CAMEO_KEYHOLDER_SOCKET": str(run / "keyholder.sock"),
        "CAMEO_API": f"{LOOPBACK}:{next(ports)}",
        "CAMEO_SERVE": f"{LOOPBACK}:{next(ports)}",
    }
    was_outside = last.get(OUTSIDE, "").split()
    for part in PARTS:
        name = part.outside
        if name is None:
            continue
        if part.name in outside:
            ours[name] = environ[name]
        elif name in last and part.name not in was_outside:
            ours[name] = _kept(last[name], ours[name])
    ours[CONTROLLER_PORT] = _kept(last.get(CONTROLLER_PORT, ours[CONTROLLER_PORT]), ours[CONTROLLER_PORT])
    corpus = Path(environ.get("CAMEO_CORPUS") or ROOT.parent / "shared" / "corpus")
    if corpus.is_dir():
        ours["CAMEO_CORPUS"] = str(corpus.resolve())
    for name in ("CAMEO_TENANT", "CAMEO_MODELS", "CAMEO_MAX_STALENESS_MS", "CAMEO_OPERATORS", "CAMEO_ROOT_KEY"):
        if environ.get(name):
            ours[name] = environ[name]
    return {**ours, OUTSIDE: " ".join(sorted(outside))}


def _kept(last: str, fresh: str) -> str:
    port = last.rsplit(":", 1)[-1]
    if not port.isdecimal():  # a socket or a conninfo: follows the folders, not the last run
        return fresh
    return last if is_free(int(port)) else fresh


def _make_folders(settings: Settings) -> None:
    folders = (settings.var, settings.media, settings.view, settings.tiles, settings.bundles, settings.logs, settings.run)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    if settings.run.stat().st_uid != os.getuid():
        raise PermissionError(f"{settings.run} belongs to another account: set CAMEO_RUN to a folder of yours")
    settings.run.chmod(0o711)  # PostgreSQL's account passes through to its own folder; every socket has its own rights
    settings.media.chmod(0o700)
    shutil.rmtree(settings.run / "ray", ignore_errors=True)


def process_environ(environ: Mapping[str, str], places: Places, variables: Mapping[str, str]) -> dict[str, str]:
    """Return what every supervised process sees: these settings, offline model loading, nothing written to a home folder."""
    passed = {name: value for name, value in environ.items() if name in PASSED or name.startswith(PASSED_PREFIXES)}
    cache = places.var / "cache"
    programs = Path(sys.executable).parent
    return {
        **passed,
        **variables,
        MARK: str(places.run),
        "PATH": f"{programs}:{environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "XDG_CACHE_HOME": str(cache),
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "NUMBA_CACHE_DIR": str(cache / "numba"),
        "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime 1.31 on Linux otherwise keeps a device id and reports to its maker
        "RAY_TMPDIR": str(places.run / "ray"),
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(places.var / "secrets" / "ray-token"),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DEDUP_LOGS": "0",
    }
