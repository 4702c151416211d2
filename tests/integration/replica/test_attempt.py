"""One attempt on real parts: ledger, Kafka, view, OPA, keyholder, watcher and child; without Ray."""

import os
import signal
import time

import pytest

from tests.replica_parts import gone, until


@pytest.fixture
def asking(kafka, host):
    del kafka
    yield host.asking()
    host.stop_runs()


def elapsed_ms(since_us, until_us):
    return (until_us - since_us) / 1000


def test_a_permitted_attempt_runs_to_released(host, asking, record_property):
    one = host.asked(asking)
    report = host.run(one).ended()
    assert (report.outcome, report.codes) == ("released", ())
    assert host.world.types(one)[-1] == "generation.released"
    assert host.spool() == []
    record_property("timings_us", report.timings_us)
    print("timings in us:", report.timings_us)


def test_a_stranger_is_refused_on_the_view_and_the_keyholder_hears_nothing(host, asking):
    stranger = host.world.register("stranger")
    one = host.world.request(stranger, asking.cameo)
    host.world.judge(one)
    report = host.run(one).ended()
    assert (report.outcome, report.reported_by) == ("refused", "replica")
    assert "consent.required" in report.codes
    assert report.decision is not None
    assert report.decision.input["requester"]["account"] == stranger
    assert host.world.types(one)[-1] == "generation.attempt_leased"


def test_a_revocation_with_stop_kills_the_running_child_and_nothing_is_released(host, asking):
    one = host.asked(asking, duration_ms=20_000)
    run = host.run(one)
    run.rendering()
    child = run.child()
    revoked = host.world.revoke(asking.cameo, "stop")[0]
    acknowledged_us = time.time_ns() // 1000
    report = run.ended()
    assert report.outcome == "stopped"
    assert "consent.stopped" in report.codes
    assert report.decision is not None
    assert gone(child)
    assert host.spool() == []
    assert "generation.released" not in host.world.types(one)
    print(
        f"revocation to child gone: {elapsed_ms(revoked.time_us, report.process_gone_at_us):.1f} ms after its time, "
        f"{elapsed_ms(acknowledged_us, report.process_gone_at_us):.1f} ms after its acknowledgement"
    )


def test_a_revocation_of_new_uses_lets_the_running_child_finish(host, asking):
    one = host.asked(asking, duration_ms=1500)
    run = host.run(one)
    run.rendering()
    host.world.revoke(asking.cameo, "no_new_uses")
    assert run.ended().outcome == "released"


@pytest.mark.parametrize("narrowing", ["block", "suspend", "switch"])
def test_what_narrows_consent_through_another_stream_kills_too(host, asking, narrowing):
    one = host.asked(asking, duration_ms=20_000)
    run = host.run(one)
    run.rendering()
    if narrowing == "block":
        host.world.block(asking.owner, asking.requester)
    elif narrowing == "suspend":
        host.world.suspend(asking.requester)
    else:
        host.world.switch("render", on=False)
    report = run.ended()
    if narrowing == "switch":
        host.world.switch("render", on=True)
    assert report.outcome == "stopped"
    assert "generation.released" not in host.world.types(one)


def test_consent_that_runs_out_kills_the_child(host):
    asking = host.asking(until_us=time.time_ns() // 1000 + 8_000_000)
    one = host.asked(asking, duration_ms=30_000)
    report = host.run(one).ended()
    assert (report.outcome, report.codes) == ("stopped", ("consent.expired",))
    host.stop_runs()


def test_a_lease_that_runs_out_kills_the_child(host, asking):
    one = host.asked(asking, duration_ms=30_000)
    report = host.run(one, lease_us=5_000_000).ended()
    assert (report.outcome, report.codes) == ("stopped", ("attempt.lease_expired",))


def test_a_request_that_was_taken_back_kills_the_child(host, asking):
    one = host.asked(asking, duration_ms=20_000)
    run = host.run(one)
    run.rendering()
    host.world.cancel(one)
    report = run.ended()
    assert (report.outcome, report.codes) == ("stopped", ("generation.ended",))


def test_an_attempt_that_was_superseded_neither_runs_on_nor_releases(host, asking):
    one = host.asked(asking, duration_ms=20_000)
    run = host.run(one)
    run.rendering()
    host.world.lose(one)
    host.world.lease(one, attempt=2)
    report = run.ended()
    assert (report.outcome, report.codes) == ("stopped", ("attempt.superseded",))


def test_a_parent_that_hangs_up_ends_watcher_and_child(host, asking):
    one = host.asked(asking, duration_ms=20_000)
    run = host.run(one)
    run.rendering()
    child = run.child()
    run.process.stdin.close()
    until(lambda: gone(child) and gone(run.process.pid), 10, "watcher and child are gone")
    assert run.report is None


def test_a_watcher_without_an_attempt_ends_with_its_parents_pipe(host):
    watcher = host.watcher()
    watcher.stdin.close()
    assert watcher.wait(10) == 0
    watcher.stdout.close()


def test_a_draft_is_released_to_its_subjects_alone(host):
    asking = host.asking(review=True)
    one = host.asked(asking)
    report = host.run(one).ended()
    assert report.outcome == "draft"
    assert host.world.types(one)[-1] == "generation.draft_released"
    host.stop_runs()


def test_a_watcher_that_is_stopped_for_half_a_second_loses_its_child(host, asking):
    one = host.asked(asking, duration_ms=20_000)
    run = host.run(one)
    run.rendering()
    child = run.child()
    os.kill(run.process.pid, signal.SIGSTOP)
    until(lambda: gone(child), 10, "the child's timer ended it")
    os.kill(run.process.pid, signal.SIGCONT)
    report = run.ended()
    assert report.outcome in ("lost", "stopped")
    assert "generation.released" not in host.world.types(one)
