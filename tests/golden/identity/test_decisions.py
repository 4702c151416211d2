from pathlib import Path

import pytest
import yaml

from identity.core.assessment import CHECK_NAMES, Activated, Assessment, NeedsReview, Refused, decide, measured
from identity.core.fingerprint import Fingerprint
from identity.core.profiles import Level, Profile

ROWS = yaml.safe_load(Path(__file__).with_name("decisions.yaml").read_text())


def test_the_table_has_a_row_for_every_profile_and_level_and_none_twice():
    assert len(ROWS) >= 60
    asked = [str({key: value for key, value in row.items() if key not in {"answer", "codes"}}) for row in ROWS]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: " ".join(f"{k}={v}" for k, v in r.items() if k not in {"answer", "codes"}))
def test_the_table_decides_as_written(row):
    profile, failed, absent = Profile(row["profile"]), row.get("failed", {}), row.get("absent", ())
    found = Assessment(
        results=tuple(
            measured(n, failed.get(n, f"code.{n}"), float(n not in failed), 1.0, "-", profile=profile)
            for n in CHECK_NAMES
            if n not in absent
        ),
        media_sha256="aa",
        challenge_id="c",
        profile=Profile(row.get("assessed_as", profile)),
        models=(),
        fingerprint=Fingerprint("aa"),
        level=Level(row["level"]),
        without=tuple(row.get("without", ())),
        attack_micro=row.get("attack", 0),
    )
    match decide(found, profile, refuse_micro=900_000, review_micro=300_000):
        case Activated():
            assert row["answer"] == "activated"
        case NeedsReview(codes):
            assert (row["answer"], row["codes"]) == ("needs_review", list(codes))
        case Refused(codes):
            assert (row["answer"], row["codes"]) == ("refused", list(codes))
