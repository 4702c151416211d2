"""Commands of the identity bench. Without one: make what is missing, judge, write the results and the page.

python -m bench.identity [all]     everything; what is kept is not made again
python -m bench.identity make      make and read recordings only (resumes)
python -m bench.identity report    judge what is kept and write results and page
python -m bench.identity fit       fit the fused probability on the fitting half and publish its weights
python -m bench.identity speed     seconds a recorded second, and memory
python -m bench.identity page      docs/identity-accuracy.md from bench/results/identity.json
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from bench.identity import speed, whole
from bench.identity.making import make_all, make_some
from bench.identity.page import write_page
from infra.places import Places


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="?", default="all", choices=("all", "make", "report", "fit", "speed", "page"))
    parser.add_argument("--most-s", type=float, default=float("inf"), help="stop making after so many seconds; what is made is kept")
    parser.add_argument("--no-speed", action="store_true", help="leave out seconds and memory, where others use the machine")
    parser.add_argument("--part", default="0/1", help="with make: which share of how many, as 0/2 and 1/2 in two processes")
    parser.add_argument("--blocks", default="", help="with make: only these blocks (face,samples,picture,hearing,stream)")
    given = parser.parse_args()
    share, of = (int(number) for number in given.part.split("/"))
    models = Places.from_env(os.environ).models
    if given.what == "make" and given.blocks:
        make_some(models, given.blocks.split(","), (share, of))
    elif given.what in ("all", "make"):
        make_all(models, given.most_s, (share, of))
    if given.what == "fit":
        whole.fit_and_publish(models)
    if given.what == "speed":
        cost = speed.measured()
        print(json.dumps(cost, indent=1))
        whole.add_speed(cost)
    if given.what in ("all", "report"):
        whole.run(models, only_kept=True, fast=given.no_speed)
    if given.what in ("all", "report", "page", "speed"):
        write_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
