"""Owns building the programs that benches measure beside us; no part of an installation. Does not run them.

`python -m infra.bootstrap.peers openfga` builds it once into the cache folder (needs the network) and prints its path.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from infra.bootstrap.errors import BootstrapError
from infra.bootstrap.programs import build
from infra.places import Places

OPENFGA_VERSION = "1.18.3"
OPENFGA_GO = (1, 25)  # the `go` line of that release's go.mod


def openfga(places: Places) -> Path:
    """Return where OpenFGA is, or will be once it was built."""
    return places.cache / "openfga" / OPENFGA_VERSION / "openfga"


def main() -> int:
    """Build what is not there yet; return 1 after saying why it could not be had."""
    target = openfga(Places.from_env(os.environ))
    try:
        if not target.exists():
            build(f"github.com/openfga/openfga/cmd/openfga@v{OPENFGA_VERSION}", OPENFGA_GO, target)
    except BootstrapError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
