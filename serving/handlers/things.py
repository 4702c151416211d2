"""Commands about pets and things: their owner enrols one, says who may use it, takes it back. A person is never enrolled here.

A thing has a cameo of its own, so that consent, uses and take-downs count for it alone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from identity.keys.wire import EvidenceSealed
from schemas.cameo import EnrolmentStarted, Profile, RecordingReceived
from schemas.consent import Audience, AudienceSet, ConsentRevoked, Strength
from schemas.ids import is_stream, stream_id, thing_by_hash
from serving.consent_texts import acceptable
from serving.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from serving.handlers import step_up
from serving.handlers.apps import require_in_person
from serving.handlers.authority import NOT_WIDENED
from serving.handlers.desk import Caller, Desk
from serving.handlers.submitting import EvidenceStore, receive, require_size, sealed_of
from serving.overview_ports import Overview
from serving.ports import AccessStore, ProofStore

LIFETIME_US = 10 * 60 * 1_000_000
"""Ten minutes to record: there is nothing to answer."""
MOST = 100
NOT_AWAITED = ("challenge.expired", "no recording is awaited", "begin anew: cameo thing start")
UNKNOWN = ("thing.unknown", "you have no such thing", "list yours: cameo thing list")


@dataclass(frozen=True, slots=True)
class Begun:
    """A thing whose recording is awaited."""

    thing: str
    enrolment: str


def start(
    desk: Desk, overview: Overview, access: AccessStore, caller: Caller, name: str, profile: Profile, consent_text_sha256: str
) -> Begun:
    """Begin to enrol a thing of the caller's under a name, of which a keyed digest is kept. The same name is the same thing."""
    require_in_person(caller)
    accepted = acceptable(consent_text_sha256)
    if accepted is None:
        raise InvalidError(
            "consent_text.not_accepted", "the consent text in force was not accepted", "send the sha256 of GET /v1/consent-text"
        )
    words = " ".join(name.split()).casefold()
    if not 1 <= len(words) <= 80:
        raise InvalidError("thing.name", "a name has 1 to 80 characters", "choose another")
    thing, enrolment = _named(desk, overview, access, caller, words), desk.id_for(caller, "thing")
    with desk.store.snapshot() as facts:
        head, before, now_us = facts.head(thing), facts.get(thing, "enrolment"), facts.now_us()
    if before is not None and before.value["state"] == "received":
        raise ConflictError("enrolment.checking", "its last recording is still being checked", "wait for its answer", retry_after_s=5)
    event = EnrolmentStarted(
        enrolment=enrolment, owner=caller.account, profile=profile, phrase=(), movements=(), expires_at_us=now_us + LIFETIME_US,
        consent_text_version=accepted.version, consent_text_sha256=consent_text_sha256, subject="thing",
    )  # fmt: skip
    desk.append(caller, [desk.event(thing, event)], expected={thing: head.revision if head else 0}, request=["thing.start", thing, profile])
    return Begun(thing, enrolment)


def _named(desk: Desk, overview: Overview, access: AccessStore, caller: Caller, words: str) -> str:
    """Give the thing that bears this name, or a new one, whose id is drawn: nobody finds the name by it."""
    older = thing_by_hash(caller.account, words)
    with desk.store.snapshot() as facts:
        if facts.head(older) is not None:
            return older
    digest = hmac.new(desk.pepper, f"cameo/thing/1\x1f{caller.account}\x1f{words}".encode(), hashlib.sha256).digest()
    known = access.thing_named(caller.account, digest)
    if known is None and len(overview.things(caller.account)) >= MOST:
        raise ConflictError("thing.too_many", f"at most {MOST} of them", "erase is for all at once; ask the operator")
    return known or access.name_thing(caller.account, digest, stream_id("cameo", desk.entropy(16)))


def submit(desk: Desk, evidence: EvidenceStore, caller: Caller, thing: str, recording: bytes) -> EvidenceSealed:
    """Seal a recording of a thing and hand it to the checks; durable when it returns."""
    require_size(recording)
    require_own(desk, caller, thing)
    enrolment, _ = _awaited(desk, thing)
    stored = evidence.put_evidence(caller.account, thing, recording)
    event = RecordingReceived(
        enrolment=enrolment, evidence=stored.evidence, key_id=stored.key_id, sha256=stored.sha256, bytes=stored.bytes, camera_label=""
    )

    def revision() -> int:
        awaited, at = _awaited(desk, thing)
        if awaited != enrolment:
            raise ConflictError(*NOT_AWAITED)
        return at

    received = receive(desk, evidence, caller, thing, event, revision, ["thing.submit", thing, stored.sha256])
    return sealed_of(received)


def _awaited(desk: Desk, thing: str) -> tuple[str, int]:
    """Tell the enrolment of a thing that waits for its recording, and the stream's revision."""
    with desk.store.snapshot() as facts:
        fact, head, now_us = facts.get(thing, "enrolment"), facts.head(thing), facts.now_us()
    if fact is None or head is None or fact.value["state"] != "started" or fact.value["expires_at_us"] <= now_us:
        raise ConflictError(*NOT_AWAITED)
    return fact.value["enrolment"], head.revision


def audience(desk: Desk, proofs: ProofStore, caller: Caller, thing: str, who: Audience) -> None:
    """Say who may use a thing without a grant, for personal purposes. Others than oneself: a fresh proof, and nobody's who is a minor."""
    require_own(desk, caller, thing)
    if who != "only_me":
        known = desk.snapshot_fact(caller.account, "account")
        if known is not None and known.value["minor"]:
            raise ForbiddenError(*NOT_WIDENED)
        if not step_up.require(desk, proofs, caller, ["thing.audience", thing, who]):
            return
    event = AudienceSet(audience=who, purposes=("personal",), facets=("body",))
    desk.append(caller, [desk.event(thing, event)])


def revoke(desk: Desk, caller: Caller, thing: str, strength: Strength) -> None:
    """Take back everything that was permitted of a thing; durable when it returns."""
    require_own(desk, caller, thing)
    desk.append(caller, [desk.event(thing, ConsentRevoked(account=None, strength=strength))])


def require_own(desk: Desk, caller: Caller, thing: str) -> None:
    """Raise NotFoundError unless this is a thing of the caller's."""
    require_in_person(caller)
    owner = desk.snapshot_fact(thing, "owner") if is_stream("cameo", thing) else None
    if (
        owner is None
        or owner.value["account"] != caller.account
        or not any(one.type == "enrolment.started" and one.data.get("subject") == "thing" for one in desk.store.read(thing))
    ):
        raise NotFoundError(*UNKNOWN)


def mine(overview: Overview, caller: Caller) -> Sequence[str]:
    """List the caller's things."""
    return overview.things(caller.account)
