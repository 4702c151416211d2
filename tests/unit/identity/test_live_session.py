"""A live session: what is handed out when, and what ends it. All times are the test's own."""

from identity.core.live_plan import Planned
from identity.core.live_session import (
    AHEAD_US,
    BEHIND_US,
    FIRST_US,
    IDLE_US,
    MAX_ARRIVALS,
    MAX_BYTES,
    MAX_US,
    Session,
    advance,
    arrived,
)

S = 1_000_000
PLAN = (Planned("hold", (), 2 * S, S), Planned("move", ("left",), 2 * S, 2 * S), Planned("say", ("one",), 3 * S, 2 * S))


def opened(plan: tuple[Planned, ...] = PLAN) -> Session:
    return Session(plan, 0)


def run(session: Session, until_s: float, *, from_s: float = 0.0, rate: float = 1.0, every_us: int = 250_000) -> tuple[Session, list[str]]:
    """Media comes every quarter second as it is recorded; returns what was handed out."""
    handed: list[str] = []
    for now_us in range(round(from_s * S) + every_us, round(until_s * S) + 1, every_us):
        session = arrived(session, 1000, round(now_us * rate), now_us)
        session, step = advance(session, now_us)
        handed += [step.kind] if step else []
    return session, handed


def test_a_step_is_handed_out_only_after_the_recording_went_on_long_enough():
    session, handed = run(opened(), 0.5)
    assert handed == ["hold"]
    session, handed = run(session, 1.25, from_s=0.5)
    assert handed == []
    session, handed = run(session, 1.5, from_s=1.25)
    assert handed == ["move"]
    assert session.steps[0].done_at_us == session.steps[1].issued_at_us


def test_time_alone_hands_out_nothing():
    session, _ = run(opened(), 1.25)
    later, step = advance(session, 2 * S)
    assert step is None
    assert later.steps == session.steps


def test_all_steps_with_frames_after_each_are_an_answer():
    session, handed = run(opened(), 8)
    assert handed == ["hold", "move", "say"]
    assert session.answered
    assert session.code is None
    assert [step.deadline_us - step.issued_at_us for step in session.steps] == [p.begin_us for p in PLAN]


def test_nothing_more_is_handed_out_after_the_end():
    session, _ = run(opened(), 8)
    assert advance(session, 9 * S) == (session, None)


def test_a_camera_that_never_starts_ends_it():
    assert advance(opened(), FIRST_US)[0].code is None
    assert advance(opened(), FIRST_US + 1)[0].code == "live.broken"


def test_silence_of_the_connection_ends_it():
    session, _ = run(opened(), 1)
    assert advance(session, S + IDLE_US + 1)[0].code in {"live.broken", "live.late"}


def test_media_that_falls_behind_ends_it():
    session, _ = run(opened((Planned("hold", (), S, 40 * S),)), 20, rate=0.8)
    assert session.code == "live.late"
    even, _ = run(opened((Planned("hold", (), S, 40 * S),)), 20)
    assert even.code is None
    assert BEHIND_US < 4 * S


def test_media_that_runs_ahead_of_time_ends_it():
    session = arrived(opened(), 1000, 0, 0)
    assert arrived(session, 1000, S + AHEAD_US, S).code is None
    assert arrived(session, 1000, S + AHEAD_US + 1, S).code == "live.clock"


def test_too_many_bytes_end_it_and_are_not_kept():
    session = arrived(opened(), MAX_BYTES, 0, 0)
    assert session.code is None
    assert arrived(session, 1, 0, 1).code == "media.too_large"


def test_what_ended_stays_as_it_was():
    ended = arrived(opened(), MAX_BYTES + 1, 0, 0)
    assert arrived(ended, 1000, S, S) == ended
    assert advance(ended, S) == (ended, None)


def test_arrivals_are_bounded_however_finely_the_bytes_come():
    session = opened((Planned("hold", (), S, 60 * S),))
    for now_us in range(0, MAX_US, 10_000):
        session = arrived(session, 10, now_us, now_us)
    assert session.code is None
    assert len(session.arrivals) <= MAX_ARRIVALS
    assert session.arrivals[-1].bytes == session.bytes
    assert all(a.bytes < b.bytes and a.at_us < b.at_us for a, b in zip(session.arrivals, session.arrivals[1:], strict=False))


def test_an_entry_tells_the_latest_time_of_what_it_joins():
    session = arrived(arrived(opened(), 100, 0, 1000), 50, 0, 90_000)
    assert [(a.bytes, a.at_us) for a in session.arrivals] == [(150, 90_000)]
