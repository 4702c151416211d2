"""`cameo identity checks`: every check, what it is for, its codes."""

import json

from click.testing import CliRunner

from identity.core.assessment import CHECK_NAMES
from serving.cli.identity import identity


def test_every_check_is_listed_with_what_its_codes_lead_to() -> None:
    told = json.loads(CliRunner().invoke(identity, ["checks", "--json"]).output)
    assert {one["number"]: one["name"] for one in told} == CHECK_NAMES
    lips = next(one for one in told if one["name"] == "lips")
    assert lips["codes"]["lips.not_with_voice"] == "review"


def test_the_text_names_the_attack() -> None:
    text = CliRunner().invoke(identity, ["checks"]).output
    assert "against: another voice laid under a film" in text
    assert "refuse: movement.not_as_asked" in text
