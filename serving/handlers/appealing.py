"""The command by which a person appeals the refusal of their own recording. Decides nothing: two other people do."""

from __future__ import annotations

from identity.core.reviewing import DUE_US
from schemas.case import CaseOpened
from schemas.ids import cameo_of
from serving.errors import ConflictError, NotFoundError
from serving.handlers.desk import Caller, Desk
from streams.core.casework import appeal_id, case_id, cases_from
from streams.core.founding import NOT_APPEALABLE

APPEALS = 3
"""Within a month, of one account. A house rule, unmeasured."""
MONTH_US = 30 * 24 * 3600 * 1_000_000


def appeal(desk: Desk, caller: Caller, enrolment: str, text: str) -> None:
    """Appeal a refusal of one's own recording, once, while it is kept. Two other people look at it. The text is sealed.

    At most APPEALS within a month, whatever came of them.
    """
    cameo, name = cameo_of(caller.account), appeal_id(enrolment)
    history = desk.store.read(cameo)
    events = [one for one in history if one.data.get("enrolment") == enrolment]
    received = next((one for one in reversed(events) if one.type == "enrolment.recording_received"), None)
    refused = next((one for one in reversed(events) if one.type == "enrolment.refused"), None)
    with desk.store.snapshot() as facts:
        fact, now_us, before = facts.get(cameo, "enrolment"), facts.now_us(), facts.head(name)
        lately = {one.data["enrolment"] for one in history if one.type == "enrolment.refused" and one.time_us > now_us - MONTH_US}
        made = sum(facts.head(appeal_id(one)) is not None for one in lately)
    if not events:
        raise NotFoundError("enrolment.unknown", "you began no such enrolment", "cameo enrol start")
    if before is not None:
        raise ConflictError("appeal.made", "you appealed this already", "wait for its answer: cameo enrol status")
    current = fact is not None and (fact.value["enrolment"], fact.value["state"]) == (enrolment, "refused")
    if refused is None or received is None or not current:
        raise ConflictError("appeal.not_refused", "this is not your last refusal", "only the last refused recording can be appealed")
    if any(code.startswith(NOT_APPEALABLE) for code in refused.data["codes"]):
        raise ConflictError("appeal.not_judged", "nobody judged that recording", "record again: cameo enrol start")
    if made >= APPEALS:
        raise ConflictError("appeal.too_many", f"{APPEALS} appeals within a month", "wait, or record again: cameo enrol start")
    evidence = received.data["evidence"]
    if any(one.type == "evidence.destroyed" and one.data["evidence"] == evidence for one in history):
        raise ConflictError("evidence.destroyed", "the recording is not kept any more", "record again: cameo enrol start")
    earlier = next(iter(cases_from(case_id(evidence), desk.store.read)[-1:]), None)
    opened = CaseOpened(
        kind="appeal", cameo=cameo, enrolment=enrolment, evidence=evidence, codes=tuple(refused.data["codes"]), people=2,
        due_us=now_us + DUE_US, other=None if earlier is None else earlier.event.other, about=None if earlier is None else earlier.case,
        other_cameo=None if earlier is None else earlier.event.other_cameo,
    )  # fmt: skip
    prepared = desk.event(name, opened, sealed_for=caller.account, fields={"text": text})
    try:
        desk.append(caller, [prepared], expected={name: 0}, request=["enrolment.appeal", enrolment, text])
    except ConflictError as moved:
        if moved.code == "stream.moved":
            raise ConflictError("appeal.made", "you appealed this already", "wait for its answer: cameo enrol status") from moved
        raise
