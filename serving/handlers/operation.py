"""Commands of the operator about the policy: the bundle in force. Switches, apps and plans have modules of their own."""

from __future__ import annotations

import re

from schemas.ids import POLICY_STREAM
from schemas.operation import BundleActivated
from serving.errors import InvalidError
from serving.handlers.desk import Caller, Desk

_SHA256 = re.compile(r"^[0-9a-f]{64}$")


def activate_bundle(desk: Desk, caller: Caller, bundle_sha256: str, label: str) -> None:
    """Put a policy bundle in force: decisions by any other are refused from here on."""
    if not _SHA256.fullmatch(bundle_sha256):
        raise InvalidError("bundle.digest", "a bundle is named by its SHA-256", "python -m policy.bundle prints it")
    desk.append(caller, [desk.event(POLICY_STREAM, BundleActivated(bundle_sha256=bundle_sha256, label=label))])
