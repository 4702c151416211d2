from pathlib import Path

import pytest
import yaml

from identity.core.assessment import (
    CHECK_NAMES,
    Activated,
    Assessment,
    NeedsReview,
    Profile,
    Refused,
    decide,
    measured,
)
from identity.core.fingerprint import Fingerprint

ROWS = yaml.safe_load(Path(__file__).with_name("decisions.yaml").read_text())


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['profile']} failed={r['failed']} absent={r['absent']}")
def test_the_table_decides_as_written(row):
    profile = Profile(row["profile"])
    found = Assessment(
        results=tuple(
            measured(n, f"code.{n}", float(n not in row["failed"]), 1.0, "-", profile=profile)
            for n in CHECK_NAMES
            if n not in row["absent"]
        ),
        media_sha256="aa",
        challenge_id="c",
        profile=profile,
        models=(),
        fingerprint=Fingerprint("aa"),
    )
    match decide(found, profile):
        case Activated():
            assert row["answer"] == "activated"
        case NeedsReview(codes):
            assert (row["answer"], row["codes"]) == ("needs_review", list(codes))
        case Refused(codes):
            assert (row["answer"], row["codes"]) == ("refused", list(codes))
