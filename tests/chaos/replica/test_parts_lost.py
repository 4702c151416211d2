"""A part is taken away while a render runs, or before: the child is gone, nothing is released, and the code says which."""

import os
import signal
import time

import pytest

from tests.replica_parts import gone, until

LONG_MS = 30_000


@pytest.fixture
def asking(kafka, host):
    del kafka
    yield host.asking()
    host.stop_runs()


def rendering(host, asking):
    one = host.asked(asking, duration_ms=LONG_MS)
    run = host.run(one)
    run.rendering()
    return one, run


def tell(what, since_us, report):
    print(f"{what} to child gone: {(report.process_gone_at_us - since_us) / 1000:.0f} ms")


def now_us():
    return time.time_ns() // 1000


def test_a_feed_that_stands_still_kills_what_runs(host, asking):
    one, run = rendering(host, asking)
    os.kill(host.feeder.pid, signal.SIGSTOP)
    since_us = now_us()
    try:
        report = run.ended()
    finally:
        os.kill(host.feeder.pid, signal.SIGCONT)
    assert (report.outcome, report.codes) == ("stopped", ("feed.stale",))
    assert "generation.released" not in host.world.types(one)
    tell("feeder stopped", since_us, report)


def test_a_feed_that_stands_still_lets_nothing_begin(host, asking):
    one = host.asked(asking)
    host.fresh()
    run = None
    os.kill(host.feeder.pid, signal.SIGSTOP)
    try:
        time.sleep(0.6)
        run = host.run(one, wait=False)
        report = run.ended()
    finally:
        os.kill(host.feeder.pid, signal.SIGCONT)
    assert (report.outcome, report.codes) == ("lost", ("feed.stale",))
    assert "generation.started" not in host.world.types(one)


def test_a_relay_that_dies_kills_what_runs(host, asking):
    one, run = rendering(host, asking)
    host.relay.kill()
    since_us = now_us()
    report = run.ended()
    host.relay = host.installation.start("relay", "streams.relay")
    assert (report.outcome, report.codes) == ("stopped", ("feed.stale",))
    assert "generation.released" not in host.world.types(one)
    tell("relay killed", since_us, report)


def test_a_policy_that_is_stopped_kills_what_runs_and_lets_nothing_begin(host, asking):
    _, run = rendering(host, asking)
    other = host.asked(asking)
    host.opa.stop()
    since_us = now_us()
    report = run.ended()
    refused = host.run(other).ended()
    host.opa.start()
    assert (report.outcome, report.codes) == ("stopped", ("policy.unavailable",))
    assert (refused.outcome, refused.codes) == ("refused", ("policy.unavailable",))
    assert "generation.started" not in host.world.types(other)
    tell("OPA stopped", since_us, report)
    assert host.run(other, attempt=2).ended().outcome == "released"


def test_a_policy_that_hangs_kills_what_runs(host, asking):
    _, run = rendering(host, asking)
    os.kill(host.opa.running.pid, signal.SIGSTOP)
    since_us = now_us()
    try:
        report = run.ended()
    finally:
        os.kill(host.opa.running.pid, signal.SIGCONT)
    assert (report.outcome, report.codes) == ("stopped", ("policy.unavailable",))
    tell("OPA frozen", since_us, report)


def test_a_keyholder_that_is_gone_opens_nothing(host, asking):
    one = host.asked(asking)
    host.keyholding.running.kill()
    report = host.run(one).ended()
    host.keyholding.restart()
    assert (report.outcome, report.codes) == ("refused", ("keyholder.unavailable",))
    assert "generation.started" not in host.world.types(one)


def test_a_keyholder_that_goes_while_it_renders_releases_nothing_until_it_is_back(host, asking):
    one = host.asked(asking, duration_ms=1500)
    run = host.run(one)
    run.rendering()
    host.keyholding.running.kill()
    report = run.ended()
    host.keyholding.restart()
    assert (report.outcome, report.codes) == ("lost", ("keyholder.unavailable",))
    assert "generation.released" not in host.world.types(one)
    host.world.lose(one)
    assert host.run(one, attempt=2).ended().outcome == "released"


def test_a_watcher_that_is_killed_takes_its_child_with_it(host, asking):
    one, run = rendering(host, asking)
    child = run.child()
    run.process.kill()
    since_us = now_us()
    until(lambda: gone(child), 10, "the child is gone")
    print(f"watcher killed to child gone: {(now_us() - since_us) / 1000:.0f} ms")
    assert "generation.released" not in host.world.types(one)


def test_a_child_that_is_killed_loses_the_attempt(host, asking):
    _, run = rendering(host, asking)
    os.kill(run.child(), signal.SIGKILL)
    report = run.ended()
    assert (report.outcome, report.codes) == ("lost", ("engine.failed",))
