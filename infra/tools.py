"""Owns which programs this checkout was set up with; does not own setting them up (infra.bootstrap)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from infra.bootstrap.stamp import digest, read
from infra.errors import InstallationError
from infra.places import Places


class SetUpError(InstallationError):
    """This checkout is not set up, or its lock files changed since; the remedy is `make setup`."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs and folders that parts are started from."""

    postgres_bin: Path
    java: Path
    opa: Path
    kafka_libs: Path
    models: Path
    softhsm: Path | None = None
    """The folder of SoftHSM's module and its util, for tests; None where this machine has none and could get none."""

    @classmethod
    def load(cls, places: Places) -> Self:
        """Read what the bootstrap recorded; raises SetUpError when it did not run on these lock files."""
        stamp = read(places)
        if stamp is None or stamp.digest != digest(places):
            was = "is not set up" if stamp is None else "was set up with other lock files"
            message = f"this checkout {was}: run `make setup`"
            raise SetUpError(message)
        return cls(
            postgres_bin=Path(stamp.tools["postgres_bin"]),
            java=Path(stamp.tools["java"]),
            opa=Path(stamp.tools["opa"]),
            kafka_libs=places.kafka_libs,
            models=places.models,
            softhsm=Path(stamp.tools["softhsm"]) if "softhsm" in stamp.tools else None,
        )


def main(arguments: list[str]) -> int:
    """Print the path of one tool, for the Makefile."""
    try:
        sys.stdout.write(f"{getattr(Tools.load(Places.from_env(os.environ)), arguments[0])}\n")
    except SetUpError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
