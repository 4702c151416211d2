"""Owns people and attackers who answer live steps by rule, against the product's own session and check 13. Shows no face to any model.

What is simulated is time alone: an answerer sees each step after the way there, begins its answer after a reaction, moves as a
head moves, says words at a reader's pace, and obeys what breaks a step off. An attacker is somebody whose reaction is never
shorter than the turn-round of whatever makes the picture. One who restamps dates frames back besides: a few go at once, at the
beginning and after the last step, and all others say that they were recorded earlier than they were. That the picture and the
voice are perfect is given.

    python -m bench.identity.stepwise          counts by turn-round, also restamped, and of people by rule and by network
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from bench.identity.answering import HEIGHT, Acting, Answerer, attacker, jittery, person
from bench.results import Row, write
from identity.core.assessment import CheckResult
from identity.core.challenge import Challenge, Without, issue
from identity.core.checks import live as check_live
from identity.core.context import Asked
from identity.core.effects import Effect, effect_of
from identity.core.enrolment import Submission
from identity.core.features import FaceTrack, Features, FrameFacts, MediaFacts, SpeechFacts
from identity.core.live import LiveTrace
from identity.core.live_plan import plan
from identity.core.live_session import Session, advance, arrived
from identity.core.profiles import Profile
from identity.core.sound import ChannelFacts, Heard, HeardWord, LipFacts, RoomFacts, SoundFacts, StreamFacts

TURN_ROUNDS_MS: Final = (300, 1000, 3000)
RESTAMPED_MS: Final = (300, 1000, 2000)
DATED_BACK_S: Final = 0.9
PROMPT_FRAMES: Final = 8
"""Sent at once at the beginning, and as many after the last step: 3 % of some 540 frames."""
RUNS: Final = 200
FPS: Final = 24
OPENED_US: Final = 1_800_000_000_000_000
FRAME_BYTES: Final = 6000
BEGAN_S: Final = 0.5
"""The recording begins so long after the connection."""


@dataclass
class Played:
    """One session as it went: the server's session, and what was filmed and said."""

    session: Session
    acting: Acting = field(default_factory=Acting)
    frames: int = 0
    rate: float = 1.0
    dated_back_s: float = 0.0
    prompt_from_s: float = math.inf
    """From here on nothing is dated back any more."""
    until_frame: float = math.inf
    """The recording ends with this one."""

    @property
    def live(self) -> LiveTrace:
        """The trace."""
        return self.session.trace()

    def stamped_us(self, recorded_s: float) -> int:
        """What the recording says of when this was recorded; its times never go back."""
        prompt_s = PROMPT_FRAMES / FPS
        if self.dated_back_s and prompt_s < recorded_s < self.prompt_from_s:
            squeezed_s = prompt_s + (recorded_s - prompt_s) / 100
            recorded_s = max(squeezed_s, recorded_s - self.dated_back_s)
        return round(recorded_s * self.rate * 1e6)

    def features(self) -> Features:
        """What would have been read of a perfect picture and voice."""
        times_s = np.arange(self.frames) / FPS
        times_us = np.asarray([self.stamped_us(float(t)) for t in times_s], np.int64)
        offsets = np.arange(self.frames, dtype=np.int64) * FRAME_BYTES
        blank = np.zeros(self.frames, np.float32)
        frames = FrameFacts(times_us, np.zeros((self.frames, 8, 8), np.float32), blank, tuple(bytes([0])) * self.frames, offsets)  # type: ignore[arg-type]
        said = tuple(HeardWord(w, self.stamped_us(a), self.stamped_us(a + 0.45), 1.0) for w, a in self.acting.words)
        return Features(
            MediaFacts("matroska", "vp8", "opus", 640, 480, int(times_us[-1]) if len(times_us) else 0, ()),
            frames, self._track(times_s, times_us), (), SpeechFacts("", 0, 0, np.zeros((0, 1), np.float32), ()), sound=_sound(said),
        )  # fmt: skip

    def _track(self, times_s: np.ndarray, times_us: np.ndarray) -> FaceTrack:
        amounts = {kind: np.zeros(self.frames) for kind in (*HEIGHT, "closer", "smile", "blink")}
        for motion in self.acting.motions:
            amounts[motion.kind] += np.asarray([motion.amount(t) for t in times_s])
        yaw = 1.2 * np.sin(1.5 * times_s) + sum(HEIGHT[k][0] * amounts[k] for k in HEIGHT)
        pitch = 0.8 * np.sin(1.9 * times_s + 1) + sum(HEIGHT[k][1] * amounts[k] for k in HEIGHT)
        points = np.random.default_rng(5).normal(0, 100, (478, 3))
        points[61], points[291] = (-30, 60, 0), (30, 60, 0)
        landmarks = np.repeat(points[None], self.frames, axis=0) * (1 + 0.45 * amounts["closer"])[:, None, None]
        landmarks[:, 61, 0] -= 8 * amounts["smile"]
        landmarks[:, 291, 0] += 8 * amounts["smile"]
        blink = np.where(amounts["blink"] > 0.3, 0.9, 0.0)
        return FaceTrack(
            times_us, landmarks.astype(np.float32), yaw.astype(np.float32), pitch.astype(np.float32), blink.astype(np.float32),
            self.frames, smile=(0.8 * amounts["smile"]).astype(np.float32),
        )  # fmt: skip


