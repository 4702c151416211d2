"""`make demo`: plays every step on real parts and leaves var/demo/ with the film, the audit page and report.json."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from serving.demo import consent_steps, enrol_steps, record_steps
from serving.demo.page import audit_page
from serving.demo.stage import Stage, open_stage, say

STEPS = (
    ("An actor turns, blinks and speaks the phrase asked, and is activated", enrol_steps.an_actor_enrols),
    ("The same recording for a second challenge is refused", enrol_steps.a_replay_is_refused),
    ("The same kind of recording under `basic` is not activated", enrol_steps.basic_does_not_activate),
    ("A flat swung photograph is refused", enrol_steps.a_flat_photograph_is_refused),
    ("A stranger's render is refused, with reason and remedy", consent_steps.a_stranger_is_refused),
    ("A friend gets a grant: rendered, released, she is notified", consent_steps.a_friend_is_permitted),
    ("She revokes while a second render runs: it stops", consent_steps.a_revocation_stops_a_running_render),
    ("A new request is refused", consent_steps.after_that_nothing_new_begins),
    ("Without OPA refused with its own code; with OPA again it works", consent_steps.without_policy_nothing_is_permitted),
    ("The audit lists all of it; a decision replays offline", record_steps.the_audit_lists_all_of_it),
    ("The projections, rebuilt in a fresh database, are equal", record_steps.the_projections_rebuild_to_the_same),
    ("The log verifies; a copy with one byte altered does not", record_steps.the_log_verifies),
)


def main() -> int:
    """Play; returns 1 when a step differed."""
    parser = argparse.ArgumentParser(prog="python -m serving.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="where the film and the report go")
    folder = parser.parse_args().folder.resolve()
    with open_stage(folder) as stage:
        enrol_steps.people_arrive(stage)
        for name, step in STEPS:
            stage.play(name, step)
        report = _leave(stage)
    differing = [step["name"] for step in report["steps"] if not step["ok"]]
    say(f"\n{len(STEPS) - len(differing)} of {len(STEPS)} steps as they must be; see {folder / 'index.html'}")
    return 1 if differing else 0


def _leave(stage: Stage) -> dict[str, list[dict[str, object]]]:
    report = {"steps": [asdict(step) for step in stage.steps], "figures": stage.figures}
    (stage.folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")
    page = audit_page(report["steps"], stage.memory.get("audit", []), stage.figures)  # type: ignore[arg-type]
    (stage.folder / "index.html").write_text(page, encoding="utf-8")
    return report  # type: ignore[return-value]


if __name__ == "__main__":
    sys.exit(main())
