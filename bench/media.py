"""Measures the models' work: enrolment seconds per recorded second, and the portrait engine's frames per second.

`python -m bench.media [--films N]` writes bench/results/media.json. The recording is the demo's fictional actor.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path

import av

from bench.results import Row, write
from identity.adapters.models import Models
from identity.core.challenge import issue
from identity.core.context import Asked
from identity.core.enrolment import Submission
from identity.core.profiles import Profile
from identity.handlers import assess_recording, extract_assets
from infra.places import Places
from serving.core.plan import plan_from_prompt
from serving.demo.people import ACTOR, answer_of
from serving.engines.port import MARK_VISIBLE, film
from serving.engines.portrait import PortraitEngine

ACCOUNT = "account-" + "b" * 32
CAMEO = "cameo-" + "b" * 32
LINE = 'on a beach, saying "hello, I am glad that you asked me first"'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cm-bench-", dir="/tmp") as folder:
        rows = measure(Path(folder), given.films)
    write("media", rows)


def measure(folder: Path, films: int) -> list[Row]:
    """Enrol once (models warm), then render films of five seconds at 24 fps, 512 px square."""
    models_folder = Places.from_env(os.environ).models
    challenge = issue(ACCOUNT, time.time_ns() // 1000, os.urandom(32))
    take = folder / "take.webm"
    take.write_bytes(answer_of(ACTOR, challenge.phrase, [movement.value for movement in challenge.movements]).recording)
    submission = Submission(account=ACCOUNT, received_at_us=challenge.issued_at_us + 1)
    with closing(Models.load(models_folder)) as models:
        assess_recording(take, Asked(challenge, submission), Profile.SANDBOX, models)
        begun_s = time.perf_counter()
        assess_recording(take, Asked(challenge, submission), Profile.SANDBOX, models)
        assessed_s = time.perf_counter() - begun_s
        assets = extract_assets(take, models)
        enrolled_s = time.perf_counter() - begun_s
    recorded_s = _seconds(take)
    rows = [
        Row("checks 1-6, 8, 9, 11: seconds per recorded second", "s/s", assessed_s / recorded_s, None, 1),
        Row("checks and assets: seconds per recorded second", "s/s", enrolled_s / recorded_s, None, 1),
    ]
    plan = plan_from_prompt(LINE, CAMEO, "theo")
    engine = PortraitEngine(models_folder)
    times = []
    for _ in range(films):
        begun_s = time.perf_counter()
        film(engine.render(plan, {CAMEO: assets}, (MARK_VISIBLE,), lambda _done, _total: None))
        times.append(time.perf_counter() - begun_s)
    engine.close()
    rate = plan.frames * len(times) / sum(times)
    return [*rows, Row("portrait, 512 px, whole films: frames a second beside real time", "1/s", rate, plan.fps, films)]


def _seconds(path: Path) -> float:
    with av.open(str(path)) as file:
        frames = [frame.time for frame in file.decode(video=0)]
    return float(frames[-1] - frames[0])


if __name__ == "__main__":
    main()
