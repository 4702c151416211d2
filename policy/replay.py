"""Replays a recorded decision offline: its own input, the bundle it was made by, `opa eval` in an empty folder.

Does not read the record: a decision comes as the data of a `generation.decided` event.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from policy.adapters.opa import answer_of
from policy.bundle import digest_of
from policy.errors import PolicyError
from policy.ports import Answer
from policy.program import ENTRY, find_opa, run_opa
from schemas.codec import digest

COMPARED = ("permit", "codes", "obligations", "not_after_us")
"""Fields of the recorded decision that the answer must give again."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay found. `differences` names each field that differs, as recorded and as answered."""

    same: bool
    differences: dict[str, tuple[Any, Any]]
    answer: Answer
    bundle_sha256: str


def replay(decision: Mapping[str, Any], bundle: Path, opa: Path) -> Replayed:
    """Answer a recorded decision again.

    Raises PolicyError where the bundle is not the one that the decision names, or the input is not the recorded one.
    """
    found = digest_of(bundle)
    if found != decision["bundle_sha256"]:
        raise PolicyError(f"the decision was made by bundle {decision['bundle_sha256']}, this one is {found}")
    if digest(decision["input"]) != decision["input_sha256"]:
        raise PolicyError("the input is not the one whose digest was recorded")
    answer = evaluate(decision["input"], bundle, opa)
    again = {"permit": answer.permit, "codes": list(answer.unmet), "obligations": list(answer.obligations)}
    again["not_after_us"] = answer.not_after_us
    recorded = {name: decision[name] for name in COMPARED}
    recorded |= {name: list(recorded[name]) for name in ("codes", "obligations")}
    differences = {name: (recorded[name], again[name]) for name in COMPARED if recorded[name] != again[name]}
    return Replayed(same=not differences, differences=differences, answer=answer, bundle_sha256=found)


def evaluate(question: Mapping[str, Any], bundle: Path, opa: Path) -> Answer:
    """Evaluate one input by `opa eval`, from an empty folder and an input file, nothing else. Raises PolicyError."""
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        asked = Path(folder) / "input.json"
        asked.write_bytes(msgspec.json.encode(question))
        told = run_opa(
            opa, "eval", "--bundle", bundle.resolve(), "--input", asked, "--format", "json", ENTRY, cwd=Path(folder)
        )  # fmt: skip
    result = json.loads(told).get("result")
    if not result:
        raise PolicyError("the bundle gives no answer")
    return answer_of(json.dumps({"result": result[0]["expressions"][0]["value"]}).encode())


def main(arguments: list[str] | None = None) -> int:
    """Replay one decision; exit 0 where the answer is the same, 1 where it differs, 2 where it cannot be replayed."""
    parser = argparse.ArgumentParser(prog="python -m policy.replay", description=main.__doc__)
    parser.add_argument("decision", type=Path, help="JSON: the data of a generation.decided event")
    parser.add_argument("--bundle", type=Path, required=True, help="e.g. var/bundles/<digest>.tar.gz")
    parser.add_argument("--opa", help="the OPA program (default: CAMEO_OPA_BINARY, PATH)")
    given = parser.parse_args(arguments)
    try:
        found = replay(json.loads(given.decision.read_bytes()), given.bundle, find_opa(given.opa))
    except (PolicyError, OSError, KeyError, ValueError) as error:
        sys.stderr.write(f"cannot be replayed: {error}\n")
        return 2
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    return 0 if found.same else 1


if __name__ == "__main__":
    sys.exit(main())
