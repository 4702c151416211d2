"""The whole way on real parts: asked for, judged, dispatched through Ray Serve, rendered, released or not, and found again."""

import time

import pytest

from schemas import generation as events
from tests.replica_parts import until

PATIENCE_S = 90.0
ENDS = {"generation.released", "generation.refused", "generation.stopped", "generation.cancelled"}


@pytest.fixture(scope="module")
def dispatching(host, kafka):
    """The host with its judge, its dispatcher and Ray Serve."""
    del kafka
    host.installation.start("serve", "serving.deployments", "trivial")
    host.processes = {name: host.installation.start(name, f"serving.{name}") for name in ("judge", "dispatcher")}
    return host


def ended(host, one):
    def over():
        happened = host.world.events(one)
        last = happened[-1]
        return host.world.types(one)[-1] in ENDS or (isinstance(last, events.AttemptLost) and last.final)

    until(over, PATIENCE_S, f"{one} ends")
    return host.world.events(one)[-1]


def happened(host, one, kind):
    return [event for event in host.world.events(one) if isinstance(event, kind)]


def test_a_request_is_judged_dispatched_rendered_and_released(dispatching):
    host = dispatching
    asking = host.asking()
    one = host.world.request(asking.requester, asking.cameo)
    assert isinstance(ended(host, one), events.GenerationReleased)
    kept = ("requested", "judged", "attempt_leased", "started", "released")
    told = [name.removeprefix("generation.") for name in host.world.types(one)]
    assert list(dict.fromkeys(name for name in told if name in kept)) == list(kept)


def test_a_stranger_is_refused_with_the_decision_that_the_replica_made(dispatching):
    host = dispatching
    asking, stranger = host.asking(), host.world.register("stranger")
    one = host.world.request(stranger, asking.cameo)
    refused = ended(host, one)
    assert isinstance(refused, events.GenerationRefused)
    assert "consent.required" in refused.codes
    decided = happened(host, one, events.GenerationDecided)[-1]
    assert (decided.path, decided.permit, decided.decision) == ("fast", False, refused.decision)
    assert decided.input["requester"]["account"] == stranger
    assert not happened(host, one, events.GenerationStarted)


def test_a_prompt_against_the_owners_rule_is_refused(dispatching):
    host = dispatching
    asking = host.asking()
    host.world.restrict(asking.cameo, "politics")
    one = host.world.request(asking.requester, asking.cameo, prompt="a speech at an election rally")
    refused = ended(host, one)
    assert isinstance(refused, events.GenerationRefused)
    assert "content.restricted" in refused.codes
    judged = happened(host, one, events.GenerationJudged)[-1]
    assert (judged.verdicts[0].finding, judged.verdicts[0].categories) == ("refused", ("politics",))
    assert judged.classifier.startswith("words-")


def test_a_rule_set_while_a_request_waits_brings_a_new_verdict(dispatching):
    host = dispatching
    asking = host.asking(review=True)
    one = host.world.request(asking.requester, asking.cameo)
    until(lambda: host.world.types(one)[-1] == "generation.draft_released", PATIENCE_S, "the draft is out")
    host.world.restrict(asking.cameo, "meat")
    until(lambda: len(happened(host, one, events.GenerationJudged)) == 2, PATIENCE_S, "it is judged again")
    first, second = (event.verdicts[0].restrictions_revision for event in happened(host, one, events.GenerationJudged))
    assert second > first


def test_a_draft_is_released_once_its_subject_approved_it(dispatching):
    host = dispatching
    asking = host.asking(review=True)
    one = host.world.request(asking.requester, asking.cameo)
    until(lambda: happened(host, one, events.DraftReleased), PATIENCE_S, "the draft is out")
    host.world.approve(one, asking.cameo, happened(host, one, events.DraftReleased)[0].film_sha256)
    assert isinstance(ended(host, one), events.GenerationReleased)


def test_a_declined_draft_is_refused(dispatching):
    host = dispatching
    asking = host.asking(review=True)
    one = host.world.request(asking.requester, asking.cameo)
    until(lambda: happened(host, one, events.DraftReleased), PATIENCE_S, "the draft is out")
    host.world.decline(one, asking.cameo, happened(host, one, events.DraftReleased)[0].film_sha256)
    refused = ended(host, one)
    assert isinstance(refused, events.GenerationRefused)
    assert refused.codes == ("review.declined",)


def test_a_revocation_with_stop_ends_the_render_and_the_record_says_when(dispatching):
    host = dispatching
    asking = host.asking()
    one = host.world.request(asking.requester, asking.cameo, duration_ms=30_000)
    until(lambda: happened(host, one, events.GenerationProgressed), PATIENCE_S, "it renders")
    revoked = host.world.revoke(asking.cameo, "stop")[0]
    stopped = ended(host, one)
    assert isinstance(stopped, events.GenerationStopped)
    assert "consent.stopped" in stopped.codes
    assert stopped.process_gone_at_us > revoked.time_us
    print(f"revocation to process gone: {(stopped.process_gone_at_us - revoked.time_us) / 1000:.1f} ms")


def test_a_request_that_is_taken_back_stops(dispatching):
    host = dispatching
    asking = host.asking()
    one = host.world.request(asking.requester, asking.cameo, duration_ms=30_000)
    until(lambda: happened(host, one, events.GenerationProgressed), PATIENCE_S, "it renders")
    host.world.cancel(one)
    time.sleep(1.0)
    assert host.world.types(one)[-1] == "generation.cancelled"


def test_a_policy_that_is_away_costs_three_attempts_and_says_so(dispatching):
    host = dispatching
    asking = host.asking()
    host.opa.stop()
    one = host.world.request(asking.requester, asking.cameo)
    lost = ended(host, one)
    host.opa.start()
    assert isinstance(lost, events.AttemptLost)
    assert (lost.attempt, lost.codes) == (3, ("policy.unavailable",))


def test_a_dispatcher_that_is_killed_finds_its_work_again(dispatching):
    host = dispatching
    asking = host.asking()
    one = host.world.request(asking.requester, asking.cameo, duration_ms=6_000)
    until(lambda: happened(host, one, events.GenerationStarted), PATIENCE_S, "it started")
    host.processes["dispatcher"].kill()
    since_s = time.monotonic()
    host.processes["dispatcher"] = host.installation.start("dispatcher", "serving.dispatcher")
    assert isinstance(ended(host, one), events.GenerationReleased)
    assert [event.attempt for event in happened(host, one, events.AttemptLeased)] == [1, 2]
    assert happened(host, one, events.AttemptLost)[0].codes == ("replica.lost",)
    print(f"dispatcher killed to released (a film of 6 s): {time.monotonic() - since_s:.1f} s")


def test_two_dispatchers_never_dispatch_at_once(dispatching):
    host = dispatching
    settings = host.installation.settings
    from serving.dispatcher.tail import Tail

    second = Tail(settings.dsn("dispatcher"), "dispatcher")
    assert second.begin() is None
    second.close()


def test_many_requests_at_once_all_end(dispatching):
    host = dispatching
    asking = host.asking()
    since_s = time.monotonic()
    asked = [host.world.request(asking.requester, asking.cameo, duration_ms=400) for _ in range(8)]
    for one in asked:
        assert isinstance(ended(host, one), events.GenerationReleased)
    print(f"8 requests at once: {time.monotonic() - since_s:.1f} s")
