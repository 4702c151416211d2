"""What a requirement reads is found in its text; every requirement reads something."""

from __future__ import annotations

from policy.codes import codes
from policy.reads import fields, reads

RULE = """
# METADATA
# description: input.never.read, cameo.never
package cameo.requirements

import data.cameo.consent

met contains "cameo.inactive" if {
	every cameo in input.cameos {
		cameo.owner_standing == "good"
		input.requester.plan.uses > 0
		input.switches.render
		input.purpose
	}
}
"""


def test_fields_are_found_beside_comments_texts_and_imports() -> None:
    assert fields(RULE) == {"cameos.owner_standing", "requester.plan", "switches", "purpose"}


def test_every_requirement_reads_something() -> None:
    assert {code.code for code in codes().values() if code.requirement is not None} == {code for code, read in reads().items() if read}
    assert reads()["relationship.blocked"] == ("cameos.owner_blocks", "cameos.requester_blocks")
