"""Brings the API's own schema (`access`) up to date. Does not touch the ledger's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from infra.settings import Settings
from streams.migrate import apply

MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> int:
    """Migrate the installation that the environment names."""
    names = apply(Settings.from_env(os.environ).dsn("owner"), MIGRATIONS)
    sys.stdout.write("\n".join(names or ["nothing to migrate"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
