"""Owns the file var/cameo.env: the addresses that `up` chose, read by the CLI when the variables are absent.

Does not own what a setting means (infra.settings).
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from infra.places import Places
from infra.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "cameo.env"


def read_file(places: Places) -> dict[str, str]:
    """Return the variables that the last `up` wrote, or none."""
    try:
        lines = (places.var / FILE).read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name: "".join(shlex.split(value)) for name, value in pairs}


def write_file(places: Places, variables: Mapping[str, str]) -> Path:
    """Write the variables, readable by this account alone; a shell can source the file."""
    path = places.var / FILE
    lines = [f"{name}={shlex.quote(value)}" for name, value in sorted(variables.items())]
    part = path.with_suffix(".part")
    part.touch(0o600)
    part.write_text("# written by `cameo up`; holds no secret\n" + "\n".join(lines) + "\n")
    part.replace(path)
    return path


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return this installation's settings: the environment first, then var/cameo.env; raises SettingsError."""
    given = dict(os.environ if environ is None else environ)
    return Settings.from_env({**read_file(Places.from_env(given)), **given})
