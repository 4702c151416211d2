"""Owns the command `python3 infra/bootstrap`; does not own any step (infra.bootstrap.steps)."""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in {None, ""}:  # run as a folder: the checkout is not on the path yet, and this folder must not shadow it
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from infra.bootstrap.steps import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
