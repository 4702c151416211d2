"""Commands of the identity bench. Without one: make what is missing, judge, write the results and the page."""

from __future__ import annotations

import argparse
import os
import sys

from bench.identity.making import make_all
from infra.places import Places


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=("all", "make"))
    parser.add_argument("--most-s", type=float, default=float("inf"), help="stop making after so many seconds; what is made is kept")
    given = parser.parse_args()
    models = Places.from_env(os.environ).models
    make_all(models, given.most_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
