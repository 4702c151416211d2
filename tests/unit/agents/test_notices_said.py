"""Who hears of what owners say: those whom it gives or takes something, never who blocks, ignores or removes whom."""

from __future__ import annotations

import pytest

from schemas import account, cameo, consent, generation
from schemas.ids import stream_id
from schemas.registry import Event
from streams.core.changes import Put, Seen
from streams.core.notify import Notice, notices, notify
from streams.core.project import Update, project

THEO, REN = (stream_id("account", bytes([n]) * 16) for n in (1, 2))
GROUP = "group-" + "0" * 32


def answered(answer: consent.AccessAnswer) -> consent.AccessAnswered:
    return consent.AccessAnswered(request="r", requester=THEO, answer=answer, grant=None)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (answered("approved"), [Notice("account", "access.approved", account=THEO)]),
        (answered("refused"), [Notice("account", "access.refused", account=THEO)]),
        (answered("ignored"), []),
        (answered("withdrawn"), []),
        (consent.GroupMemberAdded(group=GROUP, account=THEO), []),
        (consent.ConsentRevoked(account=GROUP, strength="stop"), []),
        (consent.ConsentRevoked(account=None, strength="stop", purpose="political"), []),
        (consent.GrantPassedOn(grant="g", by=THEO, to=REN), [Notice("owner", "grant.passed_on"), Notice("account", "grant.passed_on", account=REN)]),
        (generation.GenerationRemoved(cameo="cameo-" + "0" * 32, reason="r"), [Notice("requester", "generation.removed")]),
        (account.PowerEnded(power="p", holder=THEO), [Notice("account", "power.ended"), Notice("account", "power.ended", account=THEO)]),
        (cameo.RefreshDue(refresh_by_us=1, over=False), [Notice("owner", "refresh.soon")]),
        (cameo.RefreshDue(refresh_by_us=1, over=True), [Notice("owner", "refresh.due")]),
        (consent.ConsentHeld(), []),
        (account.RecoveryBegun(until_us=1), [Notice("account", "recovery.begun")]),
        (account.StepUpSet(on=False), [Notice("account", "step_up.off")]),
        (generation.AppealAnswered(appeal="a", outcome="overturned", reason="r"), [Notice("requester", "appeal.overturned")]),
    ],
)  # fmt: skip
def test_those_hear_of_it_whom_it_concerns(event: Event, told: list[Notice]) -> None:
    assert list(notices(event)) == told


def test_two_notices_of_one_event_have_keys_of_their_own() -> None:
    at = Seen(REN, 1, "e1", 1, None, {}, acting_as=REN)
    event = account.PowerGiven(power="p", holder=THEO, kind="agent", may=("revoke",), from_us=None, until_us=None)
    keys = [one.key["notification"] for one in notify(event, at) if isinstance(one, Put)]
    assert len(set(keys)) == len(keys) == 3


@pytest.mark.parametrize("scope", [{"purpose": "parody"}, {"facet": "voice"}])
def test_a_revocation_of_a_part_leaves_the_projected_grants(scope: dict[str, str]) -> None:
    changes = project(consent.ConsentRevoked(account=None, strength="stop", **scope), Seen("cameo-" + "0" * 32, 1, "e", 1, None, {}))  # type: ignore[arg-type]
    assert [one.table for one in changes if isinstance(one, Update)] == ["cameos"]


def test_a_named_rule_leaves_the_general_audience() -> None:
    at = Seen("cameo-" + "0" * 32, 1, "e", 1, None, {})
    assert project(consent.AudienceSet(rule="faces", audience="everyone", purposes=(), facets=()), at) == ()
    (removed,) = project(consent.AudienceSet(audience="everyone", purposes=("parody",), facets=(), active=False), at)
    assert isinstance(removed, Put)
    assert (removed.row["audience"], removed.row["purposes"]) == ("only_me", [])
