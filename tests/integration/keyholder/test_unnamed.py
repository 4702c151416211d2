"""An API killed between sealing and appending leaves nothing for ever: what no event names is destroyed, what one names stays."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from infra.places import ROOT
from schemas.cameo import EnrolmentActivated, EnrolmentHeld, EnrolmentStarted, RecordingReceived
from schemas.ids import cameo_of
from schemas.verification import VerificationStarted
from serving.keyholder.unnamed import SETTLE_US
from tests.keyholder_parts import Keyholding

KINDS = ("recording", "document", "answer", "thing")
NAMING = {"enrolment.recording_received", "evidence.added"}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a recording or a picture: of whom, in which stream, and what `handing_in` calls it."""

    account: str
    stream: str
    name: str


def waiting(held: Keyholding, kind: str) -> Waiting:
    """Put somebody's stream where this kind is awaited."""
    world, account, enrolment = held.world, held.world.register(), os.urandom(16).hex()
    stream = "cameo-" + os.urandom(16).hex() if kind == "thing" else cameo_of(account)
    soon_us = time.time_ns() // 1000 + 600_000_000
    world.append(
        "api", stream,
        EnrolmentStarted(
            enrolment=enrolment, owner=account, profile="basic", phrase=("one",), movements=("left",), expires_at_us=soon_us,
            consent_text_version="1", consent_text_sha256="0" * 64, subject="thing" if kind == "thing" else "person",
        ),
    )  # fmt: skip
    if kind == "document":
        received = RecordingReceived(enrolment=enrolment, evidence="evidence-0", key_id="key-0", sha256="", bytes=1, camera_label="")
        world.append("api", stream, received)
        world.append("worker", stream, EnrolmentHeld(enrolment=enrolment, codes=("review.required",)))
    if kind == "answer":
        world.append("worker", stream, EnrolmentActivated(enrolment=enrolment, assurance="basic"))
        world.append(
            "api", stream,
            VerificationStarted(
                verification=enrolment, owner=account, party=account, audience="a", nonce_sha256="0" * 64, level="upload",
                expires_at_us=soon_us, way="upload",
            ),
        )  # fmt: skip
    return Waiting(account, stream, stream if kind == "thing" else enrolment)


def hand_in(held: Keyholding, kind: str, one: Waiting, end: str) -> int:
    command = [sys.executable, "-m", "tests.integration.keyholder.handing_in", kind, one.account, one.name, end]
    return subprocess.run(command, env=held.installation.environ, cwd=ROOT, check=False).returncode


def sealed_for(held: Keyholding, one: Waiting) -> tuple[str, str]:
    """Read from the keyring what was sealed for somebody: evidence and its key."""
    with sqlite3.connect(held.installation.settings.var / "keyholder" / "keys.sqlite") as ring:
        (found,) = ring.execute(
            "SELECT name, key_id FROM keys JOIN key_subjects USING (key_id) WHERE kind = 'evidence' AND account = ?", (one.account,)
        ).fetchall()
    return found


def an_hour_passes(held: Keyholding) -> None:
    """Let everything sealed so far be older than what may be on its way, and the keyholder start again."""
    held.running.stop()
    with sqlite3.connect(held.installation.settings.var / "keyholder" / "keys.sqlite") as ring:
        ring.execute("UPDATE keys SET created_us = created_us - ?", (SETTLE_US,))
    held.restart()


def destroyed(held: Keyholding, one: Waiting) -> list[tuple[str, str]]:
    return [(e.data["evidence"], e.data["reason"]) for e in held.world.store("auditor").read(one.stream) if e.type == "evidence.destroyed"]


@pytest.fixture(scope="module")
def handed_in(keyholding: Keyholding) -> dict[tuple[str, str], tuple[Waiting, str, str]]:
    """Hand each kind in twice: once whole, once with a process killed between the sealing and the append. Then time passes."""
    found: dict[tuple[str, str], tuple[Waiting, str, str]] = {}
    for kind in KINDS:
        for end, code in (("whole", 0), ("killed", -signal.SIGKILL)):
            one = waiting(keyholding, kind)
            assert hand_in(keyholding, kind, one, end) == code
            found[kind, end] = (one, *sealed_for(keyholding, one))
    media = keyholding.installation.settings.media / "evidence"
    assert len(list(media.iterdir())) == 2 * len(KINDS)
    an_hour_passes(keyholding)
    while len(list(media.iterdir())) > len(KINDS):  # the suite's timeout bounds it
        time.sleep(0.05)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_killed_api_sealed_is_destroyed_on_record(
    keyholding: Keyholding, handed_in: dict[tuple[str, str], tuple[Waiting, str, str]], kind: str
) -> None:
    one, evidence, key_id = handed_in[kind, "killed"]
    named = [e.data["evidence"] for e in keyholding.world.store("auditor").read(one.stream) if e.type in NAMING]
    assert evidence not in named
    while not destroyed(keyholding, one):  # the suite's timeout bounds it
        time.sleep(0.05)
    assert destroyed(keyholding, one) == [(evidence, "not_received")]
    with sqlite3.connect(keyholding.installation.settings.var / "keyholder" / "keys.sqlite") as ring:
        assert ring.execute("SELECT wrapped FROM keys WHERE key_id = ?", (key_id,)).fetchone() == (None,)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_received_stays(keyholding: Keyholding, handed_in: dict[tuple[str, str], tuple[Waiting, str, str]], kind: str) -> None:
    one, evidence, _ = handed_in[kind, "whole"]
    assert destroyed(keyholding, one) == []
    assert keyholding.client("worker").get_evidence(evidence, "assess")
