"""The parts that need a whole host: how soon consent is taken back, how soon a render stops, whether either is ever too late."""

from __future__ import annotations

from pathlib import Path

from bench.policy import racing, revoking
from bench.results import Row, percentile
from bench.stop import renders
from tests.replica_parts import Host, standing_host

GOAL_STOP_MS = 50.0


def revocation(_: Path, rounds: int = 2000, restarts: int = 5) -> list[Row]:
    """Revoke over and over, a few times while the broker restarts."""
    with standing_host() as host:
        return _revocation(host, rounds, restarts)


def _revocation(host: Host, rounds: int, restarts: int) -> list[Row]:
    return revoking.rows(revoking.revocations(host, rounds, restarts))


def stopping(_: Path, count: int = 300, at_once: int = 2) -> list[Row]:
    """Stop running renders of the trivial engine; those of the portrait engine are in bench.whole."""
    with standing_host() as host:
        return _stopping(host, count, at_once)


def _stopping(host: Host, count: int, at_once: int) -> list[Row]:
    found, tried = list[float](), 0
    while len(found) < count:
        found, tried = found + renders(host, at_once), tried + at_once
    return [
        Row("stop_p50_ms", "ms", percentile(found, 0.5), None, len(found), GOAL_STOP_MS),
        Row("stop_p99_ms", "ms", percentile(found, 0.99), None, len(found)),
        Row("stop_worst_ms", "ms", max(found), None, len(found)),
        Row("renders ended in doubt before the revocation, not counted above", "%", 100 * (tried - len(found)) / tried, None, tried),
    ]


def new_enemy(folder: Path, wanted: int = 10_500) -> list[Row]:
    """Race opens, releases and serves against what supersedes consent, and have the record judged."""
    with standing_host() as host:
        return _new_enemy(host, folder, wanted)


def small(folder: Path) -> list[Row]:
    """Show on one host that all of it works."""
    with standing_host() as host:
        return [*_stopping(host, 2, 2), *_new_enemy(host, folder, 60), *_revocation(host, 6, 1)]


def _new_enemy(host: Host, folder: Path, wanted: int) -> list[Row]:
    folder.mkdir(parents=True)
    races = racing.Races(host.keyholding)
    races.run(wanted)
    return racing.rows(races, races.judged(folder))
