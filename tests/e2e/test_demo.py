"""`make demo`, as a test: every step as it must be, and what it leaves is what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.timeout(1500)


def test_the_main_job_runs_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "serving.demo", "--folder", str(folder)], capture_output=True, text=True, check=False, timeout=1400
    )
    print(done.stdout)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert [step["name"] for step in report["steps"] if not step["ok"]] == [], done.stderr[-2000:]
    assert done.returncode == 0
    assert len(report["steps"]) == 12
    seconds, frames, sounds = film_of(folder / "film.mp4")
    assert seconds == pytest.approx(5.0, abs=0.2)
    assert frames == 120
    assert sounds > 0
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.count("<tr>") > 12
    assert "released" in page


def film_of(path: Path) -> tuple[float, int, int]:
    with av.open(str(path)) as film:
        frames = sum(1 for _ in film.decode(video=0))
    with av.open(str(path)) as film:
        sounds = sum(frame.samples for frame in film.decode(audio=0))
        return float(film.duration or 0) / av.time_base, frames, sounds