def play(challenge: Challenge, entropy: bytes, who: Answerer, seed: int) -> Played:
    """Answer a whole challenge against the product's session."""
    chance = random.Random(seed)
    played = Played(Session(plan(challenge, entropy), OPENED_US), rate=who.rate, dated_back_s=who.dated_back_s)
    sent = 0
    for now_s, frames in _chunks(who, chance):
        played.frames = frames
        now_us = OPENED_US + round(now_s * 1e6)
        media_us = played.stamped_us((frames - 1) / FPS)
        played.session = arrived(played.session, (frames - sent) * FRAME_BYTES, media_us, now_us)
        sent = frames
        played.session, step = advance(played.session, now_us)
        if step is not None and (who.obeys or step.kind != "stop"):
            played.acting.respond(step.kind, step.what, now_s + who.down_s - BEGAN_S + who.turn_round_s + who.react(chance))
        if played.session.answered and math.isinf(played.until_frame):
            played.prompt_from_s, played.until_frame = frames / FPS, frames + (PROMPT_FRAMES if who.dated_back_s else 0)
        if played.session.code is not None or frames >= played.until_frame:
            break
    return played


def _chunks(who: Answerer, chance: random.Random) -> Iterator[tuple[float, int]]:
    """When each chunk is there, and how many frames there are then."""
    came_s = 0.0
    for i in range(1, round(60 / who.chunk_s)):
        recorded_s = i * who.chunk_s
        came_s = max(came_s, BEGAN_S + recorded_s + who.up_s + chance.uniform(0, who.jitter_s))
        yield came_s, int(recorded_s * FPS)


def _sound(words: tuple[HeardWord, ...]) -> SoundFacts:
    nan = float("nan")
    heard = Heard(" ".join(word.text for word in words), words)
    return SoundFacts(
        "en", (heard,), nan, LipFacts(0, nan, 0, nan, nan), ChannelFacts(nan), RoomFacts(nan, nan, nan, nan),
        StreamFacts(0, 0, nan, 0, 0, nan),
    )  # fmt: skip


def judged(seed: int, who: Answerer, without: Sequence[Without] = ()) -> tuple[Played, tuple[CheckResult, ...]]:
    """Play a challenge drawn from a seed, and run check 13 on it; no results where the server ended the session."""
    entropy = seed.to_bytes(32, "big")
    challenge = issue("a", OPENED_US, entropy, profile=Profile.BASIC, way="stepwise", without=without)
    played = play(challenge, entropy, who, seed)
    if played.session.code is not None:
        return played, ()
    asked = Asked(challenge, Submission("a", OPENED_US + 60_000_000), live=played.live)
    return played, check_live.check(played.features(), asked, Profile.BASIC)


def outcome(played: Played, results: Sequence[CheckResult]) -> str:
    """What check 13 alone comes to: passed, doubted (a person looks) or refused."""
    failed = [result.code for result in results if not result.passed]
    if played.session.code is not None or any(effect_of(code) is Effect.REFUSE for code in failed):
        return "refused"
    return "doubted" if failed else "passed"


def counted(who: Answerer, runs: int = RUNS, without: Sequence[Without] = ()) -> dict[str, int]:
    """Count outcomes over seeds."""
    found = [outcome(*judged(seed, who, without)) for seed in range(runs)]
    return {name: found.count(name) for name in ("passed", "doubted", "refused")}


def main() -> None:
    """Count, and write bench/results/identity.stepwise.json."""
    who = {f"animated_stepwise.{ms}ms": attacker(ms) for ms in TURN_ROUNDS_MS}
    who |= {f"restamped_stepwise.{ms}ms": attacker(ms, DATED_BACK_S) for ms in RESTAMPED_MS}
    who |= {"restamped_stepwise.1000ms_by_450ms": attacker(1000, 0.45)}
    who |= {f"person.median_{median_s:g}s": person(median_s) for median_s in (0.5, 0.65, 0.9, 1.2)}
    who |= {f"person.jitter.median_{median_s:g}s": jittery(median_s) for median_s in (0.5, 0.65)}
    rows = [
        Row(f"{name}.{outcome_of}", "share", count / RUNS, None, RUNS)
        for name, one in who.items()
        for outcome_of, count in counted(one).items()
    ]
    write("identity.stepwise", rows)


if __name__ == "__main__":
    main()
