"""What each requirement reads of the policy's input, found in the rules themselves. Does not evaluate them.

The rules name what they read in one way: `input.x.y`, and `cameo.z` for a field of one of the cameos. A rule that uses
the ways of consent (`data.cameo.consent`) reads what those read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from policy.codes import codes
from policy.program import REGO

INPUT = re.compile(r"\binput\.([a-z_]+)(?:\.([a-z_0-9]+))?")
CAMEO = re.compile(r"(?<![.\w])cameo\.([a-z_0-9]+)")
COMMENT = re.compile(r"^\s*#.*$|^(?:package|import)\b.*$", re.MULTILINE)
TEXT = re.compile(r'"[^"\n]*"')
CONSENT = "data.cameo.consent"
WHOLE = frozenset({"cameos", "switches", "action", "purpose", "now_us"})
"""Parts of the input whose next word is no field of theirs, or that have none."""


@cache
def reads() -> Mapping[str, tuple[str, ...]]:
    """Tell, for each requirement's code, the fields of the input that it reads: `requester.standing`, `cameos.audiences`."""
    consent = fields((REGO / "consent.rego").read_text("utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for code in codes().values():
        if code.requirement is not None:
            rule = (REGO / "requirements" / code.requirement / f"{code.requirement}.rego").read_text("utf-8")
            found[code.code] = tuple(sorted(fields(rule) | (consent if CONSENT in rule else set())))
    return found


def fields(rule: str) -> set[str]:
    """Find the fields of the input that a rule's text names."""
    text = TEXT.sub("", COMMENT.sub("", rule))
    found = {f"cameos.{name}" for name in CAMEO.findall(text)}
    for part, field in INPUT.findall(text):
        found.add(f"{part}.{field}" if field and part not in WHOLE else part)
    return {one for one in found if one != "cameos"} or found
